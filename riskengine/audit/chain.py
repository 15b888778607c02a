"""The night's lines, put behind those that are there: first in ``audit.line``, in one transaction, then in the year's file.

Killed in between and run again, the table says what the file still lacks. Nothing that stands is ever written over: where the lists
of a night are made a second time and come out otherwise, a line says which line no longer holds, and new lines follow.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from riskengine import ledger
from riskengine.audit.file import catch_up
from riskengine.audit.happened import KINDS, happened, lay_out
from riskengine.audit.line import GENESIS, Happening, Line, canonical, chained
from riskengine.audit.nights import Held, held
from riskengine.audit.versions import RULES, told, versions
from riskengine.errors import NotDelivered
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, transaction
from riskengine.store.space import disk_is_full
from riskengine.workspace import Workspace

__all__ = ["BEGIN", "VOID", "inscribe", "lines", "standing"]

BEGIN = "接续"
"""The first word of a log that begins in a workspace which has run before: what was open then."""

VOID = "作废"
"""A line that no longer holds; the lines of that night which follow say what does."""

_AGAIN = {word for kind in KINDS if kind.again for word in kind.words}


def inscribe(con: Connection, workspace: Workspace, rulebook: Rulebook, as_of: date) -> None:
    """Log what the night ``as_of`` changed, and what nights before it changed that were broken off and never ended.

    A night that is logged already adds nothing, unless its lists were written again and differ. Raises NotDelivered where the file
    cannot be written; the table then has the lines and the next start puts them into the file.
    """
    with transaction(con):
        newest, last = _end(con)
        phases = held(con)
        if newest is None or as_of > newest:
            fresh = _begin(con, workspace, as_of) if newest is None else []
            after = date.fromisoformat(fresh[0].content["last"]) if fresh else newest
            fresh += _happened(con, workspace, rulebook, phases, phases.between(after, as_of))
        else:
            fresh = _again(con, phases, as_of)
        _store(con, fresh, last)
    try:
        catch_up(con, workspace)
    except OSError as error:
        if disk_is_full(error):
            raise
        raise NotDelivered(
            f"data/audit/ 没有写完（{error.strerror or error}），清单已经写好。请检查该文件夹的权限后再次运行即可，会从断点继续。"
        ) from error


def lines(con: Connection, where: str = "TRUE", values: Sequence[object] = ()) -> list[Line]:
    """Lines of the table in their order; ``where``: a SQL condition."""
    cursor = con.execute(
        "SELECT seq, CAST(as_of AS VARCHAR), what, origin, CAST(content AS VARCHAR), previous, hash FROM audit.line "
        f"WHERE {where} ORDER BY seq",
        list(values),
    )
    return [Line(*row) for row in cursor.fetchall()]


def standing(every: Iterable[Line]) -> list[Line]:
    """The lines that still hold: those that no later line voids, and not the voiding ones themselves.

    Only what a second making of lists may change can be voided; whatever else a line says it voids holds.
    """
    every = list(every)
    void = {(line.said["seq"], line.said["hash"]) for line in every if line.what == VOID}
    return [line for line in every if line.what != VOID and not (line.what in _AGAIN and (line.seq, line.hash) in void)]


def _end(con: Connection) -> tuple[date | None, tuple[int, str]]:
    """The newest night that is logged, and number and hash of the last line."""
    [(newest, seq, last)] = con.execute("SELECT max(as_of), max(seq), arg_max(hash, seq) FROM audit.line").fetchall()
    return newest, (seq or 0, last or GENESIS)


def _begin(con: Connection, workspace: Workspace, as_of: date) -> list[Happening]:
    """Where nights have ended before there was a log: one line with the warnings that were open after the last of them."""
    ended = [night for night in ledger.finished(workspace) if night < as_of]
    if not ended:
        return []
    rows = con.execute(
        """SELECT id, level FROM assess.state WHERE change <> '解除'
        AND as_of = (SELECT max(as_of) FROM assess.night WHERE as_of <= $1) ORDER BY id""",
        [ended[-1]],
    )
    content = {"nights": len(ended), "last": ended[-1].isoformat(), "open": dict(rows.fetchall())}
    return [Happening(as_of, BEGIN, None, content)]


def _happened(
    con: Connection, workspace: Workspace, rulebook: Rulebook, phases: Held, nights: Sequence[date]
) -> list[Happening]:
    lay_out(con, phases, nights)
    logged = con.execute(
        "SELECT CAST(content AS VARCHAR) FROM audit.line WHERE what = $1 ORDER BY seq", [RULES]
    ).fetchall()
    books = versions(workspace, rulebook, phases, nights, told(json.loads(row[0]) for row in logged))
    return sorted([*books, *happened(con, KINDS)], key=lambda each: each.as_of)


def _again(con: Connection, phases: Held, as_of: date) -> list[Happening]:
    """What a second making of the night's lists changed: that night, and the next, which is told as a difference from it."""
    nights = [night for night in (as_of, phases.after("intervene", as_of)) if night is not None]
    lay_out(con, phases, nights)
    now = happened(con, [kind for kind in KINDS if kind.again])
    lack = Counter(map(_key, now))
    fresh = []
    for line in standing(lines(con)):
        if line.what in _AGAIN and date.fromisoformat(line.as_of) in nights:
            key = (line.as_of, line.what, line.origin, line.content)
            if lack[key]:
                lack[key] -= 1
            else:
                void: dict[str, Any] = {"seq": line.seq, "hash": line.hash}
                fresh.append(Happening(date.fromisoformat(line.as_of), VOID, None, void))
    for each in now:
        if lack[_key(each)]:
            lack[_key(each)] -= 1
            fresh.append(each)
    return fresh


def _key(each: Happening) -> tuple[str, str, str | None, str]:
    return each.as_of.isoformat(), each.what, each.origin, canonical(each.content)


def _store(con: Connection, fresh: Iterable[Happening], last: tuple[int, str]) -> None:
    seq, previous = last
    new: list[Line] = []
    for each in fresh:
        seq += 1
        new.append(chained(each, seq, previous))
        previous = new[-1].hash
    if new:
        con.execute(
            "INSERT INTO audit.line SELECT unnest($1::BIGINT[]), unnest($2::DATE[]), unnest($3::VARCHAR[]), unnest($4::VARCHAR[]), "
            "unnest($5::VARCHAR[]), unnest($6::VARCHAR[]), unnest($7::VARCHAR[])",
            [
                list(column)
                for column in zip(
                    *((x.seq, x.as_of, x.what, x.origin, x.content, x.previous, x.hash) for x in new), strict=True
                )
            ],
        )
