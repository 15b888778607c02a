"""`riskengine audit …`: the log of what changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from riskengine.audit.line import Line
from riskengine.audit.story import chosen, story
from riskengine.audit.verify import Verified, verify
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, app, day
from riskengine.errors import LogBroken, WrongUse
from riskengine.rulebook.load import load
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["audit", "show", "verify_log"]

_SHOWN = 20

audit = typer.Typer(
    help="留痕：只增不改、逐行相扣的变化日志，核对它，或看一件预警的经过。", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(audit, name="audit")


@audit.command(name="verify", help="核对留痕：有没有哪一行被改动、删去、挪动、插入；有则退出码为 6。")
def verify_log(
    head: Annotated[
        str | None, typer.Option("--head", help="另处抄下的链头：应当是留痕里某一行的哈希。", metavar="哈希")
    ] = None,
    lists: Annotated[bool, typer.Option("--lists", help="连同发件箱里的清单文件，逐份核对 SHA-256。")] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Hold the log to itself, to its copy in files, to the accounts of the nights and to their tables."""
    with answering(workspace) as here:
        _there(here)
        with connect(here.database, here.scratch) as con:
            found = verify(con, here, head, files=lists)
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2) if as_json else _text(found))
    raise typer.Exit(LogBroken.exit_code if found.findings else 0)


@audit.command(name="show", help="用句子看留痕：一件预警的经过，或某日以来发生的事；缺省为最近一夜。")
def show(
    warning: Annotated[
        str | None, typer.Option("--warning", help="只看一件预警，如 YJ-2026-000123。", metavar="预警编号")
    ] = None,
    since: Annotated[date | None, typer.Option("--since", parser=day, metavar="日期", help="从哪一夜起。")] = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Tell the story of one warning, or of the nights since a day."""
    with answering(workspace) as here:
        _there(here)
        rulebook = load(here)
        with connect(here.database, here.scratch) as con:
            found = chosen(con, warning, since)
        if as_json:
            print(json.dumps([_plain(line) for line in found], ensure_ascii=False, indent=2))
        else:
            print(story(found, rulebook, warning) or f"{since} 以来留痕里没有新的一行。")


def _there(here: Workspace) -> None:
    if not here.database.is_file():
        raise WrongUse("这个工作区还没有运行过任何一夜，没有留痕。请先运行 riskengine run。")


def _plain(line: Line) -> dict[str, Any]:
    return {**asdict(line), "content": line.said}


def _text(found: Verified) -> str:
    about = (
        f"留痕 {found.lines} 行，{found.nights} 夜（{found.first} 至 {found.last}）"
        if found.lines
        else "库里没有一行留痕"
    )
    again = f"；其中 {found.voided} 行是清单重新生成时作废的记录" if found.voided else ""
    lists = f"；核对清单 {found.lists} 份" if found.lists else ""
    if not found.findings:
        return (
            f"{about}，逐行相扣{again}{lists}。库、data/audit/ 里的文件、各夜 run.json 和各夜的记录一致。\n"
            f"链头（请抄存到别处，以后用 --head 核对）：{found.head}"
        )
    told = [f"  {each.message}" for each in found.findings[:_SHOWN]]
    more = [f"  等共 {len(found.findings)} 处，全部请看 --json"] if len(found.findings) > _SHOWN else []
    what = "请不要再改动数据，先把 data/ 整个备份留证，再对照别处的备份查明是谁在何时改的。"
    return "\n".join([f"{about}{again}{lists}，发现 {len(found.findings)} 处不符：", *told, *more, what])
