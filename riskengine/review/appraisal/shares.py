"""Units side by side, by shares of what they were given: a department with forty warnings and one with six can be compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST
from riskengine.review.appraisal.noun import UnitShares
from riskengine.review.appraisal.score import places_in
from riskengine.store.database import Connection
from riskengine.store.watches import watches

__all__ = ["unit_shares"]


def unit_shares(con: Connection, rulebook: Rulebook, year: int, as_of: date) -> list[UnitShares]:
    """Every unit that was given a warning or owes reports, line departments first, in the order of units.yaml. Reads ``appraised``.

    A deadline counts where it passed while the unit owed the answer: a warning that was lifted or closed before it is nobody's delay.
    Warnings whose objection (退回) was accepted or is not decided are left out; those of 协办 that did not answer itself too, for
    the lead answers. Never per residents: what a department is given says nothing of how many people it serves.
    """
    asked = {"first": date(year, 1, 1), "last": min(as_of, date(year, 12, 31)), "as_of": as_of}
    handled = {row[0]: row[1:] for row in con.execute(_HANDLED, _span(asked)).fetchall()}
    closed = {row[0]: (row[1], row[2]) for row in con.execute(_CLOSED, asked).fetchall()}
    judged = {row[0]: (row[1], row[2]) for row in con.execute(_JUDGED, asked).fetchall()}
    silent = dict(con.execute(_SILENT, _span(asked)).fetchall())
    nights = con.execute(
        "SELECT count(*) FROM sense.night WHERE as_of BETWEEN $first AND $last", _span(asked)
    ).fetchone()
    owes = {source.reports.unit for source in rulebook.sources.values() if source.reports} | silent.keys()
    found = []
    for type_ in ("line", "township"):
        alike = sorted((u for u in rulebook.units.values() if u.type == type_), key=lambda u: (u.sort, u.id))
        mine = []
        for unit in alike:
            given, signed, due, in_time, answered = handled.get(unit.id, (0, 0, 0, 0, 0))
            if not given and unit.id not in owes and unit.id not in closed:
                continue
            total = int(nights[0]) if nights and unit.id in owes else 0
            mine.append(
                UnitShares(
                    unit.id,
                    type_,
                    (signed, given),
                    (in_time, due),
                    (answered, due),
                    judged.get(unit.id, (0, 0)),
                    closed.get(unit.id, (0, 0)),
                    (total - int(silent.get(unit.id, 0)) if total else 0, total),
                )  # fmt: skip
            )
        ranks = places_in({each.unit: -each.in_time[0] / each.in_time[1] for each in mine if each.in_time[1] >= LEAST})
        for each in mine:
            rank, tied = ranks.get(each.unit, (None, False))
            found.append(replace(each, rank=rank, tied=tied))
    return found


def _span(asked: dict[str, date]) -> dict[str, date]:
    return {key: asked[key] for key in ("first", "last")}


_HANDLED = """
SELECT unit, count(*), count(*) FILTER (seen_on IS NOT NULL), count(*) FILTER (due),
  count(*) FILTER (due AND own_answered_on <= deadline), count(*) FILTER (due AND own_answered_on IS NOT NULL)
FROM (
  SELECT *, (deadline < ends OR own_answered_on IS NOT NULL) AND (role = '主办' OR own_answered_on IS NOT NULL) AS due
  FROM appraised
  WHERE delivered_on BETWEEN $first AND $last AND coalesce(objected, '') NOT IN ('接受', '待定')
)
GROUP BY unit
"""

_JUDGED = """
WITH outcome AS (
  SELECT id, unit, arg_max(outcome, (as_of, file_id, row_no)) AS outcome
  FROM intervene.reply WHERE as_of <= $as_of AND outcome IS NOT NULL GROUP BY id, unit
)
SELECT a.unit, count(*) FILTER (o.outcome IN ('属实', '已化解')), count(*) FILTER (o.outcome <> '无法核实')
FROM appraised AS a JOIN outcome AS o ON o.id = a.id AND o.unit = a.unit
WHERE a.delivered_on BETWEEN $first AND $last
GROUP BY a.unit
"""

_CLOSED = f"""
SELECT w.unit, count(*) FILTER (EXISTS (FROM review.rebound AS r WHERE r.of_id = w.id AND r.unit = w.unit AND r.as_of <= $as_of
    AND coalesce(r.closed_on = w.closed_on, TRUE))),
  count(*)
FROM (
  SELECT DISTINCT id, unit, closed_on FROM ({watches()})
  WHERE as_of <= $as_of AND (undone IS NULL OR undone > $as_of) AND closed_on BETWEEN $first AND $last
    AND outcome IS DISTINCT FROM '误报'
) AS w
GROUP BY w.unit
"""

_SILENT = """
SELECT unit, count(DISTINCT as_of) FROM sense.silence
WHERE as_of BETWEEN $first AND $last AND unit IS NOT NULL GROUP BY unit
"""
