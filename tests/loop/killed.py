"""Run a night and kill it with SIGKILL at a chosen point, again and again; nothing of the engine is patched.

``python -m tests.loop.killed <workspace> <night> <points as JSON>`` prints, as JSON, what became of each point. A point is
``[phase, where, nth]``; ``where`` is ``before`` or ``after`` the phase, its ``line`` (of the engine's own code) or its ``write``
(a file opened for writing, renamed, made or removed), ``ms`` milliseconds into it wherever that may be, or ``count`` to count
both and let the night end. Each point is a process of its own, forked before anything of DuckDB has run.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import riskengine
from riskengine.night import run_night
from riskengine.workspace import Workspace

_ENGINE = str(Path(riskengine.__file__).parent)
WHOLE = "整夜"
"""The phase of a point that lies anywhere in the night, its account included."""


class Watch:
    """Counts lines and writes while a phase is on, and ends the process at the one that is asked for."""

    def __init__(self, root: str, phase: str, where: str, nth: int) -> None:
        self.root, self.phase, self.where, self.nth = root, phase, where, nth
        self.now = WHOLE
        self.counts: dict[str, dict[str, int]] = {}
        sys.addaudithook(self._audit)
        sys.settrace(self._trace)

    def call(self, name: str, step: Callable[[], float]) -> float:
        """The seam of run_night."""
        if name == self.phase and self.where == "before":
            die()
        self.now = name
        if name == self.phase and self.where == "ms":
            threading.Timer(self.nth / 1000, die).start()
        seconds = step()
        self.now = WHOLE
        if name == self.phase and self.where != "count":
            die()  # after it, or because it had fewer steps than asked for
        return seconds

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(_ENGINE):
            return None
        if event == "line":
            self._step("line")
        return self._trace

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        writes = event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir")
        if event == "open" and isinstance(arguments[2], int):
            writes = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if writes and str(arguments[0]).startswith(self.root):
            self._step("write")

    def _step(self, what: str) -> None:
        for phase in {self.now, WHOLE}:
            counts = self.counts.setdefault(phase, {"line": 0, "write": 0})
            counts[what] += 1
            if phase == self.phase and what == self.where and counts[what] == self.nth:
                die()


def die() -> None:
    """As a power cut or the OOM killer would end us."""
    os.kill(os.getpid(), signal.SIGKILL)


def _one(root: str, night: date, phase: str, where: str, nth: int) -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        watch = Watch(root, phase, where, nth)
        run_night(Workspace.at(root), night, call=watch.call)
        sys.settrace(None)
        os.write(writing, json.dumps(watch.counts).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else said


def main() -> None:
    """All points in turn, on the same workspace."""
    root, night, points = sys.argv[1:]
    print(json.dumps([_one(root, date.fromisoformat(night), *point) for point in json.loads(points)]))


if __name__ == "__main__":
    main()
