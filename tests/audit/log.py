"""The log of three nights, to be spoilt and asked again."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from riskengine import ledger
from riskengine.audit.chain import lines
from riskengine.audit.copies import hold_together
from riskengine.audit.examine import Finding, Seen
from riskengine.audit.line import Line, parse
from riskengine.audit.verify import verify
from riskengine.store.database import Connection
from riskengine.workspace import Workspace


class Log:
    """The log of three nights: the lines of the table, the lines of the file, what the accounts say, and how to ask again."""

    def __init__(self, con: Connection, workspace: Workspace) -> None:
        self.con, self.workspace, self.rows = con, workspace, lines(con)
        [self.path] = workspace.audit.iterdir()
        self.raw = self.path.read_bytes().splitlines(keepends=True)
        self.heads = {night: ledger.read(workspace, night)["audit"] for night in ledger.finished(workspace)}

    def __repr__(self) -> str:
        return "…"  # or Hypothesis would print all lines

    def held(self, rows: list[Line] | None = None, raw: bytes | None = None) -> list[Finding]:
        """What is found of these rows and this file, without a look at the tables of the nights."""
        file = self.raw if raw is None else list(BytesIO(raw))
        seen = [Seen(parse(each), f"2026.jsonl:{n}") for n, each in enumerate(file, start=1)]
        ended = {night.isoformat() for night in self.heads}
        return hold_together(self.rows if rows is None else rows, seen, self.heads, ended)[1]

    def after(self, spoil: Callable[[Connection], object], raw: bytes | None = None) -> tuple[Finding, ...]:
        """What ``verify`` finds after ``spoil``, and with ``raw`` as the file; all is put back."""
        self.con.execute("BEGIN")
        try:
            spoil(self.con)
            if raw is not None:
                self.path.write_bytes(raw)
            return verify(self.con, self.workspace).findings
        finally:
            self.path.write_bytes(b"".join(self.raw))
            self.con.execute("ROLLBACK")
