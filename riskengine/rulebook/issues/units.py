"""Two numbers that are compared, added or subtracted should be counted in the same unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskengine.rulebook.language.tree import Arithmetic, Call, Case, Compare, Name, Negative, Node, walk

__all__ = ["unlike"]

_ALIKE = {"百分点": "%"}
"""Differences of percentages have a name of their own."""
_TOGETHER = ("least", "greatest", "coalesce")


def unlike(tree: Node, units: Mapping[str, str]) -> Iterator[tuple[str, Node, str, Node, str]]:
    """``(what, left, its unit, right, its unit)`` for every two that are put together though their units are known and differ.

    ``what``: 比较, 相加, 相减 or 放在一起. Numbers, products and quotients have no known unit.
    """
    for node in walk(tree):
        match node:
            case Compare(left=left, right=right):
                pair, what = (left, right), "比较"
            case Arithmetic(sign="+" | "-" as sign, left=left, right=right):
                pair, what = (left, right), "相加" if sign == "+" else "相减"
            case Call(function=function, arguments=(left, right, *_)) if function in _TOGETHER:
                pair, what = (left, right), "放在一起取值"
            case _:
                continue
        one, other = _unit(pair[0], units), _unit(pair[1], units)
        if one is not None and other is not None and _ALIKE.get(one, one) != _ALIKE.get(other, other):
            yield what, pair[0], one, pair[1], other


def _unit(node: Node, units: Mapping[str, str]) -> str | None:
    """The unit of ``node`` where it has one; None where anything would do."""
    match node:
        case Name(name=name):
            return units.get(name)
        case Negative(of=of):
            return _unit(of, units)
        case Arithmetic(sign="+" | "-", left=left, right=right):
            return _unit(left, units) or _unit(right, units)
        case Call(function="abs" | "round", arguments=(first, *_)):
            return _unit(first, units)
        case Call(function=function, arguments=arguments) if function in _TOGETHER:
            return next((unit for each in arguments if (unit := _unit(each, units)) is not None), None)
        case Case(branches=branches, default=default):
            found = {_unit(each, units) for each in (*(then for _, then in branches), default)} - {None}
            return found.pop() if len(found) == 1 else None
    return None
