"""Shares, rates and comparisons with the usual say little where there are few cases: each needs a least count beside it."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.rulebook.entries import Entry
from riskengine.rulebook.issues.reasoning import Way, bounds_in, possible_ways
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import Arithmetic, Compare, Name, Node, Number, names_in, walk
from riskengine.rulebook.names import signals_behind

__all__ = ["GUARD", "small_numbers"]

GUARD = 5
"""Below so many cases one more or one less changes a ratio more than anything that happened."""

_COUNTED = ("count", "distinct", "busiest")
_UNITS = frozenset("起 件 次 个 人 份 户 处 宗 套 家 条 名 例 笔 批".split())


def small_numbers(view: View) -> Iterator[Problem]:
    """I819, once a rule: the first ratio in ``when`` that no least count of ``GUARD`` or more stands beside."""
    for entry in view.entries.rules:
        rule = entry.model
        tree = view.tree(rule, rule.when)
        if rule.status == "retired" or tree is None or names_in(tree) & set(rule.parameters):
            continue  # a parameter without a value today: I811 says so
        for way in possible_ways(tree, view.domains) or ():
            fragile = next((each for each in way if isinstance(each, Compare) and _fragile(each, view)), None)
            if fragile is None:
                continue
            guard = _guard(way, view)
            if guard is None or guard[1] < GUARD:
                yield _problem(entry, fragile, guard)
                break


def _problem(entry: Entry[Rule], fragile: Compare, guard: tuple[str, float] | None) -> Problem:
    text = (entry.model.when or "")[fragile.span[0] : fragile.span[1]].strip()
    if guard is None:
        told = f"旁边没有起数、件数的下限。请加上，例如“且 近30日起数 >= {GUARD}”。"
    else:
        told = f"旁边的下限“{guard[0]}”只有{guard[1]:g}，小于{GUARD}。请提高。"
    message = f"“{text}”是比率或与往常相比，个数太少时一两起就会触发，{told}"
    return entry.problem(("when",), "I819", message, fragile.span[0] + 1)


def _fragile(literal: Compare, view: View) -> bool:
    """A share, a rate, a quotient of counts, or a count against a multiple of another count or of its usual."""
    names = names_in(literal)
    if any(_ratio(name, view) for name in names):
        return True
    for node in walk(literal):
        if isinstance(node, Arithmetic) and node.sign == "/" and not isinstance(node.right, Number):
            if _counts(names_in(node.left), view) and _counts(names_in(node.right), view):
                return True
    usual = any(name in view.signals and view.signals[name].usual is not None for name in names)
    if usual and _counts({name for name in names if name in view.signals and view.signals[name].usual is None}, view):
        return True
    multiplied = any(
        isinstance(node, Arithmetic) and node.sign == "*" and isinstance(node.right, Number | Name) and names_in(node)
        for node in walk(literal)
    )
    return multiplied and sum(_counted(name, view) for name in names) > 1


def _ratio(name: str, view: View) -> bool:
    signal = view.signals.get(name)
    if signal is None:
        return False
    if signal.measure == "share" or signal.rate is not None:
        return True
    tree = None if signal.formula is None else parsed(signal.formula, view.lists)
    if tree is None:
        return False
    quotients = [node for node in walk(tree) if isinstance(node, Arithmetic) and node.sign == "/"]
    return any(
        not isinstance(node.right, Number) and _counts(names_in(node.left) | names_in(node.right), view)
        for node in quotients
    )


def _counts(names: set[str] | frozenset[str], view: View) -> bool:
    return any(_counted(each.name, view) for each in signals_behind(view.signals, names))


def _counted(name: str, view: View) -> bool:
    """A number of cases among records of a place; readings and sums of money are not."""
    signal = view.signals.get(name)
    return signal is not None and signal.measure in _COUNTED


def _guard(way: Way, view: View) -> tuple[str, float] | None:
    """The highest least count that ``way`` asks for."""
    found: list[tuple[float, str]] = []
    for term, range_ in bounds_in(way).items():
        if isinstance(term, Name) and range_.low > 0 and _countable(term, view.signals.get(term.name)):
            found.append((range_.tightened().low, term.name))
    return (max(found)[1], max(found)[0]) if found else None


def _countable(term: Node, signal: Signal | None) -> bool:
    return signal is not None and (signal.measure in _COUNTED or signal.unit in _UNITS)
