"""Looking back (回头看): closed warnings that somebody else should go and see again.

The review of an earlier night names closings that may have settled nothing (结而未解). Each becomes an errand of the unit that
verifies; where that unit is the one that closed it, of the township, and where that is the same, of the next unit that is another:
nobody looks back at itself. It stands on the list every night until there is an answer with an outcome. A month takes only so many;
the others wait in their order for the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from riskengine.intervene.handling.roles import verifier_of
from riskengine.intervene.routing import current_places, own_unit, place_name
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["look_back"]

_WATCHERS = ("zongzhi", "zhengfawei")
"""Who looks back where neither the verifier nor the township can: 综治中心, 政法委."""


def look_back(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's look-back lines into ``intervene.errand``: those that are still unanswered, and new ones from the doubts of
    earlier nights, oldest first, as many as the month has room for. ``about`` is the closed warning.
    """
    con.execute(_OPEN, {"as_of": as_of})
    settings = rulebook.rebound.look_back
    if settings is None:
        return
    rows = con.execute(_DOUBTED, {"as_of": as_of}).fetchall()
    if not rows:
        return
    [(number, given)] = con.execute(_SO_FAR, {"month": as_of.replace(day=1), "year": f"HK-{as_of.year}-%"}).fetchall()
    places, due = current_places(rulebook.places, as_of), as_of + timedelta(settings.due)
    for id_, unit, says, subject_type, subject, place in rows[: max(0, settings.monthly - given)]:
        watcher = next(_watchers(rulebook, own_unit(place, places), unit), None)
        if watcher is None:
            continue  # a county whose only unit closed it
        number += 1
        about = place_name(place, places)
        con.execute(
            "INSERT INTO intervene.errand (as_of, id, kind, unit, about, subject_type, subject, place, says, due) "
            "VALUES (?, ?, '回头看', ?, ?, ?, ?, ?, ?, ?)",
            [
                as_of,
                f"HK-{as_of.year}-{number:06d}",
                watcher,
                id_,
                subject_type,
                subject,
                place,
                f"回头看：{says}请到{about or '现场'}核实问题是否真正解决、处置措施是否落实。仍有问题的，核查结果填“属实”；已经解决的，填“已化解”；"
                "看不了的，填“无法核实”并写明原因。",
                due,
            ],
        )


def _watchers(rulebook: Rulebook, township: str | None, closed_by: str) -> Iterator[str]:
    """Who may look, in order: units of the rule book other than the one that closed it."""
    for unit in (verifier_of(rulebook), _WATCHERS[0], township, _WATCHERS[1], *rulebook.units):
        if unit is not None and unit in rulebook.units and unit != closed_by:
            yield unit


_OPEN = """
INSERT INTO intervene.errand (as_of, id, kind, unit, about, subject_type, subject, place, says, due)
SELECT $as_of, id, kind, unit, about, subject_type, subject, place, says, due FROM intervene.errand AS e
WHERE kind = '回头看' AND as_of < $as_of AND NOT EXISTS (
  FROM intervene.reply AS r WHERE r.id = e.id AND r.unit = e.unit AND r.outcome IS NOT NULL AND r.as_of <= $as_of)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1
ORDER BY id
"""

_DOUBTED = """
SELECT d.id, d.unit, d.says, w.subject_type, w.subject, w.place
FROM review.doubt AS d JOIN assess.warning AS w ON w.id = d.id
WHERE d.as_of < $as_of AND NOT EXISTS (
  FROM intervene.errand AS e WHERE e.kind = '回头看' AND e.about = d.id AND e.as_of > d.as_of AND e.as_of < $as_of)
ORDER BY d.as_of, d.id
"""

_SO_FAR = """
SELECT coalesce(max(CAST(substr(id, 9) AS INTEGER)) FILTER (id LIKE $year), 0),
  count(DISTINCT id) FILTER (first >= $month)
FROM (SELECT id, min(as_of) AS first FROM intervene.errand WHERE kind = '回头看' GROUP BY id)
"""
