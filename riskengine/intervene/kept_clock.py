"""What came back after it was closed (反弹) keeps its clock: the time that was used up before the closing is not given again.

The deadline is reckoned from the night on which the unit first had the closed warning, and the days between closing and coming back
do not count. A unit cannot be late with what its list brings tonight: the deadline is never before tomorrow. A unit that had no part
in the closed warning has a clock of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from riskengine.model.clock import Clock
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.due import Pause, due
from riskengine.rulebook.workdays import Calendar
from riskengine.store.database import Connection

__all__ = ["AT_REST", "closed_time", "keep_clock"]

AT_REST = "已销号"
"""The reason of the pause between closing and coming back; every clock allows it."""

_DAY = timedelta(1)


def keep_clock(con: Connection, rulebook: Rulebook, clocks: Mapping[str, Clock], as_of: date) -> None:
    """Reckon the deadlines of tonight's ``intervene.duty`` anew for warnings that came back: on the night they come, and as long as they
    are provisional. ``clocks``: by id.
    """
    if not rulebook.rebound.keeps_clock:
        return
    rows = con.execute(_RETURNED, {"as_of": as_of}).fetchall()
    calendar = Calendar(rulebook.calendar) if rows else None
    for id_, unit, role, clock, delivered_on in rows:
        pauses, first = closed_time(con, id_, delivered_on)
        start = con.execute(_FIRST, {"id": first, "unit": unit}).fetchall()[0][0]
        if start is None or start >= delivered_on or clock not in clocks or calendar is None:
            continue
        found = due(_restful(clocks[clock]), start, calendar, pauses=pauses)
        con.execute(
            _KEEP,
            [max(found.day, delivered_on + _DAY), found.provisional, start, as_of, id_, unit, role],
        )


def _restful(clock: Clock) -> Clock:
    return clock.model_copy(update={"pauses": (*clock.pauses, AT_REST)})


def closed_time(con: Connection, id_: str, delivered_on: date) -> tuple[list[Pause], str]:
    """From closing to coming back, each time it came back, the newest first; and the warning with which it all began.

    ``delivered_on``: when the unit got ``id_``; a warning that had to wait on its list was still at rest.
    """
    pauses: list[Pause] = []
    first = id_
    while row := con.execute(_CAME_BACK, [first]).fetchone():
        of_id, closed_on, opened_on = row
        pauses.append(Pause(AT_REST, closed_on + _DAY, opened_on if pauses else delivered_on))
        first = of_id
    return pauses, first


_RETURNED = """
SELECT d.id, d.unit, d.role, d.clock, d.delivered_on FROM intervene.duty AS d
SEMI JOIN (FROM assess.reopened WHERE as_of = $as_of) AS r ON r.id = d.id
WHERE d.as_of = $as_of AND (d.delivered_on = $as_of OR (d.provisional AND d.counted_from < d.delivered_on))
ORDER BY d.id, d.unit, d.role
"""

_FIRST = "SELECT min(delivered_on) FROM intervene.duty WHERE id = $id AND unit = $unit"

_CAME_BACK = "SELECT of_id, closed_on, min(as_of) FROM assess.reopened WHERE id = ? GROUP BY of_id, closed_on"

_KEEP = """
UPDATE intervene.duty SET deadline = $1, provisional = $2, counted_from = $3
WHERE as_of = $4 AND id = $5 AND unit = $6 AND role = $7
"""
