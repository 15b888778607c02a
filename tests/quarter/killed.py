"""The quarter under kill -9: a child process runs the nights and dies at random moments; another one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

__all__ = ["go_killed"]

_ROOT = Path(__file__).parents[2]
_NIGHT = 3.0
"""Seconds that a night takes at most, on an ordinary machine: a kill falls anywhere in it, before it or behind it."""


def go_killed(root: Path, kills: int, first: date, last: date, say: Callable[[str], None]) -> int:
    """Run the quarter in ``root``, killed ``kills`` times: in or around nights that a seed chooses, at a moment that it chooses.

    Returns how many children really died by the signal; the last one ends by itself. Raises RuntimeError when one fails otherwise.
    """
    rng, died = Random("云川县/quarter/kills"), 0
    nights = (last - first).days + 1
    chosen = rng.sample(range(nights), kills) if kills <= nights else [rng.randrange(nights) for _ in range(kills)]
    for after in sorted(chosen):
        child = _child(root, last)
        while child.poll() is None and _finished(root) < after:
            time.sleep(0.05)
        time.sleep(rng.uniform(0, _NIGHT))
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            died += 1
            say(f"第{died}次 kill -9：已完成 {_finished(root)} 夜")
        elif child.returncode != 0:
            raise RuntimeError(f"the quarter ended with {child.returncode} after {died} kills")
    child = _child(root, last)
    if child.wait() != 0:
        raise RuntimeError(f"the quarter ended with {child.returncode} after {died} kills")
    return died


def _child(root: Path, last: date) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.quarter", "nights", "--workspace", str(root), "--until", last.isoformat()]
    return subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, start_new_session=True)


def _finished(root: Path) -> int:
    return sum(1 for _ in (root / "data" / "outbox").glob("*/run.json"))
