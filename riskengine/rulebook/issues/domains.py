"""What each signal can be on any night, as far as its definition says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from riskengine.model.named_list import NamedList
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.rulebook.issues.ranges import ALL, COUNT, SHARE, Domain, Domains, Range, range_of, whole
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import names_in
from riskengine.rulebook.names import MEMBERS

__all__ = ["BUILTINS", "domains_of", "members_domain"]

BUILTINS = {"人口": COUNT, "静默天数": COUNT, "静默来源数": COUNT}
"""Signals that no file defines."""

_FLAG = Domain(Range(0.0, 1.0), whole=True)
_POSITIVE = Domain(Range(low=0.0))
_DEEP = 40
_Below = Callable[[Iterable[str]], dict[str, Domain]]


def domains_of(signals: Mapping[str, Signal], lists: Mapping[str, NamedList]) -> Domains:
    """Name → domain of every signal and built-in name. Cycles and unknown words count as any number."""
    found: dict[str, Domain] = dict(BUILTINS)
    for name in signals:
        _domain(name, signals, lists, found, ())
    return Domains(found)


def members_domain(rule: Rule) -> Domain:
    """How many members of a compound can have hit."""
    counted = 0 if rule.compound is None else len(rule.compound.counted)
    return Domain(Range(0.0, float(counted)), whole=True)


def _domain(
    name: str,
    signals: Mapping[str, Signal],
    lists: Mapping[str, NamedList],
    found: dict[str, Domain],
    above: tuple[str, ...],
) -> Domain:
    if name in found:
        return found[name]
    if name not in signals or name in above or len(above) > _DEEP or name == MEMBERS:
        return ALL
    signal = signals[name]

    def below(names: Iterable[str]) -> dict[str, Domain]:
        return {each: _domain(each, signals, lists, found, (*above, name)) for each in names}

    domain = _by_form(signal, lists, below)
    if signal.unit == "是否":
        domain = Domain(domain.range.within(_FLAG.range), whole=True)
        domain = _FLAG if domain.range.empty else domain
    found[name] = domain
    return domain


def _by_form(signal: Signal, lists: Mapping[str, NamedList], below: _Below) -> Domain:
    base = signal.usual or signal.upper or signal.rate
    if base is not None:
        return _POSITIVE if below((base,))[base].range.low >= 0 else ALL
    if signal.rank is not None:
        return Domain(Range(low=1.0), whole=True)
    if signal.trend is not None:
        return ALL
    if signal.formula is not None:
        return _value(signal.formula, lists, below)
    match signal.measure:
        case "count" | "distinct" | "busiest" | "streak":
            return COUNT
        case "share":
            return SHARE
        case "days_since":
            return Domain(whole=True)
    if signal.measure is None or signal.of is None:
        return ALL
    of = _value(signal.of, lists, None)
    if signal.measure == "sum":
        return Domain(Range(low=0.0) if of.range.low >= 0 else Range(), of.whole)
    return of


def _value(text: str, lists: Mapping[str, NamedList], below: _Below | None) -> Domain:
    """``below`` None: the names are columns, of which nothing is known."""
    tree = parsed(text, lists)
    if tree is None:
        return ALL
    domains = {} if below is None else below(names_in(tree))
    return Domain(range_of(tree, domains), whole(tree, domains))
