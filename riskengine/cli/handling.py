"""`riskengine handling`: where the handling of warnings stands, and every step of one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import WrongUse
from riskengine.intervene.handling.account import Course, Standing, course, standings
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import Connection, connect

__all__ = ["handling"]


@app.command(help="办理：各件预警办到哪里；写编号，就看每一步谁在哪天办的、出自哪份回执，下一步谁可以办什么。")
def handling(
    warning: Annotated[str | None, typer.Argument(help="预警编号；不写就列出全部。", metavar="[编号]")] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="单位", help="只看一个单位主办、协办的：单位编号或名称。")
    ] = None,
    is_open: Annotated[bool, typer.Option("--open", help="只看没有销号的。")] = False,
    is_closed: Annotated[bool, typer.Option("--closed", help="只看已经销号的。")] = False,
    as_of: Night = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """List the handlings as a night saw them, or tell one from its first step to what may come next."""
    with answering(workspace) as here:
        rulebook = load(here)
        if warning is not None and (unit or is_open or is_closed):
            raise WrongUse("写了预警编号，就不用 --unit、--open、--closed。请去掉。")
        if is_open and is_closed:
            raise WrongUse("--open 与 --closed 只能写一个。")
        named = _unit(rulebook, unit)
        with connect(here.database, here.scratch) as con:
            night = _night(con, as_of)
            if warning is not None:
                found = course(con, rulebook, night, warning.strip().upper())
                if found is None:
                    raise WrongUse(
                        f"{night} 没有编号为“{warning.strip()[:40]}”的办理。请核对编号，或用 --as-of 换一夜。"
                    )
                print(_dumped(asdict(found)) if as_json else _course(found))
                return
            closed = True if is_closed else False if is_open else None
            listed = standings(con, rulebook, night, unit=named, closed=closed)
        print(_dumped([asdict(each) for each in listed]) if as_json else _list(listed, night))


def _night(con: Connection, as_of: date | None) -> date:
    [(newest,)] = con.execute(
        "SELECT max(as_of) FROM intervene.night WHERE $1 IS NULL OR as_of <= $1", [as_of]
    ).fetchall()
    if newest is None:
        raise WrongUse(
            "还没有运行过一夜，没有办理情况。请先运行 riskengine run。"
            if as_of is None
            else f"{as_of} 还没有运行过任何一夜。"
        )
    night: date = newest
    return night


def _unit(rulebook: Rulebook, written: str | None) -> str | None:
    if written is None:
        return None
    known = {unit.name: id_ for id_, unit in rulebook.units.items()} | {id_: id_ for id_ in rulebook.units}
    if written not in known:
        raise WrongUse(f"没有单位“{written}”{suggestion(written, known)}")
    return known[written]


def _list(found: list[Standing], night: date) -> str:
    counted = Counter(each.state for each in found)
    head = f"{night} 办理 {len(found)} 件" + (
        f"：{'、'.join(f'{state} {n}' for state, n in counted.items())}" if found else "。"
    )
    return "\n".join([head, *(f"  {_one(each, night)}" for each in found)])


def _one(each: Standing, night: date) -> str:
    told = [
        each.id,
        f"{each.level}级 {each.theme} {each.subject_name}",
        each.unit_name or "没有主办",
        f"{each.state}（{each.since}）",
    ]
    if each.outcome:
        told.append(f"核查结果 {each.outcome}")
    if each.closed_on is None:
        if each.lifted_on is not None:
            told.append(f"预警已于 {each.lifted_on} 解除")
        elif each.deadline is not None:
            told.append(f"期限 {each.deadline}{'，已逾期' if each.deadline < night and each.state != '反馈' else ''}")
    return "  ".join(told)


def _course(found: Course) -> str:
    one = found.standing
    head = f"{one.id}  {one.level}级 {one.theme} {one.subject_name}，主办{one.unit_name or '（没有）'}，现在：{one.state}（{one.since}起）"
    lines = [head]
    for step in found.steps:
        who = (
            f"{step['unit_name']}（{step['role']}{'，' + step['post'] if step['post'] else ''}）"
            if step["unit"]
            else "引擎"
        )
        told = [f"  {step['on_day']}", f"{step['step']}{'（视同）' if step['implied'] else ''}", who]
        told += [f"{word}：{step[key]}" for word, key in _WORDS if step[key]]
        told += [f"出自 {step['origin']}"] if step["origin"] else []
        lines.append("  ".join(told))
    lines += [f"  没有记入  {each['message']}" for each in found.refused]
    lines += [f"  下一步  {who}可以办：{'、'.join(able)}" for who, able in found.may]
    return "\n".join(lines)


_WORDS = (("核查结果", "outcome"), ("误报原因", "cause"), ("措施", "measure"), ("理由", "reason"))


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
