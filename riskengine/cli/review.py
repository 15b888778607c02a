"""`riskengine review`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from riskengine import ledger
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import WrongUse
from riskengine.review.compare import compare
from riskengine.review.report import ReviewReport, review_report
from riskengine.review.truth import TruthReport, read_truth
from riskengine.rulebook.load import load
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["review"]


@app.command(help="各条规则的准确率、各单位的办理情况；有真值表时与它核对。")
def review(
    truth: Annotated[Path | None, typer.Option(help="真值表 CSV：应当预警的事件。")] = None,
    excel: Annotated[Path | None, typer.Option(help="另存为 Excel 工作簿（.xlsx）。", metavar="文件")] = None,
    as_of: Night = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Print what receipts and, where given, the truth table say."""
    with answering(workspace) as here:
        night = as_of or _latest(here)
        rules = load(here)
        with connect(here.database, here.scratch) as con:
            feedback = review_report(con, night, rules)
            reports: list[ReviewReport | TruthReport] = [feedback]
            if truth is not None:
                reports.append(compare(con, read_truth(truth), rules, night))
        if excel is not None:
            feedback.write_excel(excel)
        if as_json:
            print(json.dumps([report.json() for report in reports], ensure_ascii=False, indent=2, default=str))
        else:
            print("\n\n".join(report.text() for report in reports))


def _latest(here: Workspace) -> date:
    nights = ledger.finished(here)
    if not nights:
        raise WrongUse("这个工作区还没有运行过任何一夜，没有可评估的内容。请先运行 riskengine run。")
    return nights[-1]
