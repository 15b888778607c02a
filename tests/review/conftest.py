"""A county with two units, its warnings and duties written straight into the tables that review reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from riskengine.intervene.handling.replies import settle
from riskengine.model.duty import Level, Place, Unit
from riskengine.model.rulebook import Rulebook
from riskengine.review.phase import review
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

RULEBOOK = Rulebook(
    sources={},
    signals={},
    rules={},
    levels=tuple(
        Level(name=name, rank=rank, code=code, colour="#C00000", score=score, handle_within=days)
        for name, rank, code, score, days in (
            ("红", 1, "I", 80, 1),
            ("橙", 2, "II", 60, 3),
            ("黄", 3, "III", 40, 7),
            ("蓝", 4, "IV", None, 15),
        )
    ),
    units={
        "fanzha": Unit(id="fanzha", name="反诈中心", type="line"),
        "town-01": Unit(id="town-01", name="清溪镇人民政府", type="township"),
    },
    places=(
        Place(code="990100", name="云川县", level="county", parent=None),
        Place(code="990100101", name="清溪镇", level="town", parent="990100"),
        Place(code="990100102", name="白石镇", level="town", parent="990100"),
        Place(code="990100101001", name="东湾村", level="village", parent="990100101"),
    ),
    routes=(),
    hash="ab" * 32,
)


@dataclass
class Ledger:
    con: Connection
    workspace: Workspace
    rulebook: Rulebook = RULEBOOK
    _row: int = field(default=0)

    def warn(
        self,
        id_: str,
        first: date,
        levels: str,
        *,
        rules: tuple[str, ...] = ("fraud-surge",),
        theme: str = "电信网络诈骗",
        subject_type: str = "town",
        subject: str = "990100101",
        place: str = "990100101",
        units: tuple[tuple[str, str], ...] = (("fanzha", "主办"), ("town-01", "协办")),
        deadline: date | None = None,
        points: tuple[float, ...] = (),
        evidence: str = "[]",
    ) -> None:
        """``levels``: one character a night from ``first``: 1 to 4 the level, x lifted, . no row. ``points``: what each rule gave."""
        self.con.execute(
            "INSERT INTO assess.warning VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            [id_, subject_type, subject, subject, place, theme, first],
        )
        last = ""
        for n, level in enumerate(levels):
            night = first + timedelta(days=n)
            if level == ".":
                continue
            change = "新增" if not last else "解除" if level == "x" else "持续"
            if level == "x":
                self.con.execute("UPDATE assess.warning SET lifted_on = ? WHERE id = ?", [night, id_])
            told: list[dict[str, object]] = [{"rule": rule, "title": f"规则{rule}"} for rule in rules]
            for each, score in zip(told, points, strict=False):
                each["score"] = score
            why = json.dumps({"rules": told})
            rank = int(last if level == "x" else level)
            self.con.execute(
                "INSERT INTO assess.state VALUES (?, ?, ?, ?, 50, ?, FALSE, ?, ?)",
                [night, id_, change, rank, list(rules), why, evidence],
            )
            for unit, role in units:
                self.con.execute(
                    "INSERT INTO intervene.duty VALUES (?, ?, ?, ?, ?, ?, ?, FALSE, FALSE, NULL, NULL)",
                    [night, id_, unit, role, rank, first, deadline or first + timedelta(days=3)],
                )
            last = level

    def receipt(
        self,
        id_: str,
        unit: str,
        known: date,
        outcome: str | None = None,
        signed: date | None = None,
        fed_back: date | None = None,
        post: str | None = "综治岗",
        measure: str | None = None,
    ) -> None:
        """One version of a receipt as sense stores it, from file 1."""
        self._row += 1
        self.con.execute("INSERT OR IGNORE INTO sense.file (file_id, name) VALUES (1, '回执/反诈中心预警清单.xlsx')")
        self.con.execute(
            "INSERT INTO sense.receipt (source, known_at, retracted, file_id, row_no, key, occurred_on, place, unit, "
            "signed_on, outcome, measure, fed_back_on, post) "
            "VALUES ('receipts', ?, FALSE, 1, ?, ?, ?, '990100101', ?, ?, ?, ?, ?, ?)",
            [known, self._row, f"{id_}|{unit}", known, unit, signed, outcome, measure, fed_back, post],
        )

    def reply(self, id_: str, unit: str, known: date, outcome: str | None = None, **more: object) -> None:
        """A judged reply, as the night ``known`` stores it; ``more``: other columns of ``intervene.reply``."""
        self._row += 1
        row = {"as_of": known, "id": id_, "unit": unit, "outcome": outcome, "file_id": 1, "row_no": self._row, **more}
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self.con.execute(f"INSERT INTO intervene.reply ({columns}) VALUES ({marks})", list(row.values()))

    def review(self, as_of: date) -> None:
        settle(self.con, self.rulebook, as_of)
        review(self.con, self.workspace, self.rulebook, as_of)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "rules").mkdir()
    workspace = Workspace.at(tmp_path)
    with connect(workspace.database, workspace.scratch) as con:
        yield Ledger(con, workspace)
