"""The monthly drill (演练): a marked, made-up line for every unit, so that it is known whether lists arrive before it matters."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from riskengine.intervene.routing import current_places, line_of
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["call_drill"]

_LATEST = 3
"""Days after the day of the drill on which a night may still begin it, where the night itself was not run."""


def call_drill(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's drill lines into ``intervene.errand``: new ones on the day, later those that nobody has signed and that are not due.

    Ids ``YL-2026-06-001`` … in the units' order. A line is no warning: it has no rule and no subject, stands in no table of ``assess``
    and so in no statistics. ``place`` is the unit's own, else the county, because a receipt must name one. Writes nothing where
    ``rules/deliveries.yaml`` has no drill.
    """
    drill = rulebook.deliveries.drill
    if drill is None:
        return
    month = f"YL-{as_of:%Y-%m}-"
    day = as_of.replace(day=min(drill.day, monthrange(as_of.year, as_of.month)[1]))
    if day <= as_of <= day + timedelta(_LATEST) and as_of.month == day.month:
        begun = con.execute(
            "SELECT 1 FROM intervene.errand WHERE as_of < $1 AND id LIKE $2 LIMIT 1", [as_of, month + "%"]
        )
        if not begun.fetchall():
            units = [unit.id for unit in sorted(rulebook.units.values(), key=lambda unit: (unit.sort, unit.id))]
            places = _places(rulebook, as_of)
            ids = [f"{month}{number:03}" for number in range(1, len(units) + 1)]
            where = [places.get(unit, places[None]) for unit in units]
            due = as_of + timedelta(drill.within)
            con.execute(_CALL, [as_of, ids, units, where, month.rstrip("-"), drill.says, due])
    con.execute(_STILL, [as_of, list(rulebook.units)])


def _places(rulebook: Rulebook, as_of: date) -> dict[str | None, str | None]:
    """Unit → the place it has jurisdiction over, the highest first; None → the county."""
    current = current_places(rulebook.places, as_of)
    found: dict[str | None, str | None] = {
        None: next((code for code, place in current.items() if not place.parent), None)
    }
    for code, place in sorted(current.items(), key=lambda each: (len(line_of(each[0], current)), each[0])):
        if place.unit:
            found.setdefault(place.unit, code)
    return found


_CALL = """
INSERT INTO intervene.errand
  (as_of, id, kind, unit, place, about, says, due)
SELECT $1, unnest($2::VARCHAR[]), '演练', unnest($3::VARCHAR[]), unnest($4::VARCHAR[]), $5, $6, $7
"""

# the newest word on each line that is not new tonight; signed: by the unit itself, on whatever day
_STILL = """
INSERT INTO intervene.errand
  (as_of, id, kind, unit, place, about, says, due)
SELECT $1, e.id, e.kind, e.unit, e.place, e.about, e.says, e.due FROM intervene.errand AS e
WHERE e.kind = '演练' AND e.as_of < $1 AND e.due >= $1 AND e.unit IN (SELECT unnest($2::VARCHAR[]))
  AND NOT EXISTS (FROM intervene.reply AS r WHERE r.id = e.id AND r.unit = e.unit AND r.as_of <= $1 AND r.signed_on IS NOT NULL)
QUALIFY row_number() OVER (PARTITION BY e.id ORDER BY e.as_of DESC) = 1
ORDER BY e.id
"""
