"""Where handlings stand, and how one came there: for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskengine.intervene.handling.gather import TAKEN_BACK, standing
from riskengine.intervene.handling.roles import verifier_of
from riskengine.intervene.handling.sentences import legal_steps
from riskengine.model.handling import Role
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Course", "Standing", "course", "standings"]


@dataclass(frozen=True)
class Standing:
    """Where one handling stands. ``unit``: the lead's id, None where nobody answers any more; ``level``: the newest, a name."""

    id: str
    level: str
    theme: str
    subject_name: str
    unit: str | None
    unit_name: str
    state: str
    since: date
    outcome: str | None
    deadline: date | None
    lifted_on: date | None
    closed_on: date | None
    closed_by: str | None


@dataclass(frozen=True)
class Course:
    """One handling with every step. ``steps`` and ``refused``: rows as mappings, days as dates; ``origin``: file and row, None for the
    engine's own. ``may``: who (role and unit) may do what next.
    """

    standing: Standing
    steps: tuple[Mapping[str, Any], ...]
    refused: tuple[Mapping[str, Any], ...]
    may: tuple[tuple[str, tuple[str, ...]], ...]


def standings(
    con: Connection, rulebook: Rulebook, as_of: date, *, unit: str | None = None, closed: bool | None = None
) -> list[Standing]:
    """All handlings as the night ``as_of`` saw them, open ones first, then by id. ``unit``: where it leads or works along."""
    names = {level.rank: level.name for level in rulebook.levels}
    sql = _STANDING.format(handling=standing("intervene.handling", "id", "as_of <= $as_of"))
    found = []
    for row in con.execute(sql, {"as_of": as_of, "unit": unit, "closed": closed}).fetchall():
        id_, rank, theme, name, lead, state, since, outcome, deadline, lifted, closed_on, closed_by = row
        said = _unit(rulebook, lead)
        level = names.get(rank, "")
        found.append(
            Standing(id_, level, theme, name, lead, said, state, since, outcome, deadline, lifted, closed_on, closed_by)
        )
    return found


def course(con: Connection, rulebook: Rulebook, as_of: date, id_: str) -> Course | None:
    """Everything about one handling as the night saw it; None where it has none."""
    found = next((each for each in standings(con, rulebook, as_of) if each.id == id_), None)
    if found is None:
        return None
    order = {step: at for at, step in enumerate(dict.fromkeys(each.step for each in rulebook.handling.transitions))}
    steps = _mappings(con, _STEPS.format(back=TAKEN_BACK), {"as_of": as_of, "id": id_})
    steps.sort(key=lambda each: (each["on_day"], order.get(each["step"], -1), each["nth"]))
    for each in steps:
        each["unit_name"] = _unit(rulebook, each["unit"]) if each["unit"] else "引擎"
    refused = _mappings(con, _REFUSED, {"as_of": as_of, "id": id_})
    gravest = con.execute(
        "SELECT min(level) FROM intervene.duty WHERE id = $id AND as_of <= $as_of", {"id": id_, "as_of": as_of}
    ).fetchall()[0][0]
    level = {each.rank: each.name for each in rulebook.levels}.get(gravest, found.level)
    return Course(found, tuple(steps), tuple(refused), _may(con, rulebook, found, level, as_of))


def _may(
    con: Connection, rulebook: Rulebook, found: Standing, level: str, as_of: date
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    along = [
        unit
        for (unit,) in con.execute(
            "SELECT unit FROM intervene.duty WHERE id = $id AND role = '协办' AND as_of = "
            "(SELECT max(as_of) FROM intervene.duty WHERE id = $id AND as_of <= $as_of) ORDER BY unit",
            {"id": found.id, "as_of": as_of},
        ).fetchall()
    ]
    who: list[tuple[Role, str | None]] = [("主办", found.unit), *(("协办", each) for each in along)]
    who.append(("核验", verifier_of(rulebook)))
    told = []
    for role, unit in who:
        able = legal_steps(rulebook.handling, found.state, level, (role,))
        if unit is not None and able and not (role == "协办" and found.closed_on):
            told.append((f"{_unit(rulebook, unit)}（{role}）", able))
    return tuple(told)


def _unit(rulebook: Rulebook, id_: str | None) -> str:
    named = rulebook.units.get(id_ or "")
    return named.name if named else id_ or ""


def _mappings(con: Connection, sql: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    cursor = con.execute(sql, dict(values))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_STANDING = """
WITH duty AS (
  SELECT * FROM intervene.duty WHERE as_of <= $as_of
  QUALIFY as_of = max(as_of) OVER (PARTITION BY id)
)
SELECT n.id, coalesce(d.level, (SELECT arg_max(s.level, s.as_of) FROM assess.state AS s WHERE s.id = n.id AND s.as_of <= $as_of)),
  w.theme, coalesce(w.subject_name, w.subject), d.unit, n.state, n.since, n.outcome, d.deadline,
  if(w.lifted_on <= $as_of, w.lifted_on, NULL), n.closed_on, n.closed_by
FROM ({handling}) AS n JOIN assess.warning AS w ON w.id = n.id
LEFT JOIN duty AS d ON d.id = n.id AND d.role = '主办'
WHERE ($unit IS NULL OR EXISTS (SELECT 1 FROM duty AS e WHERE e.id = n.id AND e.unit = $unit))
  AND ($closed IS NULL OR (n.closed_on IS NOT NULL) = $closed)
ORDER BY n.closed_on IS NOT NULL, n.id
"""

_STEPS = """
SELECT s.nth, s.step, s.state, s.unit, s.role, s.post, s.on_day, s.outcome, s.cause, s.measure, s.reason, s.implied, s.as_of AS known_on,
  f.name || '第' || s.row_no || '行' AS origin
FROM intervene.step AS s LEFT JOIN sense.file AS f ON f.file_id = s.file_id
WHERE s.id = $id AND s.as_of <= $as_of AND s.step <> '{back}' AND NOT EXISTS (
  SELECT 1 FROM intervene.step AS b WHERE b.id = s.id AND b.nth = s.nth AND b.step = '{back}' AND b.as_of <= $as_of)
"""

_REFUSED = """
SELECT r.as_of, r.code, r.message FROM intervene.refused AS r
JOIN sense.receipt AS s ON s.file_id = r.file_id AND s.row_no = r.row_no AND trim(split_part(s.key, '|', 1)) = $id
WHERE r.as_of <= $as_of ORDER BY r.as_of, r.message
"""
