"""A tiny county of text tables: records as they read best, rule books made of models, one real DuckDB file a test."""

from __future__ import annotations

from datetime import date
from typing import Any

from riskengine.model.duty import Level, Place, Unit
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.store.database import Connection

NIGHT = date(2026, 6, 30)

PLACES = (
    Place(code="99", name="云川县", level="county", parent=None, population=60000),
    Place(code="9901", name="清溪镇", level="town", parent="99", population=20000, unit="town-01"),
    Place(
        code="9902",
        name="白石镇",
        level="town",
        parent="99",
        population=10000,
        valid_from=date(2020, 1, 1),
        unit="town-02",
    ),
    Place(
        code="9902",
        name="白石镇",
        level="town",
        parent="99",
        population=12000,
        valid_from=date(2026, 1, 1),
        unit="town-02",
    ),
    Place(
        code="9902",
        name="白石镇",
        level="town",
        parent="99",
        population=99999,
        valid_from=date(2027, 1, 1),
        unit="town-02",
    ),
    Place(code="990101", name="柳河村", level="village", parent="9901", population=900),
    Place(code="990102", name="东湾村", level="village", parent="9901"),
)

LEVELS = (
    Level(name="红", rank=1, code="I", colour="#C00000", score=80, handle_within=1),
    Level(name="橙", rank=2, code="II", colour="#ED7D31", score=60, handle_within=3),
    Level(name="黄", rank=3, code="III", colour="#FFD966", score=40, handle_within=7),
    Level(name="蓝", rank=4, code="IV", colour="#9DC3E6", score=None, handle_within=15),
)

UNITS = (
    Unit(id="fanzha", name="反诈中心", type="line"),
    Unit(id="town-01", name="清溪镇人民政府", type="township"),
    Unit(id="town-02", name="白石镇人民政府", type="township"),
)

FRAUDS = """
    occurred_on  place   category  quantity  loss     method
    06-30        990101  刷单返利  1         1000.00  电话
    06-24        9901    冒充客服  2         -        电话
    06-23        9901    刷单返利  1         500.50   短信
    06-30        9902    刷单返利  1         -        网页
"""


def signal(name: str, subject: str = "town", **fields: Any) -> Signal:
    """A signal as an analyst writes it: ``from`` is spelt ``source``."""
    return Signal(name=name, unit="起", subject=[subject], **fields)


def rule(id_: str = "some-rule", subject: str = "town", **fields: Any) -> Rule:
    """A live rule with every obligatory field filled in somehow."""
    given: dict[str, Any] = {
        "title": "某条规则",
        "theme": "电信网络诈骗",
        "basis": "依据某文件",
        "action": "核查处置",
        "false_causes": ["集中补录"],
        "score": [{"feature": "总量", "of": "1", "bands": [[None, None, 45]], "says": "有风险"}],
    }
    return Rule(id=id_, subject=subject, **(given | fields))


def book(signals: list[Signal], rules: list[Rule] | None = None, **fields: Any) -> Rulebook:
    """A rule book over the tiny county. Without rules: one rule a subject type that reads all its signals."""
    if rules is None:
        by_type: dict[str, list[str]] = {}
        for each in signals:
            by_type.setdefault(each.subject[0].value, []).append(each.name)
        rules = [
            rule(f"reads-{type_}", type_, when=" + ".join(names) + " > 999999") for type_, names in by_type.items()
        ]
    given: dict[str, Any] = {
        "sources": {},
        "levels": LEVELS,
        "units": {unit.id: unit for unit in UNITS},
        "places": PLACES,
        "routes": (),
        "hash": "0" * 64,
    }
    return Rulebook(signals={s.name: s for s in signals}, rules={r.id: r for r in rules}, **(given | fields))


def records(con: Connection, kind: str, text: str) -> None:
    """Insert a text table: a header of column names, a row a line, ``-`` is NULL, ``06-29`` is in 2026."""
    header, *lines = [line.split() for line in text.strip().splitlines()]
    for number, cells in enumerate(lines, start=1):
        row: dict[str, str | int | bool | None] = {
            "quantity": 1,
            "file_id": 1,
            "row_no": number,
            "retracted": False,
            "source": "some",
        }
        row["key"] = f"K{number}"
        row |= {name: None if cell == "-" else cell for name, cell in zip(header, cells, strict=True)}
        for name, cell in row.items():
            if isinstance(cell, str) and len(cell) == 5 and cell[2] == "-" and name.endswith(("_on", "_at")):
                row[name] = f"2026-{cell}"
        row.setdefault("known_at", row["occurred_on"])
        marks = ", ".join("?" * len(row))
        con.execute(f"INSERT INTO sense.{kind} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
