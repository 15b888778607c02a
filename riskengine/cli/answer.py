"""How a command ends: a sentence on stderr and the exit code of the error's class, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from riskengine.errors import RiskEngineError
from riskengine.workspace import Workspace

__all__ = ["answering", "ending", "say"]


def say(line: str) -> None:
    """One line of progress, on stderr, so that stdout carries the result alone."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def answering(workspace: Path) -> Iterator[Workspace]:
    """Open the workspace; whatever goes wrong inside ends as :func:`ending` says."""
    with ending(workspace):
        yield Workspace.at(workspace)


@contextmanager
def ending(workspace: Path) -> Iterator[None]:
    """Turn whatever goes wrong inside into one sentence on stderr and SystemExit with its code.

    An error that nobody foresaw leaves its traceback in ``data/.scratch/fault.txt`` and exits 1.
    """
    try:
        yield
    except RiskEngineError as error:
        say(str(error))
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:  # `riskengine review | head`: whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        _interrupted()
    except Exception as error:  # the last line of defence: no analyst is ever shown a traceback
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
            _interrupted()  # this is how DuckDB tells of Ctrl-C while it works
        where = _keep(workspace, error)
        summary = (str(error).splitlines() or [""])[0][:200]
        say(f"程序内部错误（{type(error).__name__}：{summary}），本次运行没有完成，已有数据未受影响。{where}")
        raise SystemExit(1) from None


def _interrupted() -> NoReturn:
    say("已中断。已完成的部分都已保存，再次运行会从断点继续。")
    raise SystemExit(130) from None


def _keep(workspace: Path, error: Exception) -> str:
    fault = workspace / "data" / ".scratch" / "fault.txt"
    try:
        fault.parent.mkdir(parents=True, exist_ok=True)
        fault.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return "错误详情无法写入磁盘，请检查磁盘空间后重新运行。"
    return "请把 data/.scratch/fault.txt 交给维护人员，处理后再次运行即可。"
