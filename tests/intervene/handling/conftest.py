"""A made-up county whose nights end before the lists are written: receipts in, steps, duties and handlings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from riskengine.intervene.duty import assign
from riskengine.intervene.handling.objections import redirect
from riskengine.intervene.handling.replies import settle
from riskengine.intervene.handling.steps import begin, walk_steps
from riskengine.intervene.routing import route
from riskengine.model.clock import Clock
from riskengine.model.duty import Level, Place, Route, Unit
from riskengine.model.handling import Handling
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

FIRST = date(2026, 6, 10)  # a Wednesday; 19 June is a day off
ID = "YJ-2026-000001"


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def clock(name: str, level: str, amount: int, longer: int) -> Clock:
    return Clock.model_validate(
        {
            "id": name,
            "title": f"{level}色预警办理",
            "start": "下发",
            "amount": amount,
            "unit": "days",
            "extension": {"amount": longer, "approver": "综治中心"} if longer else None,
            "pauses": ("检测鉴定",) if longer else (),
            "for": {"levels": (level,)},
            "basis": "县规程",
        }
    )


CLOCKS = (
    clock("handle-red", "红", 1, 0),
    clock("handle-orange", "橙", 3, 2),
    clock("handle-yellow", "黄", 7, 5),
    clock("handle-blue", "蓝", 15, 10),
)
RULEBOOK = Rulebook(
    sources={},
    signals={},
    rules={},
    levels=tuple(
        Level(name=name, rank=rank, code="I", colour="#C00000")
        for rank, name in enumerate(("红", "橙", "黄", "蓝"), start=1)
    ),
    units={
        id_: Unit(id=id_, name=name, type="line")
        for id_, name in (
            ("fanzha", "反诈中心"),
            ("gongan", "公安局"),
            ("xinfang", "信访局"),
            ("zongzhi", "综治中心"),
            ("town-01", "清溪镇人民政府"),
        )
    },
    places=(
        Place(code="990100", name="云川县", level="county", parent=None),
        Place(code="990100101", name="清溪镇", level="town", parent="990100", unit="town-01"),
    ),
    routes=(
        Route(themes=("电信网络诈骗",), lead="fanzha"),
        Route(themes=("电信网络诈骗",), lead="gongan", township=False),
        Route(lead="zongzhi", catch_all=True),
    ),
    hash="ab" * 32,
    clocks={each.id: each for each in CLOCKS},
)


@dataclass
class Desk:
    con: Connection
    rulebook: Rulebook = RULEBOOK
    file: int = 0

    def warn(self, levels: str, id_: str = ID, first: int = 0) -> None:
        """``levels``: one character a night from ``first``: 1 to 4 the level, x lifted."""
        self.con.execute(
            "INSERT INTO assess.warning VALUES (?, 'town', '990100101', '清溪镇', '990100101', '电信网络诈骗', ?, NULL)",
            [id_, day(first)],
        )
        last = ""
        for n, level in enumerate(levels, start=first):
            change = "新增" if not last else "解除" if level == "x" else "持续"
            if level == "x":
                self.con.execute("UPDATE assess.warning SET lifted_on = ? WHERE id = ?", [day(n), id_])
            self.con.execute(
                "INSERT INTO assess.state VALUES (?, ?, ?, ?, 50, ['fraud-surge'], FALSE, '{}', '[]')",
                [day(n), id_, change, int(last if level == "x" else level)],
            )
            last = level

    def receipt(self, unit: str, known: int, id_: str = ID, **cells: Any) -> tuple[int, int]:
        """One version of a receipt as sense stores it, from a file of its own; file and row."""
        self.file += 1
        name = f"回执/{unit}_{self.file}.xlsx"
        self.con.execute("INSERT INTO sense.file (file_id, name) VALUES (?, ?)", [self.file, name])
        held = {"occurred_on": day(known - 1), "place": "990100101", "unit": unit, "post": "综治岗", **cells}
        columns = ", ".join(("source", "known_at", "retracted", "file_id", "row_no", "key", *held))
        row = ["receipts", day(known), False, self.file, 4, f"{id_}|{unit}", *held.values()]
        self.con.execute(f"INSERT INTO sense.receipt ({columns}) VALUES ({', '.join('?' * len(row))})", row)
        return self.file, 4

    def night(self, n: int) -> None:
        """What is decided on a night, without the lists; a night that ran is run again from the start."""
        for table in ("reply", "refused", "step", "handling", "objection", "leave", "duty"):
            self.con.execute(f"DELETE FROM intervene.{table} WHERE as_of = ?", [day(n)])
        for step in (settle, walk_steps, route, redirect, assign, begin):
            step(self.con, self.rulebook, day(n))

    def nights(self, first: int, last: int) -> None:
        for n in range(first, last + 1):
            self.night(n)

    def handled_by(self, **changes: Any) -> None:
        self.rulebook = replace(self.rulebook, handling=Handling.model_validate(changes))

    def replies(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT as_of, id, unit, post, signed_on, outcome, fed_back_on FROM intervene.reply")

    def refused(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT code, message FROM intervene.refused ORDER BY as_of, file_id, row_no, code")

    def state(self, id_: str = ID) -> tuple[Any, ...]:
        """State, since, outcome, closed on, closed by; the newest."""
        rows = self.rows(
            "SELECT state, since, outcome, closed_on, closed_by FROM intervene.handling WHERE id = ? "
            "ORDER BY as_of DESC LIMIT 1",
            [id_],
        )
        return rows[0] if rows else ()

    def steps(self, id_: str = ID) -> list[tuple[Any, ...]]:
        """Step, unit, day, implied of those that count."""
        return self.rows(
            "SELECT step, unit, on_day, implied FROM intervene.step AS s WHERE id = ? AND step <> '作废' AND NOT EXISTS "
            "(FROM intervene.step AS b WHERE b.id = s.id AND b.nth = s.nth AND b.step = '作废') ORDER BY on_day, nth",
            [id_],
        )

    def duties(self, n: int) -> dict[str, tuple[Any, ...]]:
        """Unit → role and deadline."""
        rows = self.rows("SELECT unit, role, deadline FROM intervene.duty WHERE as_of = ? ORDER BY unit", [day(n)])
        return {unit: tuple(rest) for unit, *rest in rows}

    def rows(self, sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        return self.con.execute(sql, values or []).fetchall()


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    root: Path = tmp_path_factory.mktemp("handling")
    (root / "rules").mkdir()
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch) as con:
        con.execute("SET threads TO 1")  # a handful of rows: more threads only wait for each other
        yield con


@pytest.fixture
def desk(kept: Connection) -> Iterator[Desk]:
    """A desk with empty tables; whatever a test writes is taken back."""
    kept.begin()
    yield Desk(kept)
    kept.rollback()
