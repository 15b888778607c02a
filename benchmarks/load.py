"""(1) A million rows in: the engine's whole way (claim, read, door, seal, convert, absorb) beside DuckDB's bare typed ``read_csv``."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.workspace import FILES, NIGHT, path_of
from riskengine.model.rulebook import Rulebook
from riskengine.sense.phase import sense
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["PEER", "bare", "engine", "forget"]

PEER = "DuckDB: CREATE TABLE … AS SELECT * FROM read_csv(…, columns = {…typed…}), the same five files, a database file"


def forget(workspace: Workspace) -> None:
    """Take back everything that nights left behind; rules and inbox stay."""
    for path in (workspace.sealed, workspace.outbox, workspace.scratch):
        shutil.rmtree(path, ignore_errors=True)
    for path in workspace.database.parent.glob(f"{workspace.database.name}*"):
        path.unlink()


def engine(workspace: Workspace, rulebook: Rulebook) -> int:
    """The phase as the night calls it; returns how many rows became records."""
    with connect(workspace.database, workspace.scratch) as con:
        sense(con, workspace, rulebook, NIGHT)
        [(stored, rest)] = con.execute("SELECT sum(stored), sum(rows_read) - sum(stored) FROM sense.file").fetchall()
    if rest:
        raise AssertionError(f"{rest} rows of clean files were not stored")
    return int(stored)


def bare(workspace: Workspace, database: Path) -> int:
    """Typed columns, no check that read_csv does not make itself; same memory, same storage format."""
    database.unlink(missing_ok=True)
    rows = 0
    with connect(database, workspace.scratch) as con:
        for name, file in FILES.items():
            columns = ", ".join(f"'{column}': '{type_}'" for column, (_, type_) in file.columns.items())
            con.execute(
                f"CREATE TABLE bare_{file.kind} AS SELECT * FROM read_csv('{path_of(workspace, name, NIGHT)}', "
                f"columns = {{{columns}}}, header = true, delim = ',', quote = '\"', auto_detect = false)"
            )
            rows += con.execute(f"SELECT count(*) FROM bare_{file.kind}").fetchall()[0][0]
    return rows
