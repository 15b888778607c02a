"""What the database holds, table by table, but for how long things took."""

from __future__ import annotations

from typing import Any

from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["counts", "everything", "remembered"]


def remembered(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; the column ``seconds`` left out."""
    with connect(workspace.database, workspace.scratch) as con:
        tables = con.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_schema IN ('sense', 'assess', 'intervene', 'review', 'audit') ORDER BY 1"
        ).fetchall()
        return {
            name: con.execute(f"SELECT COLUMNS(lambda c: c <> 'seconds')::VARCHAR FROM {name} ORDER BY ALL").fetchall()
            for (name,) in tables
        }


def everything(workspace: Workspace) -> str:
    """All that is kept, as one text: the database and the sealed files."""
    kept = [repr(remembered(workspace))]
    with connect(workspace.database, workspace.scratch) as con:
        for path in sorted(workspace.sealed.rglob("*.parquet")):
            kept.append(repr(con.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()))
            kept.append(repr(con.execute(f"SELECT decode(value) FROM parquet_kv_metadata('{path}')").fetchall()))
    return "\n".join(kept)


def counts(account: dict[str, Any], name: str) -> tuple[int, ...]:
    """Read, stored, updated, unchanged, retracted, rejected of one file in a night's account; the identity is held."""
    [file] = [file for file in account["files"] if file["name"] == name]
    read, *became = (file[key] for key in ("read", "stored", "updated", "unchanged", "retracted", "rejected"))
    assert read == sum(became)
    return (read, *became)
