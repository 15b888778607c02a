"""A made-up county with everything that a night's pages can show: one night, run once, looked at by many tests."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from riskengine.intervene.phase import intervene
from riskengine.model.duty import Level, Place, Route, Unit
from riskengine.model.exemption import Exemption
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace
from tests.leader.figures import COUNTY, EVIL, INDICATORS, NIGHT, TOWNS, standings

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
    *(
        Unit(id=f"town-{n:02}", name=f"{name}人民政府", type="township", sort=10 + n)
        for n, name in enumerate(TOWNS.values(), 1)
    ),
)
PLACES = (
    Place(code=COUNTY, name="云川县", level="county", parent=None, population=600000),
    *(
        Place(code=code, name=name, level="town", parent=COUNTY, population=30000 + 1000 * n, unit=f"town-{n:02}")
        for n, (code, name) in enumerate(TOWNS.items(), 1)
    ),
    Place(code="990100101001", name="东湾村", level="village", parent="990100101", population=2000),
)
ROUTES = (
    Route(themes=("电信网络诈骗",), lead="fanzha"),
    Route(themes=("信访",), lead="xinfang"),
    Route(themes=("综合研判",), lead="zongzhi", catch_all=True),
)
_THEMES = {"fraud-surge": "电信网络诈骗", "petition-late": "信访", "odd": "综合研判", "hazard-late": "公共安全"}


def _rule(id_: str, **more: Any) -> Rule:
    return Rule.model_validate(
        {
            "id": id_,
            "title": f"{_THEMES[id_]}突增",
            "theme": _THEMES[id_],
            "subject": "town",
            "when": "起数 >= 5",
            "score": [{"feature": "起数", "of": "起数", "bands": [[None, None, 40]], "says": "起数{起数}"}],
            "basis": "县平安建设工作要点",
            "action": "组织入村宣传，核实近七日案件，约谈通道运营单位。",
            "false_causes": ["集中录入往期案件", "同一案件重复登记"],
            **more,
        }
    )


def rulebook() -> Rulebook:
    """Four rules, one on trial; seven indicators; an exception in force and one that is over."""
    rules = (
        _rule("fraud-surge"),
        _rule("petition-late"),
        _rule("odd"),
        _rule("hazard-late", status="trial", until=NIGHT + timedelta(20)),
    )
    return Rulebook(
        sources={},
        signals={},
        rules={each.id: each for each in rules},
        levels=LEVELS,
        units={unit.id: unit for unit in UNITS},
        places=PLACES,
        routes=ROUTES,
        hash="ab" * 32,
        rule_hashes={each.id: "cd" * 32 for each in rules},
        exemptions=(
            Exemption(
                rule="fraud-surge", subject="990100105", until=NIGHT + timedelta(5), who="综治中心", why="专项行动"
            ),
            Exemption(rule="odd", subject="990100104", until=NIGHT - timedelta(5), who="综治中心", why="专项行动"),
        ),
        indicators={each.id: each for each in INDICATORS},
    )


def run(root: Path, *, empty: bool = False) -> Path:
    """Make the county in the workspace ``root`` and run its 管控干预 of one night; the night's folder. ``empty``: nothing happened
    there yet, and it has set no indicators.
    """
    (root / "rules").mkdir()
    workspace, book = Workspace.at(root), rulebook()
    if empty:
        book = replace(book, indicators={}, exemptions=())
    with connect(workspace.database, workspace.scratch) as con:
        if not empty:
            _earlier(con)
            _tonight(con)
            _data(con)
            standings(con, book)
        intervene(con, workspace, book, NIGHT)
    return workspace.night(NIGHT)


def _warn(
    con: Connection,
    n: int,
    level: int,
    change: str,
    rule: str,
    place: str,
    *,
    day: date = NIGHT,
    opened: date | None = None,
) -> str:
    id_ = f"YJ-2026-{n:06}"
    name = {**TOWNS, COUNTY: "云川县", "990100101001": "东湾村"}[place]
    if n == 5:
        name += EVIL
    con.execute(
        "INSERT INTO assess.warning VALUES (?, 'town', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [id_, place, name, place, _THEMES[rule], opened or day, day if change == "解除" else None],
    )
    feature = {"feature": "起数", "points": 60.0, "says": f"近7日{n + 9}起，往常3.1起"}
    why = {
        "sentence": f"近7日{n + 9}起，往常3.1起，上界8起；近30日止付率7.12%，低于8%。",
        "rules": [
            {
                "rule": rule, "title": f"{_THEMES[rule]}突增", "version": "cdcdcdcd", "level": "橙", "score": 80.0, "on": str(day),
                "features": [feature, {"feature": "金额", "points": 20.0, "says": "损失205万元"}],
                "floors": [], "values": {"起数": 12.0, "损失": None},
                "parameters": {"起数下限": {"value": 5.0, "unit": "起", "since": "2024-01-01"}}, "unknown": ["损失"],
            }
        ],
    }  # fmt: skip
    columns = ["编号", "日期", "地区", "类别", "损失金额"]
    rows = [[f"ZP2026-{n:03}{at}", "2026-06-28", f"{name[:3]}东湾村", "刷单返利", f"{at}000"] for at in range(12)]
    evidence = [{"rule": rule, "kind": "fraud", "title": "诈骗案件", "columns": columns, "rows": rows}]
    con.execute(
        "INSERT INTO assess.state VALUES (?, ?, ?, ?, ?, ?, FALSE, ?, ?)",
        [day, id_, change, level, 100.0 - 20 * level, [rule], json.dumps(why), json.dumps(evidence)],
    )
    return id_


def _earlier(con: Connection) -> None:
    """Five weeks in which petitions were warned of and mostly found to be false; two warnings still stand, one past its deadline."""
    first = NIGHT - timedelta(35)
    for back in range(35, 0, -1):
        night = NIGHT - timedelta(back)
        con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [night])
        _warn(con, 20, 2, "新增" if back == 35 else "持续", "fraud-surge", "990100102", day=night, opened=first)
        if back <= 3:
            _warn(con, 21, 3, "持续", "petition-late", COUNTY, day=night, opened=NIGHT - timedelta(3))
    for n, outcome in enumerate(("误报", "误报", "误报", "属实", "误报", "属实"), 31):
        id_ = _warn(con, n, 4, "解除", "petition-late", "990100103", day=NIGHT - timedelta(9))
        _duty(con, id_, "xinfang", NIGHT - timedelta(9))
        _receipt(con, id_, "信访局", outcome, NIGHT - timedelta(8))
    _duty(con, "YJ-2026-000020", "fanzha", first)
    _duty(con, "YJ-2026-000020", "town-02", first, role="协办")
    _receipt(con, "YJ-2026-000020", "白石镇人民政府", None, first)


def _duty(con: Connection, id_: str, unit: str, day: date, role: str = "主办") -> None:
    con.execute(
        "INSERT INTO intervene.duty VALUES (?, ?, ?, ?, 2, ?, ?, FALSE, FALSE, NULL, NULL)",
        [day, id_, unit, role, day, day + timedelta(3)],
    )


def _receipt(con: Connection, id_: str, unit: str, outcome: str | None, day: date) -> None:
    con.execute(
        "INSERT INTO sense.receipt (source, known_at, retracted, file_id, row_no, key, occurred_on, place, unit, signed_on, outcome, "
        "fed_back_on) VALUES ('receipts', $1, FALSE, 9, 1, $2, $1, '990100', $3, $1, $4, $1)",
        [day, f"{id_}|{unit}", unit, outcome],
    )


def _tonight(con: Connection) -> None:
    _warn(con, 1, 1, "新增", "fraud-surge", "990100101")
    _warn(con, 2, 2, "升级", "petition-late", "990100103")
    _warn(con, 3, 3, "降级", "fraud-surge", "990100104", opened=NIGHT - timedelta(9))
    _warn(con, 4, 4, "新增", "odd", "990100104")
    _warn(con, 5, 2, "新增", "hazard-late", "990100105")
    _warn(con, 6, 4, "新增", "fraud-surge", "990100101001")
    _warn(con, 7, 4, "解除", "odd", "990100104", opened=NIGHT - timedelta(9))
    _warn(con, 20, 2, "持续", "fraud-surge", "990100102")
    _warn(con, 21, 3, "持续", "petition-late", COUNTY)
    con.execute("INSERT INTO assess.merged VALUES (?, 'YJ-2026-000006', 'YJ-2026-000001')", [NIGHT])
    con.execute(
        "INSERT INTO assess.suppressed VALUES (?, 'fraud-surge', 'town', '990100105', 2, ?, '综治中心', '专项行动')",
        [NIGHT, NIGHT + timedelta(5)],
    )
    con.execute(
        "INSERT INTO assess.trial_warning VALUES "
        "('SY-2026-000001', 'hazard-late', 'town', '990100105', '椒坪乡', '990100105', '公共安全', ?, NULL)",
        [NIGHT],
    )
    con.execute("INSERT INTO assess.trial_state VALUES (?, 'SY-2026-000001', '新增', 3, 50, FALSE)", [NIGHT])


def _data(con: Connection) -> None:
    """Silence, a refused file, refused rows, a rule that failed."""
    con.execute(
        "INSERT INTO sense.file (file_id, name, source, status, as_of, "
        "rows_read, stored, updated, unchanged, retracted, rejected, message) "
        "VALUES (1, '信访局/信访_20260630.csv', 'petitions', 'loaded', $1, 12345, 12000, 100, 200, 40, 5, NULL), "
        "(2, '消防/隐患.xlsx', 'hazards', 'unreadable', $1, 0, 0, 0, 0, 0, 0, '消防/隐患.xlsx：打不开，请重新上传。')",
        [NIGHT],
    )
    con.execute(
        "INSERT INTO sense.reject VALUES (1, 22, '涉及人数', 'people', '-3', '涉及人数“-3”不能为负数'), "
        "(1, 22, '日期', 'occurred_on', '', '日期不能为空'), (1, 40, '日期', 'occurred_on', '', '日期不能为空')"
    )
    con.execute(
        "INSERT INTO sense.silence VALUES (?, 'incidents', 'incident', '白石派出所', 'town-02', '990100102', '2026-06-18', 12, 4.2, FALSE, "
        "'白石派出所已12天没有报送。')",
        [NIGHT],
    )
    con.execute(
        "INSERT INTO sense.issue VALUES ($1, 2, 'hazards', 'unreadable-file', '消防/隐患.xlsx：打不开。'), ($1, 1, $2, 'new-column', $2)",
        [NIGHT, EVIL],
    )
    con.execute("INSERT INTO assess.fault VALUES (?, 'odd', '除数为零')", [NIGHT])
