"""A made-up county of two towns, its rule book in memory, and nights of warnings written straight into assess.*."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from riskengine.intervene.phase import intervene
from riskengine.model.duty import Level, Place, Route, Unit
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

LEVELS = (
    Level(name="红", rank=1, code="I", colour="#C00000", score=80, handle_within=1),
    Level(name="橙", rank=2, code="II", colour="#ED7D31", score=60, handle_within=3),
    Level(name="黄", rank=3, code="III", colour="#FFD966", score=40, handle_within=7),
    Level(name="蓝", rank=4, code="IV", colour="#9DC3E6", score=None, handle_within=15),
)
UNITS = (
    Unit(id="fanzha", name="反诈中心", type="line", sort=1),
    Unit(id="xinfang", name="信访局", type="line", sort=2),
    Unit(id="zongzhi", name="综治中心", type="line", sort=3),
    Unit(id="town-01", name="清溪镇人民政府", type="township", sort=11),
    Unit(id="town-02", name="白石镇人民政府", type="township", sort=12),
)
PLACES = (
    Place(code="990100", name="云川县", level="county", parent=None, population=600000),
    Place(code="990100101", name="清溪镇", level="town", parent="990100", population=30000, unit="town-01"),
    Place(code="990100102", name="白石镇", level="town", parent="990100", population=20000, unit="town-02"),
    Place(code="990100101001", name="东湾村", level="village", parent="990100101", population=2000),
)
ROUTES = (
    Route(themes=("电信网络诈骗",), lead="fanzha"),
    Route(themes=("信访",), levels=("红", "橙"), lead="xinfang"),
    Route(themes=("信访",), lead="township"),
    Route(themes=("数据报送",), subjects=("unit",), lead="reporter", township=False),
    Route(themes=("公共安全",), places=("990100101",), lead="town-02", township=True),
    Route(lead="zongzhi", catch_all=True),
)


def rule(id_: str, theme: str, subject: str = "town", **more: Any) -> Rule:
    return Rule.model_validate(
        {
            "id": id_,
            "title": f"{theme}预警",
            "theme": theme,
            "subject": subject,
            "when": "起数 >= 5",
            "score": [{"feature": "起数", "of": "起数", "bands": [[None, None, 40]], "says": "起数{起数}"}],
            "basis": "县平安建设工作要点",
            "action": "组织入村宣传，核实近七日案件，约谈通道运营单位。",
            "false_causes": ["集中录入往期案件", "同一案件重复登记"],
            **more,
        }
    )


def rulebook(routes: tuple[Route, ...] = ROUTES, units: tuple[Unit, ...] = UNITS) -> Rulebook:
    rules = [
        rule("fraud-surge", "电信网络诈骗"),
        rule("petition-clock", "信访", "petition"),
        rule("hazard-late", "公共安全"),
    ]
    return Rulebook(
        sources={},
        signals={},
        rules={each.id: each for each in rules},
        levels=LEVELS,
        units={unit.id: unit for unit in units},
        places=PLACES,
        routes=routes,
        hash="ab" * 32,
    )


@dataclass
class Stage:
    con: Connection
    workspace: Workspace
    rulebook: Rulebook

    def warn(
        self,
        as_of: date,
        id_: str,
        change: str,
        level: int,
        *,
        theme: str = "电信网络诈骗",
        rule: str = "fraud-surge",
        subject_type: str = "town",
        subject: str = "990100101",
        name: str = "清溪镇",
        place: str | None = "990100101",
        sentence: str = "近7日诈骗12起，往常3.1起",
        evidence: list[dict[str, Any]] | None = None,
        stale: bool = False,
    ) -> None:
        """One warning's state on one night; its row in assess.warning is made on its first."""
        self.con.execute(
            "INSERT INTO assess.warning VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING",
            [id_, subject_type, subject, name, place, theme, as_of],
        )
        if change == "解除":
            self.con.execute("UPDATE assess.warning SET lifted_on = ? WHERE id = ?", [as_of, id_])
        why = {"sentence": sentence, "rules": [{"rule": rule, "title": f"{theme}预警", "version": "abababab"}]}
        self.con.execute(
            "INSERT INTO assess.state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [as_of, id_, change, level, 90.0 - 20 * level, [rule], stale, json.dumps(why), json.dumps(evidence or [])],
        )

    def run(self, as_of: date) -> Path:
        intervene(self.con, self.workspace, self.rulebook, as_of)
        return self.workspace.night(as_of)

    def duties(self, as_of: date) -> dict[tuple[str, str], tuple[str, date, date]]:
        rows = self.con.execute(
            "SELECT id, unit, role, delivered_on, deadline FROM intervene.duty WHERE as_of = ?", [as_of]
        )
        return {(id_, unit): tuple(rest) for id_, unit, *rest in rows.fetchall()}


def evidence(rows: int) -> list[dict[str, Any]]:
    return [
        {
            "rule": "fraud-surge",
            "kind": "fraud",
            "title": "诈骗案件",
            "columns": ["编号", "日期", "地区", "类别", "损失金额"],
            "rows": [
                [f"ZP2026-{n:04}", "2026-06-28", "清溪镇东湾村", "刷单返利", f"{n * 1000}.00"]
                for n in range(1, rows + 1)
            ],
        }
    ]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    (tmp_path / "rules").mkdir()
    workspace = Workspace.at(tmp_path)
    with connect(workspace.database, workspace.scratch) as con:
        yield Stage(con, workspace, rulebook())


@pytest.fixture
def records():
    """``records(n)``: evidence of one rule with n rows."""
    return evidence
