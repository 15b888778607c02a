"""`riskengine appraise`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from riskengine import ledger
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import NotDelivered, WrongUse
from riskengine.exchange.appraisal import workbook
from riskengine.model.rulebook import Rulebook
from riskengine.review.appraisal.sheet import appraise as assessed
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.standings.appraisal import record, text, unit_text
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["appraise"]


@app.command(help="单位年度考核：得分、名次、每一分扣在哪一件；乡镇按万人口、部门按占比比较。")
def appraise(
    year: Annotated[int | None, typer.Option("--year", help="哪一年；不写时为那一夜所在的年。", metavar="年")] = None,
    as_of: Night = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help="只看一个单位，连同每一分的来历：编号或名称。", metavar="单位")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="另存考核表_年.xlsx 到哪个文件夹。", metavar="文件夹", show_default=False),
    ] = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Print a year's assessment as one night knew it, and write its workbook."""
    with answering(workspace) as here:
        night = _night(here, as_of)
        asked = year or night.year
        if asked > night.year or asked < 2000:
            raise WrongUse(f"{asked}年在 {night} 这一夜还没有开始，或太早。请写 --year {night.year}，或换 --as-of。")
        rulebook = load(here)
        one = _unit(rulebook, unit) if unit else None
        with connect(here.database, here.scratch) as con:
            sheet = assessed(con, rulebook, asked, night)
        if as_json:
            print(json.dumps(record(sheet, one), ensure_ascii=False, indent=2))
        else:
            print(unit_text(sheet, one) if one else text(sheet))
        if out is not None:
            path = _save(out, f"考核表_{asked}.xlsx", workbook(sheet))
            if not as_json:
                print(f"考核表写在 {path}")


def _night(here: Workspace, as_of: date | None) -> date:
    nights = ledger.finished(here)
    if not nights:
        raise WrongUse("这个工作区还没有运行过任何一夜，没有可考核的内容。请先运行 riskengine run。")
    if as_of is not None and as_of not in nights:
        raise WrongUse(f"{as_of} 没有运行过，没有可考核的内容。请用 riskengine status 查看已运行的夜。")
    return as_of or nights[-1]


def _unit(rulebook: Rulebook, word: str) -> str:
    named = {unit.name: id_ for id_, unit in rulebook.units.items()}
    if word in rulebook.units:
        return word
    if word in named:
        return named[word]
    near = [id_ for name, id_ in named.items() if word in name]
    if len(near) == 1:
        return near[0]
    if near:
        raise WrongUse(
            f"“{word}”对得上{len(near)}个单位：{'、'.join(rulebook.units[each].name for each in near)}。请写全。"
        )
    raise WrongUse(f"没有“{word}”这个单位{suggestion(word, [*named, *rulebook.units])}")


def _save(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise NotDelivered(
            f"{path} 写不了（{error.strerror}）。请关闭已打开的同名工作簿、检查文件夹权限后再试。"
        ) from error
    return path
