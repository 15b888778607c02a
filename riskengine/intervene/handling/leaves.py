"""What extensions and pauses do to the deadlines of tonight's duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from riskengine.intervene.handling.gather import standing
from riskengine.intervene.kept_clock import AT_REST, closed_time
from riskengine.model.clock import Clock
from riskengine.rulebook.due import Extended, Pause, due
from riskengine.rulebook.workdays import Calendar
from riskengine.store.database import Connection

__all__ = ["lengthen"]

_DAY = timedelta(1)

_Leave = tuple[str, date, date | None, int | None, str | None, str | None]
"""Kind, first and last day, amount, approver, reason."""


def lengthen(
    con: Connection,
    clocks: Mapping[str, Clock],
    by_level: Mapping[int, Clock],
    calendar: Calendar,
    as_of: date,
    *,
    keeps_clock: bool = True,
) -> None:
    """Reckon anew the deadlines of tonight's duties for which ``intervene.leave`` has something, from the day the clock was counted from.

    An extension belongs to the clock that ran when it was granted, together at most what the clock allows; a pause counts for every clock
    that knows its reason, one that goes on until tonight. A clock that was kept over a closing (反弹) leaves at least a day from the night
    on which it came back, and where the same warning came back graver, no more than the clock of its level gives from that night
    on. ``by_level``: rank → clock.
    ``keeps_clock`` False: what came back has the clock of its level from that night on, whatever it had left.
    """
    if not con.execute("SELECT 1 FROM intervene.leave WHERE as_of <= $1 LIMIT 1", [as_of]).fetchone():
        return
    newest = standing("intervene.leave", "id, unit, kind, first", "as_of <= $as_of")
    held: defaultdict[tuple[str, str, int, str, date, date], list[_Leave]] = defaultdict(list)
    for *duty, kind, first, last, amount, approver, reason in con.execute(
        _LEAVES.format(leave=newest), {"as_of": as_of}
    ).fetchall():
        id_, unit, level, name, start, delivered_on = duty
        held[id_, unit, level, name, start, delivered_on].append((kind, first, last, amount, approver, reason))
    changed = []
    for (id_, unit, level, name, start, delivered_on), leaves in held.items():
        if name not in clocks:
            continue
        clock = clocks[name].model_copy(update={"pauses": (*clocks[name].pauses, AT_REST)})
        pauses = [
            Pause(reason or "", first, last or as_of)
            for kind, first, last, _, _, reason in leaves
            if kind == "暂停" and reason in clock.pauses and (last or as_of) >= first
        ]
        if start < delivered_on:
            pauses += closed_time(con, id_, delivered_on)[0]
        extension = _extended(clock, leaves, start)
        if pauses or extension:
            now = due(clock, start, calendar, pauses=pauses, extension=extension)
            back = [each.last for each in pauses if each.reason == AT_REST and each.last > delivered_on]
            if back and level in by_level:
                anew, since = by_level[level], max(back)
                later = [each for each in pauses if each.first > since and each.reason in anew.pauses]
                again = due(anew, since, calendar, pauses=later, extension=_extended(anew, leaves, since))
                if again.day < now.day or not keeps_clock:
                    now = again
            tomorrow = max([delivered_on, *back]) + _DAY  # nobody is late with what was given, or came back, that night
            changed.append((max(now.day, tomorrow), now.provisional, as_of, id_, unit))
    if changed:
        con.executemany(
            "UPDATE intervene.duty SET deadline = ?, provisional = ? WHERE as_of = ? AND id = ? AND unit = ?",
            changed,
        )


def _extended(clock: Clock, leaves: Sequence[_Leave], start: date) -> Extended | None:
    """What was granted after ``start``, together at most what the clock allows."""
    granted = [each for each in leaves if each[0] == "延期" and each[1] > start]
    amount = min(sum(each[3] or 0 for each in granted), clock.extension.amount if clock.extension else 0)
    return Extended(amount, granted[-1][4] or "核验单位", granted[-1][5] or "见申请") if amount else None


_LEAVES = """
SELECT d.id, d.unit, d.level, d.clock, d.counted_from, d.delivered_on, l.kind, l.first, l.last, l.amount, l.approver, l.reason
FROM intervene.duty AS d JOIN ({leave}) AS l ON l.id = d.id AND l.unit = d.unit
WHERE d.as_of = $as_of AND d.clock IS NOT NULL AND d.counted_from IS NOT NULL
ORDER BY d.id, d.unit, l.first, l.kind
"""
