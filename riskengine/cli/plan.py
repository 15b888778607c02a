"""`riskengine plan`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from riskengine.cli.answer import answering, say
from riskengine.cli.app import HERE, At, app, day
from riskengine.errors import RulesInvalid, WrongUse
from riskengine.plan.books import folder_book, old_book
from riskengine.plan.effect import Effect
from riskengine.plan.limits import Limits, passed
from riskengine.plan.markdown import as_markdown
from riskengine.plan.page import as_page
from riskengine.plan.rehearse import Asked, rehearse
from riskengine.plan.text import as_text
from riskengine.rulebook.load import load

__all__ = ["plan"]

Format = Literal["text", "md", "html", "json"]


@app.command(help="推演：改过的规则放到过去的夜里，会多出、少掉哪些预警，各单位每周多办几件。")
def plan(
    against: Annotated[
        str, typer.Option(help="旧规则：git 版本，或存放旧规则的文件夹。", metavar="版本|文件夹")
    ] = "HEAD",
    rules: Annotated[
        Path | None, typer.Option(help="新规则的文件夹。", show_default="工作区的 rules/", metavar="文件夹")
    ] = None,
    nights: Annotated[int, typer.Option(help="推演最近多少个运行过的夜。", min=1, metavar="夜数")] = 90,
    until: Annotated[date | None, typer.Option(parser=day, metavar="日期", help="推演到哪一夜为止。")] = None,
    truth: Annotated[Path | None, typer.Option(help="真值表 CSV：看哪些事件会漏掉、会找到。", metavar="文件")] = None,
    everything: Annotated[bool, typer.Option("--all", help="不受影响的规则也推演。")] = False,
    form: Annotated[Format, typer.Option("--format", help="输出的样式。")] = "text",
    out: Annotated[Path | None, typer.Option(help="写进文件。", metavar="文件", show_default="屏幕")] = None,
    max_added: Annotated[int | None, typer.Option(min=0, metavar="件数", help="新增预警多于此数时退出码为 3。")] = None,
    max_removed: Annotated[
        int | None, typer.Option(min=0, metavar="件数", help="消失预警多于此数时退出码为 3。")
    ] = None,
    max_raised: Annotated[
        int | None, typer.Option(min=0, metavar="件数", help="升高预警多于此数时退出码为 3。")
    ] = None,
    max_missed: Annotated[
        int | None, typer.Option(min=0, metavar="件数", help="漏掉的已知事件多于此数时退出码为 3。")
    ] = None,
    max_load: Annotated[
        int | None, typer.Option(min=0, metavar="件数", help="改动使某单位最忙一周的新接多于此数时退出码为 3。")
    ] = None,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="没有运行过的夜也算通过。")] = False,
    workspace: At = HERE,
) -> None:
    """Play the new rules over past nights beside the old ones; a limit that is passed exits 3."""
    over: list[str] = []
    with answering(workspace) as here:
        new = load(here) if rules is None else folder_book(rules)
        old, named = old_book(here, against)
        effect = rehearse(here, old, new, named, Asked(nights, until, truth, everything), say)
        if effect is not None:
            over += passed(effect, Limits(max_added, max_removed, max_raised, max_missed, max_load))
            _give(effect, over, form, out)
        else:
            _say_empty(until, allow_empty)
        for sentence in over:
            say(sentence)
    raise typer.Exit(RulesInvalid.exit_code if over else 0)


def _say_empty(until: date | None, allowed: bool) -> None:
    sentence = f"这个工作区{f'到 {until} 为止' if until else ''}还没有运行过任何一夜，没有可推演的内容。"
    if not allowed:
        raise WrongUse(f"{sentence}请先运行 riskengine run，或加上 --allow-empty。")
    print(sentence)


def _give(effect: Effect, over: Sequence[str], form: Format, out: Path | None) -> None:
    content = _written(effect, over, form)
    if out is None:
        print(content)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{out} 写不进去（{error.strerror}）。请检查 --out 的路径与权限。") from error
    print(effect.head())


def _written(effect: Effect, over: Sequence[str], form: Format) -> str:
    if form == "json":
        return json.dumps({**effect.json(), "over": list(over)}, ensure_ascii=False, indent=2)
    if form == "md":
        return as_markdown(effect, over)
    return as_page(effect, over) if form == "html" else as_text(effect)
