"""Emptying the outbox: what waits is claimed, sent, written down, message by message.

The database is open only in between, never while the other side is spoken to: a night that starts meanwhile waits for no mail server.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from riskengine import ledger
from riskengine.delivery.channels import folder, mail, robot
from riskengine.delivery.channels.parcel import LOST, REFUSED, SENT, Enclosed, Outcome, Parcel
from riskengine.delivery.queue import (
    Queued,
    begin,
    count_later,
    due_now,
    enqueue,
    finish,
    hold_off,
    take_up,
    take_up_waiting,
)
from riskengine.delivery.secret import hidden, missing, revealed
from riskengine.errors import Busy, WrongUse
from riskengine.model.deliveries import COUNTY, EVERY_UNIT, Channel, Deliveries, Quiet
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

__all__ = ["PACE", "Delivered", "Pace", "deliver", "is_quiet"]

Clock = Callable[[], datetime]
"""Asia/Shanghai, naive, as the tables hold it."""

Opened = Callable[[], AbstractContextManager[Connection]]

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_ROBOTS = ("wecom", "dingtalk", "feishu")

_SEND = {"folder": folder.send, "mail": mail.send, "wecom": robot.send, "dingtalk": robot.send, "feishu": robot.send}

_PATIENCE = 600
"""Seconds to wait for the database after something was sent: a night may hold it, and what was sent must be written down."""


@dataclass(frozen=True)
class Pace:
    """How fast messages go to a group robot: after ``burst`` of them ``rest`` seconds nothing. The platforms take 20 a minute."""

    burst: int = 20
    rest: float = 60.0
    pause: Callable[[float], None] = time.sleep


PACE = Pace()


@dataclass
class Delivered:
    """What one run came to. ``queued``: new messages; ``failed``: tried and not sent; ``waiting``: not tried because their channel is
    down or the hour is quiet; ``later``: failed before or wait behind one that did, their time has not come.
    ``told``: sentences about failures, one a channel
    and reason.
    """

    as_of: date | None = None
    queued: int = 0
    interrupted: int = 0
    sent: int = 0
    failed: int = 0
    waiting: int = 0
    later: int = 0
    shelved: int = 0
    quiet: bool = False
    told: list[str] = field(default_factory=list)


def deliver(
    workspace: Workspace,
    rulebook: Rulebook,
    clock: Clock,
    as_of: date | None = None,
    *,
    again: bool = False,
    pace: Pace = PACE,
    opened: Opened | None = None,
) -> Delivered:
    """Queue the night ``as_of`` (None: no night) and send what is due on every active channel.
    ``again``: what was laid aside, and what has to wait, too.
    ``opened`` gives the database for a moment, None: the workspace's own file is opened each time.

    A failure on one message or channel stops no other. Raises WrongUse where the night has not run, Busy where another delivery is
    under way; never for what the other side does.
    """
    run = Delivered(as_of)
    settings = rulebook.deliveries
    active = [channel for channel in settings.channels if channel.active]
    if as_of is not None and not ledger.is_finished(workspace, as_of):
        raise WrongUse(f"{as_of} 还没有运行完，没有清单可送。请先运行 riskengine run --as-of {as_of}。")
    if not active or not workspace.database.is_file():
        return run
    database = opened or (lambda: connect(workspace.database, workspace.scratch, patience=_PATIENCE))
    with _alone(workspace):
        with database() as con:
            now = clock()
            run.interrupted = take_up(con, now)
            run.queued = enqueue(con, rulebook, as_of, now) if as_of else 0
            if again:
                take_up_waiting(con, now)
            due = {channel.id: due_now(con, channel.id, now) for channel in active}
            run.later = count_later(con, list(due), now)
        run.quiet = settings.quiet is not None and is_quiet(settings.quiet, now)
        if run.quiet:
            run.waiting = sum(map(len, due.values()))
            return run
        sending = _Round(workspace, settings, clock, pace, database, run)
        for channel in active:
            sending.channel(channel, due[channel.id])
        sending.write()
    return run


def is_quiet(quiet: Quiet, now: datetime) -> bool:
    """Whether nothing is sent at ``now``; the last minute of the hours is free again."""
    at = now.strftime("%H:%M")
    if quiet.first <= quiet.until:
        return quiet.first <= at < quiet.until
    return at >= quiet.first or at < quiet.until


class _Round:
    """One run over what is due. The end of a message and the beginning of the next are written in one opening of the database."""

    def __init__(
        self, workspace: Workspace, settings: Deliveries, clock: Clock, pace: Pace, database: Opened, run: Delivered
    ) -> None:
        self._workspace, self._settings, self._clock = workspace, settings, clock
        self._pace, self._database, self._run = pace, database, run
        self._ended: tuple[str, Outcome] | None = None

    def channel(self, channel: Channel, due: Sequence[str]) -> None:
        """Send what is due on one channel until it turns out to be down."""
        left = 0
        for number, id_ in enumerate(due):
            if left and left % self._pace.burst == 0 and channel.kind in _ROBOTS:
                self.write()
                self._pace.pause(self._pace.rest)
                left = 0
            with self._database() as con:
                self._end(con)
                message = begin(con, id_, self._clock())
            outcome = _sent(self._workspace, channel, message, self._clock)
            self._ended, left = (id_, outcome), left + (not outcome.here)
            if outcome.result != SENT and (line := f"{channel.id}：{outcome.detail}") not in self._run.told:
                self._run.told.append(line)
            if outcome.down:
                rest = due[number + 1 :]
                with self._database() as con:
                    self._end(con)
                    hold_off(con, id_, rest, f"渠道不通，等下一次：{outcome.detail}")
                self._run.waiting += len(rest)
                return

    def write(self) -> None:
        """Write down what became of the last message."""
        if self._ended:
            with self._database() as con:
                self._end(con)

    def _end(self, con: Connection) -> None:
        if self._ended:
            status = finish(con, *self._ended, self._settings.retry, self._clock())
            self._ended = None
            self._run.sent += status == SENT
            self._run.failed += status != SENT
            self._run.shelved += status == "搁置"


def _sent(workspace: Workspace, channel: Channel, message: Queued, clock: Clock) -> Outcome:
    """One attempt. Nothing that the other side or a library does comes out as anything but an outcome, and nothing secret in its words."""
    # where it goes is what the settings say now: a wrong mailbox is mended there
    address = channel.to.get(message.unit or COUNTY) or (channel.to.get(EVERY_UNIT) if message.unit else None)
    if address is None:
        return Outcome(
            REFUSED, f"rules/deliveries.yaml 里渠道“{channel.id}”不再送给{message.to}。请补上地址。", here=True
        )
    if unset := missing(channel, address):
        return Outcome(REFUSED, f"环境变量 {'、'.join(unset)} 没有设置。请在运行送达的机器上设置。", here=True)
    enclosed: list[Enclosed] = []
    for path, sha256 in message.files.items():
        file = workspace.night(message.as_of) / path
        try:
            content = file.read_bytes() if file.is_file() else b""
        except OSError as error:
            shown = file.relative_to(workspace.root).as_posix()
            return Outcome(REFUSED, f"{shown} 读不出来（{error.strerror}），没有送出。请检查权限与磁盘。", here=True)
        if hashlib.sha256(content).hexdigest() != sha256:
            shown = file.relative_to(workspace.root).as_posix()
            return Outcome(
                REFUSED,
                f"{shown} 被移走或改动过，和排队时不一样，没有送出。请恢复原文件，或重新生成当夜清单。",
                here=True,
            )
        name = path.rpartition("/")[2]
        taken = any(each.name == name for each in enclosed)
        enclosed.append(Enclosed(path.replace("/", "_") if taken else name, content))
    try:
        where = _place(workspace, address) if channel.kind == "folder" else revealed(address)
    except OSError as error:
        return Outcome(
            REFUSED, f"文件夹 {address} 建不起来（{error.strerror}）。请检查权限与磁盘空间。", down=True, here=True
        )
    parcel = Parcel(
        message.id, message.as_of, message.to, message.subject, message.text, tuple(enclosed), where, message.again
    )
    try:
        outcome = _SEND[channel.kind](channel, parcel, clock().replace(tzinfo=_SHANGHAI))
    except Exception as error:  # whatever a library may still do: nobody can say how far it got
        outcome = Outcome(LOST, f"送达时出错（{type(error).__name__}），是否送到无法得知。")
    return replace(outcome, detail=hidden(outcome.detail, channel, address))


def _place(workspace: Workspace, address: str) -> str:
    """A folder of the workspace is made; one that the environment names must be there."""
    path = Path(revealed(address))
    if address.startswith("env:"):
        return str(path if path.is_absolute() else workspace.root / path)
    (workspace.root / path).mkdir(parents=True, exist_ok=True)
    return str(workspace.root / path)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """One delivery at a time, else a message could leave twice. The lock dies with its process; a night has another one."""
    with (workspace.root / "data" / ".delivery.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            who = f"（进程 {holder}）" if (holder := file.read().strip()) else ""
            raise Busy(f"另一次送达{who}正在进行。请等它结束；排队的消息都在，不会漏送。") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
