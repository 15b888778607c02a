"""Check mutated books, one after the other, in this process; what is neither accepted nor refused at a place is a failure."""

from __future__ import annotations

import random
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import FrameType

from riskengine.errors import Problem
from riskengine.rulebook.check import check_entries
from riskengine.rulebook.codes import CODES, severity_of
from riskengine.rulebook.entries import ReadFiles, read_entries, rule_files
from tests.mutations.mutate import mutated

__all__ = ["SHIPPED", "Tally", "run"]

SHIPPED = Path(__file__).parents[2] / "rules"
_LIMIT = 5
_DAY = date(2026, 6, 30)


@dataclass
class Tally:
    """How many were accepted and refused, for which codes, the slowest, and whatever must not happen."""

    accepted: int = 0
    refused: int = 0
    unchanged: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The report."""
        lines = [
            f"accepted {self.accepted}, refused {self.refused}, no change {self.unchanged}, failures {len(self.failures)}",
            f"{self.seconds:.0f} s in all; slowest {self.slowest[0]:.2f} s ({self.slowest[1]})",
            "by code: " + ", ".join(f"{code} {count}" for code, count in self.codes.most_common()),
            "by kind: " + ", ".join(f"{kind} {count}" for kind, count in self.kinds.most_common(20)),
        ]
        return "\n".join([*lines, *self.failures[:20]])


class _TooSlow(Exception):
    pass


@contextmanager
def _limited() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run(root: Path, count: int, seed: int, told: Callable[[Tally], None] | None = None) -> Tally:
    """``count`` mutations of the shipped rules, laid down and checked below ``root``; ``told`` hears of every thousand."""
    tally = Tally()
    shutil.copytree(SHIPPED, root / "rules")
    files = [(name, path, path.read_bytes()) for name, path in rule_files(root / "rules")]
    read: ReadFiles = {}
    begun = time.perf_counter()
    for number in range(count):
        if told is not None and number and number % 1000 == 0:
            tally.seconds = time.perf_counter() - begun
            told(tally)
        random_ = random.Random(f"{seed}-{number}")
        name, path, raw = random_.choice(files)
        kinds, changed = mutated(random_, raw)
        if changed == raw:
            tally.unchanged += 1
            continue
        path.write_bytes(changed)
        _one(root / "rules", f"#{number} {kinds} in {name}", changed, name, read, tally)
        tally.kinds.update(kinds.split("+"))
        path.write_bytes(raw)
    tally.seconds = time.perf_counter() - begun
    return tally


def _one(rules: Path, label: str, changed: bytes, name: str, read: ReadFiles, tally: Tally) -> None:
    before = time.perf_counter()
    try:
        with _limited():
            problems = check_entries(read_entries(rules, read), _DAY)
    except _TooSlow:
        tally.failures.append(f"{label}: more than {_LIMIT} s")
        return
    except Exception:  # whatever it is, an analyst must not see it
        tally.failures.append(f"{label}: {traceback.format_exc(limit=-3)}")
        return
    tally.slowest = max(tally.slowest, (time.perf_counter() - before, label))
    errors = [problem for problem in problems if severity_of(problem.code) == "error"]
    tally.refused += bool(errors)
    tally.accepted += not errors
    tally.codes.update({problem.code for problem in problems})
    tally.failures += [f"{label}: {wrong}" for problem in set(problems) if (wrong := _misplaced(rules, problem))]


def _misplaced(rules: Path, problem: Problem) -> str:
    """What is wrong with the place or the sentence, or nothing."""
    path = rules.parent / problem.file
    if not problem.message.endswith(("。", "？", "）")):
        return f"no sentence: {problem}"
    if problem.code not in CODES:
        return f"unknown code: {problem}"
    if not path.is_file():
        return "" if problem.code == "E106" else f"no such file: {problem}"
    lines = path.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not 1 <= problem.line <= len(lines):
        return f"no such line of {len(lines)}: {problem}"
    return f"no such column: {problem}" if problem.column < 1 else ""
