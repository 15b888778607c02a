"""The deliveries' own chain: each attempt that ended names what became of it and is bound to the one before it by its hash.

Not lines of the nights' log (``audit``): that is the same wherever the same inputs are run again, and a replay holds it to that. What a
mail server answered, and at what hour, is not in the inputs.
"""

from __future__ import annotations

import hashlib
from typing import Any

from riskengine.audit.line import GENESIS, canonical
from riskengine.store.database import Connection

__all__ = ["bind", "head", "verify"]


def bind(con: Connection, id_: str, nth: int) -> None:
    """Bind an attempt whose result is written down to the newest one that is bound."""
    [(seq, previous)] = con.execute("SELECT coalesce(max(seq), 0), arg_max(hash, seq) FROM delivery.attempt").fetchall()
    [row] = con.execute(f"{_SAID} WHERE a.id = $1 AND a.nth = $2", [id_, nth]).fetchall()
    con.execute(
        "UPDATE delivery.attempt SET seq = $1, hash = $2 WHERE id = $3 AND nth = $4",
        [seq + 1, _hash(previous or GENESIS, seq + 1, row), id_, nth],
    )


def head(con: Connection) -> tuple[int, str]:
    """Number and hash of the newest bound attempt; 0 and zeros where there is none."""
    [(seq, newest)] = con.execute("SELECT coalesce(max(seq), 0), arg_max(hash, seq) FROM delivery.attempt").fetchall()
    return seq, newest or GENESIS


def verify(con: Connection) -> list[str]:
    """What is wrong with the chain and with the messages that stand on it, as sentences; empty when all is as it was written."""
    found: list[str] = []
    previous, expected = GENESIS, 1
    for seq, hash_, *row in con.execute(f"{_BOUND} WHERE a.seq IS NOT NULL ORDER BY a.seq").fetchall():
        if seq != expected:
            found.append(f"送达记录第 {expected} 条不见了，或顺序被动过（接着的是第 {seq} 条）。")
        elif row[0] is None or _hash(previous, seq, tuple(row)) != hash_:
            found.append(f"送达记录第 {seq} 条（{row[0] or '消息已被删去'}）被改动过，或接不上前一条。")
        previous, expected = hash_, seq + 1
    for id_, status in con.execute(_NOT_SO).fetchall():
        found.append(f"消息 {id_} 写着“{status}”，与它的送达记录不符。")
    return found


def _hash(previous: str, seq: int, row: tuple[Any, ...]) -> str:
    said = {
        name: each.isoformat() if hasattr(each, "isoformat") else each for name, each in zip(_NAMES, row, strict=True)
    }
    return hashlib.sha256((previous + canonical({"seq": seq, **said})).encode()).hexdigest()


_NAMES = ("message", "nth", "at", "result", "status", "night", "channel", "unit", "sha256")
_COLUMNS = "m.id, a.nth, a.tried_at, a.result, a.status, m.as_of, m.channel, m.unit, m.sha256"
_SAID = f"SELECT {_COLUMNS} FROM delivery.attempt AS a LEFT JOIN delivery.message AS m USING (id)"
_BOUND = f"SELECT a.seq, a.hash, {_COLUMNS} FROM delivery.attempt AS a LEFT JOIN delivery.message AS m USING (id)"

# one says that it arrived, the other does not; an attempt that ended and was never bound
_NOT_SO = """
SELECT m.id, m.status FROM delivery.message AS m
WHERE (m.status = '已送') <> EXISTS (FROM delivery.attempt AS a WHERE a.id = m.id AND a.result = '已送')
  OR EXISTS (FROM delivery.attempt AS a WHERE a.id = m.id AND a.result IS NOT NULL AND a.seq IS NULL)
ORDER BY m.id
"""
