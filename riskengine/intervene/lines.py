"""What stands on the lists: tonight's warnings with their reasons, evidence, duties and the units' last word."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from riskengine.intervene.routing import current_places, line_of, place_name
from riskengine.model.duty import Level, Place
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["CHANGES", "Child", "Duty", "Entry", "Line", "entries", "families", "lines_by_unit"]

CHANGES = ("新增", "升级", "持续", "降级", "解除")
"""What can happen to a warning on a night, in the order in which it is read."""


@dataclass(frozen=True)
class Duty:
    """One unit's part in one warning. ``signed_on``, ``outcome`` and ``fed_back_on`` are None until the unit said so.

    ``settled``: this unit or the lead has reported an outcome, so nobody waits for this unit any more. ``provisional``: the deadline
    (暂定) hangs on days off that are not announced yet.
    """

    unit: str
    unit_name: str
    role: str
    delivered_on: date
    deadline: date
    catch_all: bool
    signed_on: date | None = None
    outcome: str | None = None
    fed_back_on: date | None = None
    settled: bool = False
    provisional: bool = False

    def left(self, as_of: date) -> int | None:
        """Days until the deadline, negative when it is past; None once the warning is settled for this unit."""
        return None if self.settled else (self.deadline - as_of).days

    @property
    def receipt(self) -> str:
        """The state of the unit's receipts in words."""
        if self.outcome:
            return f"已反馈：{self.outcome}" + (f"\n{self.fed_back_on}" if self.fed_back_on else "")
        if self.signed_on:
            return f"已签收\n{self.signed_on}"
        return "主办已反馈" if self.settled else "未签收"


@dataclass(frozen=True)
class Child:
    """A warning that is merged into another one, as the parent names it."""

    id: str
    subject_name: str
    level: Level


@dataclass(frozen=True)
class Entry:
    """One warning as it stands tonight. ``score`` is None only where the night knows none (a lifted warning).

    ``merged_into``: the warning that explains it, None where it stands alone; ``children``: those that it explains.
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

    Reads ``assess.state``, ``assess.warning``, ``assess.merged``, ``intervene.duty`` of tonight and the receipts known
    by tonight.
    """
    duties = _duties(con, rulebook, as_of)
    places = current_places(rulebook.places, as_of)
    levels = {level.rank: level for level in rulebook.levels}
    lightest = max(rulebook.levels, key=lambda level: level.rank)
    found = con.execute(_TONIGHT, {"as_of": as_of}).fetchall()
    listed = [_entry(row, rulebook, places, levels, lightest, duties.get(row[0], ())) for row in found]
    parents = dict(
        con.execute("SELECT child, parent FROM assess.merged WHERE as_of = $as_of", {"as_of": as_of}).fetchall()
    )
    return _related(listed, parents)


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


def _duties(con: Connection, rulebook: Rulebook, as_of: date) -> dict[str, tuple[Duty, ...]]:
    names = {id_: unit.name for id_, unit in rulebook.units.items()}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unit_name AS SELECT unnest($1::VARCHAR[]) AS unit, unnest($2::VARCHAR[]) AS name",
        [list(names), list(names.values())],
    )
    grouped: dict[str, list[Duty]] = {}
    for id_, *rest in con.execute(_DUTIES, {"as_of": as_of}).fetchall():
        grouped.setdefault(id_, []).append(Duty(*rest))
    return {id_: tuple(each) for id_, each in grouped.items()}


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

# Of what a unit has said so far the first signing and the newest outcome count; an empty cell takes nothing back.
_DUTIES = """
WITH said AS (
  SELECT split_part(r.key, '|', 1) AS id, u.unit, min(r.signed_on) AS signed_on,
    arg_max(r.outcome, (r.known_at, r.file_id, r.row_no)) FILTER (r.outcome IS NOT NULL) AS outcome,
    arg_max(r.fed_back_on, (r.known_at, r.file_id, r.row_no)) FILTER (r.outcome IS NOT NULL) AS fed_back_on
  FROM sense.receipt AS r
  JOIN unit_name AS u ON u.name = trim(r.unit) OR u.unit = trim(r.unit)
  WHERE r.known_at <= $as_of AND NOT r.retracted
  GROUP BY ALL
)
SELECT d.id, d.unit, coalesce(n.name, d.unit), d.role, d.delivered_on, d.deadline, d.catch_all,
  if(s.signed_on >= d.delivered_on, s.signed_on, NULL), s.outcome, s.fed_back_on,
  s.outcome IS NOT NULL OR coalesce(bool_or(s.outcome IS NOT NULL AND d.role = '主办') OVER (PARTITION BY d.id), FALSE),
  coalesce(d.provisional, FALSE)
FROM intervene.duty AS d
LEFT JOIN unit_name AS n ON n.unit = d.unit
LEFT JOIN said AS s ON s.id = d.id AND s.unit = d.unit
WHERE d.as_of = $as_of
ORDER BY d.id, list_position(['主办', '协办'], d.role), d.unit
"""
