"""`riskengine papers`: which formal papers went to whom, why, and where the files lie; which places are listed."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app, day
from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import connect

__all__ = ["papers"]


@app.command(help="公文：哪份给了谁、为什么、文件在哪里；哪些地方挂着牌。")
def papers(
    as_of: Night = None,
    since: Annotated[
        date | None, typer.Option("--since", parser=day, metavar="日期", help="从哪一夜起；不写时只看一夜。")
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="单位", help="只看给一个单位的：单位编号或名称。")
    ] = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """List the papers of a night, or of the nights since one, and the plates that hang on the last of them."""
    with answering(workspace) as here:
        rulebook = load(here)
        known = {each.id: each.name for each in rulebook.units.values()}
        if unit is not None and unit not in known:
            named = {name: id_ for id_, name in known.items()}
            if unit not in named:
                raise WrongUse(f"没有单位“{unit}”{suggestion(unit, (*named, *known))}")
            unit = named[unit]
        with connect(here.database, here.scratch) as con:
            [(newest,)] = con.execute("SELECT max(as_of) FROM intervene.night").fetchall()
            night = as_of or newest
            if night is None:
                raise WrongUse("还没有运行过一夜，没有公文。请先运行 riskengine run。")
            ran = con.execute("SELECT 1 FROM intervene.night WHERE as_of = $1", [night]).fetchone()
            if not ran:
                raise WrongUse(f"{night} 没有运行过。请用 riskengine status 查看已运行的夜。")
            asked = {"first": since or night, "last": night, "unit": unit}
            found = [dict(zip(_COLUMNS, row, strict=True)) for row in con.execute(_PAPERS, asked).fetchall()]
            rows = con.execute(_PLATES, {"last": night}).fetchall()
        plates = [dict(zip(_PLATE_COLUMNS, row, strict=True)) for row in rows]
        if as_json:
            told = {"papers": found, "plates": plates}
            print(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        else:
            span = f"{since} 至 {night}" if since else f"{night}"
            print("\n".join(_text(rulebook, span, found, plates)))


def _text(rulebook: Rulebook, span: str, found: list[dict[str, Any]], plates: list[dict[str, Any]]) -> list[str]:
    names = {each.id: each.name for each in rulebook.units.values()}
    copies: dict[tuple[str, str], dict[str, list[str]]] = {}
    for each in found:
        to = copies.setdefault((each["kind"], each["number"]), {})
        to.setdefault(each["role"], []).append(names.get(each["unit"], each["unit"]))
    lines = [f"{span} 出公文 {len(copies)} 份。" if found else f"{span} 没有出公文。"]
    first = {(each["kind"], each["number"]): each for each in reversed(found)}
    for paper, to in copies.items():
        each = first[paper]
        built_in = "" if each["template"] else "（程序自带的模板）"
        who = "，".join(f"{role} {'、'.join(units)}" for role, units in to.items())
        lines += [
            f"{each['as_of']}  {each['number']}  {each['kind']}  {who}  {each['id']}",
            f"    {each['why']}",
            f"    data/outbox/{each['as_of']}/{each['path']}{built_in}",
        ]
    if plates:
        lines.append(f"挂牌 {len(plates)} 处：")
        lines += [f"{each['listed_on']}  {each['number']}  {each['says']}{_checks(each)}" for each in plates]
    return lines


def _checks(plate: dict[str, Any]) -> str:
    return f"；最近：{plate['last_on']} {plate['last']}" if plate["last"] else ""


_COLUMNS = ("as_of", "number", "kind", "id", "role", "unit", "why", "answer_by", "path", "sha256", "template")

_PAPERS = f"""
SELECT {", ".join(_COLUMNS)} FROM intervene.paper
WHERE as_of BETWEEN $first AND $last AND ($unit IS NULL OR unit = $unit) ORDER BY as_of, kind, len(number), number, role, unit
"""

_PLATE_COLUMNS = ("number", "plate", "place", "listed_on", "says", "last_on", "last")

_PLATES = """
SELECT p.number, p.plate, p.place, p.as_of, p.says, max(l.as_of), arg_max(l.says, l.as_of)
FROM intervene.plate AS p
LEFT JOIN intervene.plate AS l ON l.number = p.number AND l.what <> '挂牌' AND l.as_of <= $last
WHERE p.what = '挂牌' AND p.as_of <= $last
GROUP BY ALL HAVING count(*) FILTER (l.what = '摘牌') = 0 ORDER BY p.number
"""
