"""How the drills went: which unit signed within how many days, and which did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from riskengine.store.database import Connection

__all__ = ["Drilled", "drills"]


@dataclass(frozen=True)
class Drilled:
    """One unit in one drill. ``called_on``: the night its list first had the line; ``sent_at``: when a channel first brought that list,
    None where none has; ``days``: from ``called_on`` to ``signed_on``, both None where nobody signed. A receipt says a day, not an hour.
    """

    id: str
    unit: str
    called_on: date
    due: date
    sent_at: datetime | None
    signed_on: date | None
    days: int | None

    @property
    def late(self) -> bool:
        """Signed, but after the last day."""
        return self.signed_on is not None and self.signed_on > self.due


def drills(con: Connection, *, month: str | None = None, unit: str | None = None) -> list[Drilled]:
    """All drills, newest first, those who did not sign before the others. ``month``: ``2026-06``."""
    rows = con.execute(_DRILLS, {"month": month, "unit": unit}).fetchall()
    return [Drilled(*row) for row in rows]


_DRILLS = """
WITH called AS (
  SELECT id, any_value(unit) AS unit, min(as_of) AS called_on, max(due) AS due FROM intervene.errand WHERE kind = '演练' GROUP BY id
), signed AS (
  SELECT id, unit, min(signed_on) AS signed_on FROM intervene.reply WHERE signed_on IS NOT NULL GROUP BY id, unit
), sent AS (
  SELECT as_of, unit, min(a.tried_at) AS sent_at FROM delivery.message AS m JOIN delivery.attempt AS a USING (id)
  WHERE a.result = '已送' AND m.files <> '{}' GROUP BY as_of, unit
)
SELECT c.id, c.unit, c.called_on, c.due, t.sent_at, s.signed_on, s.signed_on - c.called_on
FROM called AS c LEFT JOIN signed AS s ON s.id = c.id AND s.unit = c.unit
LEFT JOIN sent AS t ON t.as_of = c.called_on AND t.unit = c.unit
WHERE ($month::VARCHAR IS NULL OR c.id LIKE 'YL-' || $month || '-%') AND ($unit::VARCHAR IS NULL OR c.unit = $unit)
ORDER BY left(c.id, 10) DESC, s.signed_on IS NOT NULL, s.signed_on - c.called_on DESC, c.id
"""
