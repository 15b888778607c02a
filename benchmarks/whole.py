"""(3) The whole night in a process of its own: seconds of each phase, and the peak memory of it and of its inference worker.

``python -m benchmarks.whole WORKSPACE DAY`` is that process; it prints one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from riskengine.night import PHASES, run_night
from riskengine.workspace import Workspace

__all__ = ["watched"]

_NAMES = dict(zip(PHASES, ("sense", "assess", "intervene", "review"), strict=True))


def watched(workspace: Workspace, day: date) -> dict[str, Any]:
    """Run the night ``day`` and watch it: ``seconds``, ``cpu``, ``phases``, ``peak`` (MB: the sum of the highest each process had)."""
    command = [sys.executable, "-m", "benchmarks.whole", str(workspace.root), day.isoformat()]
    peaks: dict[int, int] = {}
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            for pid in (child.pid, *_children(child.pid)):
                peaks[pid] = max(peaks.get(pid, 0), _highest(pid))
            time.sleep(0.02)
        assert child.stdout is not None
        told = child.stdout.read()
    if child.returncode:
        raise SystemExit(f"whole night failed with {child.returncode}")
    seconds = time.perf_counter() - began
    return {**json.loads(told.splitlines()[-1]), "seconds": round(seconds, 2), "peak": round(sum(peaks.values()) / 1024)}


def _highest(pid: int) -> int:
    """The kernel's own high-water mark in kB; 0 once the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()]
    except OSError:
        return []


def _night(root: str, day: str) -> None:
    began = time.process_time()
    report = run_night(Workspace.at(root), date.fromisoformat(day))
    if report.exit_code:
        raise SystemExit(report.exit_code)
    phases = report.account["seconds"]
    told = {"cpu": round(time.process_time() - began, 2), "phases": {_NAMES.get(k, k): round(v, 2) for k, v in phases.items()}}
    print(json.dumps(told))


if __name__ == "__main__":
    _night(*sys.argv[1:])
