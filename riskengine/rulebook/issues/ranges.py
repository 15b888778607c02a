"""Intervals: what values a number can have at all. Always at least as wide as the truth, so that “never” means never."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from riskengine.rulebook.language.tree import Arithmetic, Call, Case, Flag, Name, Negative, Node, Number

__all__ = ["ALL", "COUNT", "Domain", "Range", "SHARE", "range_of", "whole"]

_NEAR = 1e-9


@dataclass(frozen=True)
class Range:
    """``low`` to ``high``; ``low_open`` and ``high_open`` say that the end itself is not meant."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    @property
    def empty(self) -> bool:
        """No number lies in it, rounding errors allowed for."""
        if self.low == self.high:
            return self.low_open or self.high_open
        if math.isinf(self.low) or math.isinf(self.high):
            return self.low > self.high
        return self.low > self.high + _NEAR * max(1.0, abs(self.low), abs(self.high))

    def within(self, other: Range) -> Range:
        """What both hold."""
        low = max((self.low, self.low_open), (other.low, other.low_open))
        high = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Range(low[0], high[0], low[1], not high[1])

    def tightened(self) -> Range:
        """The same for whole numbers only."""
        low, high = self.low, self.high
        if math.isfinite(low):
            near = round(low)
            low = near + self.low_open if math.isclose(low, near, rel_tol=_NEAR, abs_tol=_NEAR) else math.ceil(low)
        if math.isfinite(high):
            near = round(high)
            high = near - self.high_open if math.isclose(high, near, rel_tol=_NEAR, abs_tol=_NEAR) else math.floor(high)
        return Range(low, high)

    def __add__(self, other: Range) -> Range:
        low, high = self.low + other.low, self.high + other.high
        if math.isnan(low) or math.isnan(high):
            return Range()
        return Range(low, high, self.low_open or other.low_open, self.high_open or other.high_open)

    def scaled(self, by: float) -> Range:
        """Every value times ``by`` (not 0)."""
        if by > 0:
            return Range(self.low * by, self.high * by, self.low_open, self.high_open)
        return Range(self.high * by, self.low * by, self.high_open, self.low_open)


@dataclass(frozen=True)
class Domain:
    """What a name can be on any night: ``range``, and whether only whole numbers."""

    range: Range = Range()
    whole: bool = False


class Domains(dict[str, Domain]):
    """Name → domain, hashed by content, so that what was found out about a condition need not be found out again."""

    def __hash__(self) -> int:  # type: ignore[override]
        """Worked out once: nothing is added after."""
        if not hasattr(self, "_hash"):
            self._hash = hash(frozenset(self.items()))
        return self._hash


ALL = Domain()
COUNT = Domain(Range(low=0.0), whole=True)
SHARE = Domain(Range(0.0, 1.0))


def range_of(node: Node, domains: Mapping[str, Domain]) -> Range:
    """What ``node`` can be, where it is known, when its names are what ``domains`` says (all numbers where it says nothing)."""
    match node:
        case Number(value=value):
            return Range(value, value)
        case Flag():
            return Range(0.0, 1.0)
        case Name(name=name):
            return domains.get(name, ALL).range
        case Negative(of=of):
            return range_of(of, domains).scaled(-1)
        case Arithmetic(sign=sign, left=left, right=right):
            return _arithmetic(sign, range_of(left, domains), range_of(right, domains))
        case Case(branches=branches, default=default):
            return _hull([range_of(each, domains) for each in (*(then for _, then in branches), default)])
        case Call(function=function, arguments=arguments):
            return _call(function, [range_of(each, domains) for each in arguments])
    return Range(math.inf, -math.inf) if type(node).__name__ == "Nothing" else Range()


def whole(node: Node, domains: Mapping[str, Domain]) -> bool:
    """``node`` can only be a whole number."""
    match node:
        case Number(value=value):
            return value.is_integer()
        case Name(name=name):
            return domains.get(name, ALL).whole
        case Negative(of=of):
            return whole(of, domains)
        case Arithmetic(sign=sign, left=left, right=right):
            return sign != "/" and whole(left, domains) and whole(right, domains)
        case Case(branches=branches, default=default):
            return all(whole(each, domains) for each in (*(then for _, then in branches), default))
        case Call(function=function, arguments=arguments):
            if function in ("abs", "least", "greatest", "coalesce"):
                return all(whole(each, domains) for each in arguments)
            return function.startswith(("days_", "month_", "day_")) or (function == "round" and len(arguments) == 1)
    return type(node).__name__ in ("Nothing", "Flag")


def _hull(ranges: list[Range]) -> Range:
    known = [each for each in ranges if each.low <= each.high]
    if not known:
        return Range()
    low = min((each.low, each.low_open) for each in known)
    high = max((each.high, not each.high_open) for each in known)
    return Range(low[0], high[0], low[1], not high[1])


def _arithmetic(sign: str, left: Range, right: Range) -> Range:
    if sign == "+":
        return left + right
    if sign == "-":
        return left + right.scaled(-1)
    if sign == "*":
        return _corners(left, right, lambda a, b: 0.0 if 0.0 in (a, b) else a * b)
    if 0 < right.low <= right.high or right.low <= right.high < 0:
        return _corners(left, right, lambda a, b: 0.0 if math.isinf(b) else a / b)
    if left.low >= 0 and right.low >= 0:  # divided by 0 it is unknown
        return Range(low=0.0)
    return Range()


def _corners(left: Range, right: Range, of: Callable[[float, float], float]) -> Range:
    found = [of(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    if any(math.isnan(each) for each in found):
        return Range()
    return Range(min(found), max(found))


def _call(function: str, held: list[Range]) -> Range:
    match function:
        case "abs":
            low, high = held[0].low, held[0].high
            least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
            return Range(least, max(abs(low), abs(high)))
        case "least":
            return Range(min(each.low for each in held), min(each.high for each in held))
        case "greatest":
            return Range(max(each.low for each in held), max(each.high for each in held))
        case "coalesce":
            return _hull(held)
        case "round":
            return Range(held[0].low - 1, held[0].high + 1)
        case "month_of":
            return Range(1.0, 12.0)
        case "day_of":
            return Range(1.0, 31.0)
    return Range()
