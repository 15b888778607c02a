"""The verbs. Each is one function that reads top to bottom."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from riskengine import ledger
from riskengine.cli.answer import answering, ending, say
from riskengine.cli.app import HERE, At, Json, Night, app, day
from riskengine.cli.clock import last_whole_day
from riskengine.cli.starter import lay_down
from riskengine.cli.wording import fill_line, night_text, status_text
from riskengine.night import NightReport, fill, run_night
from riskengine.replay import replay
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["fill_nights", "init", "replay_night", "run", "status"]


@app.command(help="新建一个工作区，放入随程序附带的规则。")
def init(folder: Annotated[Path, typer.Argument(help="新工作区的文件夹。")]) -> None:
    """Lay down a new workspace."""
    with ending(folder):
        lay_down(folder)
        print(
            f"工作区已建在 {folder}：规则在 rules/，来文放进 data/inbox/，然后运行 riskengine run --workspace {folder}"
        )


@app.command(help="运行一夜。已运行过的不再重复。")
def run(as_of: Night = None, workspace: At = HERE, as_json: Json = False) -> None:
    """Run one night without any server."""
    with answering(workspace) as here:
        report = run_night(here, as_of or last_whole_day(), say=say)
        _show_night(here, report, as_json)
    raise typer.Exit(report.exit_code)


@app.command(name="fill", help="按先后补跑一段时间里没有运行过的每一夜。")
def fill_nights(
    first: Annotated[date, typer.Option("--from", parser=day, metavar="日期", help="第一夜。")],
    last: Annotated[
        date | None, typer.Option("--to", parser=day, metavar="日期", help="最后一夜；缺省为昨天。")
    ] = None,
    workspace: At = HERE,
) -> None:
    """Run missed nights in order."""
    code = 0
    with answering(workspace) as here:
        until = last or last_whole_day()
        total = sum(not ledger.is_finished(here, first + timedelta(days=n)) for n in range((until - first).days + 1))
        for number, report in enumerate(fill(here, first, until), start=1):
            code = max(code, report.exit_code)
            say(fill_line(report, f"[{number}/{total}] "))
        print(
            f"{first} 至 {until}：补跑 {total} 夜，全部完成。"
            if total
            else f"{first} 至 {until} 的每一夜都已运行过，没有要补的。"
        )
    raise typer.Exit(code)


@app.command(help="工作区的现状：最近一夜、漏跑的夜、今夜的数据问题。")
def status(workspace: At = HERE, as_json: Json = False) -> None:
    """Say where the workspace stands; reads run.json files only, so it never disturbs a running night."""
    with answering(workspace) as here:
        nights = ledger.finished(here)
        missed = sorted(set(_between(nights[0], last_whole_day())) - set(nights)) if nights else []
        waiting = sum(path.is_file() for path in here.inbox.rglob("*")) if here.inbox.is_dir() else 0
        newest = NightReport(nights[-1], False, ledger.read(here, nights[-1])) if nights else None
        if as_json:
            state = {"nights": len(nights), "missed": missed, "inbox": waiting, "latest": newest and newest.account}
            print(json.dumps(state, ensure_ascii=False, indent=2, default=str))
        else:
            night = _told(here, newest) if newest else None
            print(status_text(nights[-1] if nights else None, len(nights), missed, waiting, night))


@app.command(name="replay", help="用封存的来文和当时的规则重建一夜；--verify 逐份核对清单。")
def replay_night(
    as_of: Annotated[date, typer.Argument(parser=day, metavar="日期", help="重建哪一夜。")],
    verify: Annotated[
        bool, typer.Option("--verify", help="与当时的清单逐份比对 SHA-256，不一致时退出码为 6。")
    ] = False,
    workspace: At = HERE,
) -> None:
    """Rebuild a night in a scratch workspace."""
    with answering(workspace) as here:
        print(replay(here, as_of, verify=verify, say=say))


def _show_night(here: Workspace, report: NightReport, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.account, ensure_ascii=False, indent=2))
        return
    print(_told(here, report))


def _told(here: Workspace, report: NightReport) -> str:
    rules = load(here)
    units = {unit.id: unit.name for unit in rules.units.values()}
    return night_text(report, _folder(report.as_of), rules.levels, units)


def _folder(as_of: date) -> str:
    return f"data/outbox/{as_of}"


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
