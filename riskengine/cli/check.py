"""`riskengine check`."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, app
from riskengine.cli.clock import last_whole_day
from riskengine.errors import RulesInvalid
from riskengine.rulebook.check import check

__all__ = ["check_rules"]


@app.command(name="check", help="检查 rules/ 下的全部规则文件，列出所有问题。")
def check_rules(workspace: At = HERE, as_json: Json = False) -> None:
    """Check the rule files; errors exit 3, remarks do not."""
    with answering(workspace) as here:
        problems = check(here, last_whole_day())
        if as_json:
            print(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2))
        else:
            print("\n".join(str(problem) for problem in problems) or "规则文件没有问题。")
    raise typer.Exit(RulesInvalid.exit_code if any(problem.code.startswith("E") for problem in problems) else 0)
