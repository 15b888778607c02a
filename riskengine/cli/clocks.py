"""`riskengine clocks`."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, app, day
from riskengine.errors import WrongUse
from riskengine.model.clock import Clock
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.due import Deadline, Extended, Pause, due, in_words
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.rulebook.workdays import Calendar

__all__ = ["clocks"]

_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)
_LONGEST = timedelta(3660)


@app.command(help="期限：有哪些、各多少日；给出起算的日子，说明哪一天到期、怎样算出来。")
def clocks(
    clock: Annotated[str | None, typer.Argument(help="期限的编号；不写就列出全部。", metavar="期限")] = None,
    start: Annotated[
        date | None, typer.Option("--from", parser=day, metavar="日期", help="起算的事发生在哪一天（当日不计入）。")
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option("--pause", metavar="事由:开始日:结束日", help="不计入期限的日子，首尾两天都算；可以写几次。"),
    ] = None,
    extend: Annotated[int | None, typer.Option("--extend", metavar="日数", help="批准延长多少日。")] = None,
    approver: Annotated[
        str, typer.Option("--approver", metavar="岗位或单位", help="谁批准延长，不写人名。", show_default=False)
    ] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="为什么延长。", show_default=False)] = "",
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """List the clocks, or reckon one and say how."""
    with answering(workspace) as here:
        rulebook = load(here)
        asked = (start, pause, extend, approver or None, reason or None)
        if clock is None:
            if any(each is not None for each in asked):
                raise WrongUse("没有写是哪一种期限。请写编号，如 riskengine clocks petition-finish --from 2026-06-30。")
            found = list(rulebook.clocks.values())
            print(
                _dumped([_plain(each) for each in found]) if as_json else "\n".join(map(_line, found)) or "没有期限。"
            )
            return
        one = _named(rulebook, clock)
        if start is None:
            if any(each is not None for each in asked):
                raise WrongUse("没有写从哪一天起算。请加 --from 日期。")
            print(_dumped(_plain(one)) if as_json else _line(one))
            return
        deadline = _reckoned(one, start, Calendar(rulebook.calendar), pause or (), extend, approver, reason)
        print(_dumped(_plain(one) | _told(start, deadline)) if as_json else _text(deadline))


def _named(rulebook: Rulebook, id_: str) -> Clock:
    if id_ not in rulebook.clocks:
        raise WrongUse(f"没有“{id_}”这一种期限{suggestion(id_, rulebook.clocks)}")
    return rulebook.clocks[id_]


def _reckoned(
    clock: Clock,
    start: date,
    calendar: Calendar,
    pauses: list[str] | tuple[()],
    extend: int | None,
    approver: str,
    reason: str,
) -> Deadline:
    if not _EARLIEST <= start <= _LATEST:
        raise WrongUse(f"起算日 {start} 不在 {_EARLIEST} 至 {_LATEST} 之间。请核对日期。")
    if extend is None and (approver or reason):
        raise WrongUse("写了批准或理由，没有写延长多少日。请加 --extend 日数。")
    extension = None if extend is None else Extended(extend, approver, reason)
    try:
        return due(clock, start, calendar, pauses=[_pause(each) for each in pauses], extension=extension)
    except ValueError as error:
        raise WrongUse(str(error)) from None


def _pause(text: str) -> Pause:
    parts = text.replace("：", ":").split(":")
    if len(parts) != 3:
        raise WrongUse(f"“{text}”看不懂。请写成 听证:2026-07-01:2026-07-03 的样子。")
    try:
        first, last = (date.fromisoformat(each.strip()) for each in parts[1:])
    except ValueError:
        raise WrongUse(f"“{text}”里的日期不对。请写成 听证:2026-07-01:2026-07-03 的样子。") from None
    if not all(_EARLIEST <= each <= _LATEST for each in (first, last)) or last - first > _LONGEST:
        raise WrongUse(f"“{text}”的日子太早、太晚或太长。请核对。")
    return Pause(parts[0].strip(), first, last)


def _line(clock: Clock) -> str:
    served = f"，用于{'、'.join(clock.serves.levels)}级预警" if clock.serves else ""
    unit = "日" if clock.unit == "days" else "个工作日"
    longer = f"，经{clock.extension.approver}批准可延长不超过{clock.extension.amount}{unit}" if clock.extension else ""
    stops = f"，{'、'.join(clock.pauses)}不计入" if clock.pauses else ""
    rolls = "，最后一日不上班的顺延" if clock.last_day == "roll" else ""
    return f"{clock.id}  {clock.title}：自{clock.start}之日起{in_words(clock)}{longer}{stops}{rolls}{served}（{clock.basis}）"


def _text(deadline: Deadline) -> str:
    steps = [f"{number}. {step}" for number, step in enumerate(deadline.steps, start=1)]
    return "\n".join((f"{deadline.day} 届满{'（暂定）' if deadline.provisional else ''}", *steps))


def _plain(clock: Clock) -> dict[str, Any]:
    return clock.model_dump(mode="json", by_alias=True)


def _told(start: date, deadline: Deadline) -> dict[str, Any]:
    told = {"day": deadline.day.isoformat(), "provisional": deadline.provisional, "steps": list(deadline.steps)}
    return {"from": start.isoformat(), "deadline": told}


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
