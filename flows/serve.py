"""The schedule: every night at 02:30 in Asia/Shanghai, one run at a time, missed nights first.

``python -m flows.serve --workspace .``

A run that starts on the 2nd does the night of the 1st: the newest day of which all records can have arrived.
"""

from __future__ import annotations

import argparse
import os
from contextlib import nullcontext
from pathlib import Path

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.flows import EntrypointType
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_LEVEL, temporary_settings

from flows.nightly import nightly
from flows.quiet import quietly
from flows.server import server
from riskengine.cli.answer import answering, say
from riskengine.workspace import Workspace

__all__ = ["serve"]

AT = "30 2 * * *"
"""Cron, Asia/Shanghai: after the offices' last exports, before anybody comes in."""


def serve(workspace: Workspace, cron: str = AT) -> None:
    """Serve the schedule against the server that Prefect's settings name, until interrupted.

    A night that starts while another is running is cancelled: the running one, or the next, catches up.
    """
    nightly.serve(
        name="nightly",
        # serve() has no time zone of its own.
        schedule=Cron(cron, timezone="Asia/Shanghai"),
        parameters={"workspace": str(workspace.root), "catch_up": True},
        global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        # By module: the schedule then runs from any folder.
        entrypoint_type=EntrypointType.MODULE_PATH,
        print_starting_message=False,
    )


def main() -> None:
    """Command line.

    Starts a server of its own unless PREFECT_API_URL names one, since Prefect's temporary server schedules nothing.
    """
    parser = argparse.ArgumentParser(
        prog="python -m flows.serve", description="按时间表每夜运行（北京时间），漏掉的夜先补。"
    )
    parser.add_argument("--workspace", "-w", type=Path, default=Path("."), help="工作区文件夹")
    parser.add_argument("--cron", default=AT, help=f"时间表，五段 cron，北京时间；缺省 {AT}")
    parser.add_argument("--port", type=int, default=4200, help="自带的 Prefect 服务器端口，只在本机可见；缺省 4200")
    arguments = parser.parse_args()
    named = os.environ.get("PREFECT_API_URL")
    with answering(arguments.workspace) as here:
        say("正在启动 Prefect 服务器 …" if not named else f"使用 {named} 的 Prefect 服务器")
        with (
            nullcontext(named) if named else server(arguments.port) as address,
            temporary_settings({PREFECT_API_URL: address, PREFECT_LOGGING_LEVEL: "INFO"}),
        ):
            say(
                f"时间表已生效：{arguments.cron}（北京时间）。运行情况见 {address.removesuffix('/api')}，按 Ctrl+C 停止。"
            )
            serve(here, arguments.cron)


if __name__ == "__main__":
    quietly(main)
