"""Can a condition hold at all? Said only where it can be proven: “no” is certain, anything else means “it may”.

A condition is spread into the ways in which it can hold (a disjunction of conjunctions), at most ``WAYS`` of them. In each way
the comparisons bound linear sums of names; a way is impossible where bounds contradict each other or what a name can be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from riskengine.rulebook.issues.ranges import ALL, Domain, Domains, Range, range_of, whole
from riskengine.rulebook.language.tree import (
    And,
    Arithmetic,
    Compare,
    Flag,
    IsNull,
    IsTrue,
    Name,
    Negative,
    Node,
    Not,
    Nothing,
    Number,
    Or,
    Text,
    names_in,
)  # fmt: skip

__all__ = ["WAYS", "Way", "bounds_in", "impossible", "possible_ways", "ways"]

WAYS = 64

Form = tuple[tuple[Node, float], ...]
"""A sum of terms with their factors."""

Way = tuple[Node, ...]
"""Comparisons, ``is null`` and the like that must hold together."""

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_UNSURE = Flag(True)
_EVERY = Range()


def ways(node: Node, holds: bool = True) -> list[Way] | None:
    """In which ways ``node`` can be true (or false, with ``holds`` False); None where there are too many."""
    match node:
        case Not(of=of):
            return ways(of, not holds)
        case And(parts=parts):
            return _joined(parts, holds, every=holds)
        case Or(parts=parts):
            return _joined(parts, holds, every=not holds)
        case Compare(sign=sign):
            return [(node if holds else replace(node, sign=_OPPOSITE[sign]),)]
        case IsTrue(of=of, value=value):
            return ways(of, value) if holds else [(_UNSURE,)]
        case IsNull():
            return [(node if holds else Not(node),)]
        case Flag(value=value):
            return [()] if value is holds else []
        case Nothing():
            return []
    return [(_UNSURE,)]


def _joined(parts: tuple[Node, ...], holds: bool, *, every: bool) -> list[Way] | None:
    found: list[Way] = [()] if every else []
    for part in parts:
        more = ways(part, holds)
        if more is None:
            return None
        found = [one + other for one in found for other in more] if every else found + more
        if len(found) > WAYS:
            return None
    return found


def possible_ways(node: Node, domains: Mapping[str, Domain], holds: bool = True) -> list[Way] | None:
    """The ways that cannot be shown to be impossible; None where there are too many to tell."""
    found = ways(node, holds)
    return None if found is None else [way for way in found if not impossible(way, domains)]


@dataclass
class _Facts:
    """What a way demands: bounds of linear sums, words, and what must be known or unknown."""

    bounds: dict[Form, Range] = field(default_factory=dict)
    excluded: dict[Form, set[float]] = field(default_factory=dict)
    said: dict[Node, set[str]] = field(default_factory=dict)
    denied: dict[Node, set[str]] = field(default_factory=dict)
    unknown: set[Node] = field(default_factory=set)
    known: set[Node] = field(default_factory=set)


def impossible(way: Way, domains: Mapping[str, Domain]) -> bool:
    """Nothing can meet all of ``way``."""
    return _impossible(way, domains if isinstance(domains, Domains) else Domains(domains))


@lru_cache(maxsize=20_000)
def _impossible(way: Way, domains: Domains) -> bool:
    facts = _Facts()
    if any(not _noted(each, facts) for each in way):
        return True
    if any(len(words) > 1 or words & facts.denied.get(term, set()) for term, words in facts.said.items()):
        return True
    if facts.unknown & facts.known:
        return True
    narrower = _narrowed(facts, domains)
    if any(domain.range.empty for domain in narrower.values()):
        return True
    narrowed = {**domains, **narrower}
    for form, range_ in facts.bounds.items():
        held = range_.within(_sum(form, narrowed))
        if len(form) == 1 and whole(form[0][0], domains):
            held = _without(held.tightened(), facts.excluded.get(form, set()))
        if held.empty or (held.low == held.high and held.low in facts.excluded.get(form, set())):
            return True
    return False


def bounds_in(way: Way) -> dict[Node, Range]:
    """The bounds that ``way`` sets to single names and calls, not to sums of them."""
    facts = _Facts()
    for each in way:
        _noted(each, facts)
    return {form[0][0]: range_ for form, range_ in facts.bounds.items() if len(form) == 1}


def _noted(literal: Node, facts: _Facts) -> bool:
    """Note one literal; False where it contradicts itself."""
    match literal:
        case Compare(sign=sign, left=left, right=right):
            if isinstance(left, Text) or isinstance(right, Text):
                return _word(sign, left, right, facts)
            if isinstance(left, Nothing) or isinstance(right, Nothing):
                return False
            facts.known |= _needed(left) | _needed(right)
            return _number(sign, left, right, facts)
        case IsNull(of=of):
            facts.unknown.add(of)
        case Not(of=IsNull(of=of)):
            facts.known.add(of)
    return True


def _word(sign: str, left: Node, right: Node, facts: _Facts) -> bool:
    text, term = (left, right) if isinstance(left, Text) else (right, left)
    if not isinstance(text, Text) or not isinstance(term, Name) or sign not in ("=", "<>"):
        return True
    facts.known.add(term)
    (facts.said if sign == "=" else facts.denied).setdefault(term, set()).add(text.value)
    return True


def _number(sign: str, left: Node, right: Node, facts: _Facts) -> bool:
    found = _normal(sign, left, right)
    if isinstance(found, bool):
        return found
    form, range_, excluded = found
    facts.bounds[form] = facts.bounds.get(form, _EVERY).within(range_)
    if excluded is not None:
        facts.excluded.setdefault(form, set()).add(excluded)
    return True


@lru_cache(maxsize=20_000)
def _normal(sign: str, left: Node, right: Node) -> bool | tuple[Form, Range, float | None]:
    """A comparison as a sum of terms, the bounds it sets to the sum, and the value it excludes.

    True and False where no name is left, or nothing can be said.
    """
    form, constant = _linear(Arithmetic("-", left, right))
    if not form:
        return {"<": constant < 0, "<=": constant <= 0, ">": constant > 0, ">=": constant >= 0}.get(
            sign, (abs(constant) < 1e-12) is (sign == "=")
        )
    scale = form[0][1]
    if scale == 0 or not all(map(math.isfinite, (scale, constant, *(factor for _, factor in form)))):
        return True
    form = tuple((term, factor / scale) for term, factor in form)
    edge = -constant / scale
    if scale < 0:
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
    range_ = {
        "<": Range(high=edge, high_open=True), "<=": Range(high=edge), ">": Range(low=edge, low_open=True),
        ">=": Range(low=edge), "=": Range(edge, edge),
    }.get(sign, _EVERY)  # fmt: skip
    return form, range_, edge if sign == "<>" else None


def _linear(node: Node) -> tuple[Form, float]:
    """``node`` as a sum of terms with their factors, in one order, and a constant."""
    terms: dict[Node, float] = {}
    constant = _collect(node, 1.0, terms)
    return tuple(sorted(((t, f) for t, f in terms.items() if f != 0), key=lambda each: _order(each[0]))), constant


def _collect(node: Node, factor: float, terms: dict[Node, float]) -> float:
    match node:
        case Number(value=value):
            return factor * value
        case Negative(of=of):
            return _collect(of, -factor, terms)
        case Arithmetic(sign="+" | "-" as sign, left=left, right=right):
            return _collect(left, factor, terms) + _collect(right, factor if sign == "+" else -factor, terms)
        case Arithmetic(sign="*", left=left, right=Number(value=value)):
            return _collect(left, factor * value, terms)
        case Arithmetic(sign="*", left=Number(value=value), right=right):
            return _collect(right, factor * value, terms)
        case Arithmetic(sign="/", left=left, right=Number(value=value)) if value != 0:
            return _collect(left, factor / value, terms)
    terms[node] = terms.get(node, 0.0) + factor
    return 0.0


def _order(node: Node) -> str:
    """A key to sort nodes by: names by themselves, the rest by what they are."""
    return node.name if isinstance(node, Name) else "~" + "".join(sorted(names_in(node))) + type(node).__name__


def _needed(node: Node) -> set[Node]:
    """Names that must be known for ``node`` to be known."""
    match node:
        case Name():
            return {node}
        case Negative(of=of):
            return _needed(of)
        case Arithmetic(left=left, right=right):
            return _needed(left) | _needed(right)
    return set()


def _narrowed(facts: _Facts, domains: Mapping[str, Domain]) -> dict[str, Domain]:
    """The domains of the names that have bounds of their own in this way."""
    narrowed: dict[str, Domain] = {}
    for form, range_ in facts.bounds.items():
        if len(form) == 1 and isinstance(form[0][0], Name):
            name = form[0][0].name
            held = domains.get(name, ALL)
            range_ = range_.within(held.range)
            narrowed[name] = Domain(range_.tightened() if held.whole else range_, held.whole)
    return narrowed


def _sum(form: Form, domains: Mapping[str, Domain]) -> Range:
    total = Range(0.0, 0.0)
    for term, factor in form:
        total = total + range_of(term, domains).scaled(factor)
    return total


def _without(held: Range, excluded: set[float]) -> Range:
    """Whole numbers from low to high with excluded ends taken off."""
    low, high = held.low, held.high
    while low <= high and low in excluded:
        low += 1
    while low <= high and high in excluded:
        high -= 1
    return Range(low, high) if low <= high else Range(1.0, 0.0)
