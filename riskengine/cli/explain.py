"""`riskengine explain`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from riskengine.cli.answer import answering, say
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import NotDelivered, WrongUse
from riskengine.explain.chain import as_json as json_of
from riskengine.explain.gather import explain_rule, explain_warning
from riskengine.explain.page import as_page
from riskengine.explain.text import as_text

__all__ = ["explain"]


@app.command(help="解释一件预警为什么成立，或一条规则为什么没有预警。")
def explain(
    warning: Annotated[str | None, typer.Argument(help="预警编号，如 YJ-2026-000123。", metavar="预警编号")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="规则编号（与 --subject 同用）。", metavar="规则")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="对象：名称、编码或编号。", metavar="对象")] = None,
    as_of: Night = None,
    html: Annotated[Path | None, typer.Option("--html", help="另存为一个网页文件。", metavar="文件")] = None,
    steps: Annotated[bool, typer.Option("--steps", help="列出每一步的中间表。")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="同时列出每一步的语句。")] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Say why, or why not."""
    with answering(workspace) as here:
        shown = "" if workspace == HERE else f" --workspace {quote(str(workspace))}"
        if warning is not None and rule is None and subject is None:
            told = explain_warning(here, warning, as_of, shown=shown)
        elif warning is None and rule is not None and subject is not None:
            told = explain_rule(here, rule, subject, as_of, shown=shown)
        else:
            raise WrongUse(
                "请写一个预警编号（riskengine explain YJ-2026-000123），"
                "或者写规则和对象（riskengine explain --rule 规则 --subject 对象 --as-of 日期），二者取一。"
            )
        if html is not None:
            try:
                html.write_text(as_page(told), encoding="utf-8")
            except OSError as error:
                raise NotDelivered(f"{html} 没有写成（{error.strerror}）。请换一个可写的位置再试。") from error
            say(f"已写入 {html}")
        print(json_of(told) if as_json else as_text(told, steps=steps, sql=sql))
