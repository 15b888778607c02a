"""What stands on the lists: tonight's warnings with their reasons, evidence, duties and the units' last word."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from riskengine.intervene.handled import Handled, Wait, handled, waits
from riskengine.intervene.parts import Duty, duties
from riskengine.intervene.routing import current_places, line_of, place_name
from riskengine.model.duty import Level, Place
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["CHANGES", "Child", "Duty", "Entry", "Line", "ended_entries", "entries", "families", "lines_by_unit"]

CHANGES = ("新增", "升级", "持续", "降级", "解除")
"""What can happen to a warning on a night, in the order in which it is read."""


@dataclass(frozen=True)
class Child:
    """A warning that is merged into another one, as the parent names it."""

    id: str
    subject_name: str
    level: Level


@dataclass(frozen=True)
class Entry:
    """One warning as it stands tonight. ``score`` is None only where the night knows none (a lifted warning).

    ``merged_into``: the warning that explains it, None where it stands alone; ``children``: those that it explains. ``handling``: None
    while nobody was given it; ``waiting``: the units that will have it once there is room.
    """

    id: str
    change: str
    level: Level
    score: float | None
    subject_type: str
    subject: str
    subject_name: str
    place: str
    place_name: str
    town: str | None
    theme: str
    rules: tuple[str, ...]
    stale: bool
    opened_on: date
    lifted_on: date | None
    sentence: str
    why: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]
    actions: tuple[str, ...]
    false_causes: tuple[str, ...]
    bases: tuple[str, ...]
    duties: tuple[Duty, ...]
    merged_into: str | None = None
    children: tuple[Child, ...] = ()
    handling: Handled | None = None
    waiting: tuple[Wait, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether its handling was closed (销号), whatever the data say."""
        return self.handling is not None and self.handling.closed

    @property
    def rebound_of(self) -> str | None:
        """The closed warning (销号) that it came back after, None where it is new."""
        told = self.why.get("rebound")
        return str(told["of"]) if told else None

    @property
    def unowned(self) -> str:
        """Why no unit has it, in the place of the unit: it waits for room, or no route takes it."""
        leads = [f"{wait.unit_name}（候办第{wait.place}位）" for wait in self.waiting if wait.role == "主办"]
        return "\n".join(leads) or "未分到单位"

    @property
    def lifted(self) -> bool:
        """Whether tonight is the night on which the warning ends."""
        return self.change == "解除"

    def overdue(self, as_of: date) -> int:
        """Days past the earliest deadline that somebody still owes; 0 when in time, settled or lifted."""
        left = [days for duty in self.duties if (days := duty.left(as_of)) is not None]
        return 0 if self.lifted or not left else max(0, -min(left))


@dataclass(frozen=True)
class Line:
    """One warning on one unit's list."""

    entry: Entry
    duty: Duty


def entries(con: Connection, rulebook: Rulebook, as_of: date) -> list[Entry]:
    """All warnings open tonight, gravest first, then by change, theme and subject; last those that are lifted tonight.

    Reads ``assess.state``, ``assess.warning``, ``assess.merged``, ``intervene.duty`` of tonight, ``intervene.handling``,
    ``intervene.waiting`` and what the units said by tonight.
    """
    found = con.execute(_TONIGHT, {"as_of": as_of}).fetchall()
    listed = _listed(con, rulebook, as_of, found, handled(con, as_of), "d.as_of = $as_of")
    parents = dict(
        con.execute("SELECT child, parent FROM assess.merged WHERE as_of = $as_of", {"as_of": as_of}).fetchall()
    )
    queue = waits(con, rulebook, as_of)
    return [replace(entry, waiting=queue.get(entry.id, ())) for entry in _related(listed, parents)]


def ended_entries(con: Connection, rulebook: Rulebook, as_of: date) -> list[Entry]:
    """Warnings that were lifted on an earlier night and whose handling is still open (已解除待销号), as they last stood, the longest
    ago first; their ``duties`` are the leads'.
    """
    states = handled(con, as_of)
    ids = [id_ for id_, each in states.items() if not each.closed]
    if not ids:
        return []
    con.execute("CREATE OR REPLACE TEMP TABLE still_open AS SELECT unnest($1::VARCHAR[]) AS id", [ids])
    con.execute(_ENDED, {"as_of": as_of})
    found = con.execute("FROM ended ORDER BY lifted_on, level, theme, subject_type, subject, id").fetchall()
    last = "d.as_of < $as_of AND d.role = '主办' AND d.id IN (SELECT id FROM ended)"
    return _listed(con, rulebook, as_of, found, states, last) if found else []


def families(found: Sequence[Entry]) -> list[Entry]:
    """The entries in their order, but children right after their parent where that is among them."""
    ids = {entry.id for entry in found}
    below: dict[str, list[Entry]] = {}
    for entry in found:
        if entry.merged_into in ids:
            below.setdefault(str(entry.merged_into), []).append(entry)
    tops = (entry for entry in found if entry.merged_into not in ids)
    return [each for top in tops for each in (top, *below.get(top.id, ()))]


def lines_by_unit(found: Sequence[Entry]) -> dict[str, list[Line]]:
    """The entries sorted into units, each list in families; only units that have a line."""
    own: dict[str, list[Entry]] = {}
    parts: dict[tuple[str, str], Duty] = {}
    for entry in found:
        for duty in entry.duties:
            own.setdefault(duty.unit, []).append(entry)
            parts[duty.unit, entry.id] = duty
    return {unit: [Line(entry, parts[unit, entry.id]) for entry in families(own[unit])] for unit in own}


def _listed(
    con: Connection,
    rulebook: Rulebook,
    as_of: date,
    found: Sequence[tuple[Any, ...]],
    states: Mapping[str, Handled],
    whose: str,
) -> list[Entry]:
    """Entries from rows, with the duties that the SQL condition ``whose`` takes, of each unit its newest."""
    parts = duties(con, rulebook, as_of, states, whose)
    places = current_places(rulebook.places, as_of)
    levels = {level.rank: level for level in rulebook.levels}
    lightest = max(rulebook.levels, key=lambda level: level.rank)
    return [
        replace(_entry(row, rulebook, places, levels, lightest, parts.get(row[0], ())), handling=states.get(row[0]))
        for row in found
    ]


def _related(found: Sequence[Entry], parents: Mapping[str, str]) -> list[Entry]:
    children: dict[str, list[Child]] = {}
    for entry in found:
        if entry.id in parents:
            children.setdefault(parents[entry.id], []).append(Child(entry.id, entry.subject_name, entry.level))
    return [
        replace(entry, merged_into=parents.get(entry.id), children=tuple(children.get(entry.id, ()))) for entry in found
    ]


def _entry(
    row: tuple[Any, ...],
    rulebook: Rulebook,
    places: Mapping[str, Place],
    levels: Mapping[int, Level],
    lightest: Level,
    duties: tuple[Duty, ...],
) -> Entry:
    id_, change, rank, score, subject_type, subject, name, place, theme, rules, stale, *rest = row
    opened, lifted, why, evidence = rest
    known = [rulebook.rules[rule] for rule in rules or () if rule in rulebook.rules]
    reasons = json.loads(why) if why else {}
    return Entry(
        id=id_,
        change=change,
        level=levels.get(rank, lightest),
        score=score,
        subject_type=subject_type,
        subject=subject,
        subject_name=name or subject,
        place=place or _root(places),
        place_name=place_name(place, places),
        town=next((code for code in line_of(place, places) if places[code].level == "town"), None),
        theme=theme,
        rules=tuple(rules or ()),
        stale=bool(stale),
        opened_on=opened,
        lifted_on=lifted,
        sentence=str(reasons.get("sentence") or ""),
        why=reasons,
        evidence=tuple(json.loads(evidence) if evidence else ()),
        actions=_once(rule.action for rule in known),
        false_causes=_once(cause for rule in known for cause in rule.false_causes),
        bases=_once(rule.basis for rule in known),
        duties=duties,
    )


def _once(texts: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _root(places: Mapping[str, Place]) -> str:
    return next((code for code, place in places.items() if place.parent is None), "")


_TONIGHT = """
SELECT s.id, s.change, coalesce(s.level, d.level) AS level, s.score, w.subject_type, w.subject, w.subject_name, w.place,
  w.theme, s.rules, s.stale, w.opened_on, if(w.lifted_on <= $as_of, w.lifted_on, NULL), s.why, s.evidence
FROM assess.state AS s
JOIN assess.warning AS w ON w.id = s.id
LEFT JOIN (SELECT id, min(level) AS level FROM intervene.duty WHERE as_of = $as_of GROUP BY id) AS d ON d.id = s.id
WHERE s.as_of = $as_of
ORDER BY s.change = '解除', level, list_position(['新增', '升级', '持续', '降级'], s.change), w.theme, w.subject_type,
  w.subject, s.id
"""

_ENDED = """
CREATE OR REPLACE TEMP TABLE ended AS
SELECT s.id, s.change, coalesce(s.level, b.level) AS level, s.score, w.subject_type, w.subject, w.subject_name, w.place,
  w.theme, s.rules, s.stale, w.opened_on, w.lifted_on, s.why, s.evidence
FROM assess.warning AS w SEMI JOIN still_open AS o ON o.id = w.id
JOIN assess.state AS s ON s.id = w.id AND s.as_of = w.lifted_on
LEFT JOIN LATERAL (
  SELECT arg_max(p.level, p.as_of) AS level FROM assess.state AS p WHERE p.id = w.id AND p.as_of < w.lifted_on
) AS b ON TRUE
WHERE w.lifted_on < $as_of
"""
