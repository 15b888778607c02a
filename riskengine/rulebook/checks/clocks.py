"""Clocks and the working calendar: that every level has exactly one clock, and that a year's days off can be believed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from riskengine.errors import Problem
from riskengine.model.clock import DELIVERY, CalendarYear
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.lunar import LUNAR_YEARS, spring_festival
from riskengine.rulebook.suggest import suggestion
from riskengine.rulebook.workdays import PUBLISHED

__all__ = ["check_clocks"]


def check_clocks(entries: Entries) -> Iterator[Problem]:
    """Problems of ``clocks.yaml``, ``calendar.yaml`` and of levels without a clock."""
    yield from _clocks(entries)
    yield from _levels(entries)
    seen: dict[int, int] = {}
    for entry in entries.calendar:
        year = entry.model.year
        if year in seen:
            yield entry.problem(("year",), "E501", f"{year}年的放假安排在第{seen[year]}行已有。请合成一条。")
        seen.setdefault(year, entry.document.position(entry.at)[0])
        yield from _year(entry)


def _clocks(entries: Entries) -> Iterator[Problem]:
    levels = [level.model.name for level in entries.levels]
    seen: dict[str, int] = {}
    served: dict[str, int] = {}
    for entry in entries.clocks:
        clock, line = entry.model, entry.document.position(entry.at)[0]
        if clock.id in seen:
            yield entry.problem(("id",), "E501", f"期限“{clock.id}”在第{seen[clock.id]}行已有。请换一个编号。")
        seen.setdefault(clock.id, line)
        if clock.unit == "workdays" and "last_day" in clock.model_fields_set:
            message = "last_day 只用于自然日（unit: days）：工作日的期限总是在工作日届满。请删去 last_day。"
            yield entry.problem(("last_day",), "E911", message)
        for number, reason in enumerate(clock.pauses):
            if reason in clock.pauses[:number]:
                yield entry.problem(("pauses", number), "E911", f"事由“{reason}”写了两次。请删去一个。")
        if clock.serves is None:
            continue
        if clock.start != DELIVERY:
            message = f"按等级的办理期限从{DELIVERY}起算，不从“{clock.start}”起算。请写 start: {DELIVERY}。"
            yield entry.problem(("start",), "E911", message)
        for number, name in enumerate(clock.serves.levels):
            at = ("for", "levels", number)
            if name not in levels and levels and "levels" not in entries.incomplete:
                yield entry.problem(at, "E606", f"未知等级“{name}”{suggestion(name, levels)}")
            if name in served:
                yield entry.problem(at, "E912", f"等级“{name}”的期限在第{served[name]}行已有。一个等级只能有一个期限。")
            served.setdefault(name, line)


def _levels(entries: Entries) -> Iterator[Problem]:
    if "clocks" in entries.incomplete:
        return
    served = {name for entry in entries.clocks if entry.model.serves for name in entry.model.serves.levels}
    for level in entries.levels:
        if level.model.handle_within is None and level.model.name not in served:
            message = f"等级“{level.model.name}”没有办理期限。请在 clocks.yaml 里写一条 for: {{levels: [{level.model.name}]}} 的期限。"
            yield level.problem(("name",), "E912", message)
    yield from _graver(entries)


def _graver(entries: Entries) -> Iterator[Problem]:
    """What is graver is never handled more slowly than what is lighter; days and working days are compared where that is certain."""
    if "levels" in entries.incomplete:
        return
    clocks = {name: entry for entry in entries.clocks if entry.model.serves for name in entry.model.serves.levels}
    ordered = sorted((entry.model for entry in entries.levels), key=lambda level: level.rank)
    terms = [
        (level.name, clocks[level.name].model.amount, clocks[level.name].model.unit)
        if level.name in clocks
        else (level.name, level.handle_within or 0, "days")
        for level in ordered
    ]
    for at, (name, amount, unit) in enumerate(terms):
        for lighter, more, its in terms[at + 1 :]:
            if amount > more > 0 and (unit == its or unit == "workdays"):
                message = f"{name}级的办理期限（{amount}日）比更轻的{lighter}级（{more}日）还长。越重的等级期限应越短，请改正。"
                entry = clocks.get(name)
                if entry is not None:
                    yield entry.problem(("amount",), "E912", message)
                else:
                    level = next(each for each in entries.levels if each.model.name == name)
                    yield level.problem(("handle_within",), "E912", message)
                break


def _year(entry: Entry[CalendarYear]) -> Iterator[Problem]:
    held = entry.model
    seen: set[date] = set()
    for key, days in (("holidays", held.holidays), ("workdays", held.workdays)):
        for number, day in enumerate(days):
            if day.year != held.year:
                message = f"{day} 不在{held.year}年。请写到 year: {day.year} 的一条里。"
                yield entry.problem((key, number), "E913", message)
            if day in seen:
                yield entry.problem((key, number), "E913", f"{day} 写了两次，或既放假又上班。请只留一处。")
            seen.add(day)
    if held.year in PUBLISHED:
        return
    missing = [day for day in _surely_off(held.year) if day.weekday() < 5 and day not in held.holidays]
    if missing:
        named = "、".join(map(str, missing[:3])) + ("等" if len(missing) > 3 else "")
        message = f"{held.year}年的安排不全：{named}是法定节假日，没有列入放假。请按放假通知把全年写齐。"
        yield entry.problem(("holidays",) if held.holidays else (), "E913", message)


def _surely_off(year: int) -> list[date]:
    """Days that are off in every year, whatever the notice says."""
    fixed = [date(year, month, day) for month, day in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))]
    if year in LUNAR_YEARS:
        fixed += [spring_festival(year) + timedelta(days) for days in range(3)]
    return sorted(fixed)
