"""The quarter under kill -9: a child process runs the nights and dies at random moments; another one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

__all__ = ["go_killed"]

_ROOT = Path(__file__).parents[2]


def go_killed(root: Path, kills: int, seconds: float, say: Callable[[str], None]) -> int:
    """Run the quarter in ``root``, killed ``kills`` times at moments that a seed chooses, spread over ``seconds`` of work.

    Returns how many children really died by the signal; the last one ends by itself. Raises RuntimeError when one fails otherwise.
    """
    rng, died = Random("云川县/quarter/kills"), 0
    for _ in range(kills):
        child = _child(root)
        try:
            code = child.wait(timeout=2.5 + rng.uniform(0, 2 * seconds / kills))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            died += 1
            say(f"第{died}次 kill -9：{_where(root)}")
            continue
        if code != 0:
            raise RuntimeError(f"the quarter ended with {code} after {died} kills")
        return died
    child = _child(root)
    if child.wait() != 0:
        raise RuntimeError(f"the quarter ended with {child.returncode} after {died} kills")
    return died


def _child(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.quarter", "nights", "--workspace", str(root)]
    time.sleep(0.05)  # the lock of the one before dies with it, not before it
    return subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, start_new_session=True)


def _where(root: Path) -> str:
    nights = sorted(path.parent.name for path in (root / "data" / "outbox").glob("*/run.json"))
    return f"已完成到 {nights[-1]}" if nights else "第一夜还没有完成"
