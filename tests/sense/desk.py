"""A reading desk: a database, a folder for files, and one small source that the tests of reading share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from riskengine.model.source import Source
from riskengine.sense.bound import LIMITS, Limits
from riskengine.sense.read import ReadReport, read
from riskengine.store.database import connect

HEADER = "编号,发现日期,所属镇,类别"
ROWS = (("A1", "2026-03-01", "清溪镇", "盗窃"), ("A2", "2026-03-02", "东湾镇", "诈骗"))
TABLE = HEADER + "\n" + "".join(",".join(row) + "\n" for row in ROWS)
EXPECTED = [(number, *row) for number, row in enumerate(ROWS, start=2)]
"""What ``raw`` holds once TABLE was read."""


def source(**changes: Any) -> Source:
    """Incidents with a key, a required day, a required place and an optional category."""
    base: dict[str, Any] = {
        "source": "incidents",
        "title": "警情日报",
        "kind": "incident",
        "files": ["*"],
        "key": ["编号"],
        "fields": {
            name: {"column": column}
            for name, column in (
                ("key", "编号"),
                ("occurred_on", "发现日期"),
                ("place", "所属镇"),
                ("category", "类别"),
            )
        },
    }
    return Source.model_validate(base | changes)


@dataclass(frozen=True)
class Desk:
    con: duckdb.DuckDBPyConnection
    folder: Path

    def put(self, name: str, content: bytes | str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    def read(self, path: Path, wanted: Source | None = None, limits: Limits = LIMITS) -> ReadReport:
        return read(self.con, path, wanted or source(), self.folder / "scratch", limits=limits)

    def text(self, content: bytes | str, encoding: str = "utf-8", wanted: Source | None = None) -> ReadReport:
        return self.read(self.put("表.csv", content, encoding), wanted)

    def raw(self) -> list[tuple[Any, ...]]:
        return self.con.execute("SELECT * FROM raw ORDER BY row_no").fetchall()

    def bad(self) -> list[tuple[Any, ...]]:
        return self.con.execute("SELECT * FROM raw_bad ORDER BY ALL").fetchall()


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    with connect(folder / "test.duckdb", folder / "scratch") as con:
        yield Desk(con, folder)
