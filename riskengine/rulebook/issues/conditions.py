"""Conditions that never or always hold, parts of them that change nothing, bands and floors that are never reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.rulebook.entries import Entry
from riskengine.rulebook.issues.ranges import Domain
from riskengine.rulebook.issues.reasoning import Way, impossible, possible_ways
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import And, Compare, IsNull, Node, Not, Number, Or, names_in, walk

__all__ = ["condition_issues"]

Where = tuple[str | int, ...]

_BANDS = 100
"""A feature with more bands is a table that somebody generated; nobody reads remarks about it."""


def condition_issues(view: View) -> Iterator[Problem]:
    """I813 to I817."""
    for entry in view.entries.signals:
        yield from _signal(entry, view)
    for rule in view.entries.rules:
        if rule.model.status == "retired":
            continue
        domains = view.domains_for(rule.model)
        text = rule.model.when
        tree, lasting = view.tree(rule.model, text), view.tree(rule.model, text, lasting=True)
        if text is not None and tree is not None and lasting is not None:
            yield from _condition(rule, ("when",), text, (tree, lasting), domains)
        yield from _reached(rule, view, domains)
        if rule.model.evidence is not None and rule.model.evidence.where is not None:
            yield from _records(rule, ("evidence", "where"), rule.model.evidence.where, view)


def _signal(entry: Entry[Signal], view: View) -> Iterator[Problem]:
    if entry.model.where is not None:
        yield from _records(entry, ("where",), entry.model.where, view)
    if entry.model.of is not None and entry.model.measure in ("share", "streak"):
        yield from _records(entry, ("of",), entry.model.of, view)


def _records(entry: Entry[Signal] | Entry[Rule], where: Where, text: str, view: View) -> Iterator[Problem]:
    """A condition over records, of whose columns nothing is known: only contradictions in itself are found."""
    tree = parsed(text, view.lists)
    if tree is not None:
        yield from _condition(entry, where, text, (tree, tree), {})


def _condition(
    entry: Entry[Signal] | Entry[Rule], where: Where, text: str, trees: tuple[Node, Node], domains: Mapping[str, Domain]
) -> Iterator[Problem]:
    """``trees``: as it is today, and with what will still change left open."""
    tree, lasting = trees
    found = possible_ways(tree, domains)
    if found is None:
        return
    if not found:
        message = f"{where[-1]}：条件永远不成立，{_because(tree, text, domains)}请改写。"
        yield entry.problem(where, "I813", message, tree.span[0] + 1)
        return
    against = possible_ways(tree, domains, False)
    if against == []:
        message = f"{where[-1]}：条件只要有数就永远成立，等于没有条件。请改写。"
        yield entry.problem(where, "I814", message, tree.span[0] + 1)
        return
    for part in _branches(lasting):
        if possible_ways(part, domains) == []:
            message = f"{where[-1]}：“{_words(part, text)}”永远不成立，“或”的这一部分没有作用。请改写或删去。"
            yield entry.problem(where, "I815", message, part.span[0] + 1)
    if isinstance(lasting, And):
        yield from _idle(entry, where, text, lasting, domains)


def _branches(tree: Node) -> list[Node]:
    """The parts of every “or” that the condition is made of."""
    if isinstance(tree, Or):
        return [*tree.parts, *(each for part in tree.parts for each in _branches(part))]
    return [each for part in tree.parts for each in _branches(part)] if isinstance(tree, And) else []


def _idle(
    entry: Entry[Signal] | Entry[Rule], where: Where, text: str, tree: And, domains: Mapping[str, Domain]
) -> Iterator[Problem]:
    """Parts of an “and” that the others say already; of two that say the same, the later one."""
    parts = list(tree.parts)
    for part in reversed(tree.parts):
        others = [each for each in parts if each is not part]
        if not others or any(isinstance(each, IsNull) for each in walk(part)):
            continue
        if possible_ways(part, domains, False) == []:
            told = "只要有数就成立"
        elif names_in(part) <= names_in(And(tuple(others))) and _implied(tuple(others), part, domains):
            told = "其余的条件已经包含它"
        else:
            continue
        parts.remove(part)
        message = f"{where[-1]}：“{_words(part, text)}”是多余的，{told}。请删去，或改成想要的数。"
        yield entry.problem(where, "I816", message, part.span[0] + 1)


def _implied(others: tuple[Node, ...], part: Node, domains: Mapping[str, Domain]) -> bool:
    return possible_ways(And((*others, Not(part))), domains) == []


def _because(tree: Node, text: str, domains: Mapping[str, Domain]) -> str:
    """The smallest contradiction that is easily told: one part, or two parts of an “and”."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    for part in parts:
        if len(parts) > 1 and possible_ways(part, domains) == []:
            return f"因为“{_words(part, text)}”不可能。"
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            if possible_ways(And((one, other)), domains) == []:
                return f"因为“{_words(one, text)}”与“{_words(other, text)}”不能同时成立。"
    return "这个数到不了这个范围。" if isinstance(tree, Compare) else ""


def _words(part: Node, text: str) -> str:
    return text[part.span[0] : part.span[1]].strip()


def _reached(entry: Entry[Rule], view: View, domains: Mapping[str, Domain]) -> Iterator[Problem]:
    """Bands and floors that no night can reach while the rule hits."""
    rule = entry.model
    tree = view.tree(rule, rule.when, lasting=True)
    hits: list[Way] | None = [()] if tree is None else possible_ways(tree, domains)
    if not hits:
        return
    for number, floor in enumerate(rule.floors):
        condition = view.tree(rule, floor.when, lasting=True)
        found = None if condition is None else possible_ways(condition, domains)
        if found is not None and all(impossible(hit + way, domains) for hit in hits for way in found):
            message = f"保底“{floor.when}”在规则命中时永远不成立。请改写或删去。"
            yield entry.problem(("floors", number, "when"), "I817", message)
    for number, feature in enumerate(rule.score):
        of = view.tree(rule, feature.of, lasting=True)
        if of is None or not 2 <= len(feature.bands) <= _BANDS:
            continue
        for which, (lower, upper, points) in enumerate(feature.bands):
            edges: Way = ()
            if lower is not None:
                edges += (Compare(">=", of, Number(lower)),)
            if upper is not None:
                edges += (Compare("<", of, Number(upper)),)
            if points != 0 and all(impossible(hit + edges, domains) for hit in hits):
                shown = f"[{_end(lower)}, {_end(upper)}]"
                message = (
                    f"“{feature.feature}”的第{which + 1}档 {shown} 在规则命中时永远用不上。请与相邻的档合并，或改分界。"
                )
                yield entry.problem(("score", number, "bands", which), "I817", message)


def _end(value: float | None) -> str:
    return "null" if value is None else f"{value:g}"
