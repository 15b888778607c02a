"""The inference worker, as the night sees it: one child process, kept over nights, replaced when it died.

A crash of the rule engine's C core is the death of the child: an EngineFault with a sentence, never the death of
the night's process. The child reads its standard input to the end, so it cannot outlive us, however we end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from riskengine.assess.dossier import Clause, Conclusion, Dossier
from riskengine.errors import EngineFault

__all__ = ["Worker", "conclude"]

_COMMAND = (sys.executable, "-W", "ignore", "-m", "riskengine.assess.inference")
_ROOT = Path(__file__).resolve().parents[2]
_REASONERS = 64  # blocks of clauses that one child keeps; the engine never frees one, so then a new child begins
_HINT = "今晚的研判没有写入，请再运行一次；若仍如此，请报告开发人员。"


class Worker:
    """One child process, started when first needed. Safe to share between threads: one request at a time."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = tuple(command)
        self._child: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def conclude(self, clauses: Sequence[Clause], dossiers: Sequence[Dossier]) -> list[Conclusion]:
        """One conclusion a dossier, in their order. Raises EngineFault when the child dies, hangs or stops half-way."""
        if not dossiers:
            return []
        request = {
            "clauses": [astuple(each) for each in clauses],
            "dossiers": [sorted(each) for each in dossiers],
        }
        with self._lock:
            # 20 times what a dossier was measured to take, and time to start: beyond that it hangs
            line = self._exchange(json.dumps(request) + "\n", patience=60 + 0.02 * len(dossiers))
            answer = json.loads(line)
            if "error" in answer:
                self.close()
                raise EngineFault(f"推理进程报错（{answer['error']}）。{_HINT}")
            if answer["end"] != len(dossiers) or len(answer["drawn"]) != len(dossiers):
                self.close()
                raise EngineFault(f"推理进程没有做完：交出{len(dossiers)}份情形，做了{answer['end']}份。{_HINT}")
            if answer["reasoners"] >= _REASONERS:
                self.close()
        return [frozenset(names) for names in answer["drawn"]]

    def _exchange(self, request: str, patience: float) -> str:
        child = self._start()
        assert child.stdin is not None and child.stdout is not None
        watch = threading.Timer(patience, child.kill)
        watch.daemon = True
        watch.start()
        try:
            child.stdin.write(request)
            child.stdin.flush()
            line = child.stdout.readline()
        except OSError:
            line = ""
        finally:
            hung = not watch.is_alive()
            watch.cancel()
        if not line.endswith("\n"):
            self.close()
            how = f"{patience:.0f}秒没有回答，已被终止" if hung else f"中途退出（退出码{child.returncode}）"
            raise EngineFault(f"推理进程{how}。{_HINT}")
        return line

    def _start(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                env={**os.environ, "PYTHONPATH": path},
            )  # fmt: skip
        return self._child

    def close(self) -> None:
        """End the child; the next request starts a new one."""
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass  # a dead child's pipe still holds what we wrote
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


_worker = Worker()


def conclude(clauses: Sequence[Clause], dossiers: Sequence[Dossier]) -> list[Conclusion]:
    """:meth:`Worker.conclude` of the one worker that all nights of this process share."""
    return _worker.conclude(clauses, dossiers)
