"""Whether two workspaces hold the same: every row of every table, every file of every night, the log."""

from __future__ import annotations

import hashlib
from pathlib import Path

from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

__all__ = ["differences"]

_TIMES = {"seconds", "queued_at", "first_at", "last_at", "next_at", "tries", "detail", "doubtful"}
"""How long things took, when something was sent and how often it was tried: what a kill may change."""

_TRIED = "delivery.attempt"
"""One row an attempt; a kill makes more of them. What arrived, and how often, is told by the messages and the folder."""


def differences(one: Path, other: Path) -> list[str]:
    """A line for each table and file that is not the same in both; empty where all is."""
    tables = [_tables(Workspace.at(each)) for each in (one, other)]
    files = [_files(each / "data") for each in (one, other)]
    found = [
        f"表 {name}"
        for name in sorted(tables[0].keys() | tables[1].keys())
        if tables[0].get(name) != tables[1].get(name)
    ]
    found += [
        f"文件 {name}" for name in sorted(files[0].keys() | files[1].keys()) if files[0].get(name) != files[1].get(name)
    ]
    return found


def _tables(workspace: Workspace) -> dict[str, tuple[int, str]]:
    """Table → how many rows, and a hash over them in an order of their own; how long things took is left out."""
    with connect(workspace.database, workspace.scratch) as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY 1"
        ).fetchall()
        return {name: _hashed(con, name) for (name,) in names if name != _TRIED}


def _hashed(con: Connection, name: str) -> tuple[int, str]:
    columns = f"COLUMNS(lambda c: NOT list_contains({sorted(_TIMES)}, c))::VARCHAR"
    rows = con.execute(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
    return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()


def _files(data: Path) -> dict[str, str]:
    """Path below data/ → SHA-256; run.json tells how long things took and is left out, as is what belongs to the process."""
    return {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file()
        and path.name != "run.json"
        and ".scratch" not in path.parts
        and not path.name.endswith(".lock")
        and not path.name.startswith("riskengine.duckdb")
    }
