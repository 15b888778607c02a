"""One night of 评估反馈: receipts are judged and stored; the reports are read from what is stored."""

from __future__ import annotations

from datetime import date
from time import perf_counter

from riskengine.model.rulebook import Rulebook
from riskengine.review.watch import watch
from riskengine.store.database import Connection, transaction
from riskengine.workspace import Workspace

__all__ = ["review"]


def review(con: Connection, workspace: Workspace, rulebook: Rulebook, as_of: date) -> None:
    """Store what the units said by tonight; nothing to do where that has been done. Writes ``review.*`` only."""
    if con.execute("SELECT 1 FROM review.night WHERE as_of = ?", [as_of]).fetchone():
        return
    started = perf_counter()
    with transaction(con):
        for table in ("night", "watch", "rebound", "doubt"):
            con.execute(f"DELETE FROM review.{table} WHERE as_of = ?", [as_of])
        watch(con, rulebook, as_of)
        con.execute("INSERT INTO review.night VALUES (?, ?, ?)", [as_of, rulebook.hash, perf_counter() - started])
