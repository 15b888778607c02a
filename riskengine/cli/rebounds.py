"""`riskengine rebounds`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from riskengine import ledger
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import WrongUse
from riskengine.review.came_back import came_back, unit_of
from riskengine.rulebook.load import load
from riskengine.store.database import connect

__all__ = ["rebounds"]


@app.command(help="反弹：哪些销号还在观察，哪些又出现了，哪些存疑、由谁回头看，各依据哪一份回执。")
def rebounds(
    as_of: Night = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位销号的：名称或编号。", metavar="单位")] = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Show what is watched after closing and what came back, as a night saw it."""
    with answering(workspace) as here:
        nights = ledger.finished(here)
        if not nights:
            raise WrongUse("这个工作区还没有运行过任何一夜，没有销号可观察。请先运行 riskengine run。")
        rulebook = load(here)
        one = unit_of(rulebook, unit) if unit else None
        with connect(here.database, here.scratch) as con:
            found = came_back(con, rulebook, as_of or nights[-1], one)
        print(json.dumps(found.json(), ensure_ascii=False, indent=2) if as_json else found.text())
