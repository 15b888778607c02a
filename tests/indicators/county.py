"""A small county for readings: two towns and one that was merged, three offices, and rows as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.readings import collect
from riskengine.model.duty import Place, Unit
from riskengine.model.indicator import Indicator
from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Cell, Received, Reports, Source
from riskengine.model.standing import Finding
from riskengine.store.database import Connection

COUNTY, CLEAR, WHITE, OLD = "99", "9901", "9902", "9903"
NIGHT = date(2026, 6, 30)
PLACES = (
    Place(code=COUNTY, name="云川县", level="county", parent=None),
    Place(code=CLEAR, name="清溪镇", level="town", parent=COUNTY, aliases=("清溪",)),
    Place(code=WHITE, name="白石镇", level="town", parent=COUNTY),
    Place(code=OLD, name="乌江镇", level="town", parent=COUNTY, valid_until=date(2025, 12, 31), merged_into=CLEAR),
    Place(code="990101", name="东湾村", level="village", parent=CLEAR),
    Place(code="990301", name="渡口村", level="village", parent=OLD),
)
UNITS = (
    Unit(id="tongji", name="统计局", type="line"),
    Unit(id="jinrong", name="金融发展局", type="line"),
    Unit(id="xinfang", name="信访局", type="line"),
)


def source(name: str, kind: str, unit: str, every: int = 31, grace: int = 10, **fields: Any) -> Source:
    return Source(
        source=name,
        title=f"{name}报表",
        kind=kind,
        files=(f"{name}/*.csv", f"{name}/*.xlsx"),
        received=Received(pattern=r"_(\d{8})\."),
        reports=Reports(unit=unit, every=every, grace=grace),
        key=("编号",),
        fields={field: Cell(column=column) for field, column in fields.items()},
    )


_BASIC = {"occurred_on": "期末", "place": "地区", "category": "指标", "value": "数值"}
SOURCES = (
    source("stat", "indicator", "tongji", **_BASIC, target="目标值", last_year="去年同期", city_average="全市平均"),
    source("bank", "indicator", "jinrong", **_BASIC),
    source("polls", "survey", "tongji", every=92, grace=15, **_BASIC, sample="样本量", city_average="全市平均"),
    source("letters", "petition", "xinfang", every=7, grace=3, occurred_on="日期", place="地区"),
)


def indicator(id_: str = "some-rate", **fields: Any) -> Indicator:
    """An indicator with every obligatory field filled in somehow: 某项指标, a share that 统计局 reports each month."""
    given: dict[str, Any] = {
        "name": "某项指标", "theme": "矛盾纠纷", "definition": "某某占某某百分之几", "unit": "%", "better": "higher", "owner": "xinfang",
        "reports": "tongji", "period": "month", "covers": "period", "basis": "某文件",
    }  # fmt: skip
    return Indicator.model_validate({"id": id_} | given | fields)


def book(*indicators: Indicator, **fields: Any) -> Rulebook:
    given: dict[str, Any] = {
        "sources": {each.source: each for each in SOURCES}, "signals": {}, "rules": {}, "levels": (), "places": PLACES, "routes": (),
        "units": {unit.id: unit for unit in UNITS}, "hash": "0" * 64, "indicators": {each.id: each for each in indicators},
    }  # fmt: skip
    return Rulebook(**(given | fields))


_numbers = iter(range(1, 1_000_000))


def put(con: Connection, kind: str, **row: Any) -> None:
    """One version of a record; known on its own day where nothing else is said."""
    number = next(_numbers)
    given = {
        "source": "stat", "key": f"K{number}", "quantity": 1, "file_id": 1, "row_no": number, "retracted": False,
        "place": COUNTY, "known_at": row.get("occurred_on"),
    }  # fmt: skip
    given |= row
    marks = ", ".join("?" * len(given))
    con.execute(f"INSERT INTO sense.{kind} ({', '.join(given)}) VALUES ({marks})", list(given.values()))


def reading(con: Connection, end: str, value: float, *, kind: str = "indicator", **row: Any) -> None:
    """A return of 某项指标 for a period that ends on a day."""
    put(con, kind, **{"occurred_on": end, "value": value, "category": "某项指标"} | row)


SHARE = {"from": "petition", "measure": "share", "of": "是否化解"}
COUNT = {"from": "petition", "measure": "count"}


def computed(**fields: object) -> Indicator:
    """Computed only; ``computed`` as the rule file writes it."""
    return indicator(**({"reports": None, "computed": SHARE, "least": 0} | fields))


def counted(**fields: object) -> Indicator:
    return computed(**({"computed": COUNT, "unit": "件", "better": "lower"} | fields))


def letter(con: Connection, day: str, **row: object) -> None:
    put(con, "petition", source="letters", **({"occurred_on": day, "place": CLEAR, "settled": True} | row))


class Collected:
    """What one night says."""

    def __init__(self, con: Connection, rulebook: Rulebook, as_of: date = NIGHT) -> None:
        self.series, self.findings = collect(con, rulebook, as_of)

    def of(self, place: str = COUNTY, id_: str = "some-rate") -> Series:
        [found] = [each for each in self.series if (each.indicator.id, each.place) == (id_, place)]
        return found

    def at(self, end: str, place: str = COUNTY, id_: str = "some-rate") -> Reading:
        [found] = [each for each in self.of(place, id_).readings if each.end == date.fromisoformat(end)]
        return found

    def values(self, place: str = COUNTY, id_: str = "some-rate") -> Mapping[str, float | None]:
        return {each.end.isoformat(): each.value for each in self.of(place, id_).readings}

    def found(self, code: str) -> list[Finding]:
        return [each for each in self.findings if each.code == code]

    def one(self, code: str) -> Finding:
        [found] = self.found(code)
        return found
