"""Burden: what the lists cost the units, week by week. Nobody tells the minutes, so lines are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from riskengine.model.share import LEAST, wilson
from riskengine.store.database import Connection

__all__ = ["UnitBurden", "unit_burdens"]


@dataclass(frozen=True)
class UnitBurden:
    """One unit, in lines (its part in one warning, 主办 or 协办), by the week (Monday) in which each was first delivered.

    ``weeks``: Monday → new lines, weeks without any left out. ``per_week``: new lines over all weeks from the first delivery in the
    county to the night. ``standing``: on its list tonight. ``signed`` and ``answered`` of the new lines. ``false``: of ``judged``
    (answered by the unit itself with 属实, 已化解 or 误报), ``share`` with Wilson's interval, None below the least number.
    """

    unit: str
    lines: int
    per_week: float
    standing: int
    signed: int
    answered: int
    judged: int
    false: int
    share: float | None
    low: float | None
    high: float | None
    weeks: Mapping[date, int] = field(default_factory=dict)

    @property
    def busiest(self) -> tuple[date, int]:
        """The Monday of the week with the most new lines (the first of several), and how many."""
        return min(self.weeks.items(), key=lambda each: (-each[1], each[0]))


def unit_burdens(con: Connection, as_of: date, least: int = LEAST, since: date | None = None) -> list[UnitBurden]:
    """Every unit that got a line since ``since`` (None = ever), the most burdened first. Reads ``intervene.duty`` and ``.reply``."""
    asked = {"as_of": as_of, "since": since or date.min}
    weeks: dict[str, dict[date, int]] = {}
    for unit, week, lines in con.execute(_WEEKS, asked).fetchall():
        weeks.setdefault(unit, {})[week] = lines
    found = [_burden(least, weeks[row[0]], *row) for row in con.execute(_UNITS, asked).fetchall()]
    return sorted(found, key=lambda each: (-each.lines, each.unit))


def _burden(
    least: int,
    weeks: Mapping[date, int],
    unit: str,
    lines: int,
    span: int,
    standing: int,
    signed: int,
    answered: int,
    judged: int,
    false: int,
) -> UnitBurden:
    share = false / judged if judged >= least else None
    low, high = (None, None) if share is None else wilson(false, judged)
    return UnitBurden(unit, lines, lines / span, standing, signed, answered, judged, false, share, low, high, weeks)


_LINES = """
WITH line AS (
  SELECT id, unit, min(delivered_on) AS delivered_on, bool_or(as_of = $as_of) AS standing
  FROM intervene.duty WHERE as_of <= $as_of GROUP BY id, unit HAVING min(delivered_on) >= $since
)"""

_WEEKS = (
    _LINES
    + """
SELECT unit, date_trunc('week', delivered_on)::DATE AS week, count(*) FROM line GROUP BY ALL ORDER BY unit, week
"""
)

_UNITS = (
    _LINES
    + """, said AS (
  SELECT id, unit, min(signed_on) IS NOT NULL OR bool_or(outcome IS NOT NULL) AS signed,
    arg_max(outcome, (as_of, file_id, row_no)) FILTER (outcome IS NOT NULL) AS outcome
  FROM intervene.reply WHERE as_of <= $as_of GROUP BY id, unit
), span AS (
  SELECT date_diff('week', date_trunc('week', min(delivered_on)), date_trunc('week', $as_of::DATE)) + 1 AS weeks FROM line
)
SELECT l.unit, count(*), any_value(p.weeks), count(*) FILTER (l.standing), count(*) FILTER (s.signed),
  count(*) FILTER (s.outcome IS NOT NULL), count(*) FILTER (s.outcome IN ('属实', '已化解', '误报')),
  count(*) FILTER (s.outcome = '误报')
FROM line AS l CROSS JOIN span AS p LEFT JOIN said AS s ON s.id = l.id AND s.unit = l.unit
GROUP BY l.unit ORDER BY l.unit
"""
)
