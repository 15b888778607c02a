"""`riskengine tune`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from math import isfinite, nan
from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.answer import answering, say
from riskengine.cli.app import HERE, At, app, day
from riskengine.cli.clock import last_whole_day
from riskengine.errors import WrongUse
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.plan.rehearse import Asked, rehearse
from riskengine.plan.text import as_text as plan_text
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.tune.advise import advise
from riskengine.tune.curve import curves
from riskengine.tune.noun import Curve, Proposal
from riskengine.tune.page import as_page
from riskengine.tune.patch import Edit, applied, dismissal, edit_of, put_in_place
from riskengine.tune.text import as_text
from riskengine.workspace import Workspace

__all__ = ["tune"]


@app.command(help="调参：一条规则的阈值取不同的值，预警多少件、查准率多少；给出改动建议和推演。")
def tune(
    rule: Annotated[str, typer.Argument(help="规则编号。", metavar="规则")],
    parameter: Annotated[
        str | None, typer.Option(help="只看这个参数。", metavar="参数", show_default="全部参数")
    ] = None,
    values: Annotated[
        str | None,
        typer.Option(help="试哪些值，用逗号分开；须同时写 --parameter。", metavar="值,值…", show_default="现值上下"),
    ] = None,
    nights: Annotated[int, typer.Option(help="用最近多少个运行过的夜。", min=1, metavar="夜数")] = 90,
    until: Annotated[date | None, typer.Option(parser=day, metavar="日期", help="用到哪一夜为止。")] = None,
    aim: Annotated[
        float | None, typer.Option(help="查准率目标，0 到 1。", min=0.05, max=0.99, show_default="learning.yaml 的 aim")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="把建议写进规则文件。")] = False,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="否决这次的建议，记入 learning.yaml，不再提。")] = False,
    by: Annotated[str | None, typer.Option(help="谁否决的：写岗位，不写姓名。", metavar="岗位")] = None,
    reason: Annotated[str | None, typer.Option(help="为什么否决。", metavar="理由")] = None,
    out: Annotated[Path | None, typer.Option(help="另存一个带图的网页。", metavar="文件.html")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
    workspace: At = HERE,
) -> None:
    """Draw the curves of a rule's parameters; propose a value, show its patch and plan, write it or note that it was dismissed."""
    with answering(workspace) as here:
        if dismiss and not (by and reason):
            raise WrongUse("--dismiss 须同时写 --by 岗位 和 --reason 理由。")
        if dismiss and write:
            raise WrongUse("--write 与 --dismiss 只能写一个。")
        book = load(here)
        asked = _wanted(_rule(book, rule), parameter, values)
        goal = aim if aim is not None else book.learning.aim
        found = curves(here, book, book.rules[rule], asked, nights, until)
        told = [advise(curve, goal, book.learning.dismissed) for curve in found]
        proposals = [proposal for proposal, _ in told if proposal is not None]
        chosen = max(proposals, key=lambda each: (abs(each.saved), each.parameter), default=None)
        edit = edit_of(here, chosen, _today()) if chosen else None
        effect = _effect(here, book, edit, nights, until) if edit else ""
        _show(found, [why for _, why in told], chosen, edit, effect, as_json)
        if out is not None:
            _save(
                out,
                as_page(
                    f"调参：{book.rules[rule].title}（{rule}）",
                    found,
                    [why for _, why in told],
                    edit.diff if edit else "",
                    effect,
                ),
            )
        if write or dismiss:
            _decide(here, chosen, edit, by, reason, dismiss)


def _today() -> date:
    return last_whole_day() + timedelta(days=1)


def _rule(book: Rulebook, id_: str) -> Rule:
    if id_ not in book.rules:
        raise WrongUse(f"没有规则“{id_}”{suggestion(id_, list(book.rules))}")
    found = book.rules[id_]
    if not found.parameters:
        what = "复合规则" if found.compound is not None else "规则"
        raise WrongUse(f"{what}“{id_}”没有参数，没有可调的阈值。请先把条件里的数写成 parameters。")
    return found


def _wanted(rule: Rule, parameter: str | None, values: str | None) -> Mapping[str, Sequence[float]]:
    if parameter is None:
        if values is not None:
            raise WrongUse("--values 须同时写 --parameter，说明是哪个参数的值。")
        return {name: () for name in rule.parameters}
    if parameter not in rule.parameters:
        raise WrongUse(f"规则“{rule.id}”没有参数“{parameter}”{suggestion(parameter, list(rule.parameters))}")
    try:
        tried = [float(each) for each in (values or "").replace("，", ",").split(",") if each.strip()]
    except ValueError:
        tried = [nan]
    if not all(map(isfinite, tried)):
        raise WrongUse(f"--values {values} 里有不是数的。请写成 3,4,5。")
    return {parameter: tried}


def _effect(here: Workspace, book: Rulebook, edit: Edit, nights: int, until: date | None) -> str:
    with applied(here, edit) as new:
        effect = rehearse(here, book, new, "现行规则", Asked(nights, until), say)
    return plan_text(effect) if effect is not None else ""


def _show(
    found: Sequence[Curve], said: Sequence[str], chosen: Proposal | None, edit: Edit | None, effect: str, as_json: bool
) -> None:
    if as_json:
        told = {
            "curves": [{**asdict(curve), "says": why} for curve, why in zip(found, said, strict=True)],
            "proposal": asdict(chosen) if chosen else None,
            "patch": edit.diff if edit else None,
            "plan": effect or None,
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for curve, why in zip(found, said, strict=True):
        print(as_text(curve))
        print(f"  {why}\n")
    if chosen and edit:
        print(
            f"建议：参数“{chosen.parameter}” {chosen.before:g} → {chosen.value:g}。{chosen.why}\n\n{edit.diff}\n{effect}"
        )


def _save(out: Path, content: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(content, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{out} 写不进去（{error.strerror}）。请检查 --out 的路径与权限。") from error


def _decide(
    here: Workspace, chosen: Proposal | None, edit: Edit | None, by: str | None, reason: str | None, dismiss: bool
) -> None:
    if chosen is None or edit is None:
        raise WrongUse("没有建议，没有可写、可否决的内容。规则没有改动。")
    if dismiss:
        edit = dismissal(here, chosen, _today(), by or "", reason or "")
    put_in_place(here, edit)
    say(f"{edit.file} 已改。" + ("这条建议不再提。" if dismiss else "请用 riskengine check、test 核对用例后提交。"))
