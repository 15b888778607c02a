"""The Typer application, and the options that several verbs share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["HERE", "At", "Json", "Night", "app", "day"]

app = typer.Typer(
    name="riskengine",
    help="区域社会风险预警规则引擎：感知识别 → 研判预警 → 管控干预 → 评估反馈。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def verbs() -> None:
    """Keeps the verb a word of its own also where only one is loaded; the help is that of ``app``."""


def day(text: str) -> date:
    """A day as people type it. Raises BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，请写成 2026-06-30 的样子。") from None


At = Annotated[
    Path, typer.Option("--workspace", "-w", help="工作区文件夹（含 rules/ 与 data/）。", show_default="当前文件夹")
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]
Night = Annotated[
    date | None,
    typer.Option("--as-of", parser=day, metavar="日期", help="哪一夜（北京时间）；不写时为最近一夜（run 为昨天）。"),
]
HERE = Path(".")
