"""Returns of indicators: what the statistics office and the finance office send every month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from data.sample.chance import FIRST, month_ends, stream
from data.sample.figures import MONTHS, SINCE, year_before
from data.sample.geography import COUNTY, TOWNS
from data.sample.office import Column, Office, Row, Version, dashed, deliver, place_name, text_file
from data.sample.targets import finance_targets, reading, targets

__all__ = ["write"]

_MONTHS = month_ends(FIRST, MONTHS[-1])
_COLUMNS = (
    Column("报表编号", "key"),
    Column("指标名称", "category"),
    Column("地区", "place", place_name),
    Column("统计期末", "occurred_on", dashed),
    Column("本期数值", "value"),
    Column("分子", "numerator"),
    Column("分母", "denominator"),
    Column("目标值", "target"),
    Column("控制值", "control"),
    Column("去年同期", "last_year"),
    Column("全市平均", "city_average"),
    Column("全省平均", "province_average"),
    Column("同类平均", "peers_average"),
    Column("全市排名", "rank"),
    Column("不利方向", "worse"),
)
_SENT = (
    *(date(year, 1, 5) for year in (2024, 2025, 2026)),
    *(day + timedelta(days=5) for day in _MONTHS if day >= date(2026, 1, 31)),
)
INDICATORS = Office("统计局", "平安建设指标", ".csv", _COLUMNS, text_file("utf-8", newline="\n"), _SENT)
FINANCE = Office("金融发展局", "金融风险指标", ".csv", _COLUMNS, text_file("gb18030", newline="\r"), _SENT)

# name → mean, spread, target, control, city average, which way is bad
_MONTHLY: dict[str, tuple[float, float, float | None, float | None, float, str]] = {
    "初次信访一次性化解率": (94.2, 0.5, 92.0, None, 93.0, "低"),
    "矛盾纠纷化解率": (95.0, 0.6, 90.0, None, 93.5, "低"),
    "银行不良率": (1.30, 0.03, None, 1.5, 1.36, "高"),
    "劳动争议一审案件数": (46, 3, None, 60.0, 52, "高"),
    "非法集资案件数": (1, 0, None, 3.0, 1, "高"),
    "交办事项办结率": (94.0, 0.7, 90.0, None, 93.0, "低"),
    "保交楼整体交付率": (67.0, 0.4, 60.0, None, 62.0, "低"),
}
_FINANCE = ("银行不良率", "非法集资案件数")

# What is planted: indicator, month → value
_OUT = {
    ("交办事项办结率", date(2026, 3, 31)): 84.6,
    ("非法集资案件数", date(2026, 4, 30)): 6.0,
    ("银行不良率", date(2026, 4, 30)): 1.46,
    ("银行不良率", date(2026, 5, 31)): 1.68,
}


def _values(name: str, place: str, mean: float, spread: float) -> dict[date, float]:
    """One value a month around a mean; the years before the county's records draw from a stream of their own."""
    found: dict[date, float] = {}
    for rng, ends in (
        (stream(f"indicator/{name}/{place}/earlier"), month_ends(SINCE, FIRST - timedelta(days=1))),
        (stream(f"indicator/{name}"), _MONTHS),
    ):
        for end in ends:
            value = mean + max(-2.0, min(2.0, rng.gauss(0, 1))) * spread
            rng.randint(8, 30)
            found[end] = _OUT.get((name, end), round(value, 2 if spread < 1 and spread else 0))
    return found


def _ranks(name: str) -> dict[date, int]:
    """A place among the city's counties that moves by one at most."""
    rng = stream(f"rank/{name}")
    at, found = rng.randint(9, 15), {}
    for end in MONTHS:
        at = min(18, max(6, at + rng.choice((-1, 0, 0, 0, 1))))
        found[end] = at
    return found


def _monthly(finance: bool) -> Iterator[Version]:
    for name, (mean, spread, target, control, city, worse) in _MONTHLY.items():
        if (name in _FINANCE) != finance:
            continue
        values, ranks = _values(name, COUNTY, mean, spread), _ranks(name)
        for end, value in values.items():
            row: Row = {"target": target, "control": control, "last_year": year_before(values, end)}
            row |= {"city_average": city, "rank": ranks[end], "worse": worse}
            yield reading(name, COUNTY, end, value, row)


def _towns() -> Iterator[Version]:
    """矛盾纠纷化解率 of every town."""
    values: dict[str, dict[date, float]] = {town.code: {} for town in TOWNS}
    earlier = month_ends(SINCE, FIRST - timedelta(days=1))
    for rng, ends in ((stream("indicator/towns/earlier"), earlier), (stream("indicator/towns"), _MONTHS)):
        for end in ends:
            for found in values.values():
                found[end] = round(95.2 + max(-2.0, min(2.0, rng.gauss(0, 1))) * 0.9, 2)
    for place, found in values.items():
        for end, value in found.items():
            row: Row = {"target": 90.0, "last_year": year_before(found, end), "city_average": 93.2, "worse": "低"}
            yield reading("矛盾纠纷化解率", place, end, value, row)


def write(inbox: Path) -> int:
    """Write both offices' returns; returns how many files."""
    files = deliver(INDICATORS, [*_monthly(False), *_towns(), *targets()], inbox)
    return files + deliver(FINANCE, [*_monthly(True), *finance_targets()], inbox)
