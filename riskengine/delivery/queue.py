"""The outbox: ``delivery.message`` and ``delivery.attempt``, and the ways a message can go through them.

待送 → 发送中 → 已送; a failure leads to 待重试 and, when patience ends, to 搁置, from where only somebody's word takes it up again. 作废: the lists
of the night were made again before it went out, another message stands for it. What is found 发送中 when nobody is sending was cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from riskengine.delivery.chain import bind
from riskengine.delivery.channels.parcel import LOST, SENT, Outcome
from riskengine.delivery.letters import Letter, letters
from riskengine.model.deliveries import Retry
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, transaction

__all__ = ["Queued", "begin", "count_later", "due_now", "enqueue", "finish", "hold_off", "take_up", "take_up_waiting"]

_CORRECTION = "更正：当夜清单重新生成，以本次为准。"
CUT_OFF = "上次送到一半中断了，是否送到无法得知。"


@dataclass(frozen=True)
class Queued:
    """One message as it is to be sent. ``unit`` None: the whole county; ``files``: path below the night's folder → sha256."""

    id: str
    as_of: date
    unit: str | None
    address: str
    to: str
    subject: str
    text: str
    files: dict[str, str]
    again: bool


def enqueue(con: Connection, rulebook: Rulebook, as_of: date, now: datetime) -> int:
    """Queue what the night ``as_of`` has to say; how many messages are new. A second time finds nothing new.

    Where the lists of the night came out otherwise than when they were queued, the new message takes the place of what still waits;
    what has been sent stays sent, and the new one says in its subject that it corrects.
    """
    new = 0
    with transaction(con):
        for letter in letters(con, rulebook, as_of):
            id_ = _id(letter, as_of)
            there = con.execute(_SAME_NIGHT, [as_of, letter.channel, letter.key]).fetchall()
            if id_ in (row[0] for row in there):
                continue
            con.execute(_REPLACED, [f"当夜清单重新生成，由 {id_} 代替。", as_of, letter.channel, letter.key])
            corrects = any(status in ("已送", "发送中") or doubtful for _, status, doubtful in there)
            said = _corrected(letter) if corrects else letter
            con.execute(_QUEUE, [
                id_, as_of, letter.channel, letter.kind, None if letter.key == "county" else letter.key, letter.to, letter.address,
                said.subject, said.text, json.dumps(said.files, ensure_ascii=False), _sent_hash(said), now,
            ])  # fmt: skip
            new += 1
    return new


def take_up(con: Connection, now: datetime) -> int:
    """Messages that were being sent when somebody was killed: how many there were. They are due at once, and marked doubtful."""
    with transaction(con):
        for id_, nth in con.execute(_CUT_ATTEMPTS, [LOST, CUT_OFF]).fetchall():
            bind(con, id_, nth)
        return len(con.execute(_CUT_MESSAGES, [CUT_OFF, now]).fetchall())


def take_up_waiting(con: Connection, now: datetime) -> None:
    """Messages that were laid aside, and those whose time has not come, become due."""
    con.execute(_TAKE_UP_WAITING, [now])


def due_now(con: Connection, channel: str, now: datetime) -> list[str]:
    """Messages of ``channel`` that may be sent now, oldest night first."""
    return [row[0] for row in con.execute(_DUE, [channel, now]).fetchall()]


def count_later(con: Connection, channels: Sequence[str], now: datetime) -> int:
    """How many messages of ``channels`` failed before, or wait behind one that did, and may not be sent yet."""
    [(number,)] = con.execute(_LATER, [list(channels), now]).fetchall()
    return int(number)


def begin(con: Connection, id_: str, now: datetime) -> Queued:
    """Mark the message 发送中, committed before anything leaves the machine."""
    with transaction(con):
        con.execute("UPDATE delivery.message SET status = '发送中', tries = tries + 1, last_at = $2, "
                    "first_at = coalesce(first_at, $2) WHERE id = $1", [id_, now])  # fmt: skip
        con.execute(
            "INSERT INTO delivery.attempt (id, nth, tried_at) SELECT id, tries, $2 FROM delivery.message WHERE id = $1",
            [id_, now],
        )
        [row] = con.execute(_READ, [id_]).fetchall()
    id_, night, unit, address, to, subject, text, files, doubtful = row
    return Queued(id_, night, unit, address, to, subject, text, json.loads(files), doubtful)


def finish(con: Connection, id_: str, outcome: Outcome, retry: Retry, now: datetime) -> str:
    """Write down what became of the attempt; the message's new status. A failure waits longer each time."""
    with transaction(con):
        [(tries, queued_at)] = con.execute(
            "SELECT tries, queued_at FROM delivery.message WHERE id = $1", [id_]
        ).fetchall()
        shelved = now - queued_at >= timedelta(days=retry.days)
        status = SENT if outcome.result == SENT else "搁置" if shelved else "待重试"
        wait = timedelta(minutes=min(retry.minutes * 2 ** min(tries - 1, 20), retry.hours * 60))
        con.execute(
            _FINISH,
            [id_, status, now, outcome.detail, outcome.result == LOST, now + wait if status == "待重试" else None],
        )
        con.execute(_FINISH_ATTEMPT, [id_, tries, outcome.result, outcome.detail, status])
        bind(con, id_, tries)
    return status


def hold_off(con: Connection, found_by: str, waits: Sequence[str], why: str) -> None:
    """What else waits on a channel that is down is not tried before the message ``found_by`` that found it so."""
    con.execute(_HOLD_OFF, [found_by, list(waits), why])


def _id(letter: Letter, as_of: date) -> str:
    about = "\0".join((as_of.isoformat(), letter.channel, letter.key, letter.night))
    return f"SD-{as_of:%Y%m%d}-{hashlib.sha256(about.encode()).hexdigest()[:12].upper()}"


def _corrected(letter: Letter) -> Letter:
    text = f"{_CORRECTION}\n{letter.text}" if letter.text else ""
    return replace(letter, subject=f"更正：{letter.subject}", text=text)


def _sent_hash(letter: Letter) -> str:
    """SHA-256 over subject, text and the hashes of the files, in order of path."""
    files = "".join(f"\0{path}\0{sha256}" for path, sha256 in sorted(letter.files.items()))
    return hashlib.sha256(f"{letter.subject}\0{letter.text}{files}".encode()).hexdigest()


_SAME_NIGHT = """
SELECT id, status, doubtful FROM delivery.message WHERE as_of = $1 AND channel = $2 AND coalesce(unit, 'county') = $3
"""
_REPLACED = """
UPDATE delivery.message SET status = '作废', next_at = NULL, detail = $1
WHERE as_of = $2 AND channel = $3 AND coalesce(unit, 'county') = $4 AND status IN ('待送', '待重试', '搁置')
"""
_QUEUE = """
INSERT INTO delivery.message
  (id, as_of, channel, kind, unit, "to", address, subject, text, files, sha256, status, tries, queued_at, next_at, doubtful)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '待送', 0, $12, $12, FALSE)
"""
_CUT_ATTEMPTS = """
UPDATE delivery.attempt AS a SET result = $1, detail = $2, status = '待重试' FROM delivery.message AS m
WHERE m.id = a.id AND m.status = '发送中' AND a.nth = m.tries AND a.result IS NULL RETURNING a.id, a.nth
"""
_CUT_MESSAGES = """
UPDATE delivery.message SET status = '待重试', doubtful = TRUE, detail = $1, next_at = $2 WHERE status = '发送中' RETURNING id
"""
_TAKE_UP_WAITING = """
UPDATE delivery.message SET status = if(status = '搁置', '待重试', status), next_at = $1
WHERE status = '搁置' OR (status IN ('待送', '待重试') AND next_at > $1)
"""
_DUE = """
SELECT id FROM delivery.message WHERE channel = $1 AND status IN ('待送', '待重试') AND next_at <= $2 ORDER BY as_of, unit NULLS FIRST, id
"""
_LATER = """
SELECT count(*) FROM delivery.message WHERE channel IN (SELECT unnest($1::VARCHAR[])) AND status IN ('待送', '待重试') AND next_at > $2
"""
_READ = 'SELECT id, as_of, unit, address, "to", subject, text, files, doubtful FROM delivery.message WHERE id = $1'
_FINISH = """
UPDATE delivery.message SET status = $2, last_at = $3, detail = $4, doubtful = doubtful OR $5, next_at = $6 WHERE id = $1
"""
_FINISH_ATTEMPT = "UPDATE delivery.attempt SET result = $3, detail = $4, status = $5 WHERE id = $1 AND nth = $2"
_HOLD_OFF = """
UPDATE delivery.message SET detail = $3, next_at = greatest(next_at, (SELECT next_at FROM delivery.message WHERE id = $1))
WHERE id IN (SELECT unnest($2::VARCHAR[]))
"""
