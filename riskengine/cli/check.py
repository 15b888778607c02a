"""`riskengine check`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, app, day
from riskengine.cli.clock import last_whole_day
from riskengine.errors import Problem, RulesInvalid
from riskengine.rulebook.check import check
from riskengine.rulebook.codes import CHINESE_SEVERITY, GRAVER, severity_of
from riskengine.rulebook.issues.fired import Fired, read_fired

__all__ = ["FailOn", "check_rules", "printed"]


class FailOn(StrEnum):
    """From which severity on the command fails."""

    ERROR = "error"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"


Limit = Annotated[
    FailOn,
    typer.Option("--fail-on", metavar="轻重", help="从哪一级起算不通过（退出码 3）：error、high、medium、low、never。"),
]
On = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=day, metavar="日期", help="按哪一天判断到期与参数。", show_default="昨天（北京时间）"
    ),
]
Months = Annotated[int, typer.Option("--silent-months", min=1, max=60, help="多少个月没有命中算“很久没有命中”。")]


@app.command(name="check", help="检查 rules/ 下的全部规则文件，列出所有问题。")
def check_rules(
    workspace: At = HERE,
    fail_on: Limit = FailOn.HIGH,
    as_of: On = None,
    silent_months: Months = 6,
    as_json: Json = False,
) -> None:
    """Check the rule files; exits 3 when a problem is as grave as ``fail_on`` or graver."""
    with answering(workspace) as here:
        today = as_of or last_whole_day()
        fired = read_fired(here, today, silent_months)
        problems = check(here, today, fired)
        if as_json:
            told = [{**asdict(problem), "severity": severity_of(problem.code)} for problem in problems]
            print(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            print("\n".join(printed(problems, today, fired)))
            if fired is None and here.database.is_file():
                print("没有看命中情况：数据库正被另一次运行使用，或打不开。稍后再查一次即可。")
    raise typer.Exit(RulesInvalid.exit_code if _fails(problems, fail_on) else 0)


def _fails(problems: Sequence[Problem], fail_on: FailOn) -> bool:
    limits: dict[str, int] = {severity: place for severity, place in GRAVER.items()}
    limit = limits.get(fail_on.value, -1)
    return any(GRAVER[severity_of(problem.code)] <= limit for problem in problems)


def printed(problems: Sequence[Problem], today: date, fired: Fired | None) -> list[str]:
    """The answer as lines: errors first, then issues from the gravest on, then how many of each."""
    counted = Counter(severity_of(problem.code) for problem in problems)
    lines: list[str] = []
    for heading, severities in (
        ("错误（规则不能运行，必须改）：", ("error",)),
        ("问题（可以运行，不该就这样合并）：", ("high", "medium", "low")),
    ):
        group = [problem for problem in problems if severity_of(problem.code) in severities]
        if group:
            lines += [heading, *(_line(each) for each in sorted(group, key=_gravest_first)), ""]
    total = "，".join(
        f"{CHINESE_SEVERITY[each]}{'级' if each != 'error' else ''} {counted[each]} 个" for each in GRAVER
    )
    lines.append(f"{total}。按 {today} 判断。" if problems else f"规则文件没有问题（按 {today} 判断）。")
    if fired is not None and fired.nights:
        lines.append(f"命中情况看了 {fired.since} 以后的 {fired.nights} 夜。")
    return lines


def _gravest_first(problem: Problem) -> tuple[int, Problem]:
    return GRAVER[severity_of(problem.code)], problem


def _line(problem: Problem) -> str:
    """``rules/….yaml:8:5: I813 高 …``; an error without its severity, which the code says."""
    severity = severity_of(problem.code)
    shown = "" if severity == "error" else f"{CHINESE_SEVERITY[severity]} "
    return f"{problem.file}:{problem.line}:{problem.column}: {problem.code} {shown}{problem.message}"
