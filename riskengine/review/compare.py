"""Hold the nights' warnings against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from riskengine.model.duty import Level
from riskengine.model.rulebook import Rulebook
from riskengine.review.truth import Event, TruthReport, Verdict, read_truth
from riskengine.store.database import Connection

__all__ = ["EARLY", "LATE", "compare", "truth_report"]

EARLY, LATE = timedelta(days=3), timedelta(days=14)
"""A warning counts from three days before an event's first day; until two weeks after its last day it is found late."""

_GRAVE = 2  # levels of rank 1 and 2 (red, orange) are what false alarms are counted by
_OVERALL = "综合研判"


def truth_report(con: Connection, rulebook: Rulebook, truth: Path, as_of: date) -> TruthReport:
    """:func:`compare` with the events of the file ``truth``. Raises WrongUse where the file cannot be read."""
    return compare(con, read_truth(truth), rulebook, as_of)


def compare(con: Connection, events: Iterable[Event], rulebook: Rulebook, as_of: date) -> TruthReport:
    """Hold ``events`` against the warnings of all nights up to ``as_of``.

    A due event is found when a warning on its subject and theme reaches its level between three days before its first
    day and its last; a warning that had that level before and merely goes on is 早已在警, not found. Events whose window
    has not begun by ``as_of`` are left out.
    """
    events = [event for event in events if event.first - EARLY <= as_of]
    ranks = {level.name: level.rank for level in rulebook.levels}
    parents = {place.code: place.parent for place in rulebook.places}
    spells = _spells(con, rulebook.levels, as_of)
    verdicts = tuple(_verdict(event, spells, ranks, as_of) for event in events)
    allowed = [event for event in events if event.due != "no"]
    places = {event: _place(event, spells, parents) for event in allowed}
    false: list[_Spell] = []
    echoes: Counter[str] = Counter()
    for spell in _grave(spells):
        # What began lightly in an event's time and grew red weeks later is that event still: the whole life counts.
        life = [each for each in spells if each.id == spell.id]
        if any(_same(event, spell) and any(_meets(event, each) for each in life) for event in allowed):
            continue
        if any(_echo(event, places[event], each, parents) for event in allowed for each in life):
            echoes[spell.theme] += 1
        else:
            false.append(spell)
    return TruthReport(
        verdicts=verdicts,
        false=dict(sorted(Counter(spell.theme for spell in false).items())),
        false_warnings=tuple((spell.id, spell.theme, spell.name, spell.begins) for spell in false),
        echoes=dict(sorted(echoes.items())),
    )


@dataclass(frozen=True)
class _Spell:
    """An unbroken run of nights in which one warning stood at ``rank`` or graver."""

    id: str
    theme: str
    subject_type: str
    subject: str
    name: str
    place: str
    rank: int
    begins: date
    ends: date


def _spells(con: Connection, levels: Sequence[Level], as_of: date) -> list[_Spell]:
    found = con.execute(_SPELLS, {"as_of": as_of, "ranks": [level.rank for level in levels]})
    return [_Spell(*row) for row in found.fetchall()]


def _grave(spells: Iterable[_Spell]) -> list[_Spell]:
    """The first red or orange spell of every warning."""
    first: dict[str, _Spell] = {}
    for spell in spells:
        if spell.rank == _GRAVE:
            first.setdefault(spell.id, spell)
    return list(first.values())


def _verdict(event: Event, spells: Sequence[_Spell], ranks: Mapping[str, int], as_of: date) -> Verdict:
    rank = ranks.get(event.level, _GRAVE)
    own = [spell for spell in spells if spell.rank == rank and _same(event, spell)]
    rising = [spell for spell in own if event.first - EARLY <= spell.begins <= event.last + LATE]
    if event.due != "yes":
        yes, none = ("误报", "未误报") if event.due == "no" else ("连带", "无")
        rising = [spell for spell in rising if spell.begins <= event.last]
        return Verdict(event, yes, *_when(event, rising[0])) if rising else Verdict(event, none)
    if rising:
        word = "找到" if rising[0].begins <= event.last else "找到偏晚"
        return Verdict(event, word, *_when(event, rising[0]))
    standing = [spell for spell in own if spell.begins < event.first - EARLY and spell.ends >= event.first]
    if standing:
        return Verdict(event, "早已在警", *_when(event, standing[-1]))
    return Verdict(event, "漏报" if event.last <= as_of else "未到期")


def _when(event: Event, spell: _Spell) -> tuple[str, date, int]:
    return spell.id, spell.begins, (spell.begins - event.first).days


def _same(event: Event, spell: _Spell) -> bool:
    return (event.theme, event.subject_type, event.subject) == (spell.theme, spell.subject_type, spell.subject)


def _meets(event: Event, spell: _Spell) -> bool:
    return spell.begins <= event.last + LATE and spell.ends >= event.first - EARLY


def _echo(event: Event, place: str | None, spell: _Spell, parents: Mapping[str, str | None]) -> bool:
    related = spell.theme in (event.theme, _OVERALL)
    return related and place is not None and _meets(event, spell) and _in_line(place, spell.place, parents)


def _place(event: Event, spells: Iterable[_Spell], parents: Mapping[str, str | None]) -> str | None:
    if event.subject in parents:
        return event.subject
    tail = event.subject.rpartition("@")[2]
    if tail in parents:
        return tail
    return next((spell.place for spell in spells if spell.subject == event.subject), None)


def _in_line(one: str, other: str, parents: Mapping[str, str | None]) -> bool:
    """Whether one place lies at or below the other."""
    return one in _above(other, parents) or other in _above(one, parents)


def _above(code: str | None, parents: Mapping[str, str | None]) -> list[str]:
    line: list[str] = []
    while code is not None and code not in line:
        line.append(code)
        code = parents.get(code)
    return line


# Nights are counted among the nights that were assessed, so a night that was never run does not break a spell.
_SPELLS = """
WITH nights AS (
  SELECT as_of, row_number() OVER (ORDER BY as_of) AS n
  FROM (SELECT DISTINCT as_of FROM assess.state WHERE as_of <= $as_of)
), grave AS (
  SELECT s.id, r.rank, s.as_of, n.n - row_number() OVER (PARTITION BY s.id, r.rank ORDER BY s.as_of) AS run
  FROM assess.state AS s
  JOIN nights AS n ON n.as_of = s.as_of
  JOIN (SELECT unnest($ranks::TINYINT[]) AS rank) AS r ON s.level <= r.rank
  WHERE s.change <> '解除'
)
SELECT g.id, w.theme, w.subject_type, w.subject, w.subject_name, w.place, g.rank, min(g.as_of) AS begins, max(g.as_of)
FROM grave AS g
JOIN assess.warning AS w ON w.id = g.id
GROUP BY g.id, w.theme, w.subject_type, w.subject, w.subject_name, w.place, g.rank, g.run
ORDER BY begins, g.id, g.rank
"""
