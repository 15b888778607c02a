"""Compounds: their members exist, can be seen from their subject, and do not lead back to themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.checks.signals import chinese
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_compounds", "members_of", "seen_from"]


def members_of(rule: Rule) -> list[tuple[tuple[str, ...], int, str]]:
    """``(list, position, rule id)`` of every member; the list as the keys that lead to it: ``("at_least", "of")``."""
    if rule.compound is None:
        return []
    compound = rule.compound
    lists: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(("all",), compound.all), (("any",), compound.any)]
    if compound.at_least is not None:
        lists.append((("at_least", "of"), compound.at_least.of))
    lists.append((("none",), compound.none))
    return [(keys, number, member) for keys, members in lists for number, member in enumerate(members)]


def seen_from(above: Subject, member: Subject) -> bool:
    """A hit on ``member`` counts for ``above``: the same subject, or something that lies in the place."""
    if member is above:
        return True
    if above not in PLACES:
        return False
    return member not in PLACES or PLACES.index(member) < PLACES.index(above)


def check_compounds(entries: Entries) -> Iterator[Problem]:
    """Problems of all compounds."""
    rules = {entry.model.id: entry.model for entry in entries.rules}
    below = {rule.id: [member for _, _, member in members_of(rule)] for rule in rules.values()}
    for entry in entries.rules:
        rule = entry.model
        listed: dict[str, str] = {}
        for keys, number, member in members_of(rule):
            where: tuple[str | int, ...] = ("compound", *keys, number)
            key = ".".join(keys)
            if member in listed:
                twice = f"{key} 里写了两遍" if listed[member] == key else f"{listed[member]} 和 {key} 里都有"
                yield entry.problem(where, "E607", f"“{member}”在 {twice}。请删去一处。")
            listed.setdefault(member, key)
            if member not in rules:
                if "warnings" not in entries.incomplete:
                    yield entry.problem(where, "E607", f"{key}：未知规则“{member}”{suggestion(member, rules)}")
            elif not seen_from(rule.subject, rules[member].subject):
                told = f"“{member}”的对象是 {chinese((rules[member].subject,))}，从 {chinese((rule.subject,))} 看不到。"
                yield entry.problem(where, "E608", f"{told}成员应与本规则同对象，或在本规则的地区之内。")
        yield from _cycle(entry, below)


def _cycle(entry: Entry[Rule], below: Mapping[str, list[str]]) -> Iterator[Problem]:
    start = entry.model.id
    pending, seen = [[start]], set()
    while pending:
        path = pending.pop()
        for member in below.get(path[-1], []):
            if member == start:
                message = f"复合规则绕成了圈：{' → '.join([*path, start])}。请断开其中一处。"
                yield entry.problem(("compound",), "E609", message)
                return
            if member not in seen:
                seen.add(member)
                pending.append([*path, member])
