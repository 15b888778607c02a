"""A rule that changes nothing: wherever it hits, another one of its theme hits as well, at least as gravely and as lastingly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riskengine.errors import Problem
from riskengine.model.duty import Level
from riskengine.model.rule import Rule
from riskengine.rulebook.checks.compounds import members_of
from riskengine.rulebook.entries import Entry
from riskengine.rulebook.issues.reasoning import Way, impossible, possible_ways
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.language.tree import Compare, Node, Number, names_in
from riskengine.rulebook.names import names_used

__all__ = ["graveness", "masked"]

_PAIRS = 20_000
_WAYS = 200
"""Comparisons of ways in all, and between two rules."""


@dataclass(frozen=True)
class _Look:
    """One rule: what it asks for, the ways in which it hits and does not, and the ranks it can have (1 gravest)."""

    entry: Entry[Rule]
    names: frozenset[str]
    asked: frozenset[str]
    hits: list[Way]
    misses: list[Way]
    gravest: int
    mildest: int


def masked(view: View) -> Iterator[Problem]:
    """I818, once a rule. Only plain rules in use are compared; with very many rules the last ones may not be."""
    levels = view.levels
    groups: dict[tuple[str, str], list[_Look]] = defaultdict(list)
    for entry in view.entries.rules:
        rule = entry.model
        if rule.status == "live" and (look := _look(entry, view, levels)) is not None:
            groups[(rule.theme, rule.subject.value)].append(look)
    members = {member for rule in view.rules.values() for _, _, member in members_of(rule)}
    left = _PAIRS
    for looks in groups.values():
        gone: set[str] = set()
        for one in reversed(looks):
            if one.entry.model.id in members or one.entry.model.inhibits:
                continue  # its hits count elsewhere
            for other in looks:
                if (
                    other is one
                    or other.entry.model.id in gone
                    or not (other.names <= one.names and other.asked <= one.asked)
                ):
                    continue
                asked = len(one.hits) * len(other.misses)
                left -= asked
                if left < 0:
                    return
                if asked > _WAYS:
                    continue
                if _covers(other, one, view):
                    gone.add(one.entry.model.id)
                    yield _told(one, other)
                    break


def _told(one: _Look, other: _Look) -> Problem:
    above = other.entry.model
    line = other.entry.document.position((*other.entry.at, "id"))[0]
    place = f"“{above.title}”（{above.id}，{other.entry.document.file} 第{line}行）"
    what = "条件相同" if _equal(one, other) else "它命中时那一条必定命中"
    message = f"本规则被{place}完全盖住：{what}，等级也不更轻，本规则不会多警一件。请删去一条，或改条件、分数。"
    return one.entry.problem(("when",), "I818", message)


def _equal(one: _Look, other: _Look) -> bool:
    return one.hits == other.hits


def _look(entry: Entry[Rule], view: View, levels: Sequence[Level]) -> _Look | None:
    rule = entry.model
    tree = view.tree(rule, rule.when, lasting=True)
    if tree is None or not levels:
        return None
    hits, misses = possible_ways(tree, view.domains), possible_ways(tree, view.domains, False)
    if not hits or misses is None:
        return None
    asked = names_used(rule) - set(rule.parameters)
    return _Look(entry, names_in(tree), asked, hits, misses, *graveness(rule, view, hits, levels))


def graveness(rule: Rule, view: View, hits: list[Way], levels: Sequence[Level]) -> tuple[int, int]:
    """The ranks of the gravest and of the mildest level that a hit can have, at the widest. ``levels`` from the gravest on."""
    least = most = 0.0
    for feature in rule.score:
        of = view.tree(rule, feature.of, lasting=True)
        points = [each for low, high, each in feature.bands if of is None or _may(of, low, high, hits, view)]
        least += min(points, default=0.0)
        most += max(points, default=0.0)
    names = {level.name: level.rank for level in levels}
    floors = [names[floor.level] for floor in rule.floors if floor.level in names]
    gravest = min([_rank(most, levels), *floors])
    return gravest, _rank(least, levels)


def _may(of: Node, low: float | None, high: float | None, hits: list[Way], view: View) -> bool:
    edges: Way = () if low is None else (Compare(">=", of, Number(low)),)
    edges += () if high is None else (Compare("<", of, Number(high)),)
    return any(not impossible(hit + edges, view.domains) for hit in hits)


def _rank(points: float, levels: Sequence[Level]) -> int:
    capped = min(max(points, 0.0), 100.0)
    return next(level.rank for level in levels if level.score is None or capped >= level.score)


def _covers(other: _Look, one: _Look, view: View) -> bool:
    """Wherever ``one`` hits, ``other`` hits: as gravely, opens no later and is lifted no earlier."""
    rule, above = one.entry.model, other.entry.model
    graded = [(each.score, each.floors, each.parameters) for each in (rule, above)]
    if other.mildest > one.gravest and graded[0] != graded[1]:  # the same bands give the same level on the same night
        return False
    mine, theirs = rule.persistence, above.persistence
    if theirs.hits > mine.hits or theirs.nights < mine.nights or theirs.keep < mine.keep:
        return False
    return all(impossible(hit + miss, view.domains) for hit in one.hits for miss in other.misses)
