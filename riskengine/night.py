"""One night of the loop: sense → assess → intervene → review → the log and the account. Knows nothing of Prefect.

Each phase opens its own connection and is one transaction or more; killed at any moment and started again, the night comes out
the same, because a phase that has its row in ``<schema>.night`` does nothing the second time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from riskengine import ledger
from riskengine.assess.phase import assess
from riskengine.audit.chain import inscribe
from riskengine.errors import Busy, NotDelivered, WrongUse
from riskengine.intervene.phase import intervene
from riskengine.model.rulebook import Rulebook
from riskengine.review.phase import review
from riskengine.rulebook.load import load
from riskengine.rulebook.templates import template_files
from riskengine.sense.phase import sense
from riskengine.store.database import Connection, connect
from riskengine.store.space import told_when_full
from riskengine.workspace import Workspace

__all__ = ["IN_PHASE", "PHASES", "Call", "NightReport", "Say", "direct", "fill", "run_night"]

Say = Callable[[str], None]
"""Takes one line of progress, in Chinese."""

Phase = Callable[[Connection, Workspace, Rulebook, date], None]

PHASES: dict[str, Phase] = {"感知识别": sense, "研判预警": assess, "管控干预": intervene, "评估反馈": review}
"""The phases in their order, by the name that people see."""


IN_PHASE = "阶段："
"""An exception that leaves a phase carries a note with this beginning and the phase's name."""

_PATIENCE = 60
"""Seconds that a phase waits for somebody who looks into the database."""


class Call(Protocol):
    """How a phase is called: directly, or as a visible task of a scheduler."""

    def __call__(self, name: str, step: Callable[[], float]) -> float:
        """Call ``step`` under ``name``; give what it gives (seconds), raise what it raises."""
        ...


def direct(name: str, step: Callable[[], float]) -> float:
    """Call the phase, nothing else."""
    return step()


@dataclass(frozen=True)
class NightReport:
    """What a night came to. ``account`` is the content of run.json; ``ran`` False: it had run before, nothing was done."""

    as_of: date
    ran: bool
    account: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """0, or 4 when an office must send a file again (the night is finished all the same)."""
        code: int = self.account["exit_code"]
        return code


def run_night(
    workspace: Workspace,
    as_of: date,
    call: Call = direct,
    say: Say = lambda line: None,
    rulebook: Rulebook | None = None,
) -> NightReport:
    """Run the night ``as_of`` (Asia/Shanghai) to its end; a no-op that says so when it has run.

    ``rulebook`` spares loading it again over many nights. Raises RulesInvalid before anything is touched, Busy when
    another run holds the workspace, NotDelivered when lists could not be written or the disk is full, EngineFault when
    the engine itself is wrong.
    """
    if ledger.is_finished(workspace, as_of):
        say(f"{as_of} 已经运行过，没有再做任何改动。清单在 {_shown(workspace, as_of)}")
        return NightReport(as_of, False, ledger.read(workspace, as_of))
    rules = rulebook or load(workspace)
    with ExitStack() as held:
        # A call of its own, because here a second try helps: whoever holds the workspace will be done in a while.
        _called(call, "准备", _timed(lambda: _prepare(held, workspace, rules, as_of)))
        if ledger.is_finished(workspace, as_of):  # by whoever held the workspace while we waited
            return NightReport(as_of, False, ledger.read(workspace, as_of))
        seconds = {}
        for number, (name, phase) in enumerate(PHASES.items(), start=1):
            say(f"{as_of} [{number}/{len(PHASES)}] {name} …")
            seconds[name] = _called(call, name, _step(workspace, rules, as_of, name, phase))
            say(f"{as_of} [{number}/{len(PHASES)}] {name} 完成，{seconds[name]:.1f} 秒")
        with told_when_full(f"{as_of} 的账目"), _database(workspace) as con:
            inscribe(con, workspace, rules, as_of)
            entry = ledger.account(con, as_of, rules.hash, seconds)
        try:
            ledger.write(workspace, as_of, entry)
        except OSError as error:
            raise NotDelivered(
                f"{_shown(workspace, as_of)}/run.json 没有写完（{error.strerror}），清单已经写好。请检查磁盘空间与权限后再次运行即可。"
            ) from error
    return NightReport(as_of, True, entry)


def fill(
    workspace: Workspace, first: date, last: date, call: Call = direct, say: Say = lambda line: None
) -> Iterator[NightReport]:
    """Run the nights from ``first`` to ``last`` (both included) that have not run, in order; a report as each ends."""
    if last < first:
        raise WrongUse(f"补跑的起止日期颠倒：{first} 晚于 {last}。请把较早的日期写在前面。")
    missing = [day for day in _days(first, last) if not ledger.is_finished(workspace, day)]
    if not missing:
        say(f"{first} 至 {last} 的每一夜都已运行过，没有要补的。")
        return
    rules = load(workspace)
    for day in missing:
        yield run_night(workspace, day, call, say, rules)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _called(call: Call, name: str, step: Callable[[], float]) -> float:
    try:
        return call(name, step)
    except BaseException as error:
        error.add_note(f"{IN_PHASE}{name}")
        raise


def _timed(work: Callable[[], None]) -> Callable[[], float]:
    def step() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return step


def _step(workspace: Workspace, rules: Rulebook, as_of: date, name: str, phase: Phase) -> Callable[[], float]:
    def work() -> None:
        with told_when_full(f"{as_of} 的{name}"), _database(workspace) as con:
            phase(con, workspace, rules, as_of)

    return _timed(work)


def _database(workspace: Workspace) -> AbstractContextManager[Connection]:
    # We hold the workspace, so whoever has its database open only looks (review, replay) and is soon done.
    return connect(workspace.database, workspace.scratch, patience=_PATIENCE)


def _prepare(held: ExitStack, workspace: Workspace, rules: Rulebook, as_of: date) -> None:
    with told_when_full(f"{as_of} 的准备"):
        held.enter_context(_alone(workspace))
        _seal_rules(workspace, rules)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for the night, and start it with an empty scratch folder. The lock dies with its process."""
    workspace.scratch.mkdir(parents=True, exist_ok=True)
    lock = workspace.scratch / "lock"
    with lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip()
            who = f"（进程 {holder}）" if holder else ""
            raise Busy(f"另一次运行{who}正在使用这个工作区。请等它结束后再运行；这一次没有做任何改动。") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        for left in workspace.scratch.iterdir():
            if left != lock:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield


def _seal_rules(workspace: Workspace, rules: Rulebook) -> None:
    """Keep the rules of the night as ``data/sealed/rules/<hash>.zip``: same bytes for same rules; replay needs them."""
    target = workspace.sealed / "rules" / f"{rules.hash}.zip"
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        templates = {path for _, path in template_files(workspace.rules)}
        for path in sorted(workspace.rules.rglob("*")):
            if path in templates or (path.is_file() and path.suffix in {".yaml", ".yml", ".csv"}):
                entry = zipfile.ZipInfo(path.relative_to(workspace.root).as_posix(), (1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    os.replace(partial, target)


def _shown(workspace: Workspace, as_of: date) -> str:
    return workspace.night(as_of).relative_to(workspace.root).as_posix()
