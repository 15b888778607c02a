"""`riskengine indicators`."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

import typer

from riskengine.cases.indicators import run_indicator_cases
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import RulesInvalid, WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.standings.cases import Tried, cases_record, cases_text
from riskengine.standings.one import detail
from riskengine.standings.read import indicator_of, place_of, read
from riskengine.standings.record import record
from riskengine.standings.text import overview
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["indicators"]


@app.command(help="一夜的指标：亮什么灯、读数、目标、年末预测、构成、排名与考核。")
def indicators(
    as_of: Night = None,
    indicator: Annotated[
        str | None,
        typer.Option("--indicator", help="只看一项指标，连同历次读数和构成：编号、名称或别名。", metavar="指标"),
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", help="只看一个地区：乡镇的名称或编码。", metavar="地区")
    ] = None,
    everywhere: Annotated[bool, typer.Option("--all", help="连同各乡镇的指标，乡镇和单位的考核。")] = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="不看哪一夜，看规则文件里的用例（公布过的读数）各说成什么、对不对。")
    ] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Show where the indicators stood on a night, or what is said of the cases; exit 3 where a case comes out otherwise."""
    code = 0
    with answering(workspace) as here:
        rulebook = load(here, cases=cases)
        if not cases:
            print(_night(here, rulebook, as_of, indicator, place, everywhere=everywhere, as_json=as_json))
        elif as_of is not None or place is not None or everywhere:
            raise WrongUse("--cases 看的是规则文件里的用例，与 --as-of、--place、--all 不能合用。请去掉其中一个。")
        else:
            tried = _tried(rulebook, indicator)
            print(json.dumps(cases_record(tried), ensure_ascii=False, indent=2) if as_json else cases_text(tried))
            code = RulesInvalid.exit_code if any(each.differences for each in tried) else 0
    raise typer.Exit(code)


def _night(
    here: Workspace,
    rulebook: Rulebook,
    as_of: date | None,
    indicator: str | None,
    place: str | None,
    *,
    everywhere: bool,
    as_json: bool,
) -> str:
    if everywhere and (place or indicator):
        raise WrongUse("--all 看的是全部地区和全部指标，与 --place、--indicator 不能合用。请去掉其中一个。")
    one = indicator_of(rulebook, indicator) if indicator else None
    where = place_of(rulebook, place) if place else None
    with connect(here.database, here.scratch) as con:
        said = read(con, rulebook, as_of)
    if as_json:
        return json.dumps(record(said, one, where), ensure_ascii=False, indent=2)
    return detail(said, one, where) if one else overview(said, where, everywhere=everywhere)


def _tried(rulebook: Rulebook, indicator: str | None) -> list[Tried]:
    one = indicator_of(rulebook, indicator) if indicator else None
    results = run_indicator_cases(rulebook, lambda each, index: one is None or each.id == one.id)
    return [
        Tried(
            each.indicator,
            each.case,
            each.standing,
            tuple(f"{told.what}：应为 {told.expected}，实为 {told.came}" for told in each.differences),
        )
        for each in results
    ]
