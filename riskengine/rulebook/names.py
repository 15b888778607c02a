"""Which names an expression may use, what they hold, and what a rule needs of signals, kinds and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache

from riskengine.contracts import contract
from riskengine.contracts.field import sql_type
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.language.tokens import ExpressionError, tokens
from riskengine.rulebook.language.writing import Type

__all__ = [
    "MEMBERS",
    "builtins_of",
    "column_types",
    "columns_of",
    "kinds_needed",
    "made_of",
    "names_used",
    "parameters_in_force",
    "placeholders",
    "previous_columns",
    "signals_behind",
    "signals_needed",
    "words",
]

MEMBERS = "命中数"
"""In a compound's floors and sentences: how many of its members hit."""

_TYPES: dict[str, Type] = {"VARCHAR": "text", "DATE": "date", "BOOLEAN": "flag"}


def builtins_of(subject: Subject) -> tuple[str, ...]:
    """Signals that a subject has without any file saying so."""
    if subject in PLACES:
        return ("人口",)
    return ("静默天数", "静默来源数") if subject is Subject.UNIT else ()


@cache
def columns_of(kind: str) -> dict[str, str]:
    """Field name and Chinese title of each column of ``kind`` → the column's name, unquoted.

    Raises KeyError for an unknown kind.
    """
    fields = contract(kind).model_fields
    return {(info.title or name): name for name, info in fields.items()} | {name: name for name in fields}


@cache
def column_types(kind: str) -> dict[str, Type]:
    """As :func:`columns_of`, → what the column holds."""
    fields = contract(kind).model_fields
    return {
        name: _TYPES.get(sql_type(fields[column]).split("(")[0], "number") for name, column in columns_of(kind).items()
    }


def previous_columns(kind: str) -> dict[str, str]:
    """``previous_value`` and ``上期数值`` → ``value``: columns of the return before, for ``streak``."""
    return {("previous_" if name.isascii() else "上期") + name: column for name, column in columns_of(kind).items()}


def parameters_in_force(rule: Rule, as_of: date) -> dict[str, tuple[float, date] | None]:
    """Each parameter's value and the day it holds since; None where none holds yet, or no longer, on ``as_of`` (then unknown)."""
    found: dict[str, tuple[float, date] | None] = {}
    for name, parameter in rule.parameters.items():
        since = max((day for day in parameter.values if day <= as_of), default=None)
        ended = parameter.until is not None and as_of > parameter.until
        found[name] = None if since is None or ended else (parameter.values[since], since)
    return found


def placeholders(sentence: str) -> tuple[str, ...]:
    """The names in ``{…}`` of a sentence. Raises ValueError where braces are not paired."""
    rest = re.sub(r"\{[^{}]*\}", "", sentence)
    if "{" in rest or "}" in rest:
        raise ValueError("花括号没有配对")
    return tuple(name.strip() for name in re.findall(r"\{([^{}]*)\}", sentence))


def words(*texts: str | None) -> frozenset[str]:
    """Every name that stands in expressions; nothing for one that cannot be read."""
    return frozenset().union(*(_words(text) for text in texts if text))


@lru_cache(maxsize=10_000)  # the same condition is asked for again and again
def _words(text: str) -> frozenset[str]:
    try:
        return frozenset(token.text for token in tokens(text) if token.kind == "word")
    except ExpressionError:
        return frozenset()


def names_used(rule: Rule) -> frozenset[str]:
    """Every name that a rule's condition, score, floors and sentences speak of."""
    found = set(words(rule.when, *(each.of for each in rule.score), *(each.when for each in rule.floors)))
    for sentence in (*(each.says for each in rule.score), *(each.says for each in rule.floors)):
        found |= set(re.findall(r"\{\s*([^{}]*?)\s*\}", sentence))
    return frozenset(found)


def made_of(signal: Signal) -> frozenset[str]:
    """The names of the signals (and built-in signals) that a signal is computed from; nothing where it is measured."""
    below = {signal.usual, signal.upper, signal.trend, signal.rank, signal.rate} - {None}
    return frozenset(name for name in below if name is not None) | words(signal.computed)


def signals_behind(signals: Mapping[str, Signal], names: Iterable[str]) -> tuple[Signal, ...]:
    """The signals among ``names`` and those they are computed from, each after what it needs. Cycles are left out."""
    ordered: dict[str, Signal] = {}
    for start in sorted(names):
        open_: dict[
            str, Iterator[str]
        ] = {}  # the way down from ``start``; a loop, because a chain may be longer than the stack
        below: str | None = start
        while below is not None or open_:
            if below is not None and below in signals and below not in ordered and below not in open_:
                open_[below] = iter(sorted(made_of(signals[below])))
            elif not open_:
                break
            name, rest = next(reversed(open_.items()))
            below = next(rest, None)
            if below is None:
                ordered[name] = signals[name]
                del open_[name]
    return tuple(ordered.values())


def signals_needed(rulebook: Rulebook, rule: Rule) -> tuple[Signal, ...]:
    """The signals that a plain rule reads, each after those it is computed from; none for a compound."""
    if rule.compound is not None:
        return ()
    return signals_behind(rulebook.signals, names_used(rule) - set(rule.parameters))


def kinds_needed(rulebook: Rulebook, rule: Rule) -> frozenset[str]:
    """The record kinds behind a plain rule's signals; none for a compound, which is unknown through its members."""
    return frozenset(signal.source for signal in signals_needed(rulebook, rule) if signal.source is not None)
