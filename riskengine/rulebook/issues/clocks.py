"""What clocks say that should be looked at: days that no longer count, and a calendar that is about to end."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.due import due
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.workdays import Calendar

__all__ = ["clock_issues"]


def clock_issues(view: View) -> Iterator[Problem]:
    """I841, and on a given day I842: a clock that starts today already ends in days that no notice covers."""
    entries = view.entries
    served = {name: entry.model for entry in entries.clocks if entry.model.serves for name in entry.model.serves.levels}
    for level in entries.levels:
        clock = served.get(level.model.name)
        if clock is not None and level.model.handle_within is not None:
            message = (
                f"等级“{level.model.name}”的期限由 clocks.yaml 的“{clock.title}”决定，handle_within 不起作用。请删去。"
            )
            yield level.problem(("handle_within",), "I841", message)
    if view.today is None or {"clocks", "calendar"} & entries.incomplete:
        return
    calendar = Calendar(entry.model for entry in entries.calendar)
    found = [(entry, due(entry.model, view.today, calendar)) for entry in entries.clocks]
    waiting = [(entry, deadline) for entry, deadline in found if deadline.provisional]
    if waiting:
        entry, deadline = waiting[0]
        many = f"等{len(waiting)}种期限" if len(waiting) > 1 else ""
        message = (
            f"从 {view.today} 起算，“{entry.model.title}”{many}要用到还没有录入的放假安排，只能标为暂定（{deadline.day}）。"
            "请把放假通知写进 calendar.yaml。"
        )
        yield entry.problem((), "I842", message)
