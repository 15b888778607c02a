"""`riskengine deliver` and `riskengine deliveries`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import typer

from riskengine import ledger
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app, day
from riskengine.cli.clock import SHANGHAI
from riskengine.delivery import chain
from riskengine.delivery.drills import Drilled, drills
from riskengine.delivery.send import Delivered
from riskengine.delivery.send import deliver as send_out
from riskengine.delivery.told import Told
from riskengine.delivery.told import deliveries as told
from riskengine.errors import LogBroken, NotDelivered, WrongUse
from riskengine.model.deliveries import COUNTY
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["deliver", "delivered_text", "deliveries", "shanghai_now"]


def shanghai_now() -> datetime:
    """What the clock on the wall says in Asia/Shanghai, without a zone, as the tables hold it."""
    return datetime.now(SHANGHAI).replace(tzinfo=None)


@app.command(help="送达：把一夜的清单按 rules/deliveries.yaml 送出去，没送到的再送；有没送到的，退出码为 5。")
def deliver(
    as_of: Night = None,
    again: Annotated[bool, typer.Option("--again", help="马上再送：没到再送时候的、已经搁置的都送。")] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Queue the newest finished night (or ``as_of``) and send what waits."""
    with answering(workspace) as here:
        rulebook = load(here)
        night = as_of or next(reversed(ledger.finished(here)), None)
        run = send_out(here, rulebook, shanghai_now, night, again=again)
        if as_json:
            print(json.dumps(_plain(asdict(run)), ensure_ascii=False, indent=2))
        else:
            print(delivered_text(run, rulebook))
    raise typer.Exit(NotDelivered.exit_code if run.failed else 0)


@app.command(help="送达的情况：什么送到了哪里、何时、试了几次，什么还在等、为什么；--drill 看演练各单位几天签收。")
def deliveries(
    as_of: Night = None,
    since: Annotated[date | None, typer.Option("--since", parser=day, metavar="日期", help="从哪一夜起。")] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="单位", help="只看一个单位：编号或名称；county 是全县的总清单。")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="渠道", help="只看一个渠道。")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="只看还没有送到的。")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="不看消息，核对送达记录有没有被改动；有则退出码为 6。")
    ] = False,
    drill: Annotated[bool, typer.Option("--drill", help="不看消息，看每月演练：谁几天签收，谁没有签收。")] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Show the outbox, or the drills."""
    with answering(workspace) as here:
        rulebook = load(here)
        key = _unit(rulebook, unit) if unit else None
        if not here.database.is_file():
            raise WrongUse("这个工作区还没有运行过任何一夜，没有送达可看。请先运行 riskengine run。")
        if verify:
            _verify(here, as_json)
            return
        if drill:
            if since or channel or open_only:
                raise WrongUse("--drill 看的是演练，与 --since、--channel、--open 不能合用。请去掉。")
            with connect(here.database, here.scratch) as con:
                drilled = drills(con, month=f"{as_of:%Y-%m}" if as_of else None, unit=key)
            print(_json(drilled) if as_json else _drill_text(drilled, rulebook))
            return
        if as_of and since:
            raise WrongUse("--as-of 是一夜，--since 是从哪一夜起，不能合用。请去掉其中一个。")
        nights = None if as_of or since or open_only else next(reversed(ledger.finished(here)), None)
        with connect(here.database, here.scratch) as con:
            found = told(con, as_of=as_of or nights, since=since, unit=key, channel=channel, open_only=open_only)
        print(_json(found) if as_json else _text(found, rulebook, as_of or nights))


def delivered_text(run: Delivered, rulebook: Rulebook) -> str:
    """What a run of the delivery came to, for people."""
    if not any(channel.active for channel in rulebook.deliveries.channels):
        return "送达：没有启用的渠道（rules/deliveries.yaml），没有送出任何东西。清单在发件箱 data/outbox/。"
    parts = [f"{run.as_of or '不新增任何一夜'}：新排队 {run.queued} 件", f"送出 {run.sent} 件"]
    if run.failed:
        parts.append(f"没送到 {run.failed} 件")
    if run.shelved:
        parts.append(f"其中 {run.shelved} 件等得太久，已搁置（riskengine deliver --again 再送）")
    if run.waiting:
        parts.append(f"{'免打扰时段' if run.quiet else '渠道不通'}，{run.waiting} 件在等")
    if run.later:
        parts.append(f"{run.later} 件此前没送到，还没到再送的时候（riskengine deliver --again 马上再送）")
    if run.interrupted:
        parts.append(f"上次中断的 {run.interrupted} 件已重新送")
    end = "都不会丢，下次运行 riskengine deliver 时接着送。" if run.failed or run.waiting or run.later else ""
    return "\n".join(["送达：" + "，".join(parts) + "。" + end, *(f"  {each}" for each in run.told)])


def _verify(here: Workspace, as_json: bool) -> None:
    with connect(here.database, here.scratch) as con:
        wrong = chain.verify(con)
        seq, newest = chain.head(con)
    if as_json:
        print(json.dumps({"lines": seq, "head": newest, "findings": wrong}, ensure_ascii=False, indent=2))
    elif wrong:
        print("\n".join([*wrong, f"共 {len(wrong)} 处不符。请先把 data/ 整个备份留证，再查明是谁在何时改的。"]))
    else:
        print(f"送达记录 {seq} 条，逐条相扣，与各件消息一致。链头（请抄存到别处）：{newest}")
    if wrong:
        raise SystemExit(LogBroken.exit_code)


def _unit(rulebook: Rulebook, asked: str) -> str:
    if asked in rulebook.units or asked == COUNTY:
        return asked
    by_name = {unit.name: unit.id for unit in rulebook.units.values()}
    if asked not in by_name:
        raise WrongUse(f"没有单位“{asked}”{suggestion(asked, [*rulebook.units, *by_name])}")
    return by_name[asked]


def _text(found: list[Told], rulebook: Rulebook, night: date | None) -> str:
    if not found:
        return f"{night or '所查的范围'} 没有送达的消息。" + (
            "" if rulebook.deliveries.channels else "rules/deliveries.yaml 里没有写渠道。"
        )
    active = {channel.id for channel in rulebook.deliveries.channels if channel.active}
    lines = []
    for each in found:
        stopped = "（渠道已停用）" if each.channel not in active and each.status in ("待送", "待重试") else ""
        when = f"{each.last_at:%m-%d %H:%M}" if each.last_at else "还没有试"
        next_at = f"，{each.next_at:%m-%d %H:%M} 以后再送" if each.next_at and each.next_at > each.queued_at else ""
        twice = "，可能送到过两次" if each.doubtful else ""
        why = f"：{each.detail}" if each.detail and each.status != "已送" else ""
        lines.append(
            f"{each.as_of}  {each.channel}  {each.to} → {each.address}  {each.status}{stopped}  "
            f"{when}，试 {each.tries} 次{next_at}{twice}{why}  {each.id}"
        )
    counted = "，".join(f"{status} {number}" for status, number in Counter(each.status for each in found).items())
    return "\n".join([*lines, f"共 {len(found)} 件：{counted}。"])


def _drill_text(found: list[Drilled], rulebook: Rulebook) -> str:
    if not found:
        return "没有演练过。演练写在 rules/deliveries.yaml 的 drill。"
    names = {unit.id: unit.name for unit in rulebook.units.values()}
    lines = []
    for month in dict.fromkeys(each.id.rpartition("-")[0] for each in found):
        these = [each for each in found if each.id.rpartition("-")[0] == month]
        signed = [each for each in these if each.signed_on]
        first = min(each.called_on for each in these)
        lines.append(f"{month}（{first} 下发，{these[0].due} 前签收）：{len(these)} 个单位，{len(signed)} 个签收")
        for each in these:
            state = "没有签收" if each.days is None else f"{each.days} 天签收{'，已过期限' if each.late else ''}"
            sent = f"，清单 {each.sent_at:%m-%d %H:%M} 送到" if each.sent_at else ""
            lines.append(f"  {each.id}  {names.get(each.unit, each.unit)}  {state}{sent}")
    return "\n".join(lines)


def _json(found: list[Told] | list[Drilled]) -> str:
    return json.dumps([_plain(asdict(each)) for each in found], ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
