"""``data/audit/<year>.jsonl``: the log for everybody, a line a line; only ever appended to."""

from __future__ import annotations

import os
from pathlib import Path

from riskengine.audit.line import Line, parse, written
from riskengine.store.database import Connection
from riskengine.workspace import Workspace

__all__ = ["catch_up", "spans", "year_file", "year_files"]

_LONGEST = 1 << 20
"""How far back the last line of a file is looked for before the whole file is read."""


def year_file(workspace: Workspace, year: int) -> Path:
    """Where the lines of a year stand."""
    return workspace.audit / f"{year}.jsonl"


def year_files(workspace: Workspace) -> list[Path]:
    """All files of the log, by year."""
    return sorted(path for path in workspace.audit.glob("*.jsonl") if path.stem.isdigit() and path.is_file())


def spans(con: Connection) -> list[tuple[int, int, int]]:
    """``(year, first seq, last seq)`` of each file that there should be.

    A line stands in the file of its night's year, unless a later year has begun already: the files, read by year, are the chain.
    """
    rows = con.execute(
        "SELECT year(as_of), min(seq), max(max(seq)) OVER () FROM audit.line GROUP BY 1 ORDER BY 1"
    ).fetchall()
    starts = [row for n, row in enumerate(rows) if all(row[1] > earlier[1] for earlier in rows[:n])]
    ends = [first - 1 for _, first, _ in starts[1:]] + [end for *_, end in starts[:1]]
    return [(year, first, last) for (year, first, _), last in zip(starts, ends, strict=True)]


def catch_up(con: Connection, workspace: Workspace) -> None:
    """Append to the newest two years' files what the table has and they lack. Raises OSError.

    What a kill or a full disk left of a line is completed. A file whose last line is not the table's is not touched before its end:
    it gets the lines whose numbers it has not reached, and ``riskengine audit verify`` says what is wrong with it.
    """
    for year, first, last in spans(con)[-2:]:
        path = year_file(workspace, year)
        lacking, torn = _lacking(con, path, first, last)
        if not lacking:
            continue
        payload = b"".join(map(written, lacking))
        # a piece of a line that is not the beginning of ours is left to stand, on a line of its own
        rest = payload[len(torn) :] if payload.startswith(torn) else b"\n" + payload
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(rest)
            file.flush()
            os.fsync(file.fileno())


def _lacking(con: Connection, path: Path, first: int, last: int) -> tuple[list[Line], bytes]:
    """The lines that the file has still to get, and what already stands of the first of them."""
    if not path.is_file():
        return _lines(con, first, last), b""
    end, torn = _end(path)
    if not end:
        return _lines(con, first, last), torn
    line = parse(end)
    if line is not None and line.seq <= last and (ours := _lines(con, line.seq, last)) and ours[0] == line:
        return ours[1:], torn
    with path.open("rb") as file:
        seen = [each.seq for each in map(parse, file) if each is not None]
    return _lines(con, max([first - 1, *(seq for seq in seen if seq <= last)]) + 1, last), torn


def _end(path: Path) -> tuple[bytes, bytes]:
    """The last whole line, its newline included, and what stands behind it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST))
        tail = file.read()
        if tail.count(b"\n") < 2:
            file.seek(0)
            tail = file.read()
    whole, newline, torn = tail.rpartition(b"\n")
    return (whole.rpartition(b"\n")[2] + newline if newline else b""), torn


def _lines(con: Connection, first: int, last: int) -> list[Line]:
    rows = con.execute(
        "SELECT seq, CAST(as_of AS VARCHAR), what, origin, CAST(content AS VARCHAR), previous, hash FROM audit.line "
        "WHERE seq BETWEEN $1 AND $2 ORDER BY seq",
        [first, last],
    )
    return [Line(*row) for row in rows.fetchall()]
