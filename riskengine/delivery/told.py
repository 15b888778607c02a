"""What went where, when, how often it was tried, what waits and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from riskengine.store.database import Connection

__all__ = ["OPEN", "Attempt", "Told", "deliveries"]

OPEN = ("待送", "发送中", "待重试", "搁置")
"""States of messages that have not arrived."""


@dataclass(frozen=True)
class Attempt:
    """One attempt; ``result`` None while it is made."""

    nth: int
    tried_at: datetime
    result: str | None
    detail: str | None


@dataclass(frozen=True)
class Told:
    """One message with its attempts. ``address`` as the rules write it, never what an environment variable holds."""

    id: str
    as_of: date
    channel: str
    kind: str
    unit: str | None
    to: str
    address: str
    subject: str
    sha256: str
    status: str
    tries: int
    queued_at: datetime
    last_at: datetime | None
    next_at: datetime | None
    doubtful: bool
    detail: str | None
    attempts: tuple[Attempt, ...] = ()


def deliveries(
    con: Connection,
    *,
    as_of: date | None = None,
    since: date | None = None,
    unit: str | None = None,
    channel: str | None = None,
    open_only: bool = False,
) -> list[Told]:
    """Messages by night, channel and unit. ``as_of``: of one night; ``since``: of the nights from it on; ``unit``: its id or ``county``."""
    asked = {
        "as_of": as_of,
        "since": since,
        "unit": unit,
        "channel": channel,
        "open": list(OPEN) if open_only else None,
    }
    attempts: dict[str, list[Attempt]] = {}
    for id_, *attempt in con.execute(_ATTEMPTS).fetchall():
        attempts.setdefault(id_, []).append(Attempt(*attempt))
    return [
        replace(Told(*row), attempts=tuple(attempts.get(row[0], ())))
        for row in con.execute(_MESSAGES, asked).fetchall()
    ]


_MESSAGES = """
SELECT id, as_of, channel, kind, unit, "to", address, subject, sha256, status, tries, queued_at, last_at, next_at,
  doubtful AND kind <> 'folder', detail
FROM delivery.message
WHERE ($as_of::DATE IS NULL OR as_of = $as_of) AND ($since::DATE IS NULL OR as_of >= $since)
  AND ($unit::VARCHAR IS NULL OR coalesce(unit, 'county') = $unit) AND ($channel::VARCHAR IS NULL OR channel = $channel)
  AND ($open::VARCHAR[] IS NULL OR status IN (SELECT unnest($open::VARCHAR[])))
ORDER BY as_of, channel, unit NULLS FIRST, queued_at, id
"""
_ATTEMPTS = "SELECT id, nth, tried_at, result, detail FROM delivery.attempt ORDER BY id, nth"
