"""The night as a Prefect flow: one visible task a phase.

``python -m flows.nightly --as-of 2026-06-30 --workspace .``


Annotations are real objects here: a schedule loads the flow in a process of its own, where Prefect cannot resolve names.
"""

import argparse
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from prefect import Flow, Task, flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun

from flows.notice import leave, phase_of, take_away
from flows.quiet import quietly
from riskengine import ledger
from riskengine.cli.answer import answering, say
from riskengine.cli.clock import last_whole_day
from riskengine.cli.deliveries import delivered_text, shanghai_now
from riskengine.cli.wording import night_text
from riskengine.delivery.send import deliver
from riskengine.errors import Busy, RiskEngineError
from riskengine.night import NightReport, fill, run_night
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["nightly"]


def _is_busy(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """The one failure that passes by itself: somebody else holds the workspace. All others would only fail again."""
    return isinstance(state.result(raise_on_failure=False), Busy)


def as_task(name: str, step: Callable[[], float]) -> float:
    """Run one phase as a Prefect task.

    Never cached: its effect is a write, and it knows itself whether it has happened.
    """
    visible = task(
        step,
        name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=10,
        retry_delay_seconds=30,
        retry_condition_fn=_is_busy,
    )
    return visible()


def _run_name() -> str:
    return f"夜间研判-{runtime.flow_run.parameters.get('as_of') or last_whole_day()}"


def _leave_a_notice(_flow: Flow[..., Any], run: FlowRun, state: State[Any]) -> None:
    error = state.result(raise_on_failure=False)
    as_of = run.parameters.get("as_of") or last_whole_day()
    if isinstance(error, BaseException):
        leave(Workspace.at(run.parameters.get("workspace") or "."), as_of, error)


@flow(
    name="nightly",
    flow_run_name=_run_name,
    description="感知识别 → 研判预警 → 管控干预 → 评估反馈，一夜一次。",
    on_failure=[_leave_a_notice],
    on_crashed=[_leave_a_notice],
    persist_result=False,
    retries=0,
)
def nightly(as_of: date | None = None, workspace: str = ".", catch_up: bool = False) -> NightReport:
    """Run one night and give its report.

    ``as_of`` empty: the last whole day in Asia/Shanghai. ``catch_up`` first runs the nights missed since the last finished one.
    """
    here = Workspace.at(workspace)
    night = as_of or last_whole_day()
    if catch_up:
        task(_catch_up, name="补跑漏掉的夜", cache_policy=NO_CACHE, persist_result=False)(here, night)
    report = run_night(here, night, call=as_task, say=say)
    take_away(here, night)
    task(_send_out, name="送达", cache_policy=NO_CACHE, persist_result=False)(here, night)
    return report


def _send_out(here: Workspace, night: date) -> str:
    """Bring the night's lists to people. The night is finished and stays so, whatever becomes of this: what waits is not lost."""
    try:
        rules = load(here)
        told = delivered_text(deliver(here, rules, shanghai_now, night), rules)
    except Exception as error:
        told = f"送达没有做完（{type(error).__name__}：{error}）。当夜的清单已写好；排队的消息都在，请运行 riskengine deliver。"
    say(told)
    return told


def _catch_up(here: Workspace, night: date) -> int:
    """How many nights were missing between the newest finished one and tonight, now run."""
    nights = [each for each in ledger.finished(here) if each < night]
    first = nights[-1] + timedelta(days=1) if nights else night
    return sum(1 for _ in fill(here, first, night - timedelta(days=1), say=say)) if first < night else 0


def night_through_prefect(here: Workspace, as_of: date) -> NightReport:
    """The night as a flow; where Prefect itself cannot work, the same night without it: the lists are the same."""
    try:
        return nightly(as_of=as_of, workspace=str(here.root))
    except Exception as error:
        if isinstance(error, RiskEngineError) or phase_of(error):
            raise  # ours: without Prefect it would only come again
        say(f"Prefect 没能工作（{type(error).__name__}），改为不经 Prefect 直接运行，清单完全一样。")
    try:
        report = run_night(here, as_of, say=say)
    except Exception as error:
        leave(here, as_of, error)
        raise
    take_away(here, as_of)
    _send_out(here, as_of)
    return report


def main() -> None:
    """Command line of the flow."""
    parser = argparse.ArgumentParser(prog="python -m flows.nightly", description="以 Prefect 流程运行一夜。")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, default=None, help="哪一夜，如 2026-06-30；缺省为昨天（北京时间）"
    )
    parser.add_argument("--workspace", "-w", type=Path, default=Path("."), help="工作区文件夹")
    arguments = parser.parse_args()
    with answering(arguments.workspace) as here:
        report = night_through_prefect(here, arguments.as_of or last_whole_day())
        rules = load(here)
        units = {unit.id: unit.name for unit in rules.units.values()}
        print(night_text(report, f"data/outbox/{report.as_of}", rules.levels, units))
    raise SystemExit(report.exit_code)


if __name__ == "__main__":
    quietly(main)
