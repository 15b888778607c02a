"""Missed nights, in order, as one flow with a visible task a night.

``python -m flows.fill --from 2026-06-01 --to 2026-06-30``


Annotations are real objects here: a schedule loads the flow in a process of its own, where Prefect cannot resolve names.
"""

import argparse
from datetime import date
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.notice import phase_of
from flows.quiet import quietly
from riskengine.cli.answer import answering, say
from riskengine.cli.clock import last_whole_day
from riskengine.cli.wording import fill_line
from riskengine.errors import RiskEngineError
from riskengine.night import NightReport, fill
from riskengine.workspace import Workspace

__all__ = ["fill_missed"]


@flow(name="fill", flow_run_name="补跑-{first}-{last}", persist_result=False)
def fill_missed(first: date, last: date, workspace: str = ".") -> int:
    """Run every night from ``first`` to ``last`` that has not run; returns the gravest exit code of them."""
    nights = fill(Workspace.at(workspace), first, last, say=say)
    code = 0

    def one() -> NightReport | None:
        return next(nights, None)

    while (report := task(one, name="一夜", cache_policy=NO_CACHE, persist_result=False)()) is not None:
        say(fill_line(report))
        code = max(code, report.exit_code)
    return code


def main() -> None:
    """Command line of the flow."""
    parser = argparse.ArgumentParser(prog="python -m flows.fill", description="以 Prefect 流程补跑漏掉的夜。")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="第一夜")
    parser.add_argument(
        "--to", dest="last", type=date.fromisoformat, default=None, help="最后一夜；缺省为昨天（北京时间）"
    )
    parser.add_argument("--workspace", "-w", type=Path, default=Path("."), help="工作区文件夹")
    arguments = parser.parse_args()
    with answering(arguments.workspace) as here:
        last = arguments.last or last_whole_day()
        try:
            code = fill_missed(first=arguments.first, last=last, workspace=str(here.root))
        except Exception as error:
            if isinstance(error, RiskEngineError) or phase_of(error):
                raise  # as in flows.nightly: the nights do not depend on Prefect, but ours would come again
            say(f"Prefect 没能工作（{type(error).__name__}），改为不经 Prefect 直接补跑，清单完全一样。")
            code = max((report.exit_code for report in fill(here, arguments.first, last, say=say)), default=0)
    raise SystemExit(code)


if __name__ == "__main__":
    quietly(main)
