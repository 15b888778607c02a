"""From a clock and the day on which it starts to the day on which it ends, with every step in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.model.clock import DELIVERY, Clock
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.workdays import Calendar

__all__ = ["Deadline", "Extended", "Pause", "due", "in_words", "level_clocks"]

_DAY = timedelta(1)
_UNITS = {"days": "日", "workdays": "个工作日"}


@dataclass(frozen=True)
class Pause:
    """From ``first`` through ``last`` the clock stood still. One that still goes on ends, for whoever asks, with the night asked about."""

    reason: str
    first: date
    last: date


@dataclass(frozen=True)
class Extended:
    """The extension that was given: ``amount`` in the clock's unit, by which post or body, and why."""

    amount: int
    approver: str
    reason: str = ""


@dataclass(frozen=True)
class Deadline:
    """``day``: the last day in time. ``provisional`` (暂定): it hangs on a working calendar that is not published yet, and may move by some
    days either way once it is. ``steps``: how it was reckoned, Chinese sentences to be read in order; the last says why it is provisional.
    """

    day: date
    provisional: bool
    steps: tuple[str, ...]


def due(
    clock: Clock, start: date, calendar: Calendar, *, pauses: Sequence[Pause] = (), extension: Extended | None = None
) -> Deadline:
    """The last day of ``clock`` where its event happened on ``start``: that day does not count (期间开始的当日不计入).

    Days of ``pauses`` are not counted; days that two of them share are left out once. ``extension`` is counted on from the end. Then, and
    only then, is it asked whether the last day is a day off (期间届满的最后一日是节假日的，以节假日后的第一日为期间届满的日期).
    Only a deadline that a day off can move is ever provisional. Raises ValueError, a sentence, for a pause or an extension that the
    clock does not allow.
    """
    _allowed(clock, pauses, extension)
    total = clock.amount + (extension.amount if extension else 0)
    spans = _merged(pauses, start)
    if clock.unit == "workdays":
        day, passed = _worked(start, total, spans, calendar)
    else:
        day, passed = _counted(start, total, spans), ()
    last = day
    while clock.unit == "days" and clock.last_day == "roll" and calendar.rest(last) is not None:
        last += _DAY
    looked = passed if clock.unit == "workdays" else tuple(_days(day, last)) if clock.last_day == "roll" else ()
    unsettled = next((each for each in looked if not calendar.settled(each)), None)
    steps = (
        *_opening(clock, start, extension, total),
        *_standing_still(pauses, spans, day),
        *(_passed(passed, calendar) if clock.unit == "workdays" else ()),
        *_ending(clock, total, day, last, calendar),
        *(_waiting(unsettled, calendar) if unsettled else ()),
    )
    return Deadline(last, unsettled is not None, steps)


def level_clocks(rulebook: Rulebook) -> dict[int, Clock]:
    """Rank of a level → its clock: the one that names the level, else ``handle_within`` in calendar days.

    A level with neither cannot be loaded; it is not among the keys.
    """
    named = {level: clock for clock in rulebook.clocks.values() if clock.serves for level in clock.serves.levels}
    found = {}
    for level in rulebook.levels:
        if level.name in named:
            found[level.rank] = named[level.name]
        elif level.handle_within is not None:
            found[level.rank] = Clock(
                id=f"handle-within-{level.rank}",
                title=f"{level.name}级预警办理",
                start=DELIVERY,
                amount=level.handle_within,
                unit="days",
                basis="等级表（levels.yaml）的办理天数",
            )
    return found


def in_words(clock: Clock) -> str:
    """``7日（自然日）`` or ``5个工作日``."""
    return f"{clock.amount}{_UNITS[clock.unit]}" + ("（自然日）" if clock.unit == "days" else "")


def _allowed(clock: Clock, pauses: Sequence[Pause], extension: Extended | None) -> None:
    for pause in pauses:
        if pause.reason not in clock.pauses:
            known = "、".join(clock.pauses)
            told = f"可以不计入的只有：{known}" if known else "没有不计入期限的事由"
            raise ValueError(f"“{clock.title}”不因“{pause.reason}”停止计算，{told}。请核对事由。")
        if pause.last < pause.first:
            raise ValueError(f"“{pause.reason}”的结束日 {pause.last} 早于开始日 {pause.first}。请对调。")
    if extension is None:
        return
    if clock.extension is None:
        raise ValueError(f"“{clock.title}”不能延长。请去掉延长。")
    if not 1 <= extension.amount <= clock.extension.amount:
        most = f"{clock.extension.amount}{_UNITS[clock.unit]}"
        raise ValueError(f"“{clock.title}”延长应为1到{most}，现写 {extension.amount}。请改正。")
    if not extension.approver.strip():
        raise ValueError(f"“{clock.title}”延长须经{clock.extension.approver}批准。请写明批准的岗位或单位。")
    if clock.extension.reason and not extension.reason.strip():
        raise ValueError(f"“{clock.title}”延长须写明理由。请补上。")


def _merged(pauses: Sequence[Pause], start: date) -> list[tuple[date, date]]:
    """The pauses after ``start`` as spans in order that neither overlap nor touch the start."""
    spans: list[tuple[date, date]] = []
    for pause in sorted(pauses, key=lambda each: each.first):
        first = max(pause.first, start + _DAY, *(last + _DAY for _, last in spans[-1:]))
        if first <= pause.last:
            spans.append((first, pause.last))
    return spans


def _counted(start: date, total: int, spans: Sequence[tuple[date, date]]) -> date:
    day = start + timedelta(total)
    for first, last in spans:
        if first <= day:
            day += last - first + _DAY
    return day


def _worked(
    start: date, total: int, spans: Sequence[tuple[date, date]], calendar: Calendar
) -> tuple[date, tuple[date, ...]]:
    """The last of ``total`` working days after ``start``, and all days on the way that no pause covers."""
    day, left, passed = start, total, []
    while left:
        day += _DAY
        if not any(first <= day <= last for first, last in spans):
            passed.append(day)
            left -= calendar.rest(day) is None
    return day, tuple(passed)


def _opening(clock: Clock, start: date, extension: Extended | None, total: int) -> Iterator[str]:
    yield f"{clock.title}：自{clock.start}之日起{in_words(clock)}。依据：{clock.basis}。"
    yield f"{clock.start}之日 {start} 不计入，从 {start + _DAY} 起算。"
    if extension is not None and clock.extension is not None:
        why = f"，理由：{extension.reason.strip()}" if extension.reason.strip() else ""
        unit = _UNITS[clock.unit]
        given = f"延长{extension.amount}{unit}，批准：{extension.approver.strip()}"
        yield f"{given}（规定由{clock.extension.approver}批准）{why}，合计{total}{unit}。"


def _standing_still(pauses: Sequence[Pause], spans: Sequence[tuple[date, date]], day: date) -> Iterator[str]:
    for pause in sorted(pauses, key=lambda each: (each.first, each.last)):
        if pause.first > day:
            yield f"{pause.reason} {pause.first} 至 {pause.last} 在期限届满之后，不影响。"
        else:
            yield f"{pause.reason} {pause.first} 至 {pause.last} 停止计算。"
    left_out = sum((last - first).days + 1 for first, last in spans if first <= day)
    if left_out:
        yield f"停止计算的共{left_out}日，不计入期限。"


def _passed(passed: Sequence[date], calendar: Calendar) -> Iterator[str]:
    """Days off on the way, by what they are, and the make-up days."""
    off: dict[str, int] = {}
    for each in passed:
        if (why := calendar.rest(each)) is not None:
            name = "周末" if why.startswith("周") else why
            off[name] = off.get(name, 0) + 1
    if off:
        yield f"其间不上班的{sum(off.values())}日不计入：{'、'.join(f'{name}{n}日' for name, n in off.items())}。"
    if made_up := [each.isoformat() for each in passed if calendar.made_up(each)]:
        yield f"调休上班的周末照常计入：{'、'.join(made_up)}。"


def _ending(clock: Clock, total: int, day: date, last: date, calendar: Calendar) -> Iterator[str]:
    yield f"第{total}{_UNITS[clock.unit]}是 {day}。"
    if last != day:
        yield f"{day} 不上班（{calendar.rest(day)}），期限以其后第一个工作日 {last} 为届满之日。"
    elif clock.unit == "days" and clock.last_day == "keep" and (why := calendar.rest(day)) is not None:
        yield f"{day} 不上班（{why}），这一期限不因此顺延。"


def _waiting(day: date, calendar: Calendar) -> Iterator[str]:
    year = calendar.waits_for(day)
    yield (
        f"暂定：{year}年的放假调休安排还没有公布或录入，{day} 起暂按周一至周五上班推算。安排公布后写入 rules/calendar.yaml，期限会重新计算。"
    )


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY
