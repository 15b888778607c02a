"""What people answer when they are asked: safety, satisfaction, recognition, awareness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from data.sample.chance import FIRST, LAST, month_ends, stream
from data.sample.geography import COUNTY, TOWNS, code_of
from data.sample.office import Cell, Column, Office, Row, Version, chinese, deliver, percent, place_name, sheet

__all__ = ["FALLING", "FALLING_TOWN", "SURVEYED", "write"]

SURVEYED = {"安全感": (97.6, 0.25), "满意率": (96.2, 0.3), "认可率": (95.4, 0.3), "知晓率": (92.0, 0.5)}
_SINCE = date(2022, 1, 1)
_EARLIER = [day for day in month_ends(_SINCE, FIRST) if day.month % 3 == 0]
_QUARTERS = [day for day in month_ends(FIRST) if day.month % 3 == 0 and day < LAST]
SURVEY = Office(
    "统计局",
    "群众感受调查",
    ".xlsx",
    (
        Column("调查项目", "category"),
        Column("地区", "place", place_name),
        Column("调查期末", "occurred_on", chinese, 16),
        Column("数值", "value", percent),
        Column("样本量", "sample"),
        Column("全市平均", "city_average", percent),
        Column("全省平均", "province_average", percent),
        Column("同类平均", "peers_average", percent),
        Column("去年同期", "last_year", percent),
    ),
    sheet(),
    (date(2023, 1, 10), date(2024, 1, 10), *(day + timedelta(days=10) for day in _QUARTERS)),
    title="云川县群众安全感、满意率、认可率、知晓率调查结果",
)

FALLING = {
    date(2025, 3, 31): 97.9,
    date(2025, 6, 30): 98.3,
    date(2025, 9, 30): 98.0,
    date(2025, 12, 31): 97.7,
    date(2026, 3, 31): 96.4,
}
"""Readings of 安全感 in one town: three falls in a row, the last below the city's average."""

FALLING_TOWN = "沐原镇"


# Yearly, by the province, without a sample size: value, city, province of 2022 to 2025.
_YEARLY: dict[str, tuple[tuple[float, float, float | None], ...]] = {
    "群众安全感": ((98.60, 98.40, None), (98.40, 98.50, None), (98.20, 98.60, None), (97.93, 98.70, None)),
    "治安满意率": ((96.10, 96.20, 96.60), (96.25, 96.40, 96.75), (96.42, 96.50, 96.90), (96.30, 96.58, 97.09)),
    "平安建设知晓率": ((89.90, 90.80, 87.90), (90.60, 91.70, 88.20), (91.18, 92.40, 88.60), (91.50, 92.77, 88.76)),
    "扫黑除恶认可率": ((94.60, 94.50, 95.00), (94.90, 94.80, 95.30), (95.20, 95.10, 95.50), (95.10, 95.32, 95.75)),
    "公众安全感满意率": ((93.80, 94.60, None), (94.10, 95.20, None), (94.49, 95.70, None), (95.10, 95.99, None)),
}

# Half-yearly, of one office each (两率一度), from 2022 on; the city stands ``apart`` from the first number.
_OFFICES: dict[str, tuple[float, tuple[float | str, ...]]] = {
    "公安机关满意率": (-0.2, (94.6, 94.9, 94.8, 95.1, 95.0, 95.3, 95.2, 95.6)),
    # A clerk wrote the last one as a fraction.
    "检察机关满意率": (-0.1, (96.1, 96.3, 96.2, 96.5, 96.4, 96.6, 96.5, "0.9663")),
    "法院满意率": (0.4, (93.6, 93.8, 93.5, 93.9, 93.7, 94.0, 93.9, 94.1)),
    "司法行政机关满意率": (-0.2, (95.8, 96.0, 95.9, 96.2, 96.0, 96.3, 96.2, 96.4)),
}


def _answer(category: str, place: str, day: date, value: float | str, **more: Cell) -> Version:
    row: Row = {"key": f"{category}|{place}|{day}", "category": category, "place": place, "occurred_on": day}
    return Version(day + timedelta(days=10), row | {"value": value} | more)


def _quarterly(days: list[date], shift: int, name: str) -> Iterator[Version]:
    """Readings go up and down by turns and stay above the city, but for one town."""
    rng = stream(name)
    for q, day in enumerate(days, shift):
        for category, (mean, spread) in SURVEYED.items():
            for n, place in enumerate([COUNTY, *(town.code for town in TOWNS)]):
                swing = spread if (q + n) % 2 else -spread
                value: float = min(99.9, round(mean + 0.9 + swing + rng.uniform(-spread, spread) * 0.4, 2))
                if category == "安全感" and place == code_of(FALLING_TOWN):
                    value = FALLING.get(day, value)
                sample = 1_000 if place == COUNTY else rng.randint(120, 180)
                city, province = round(mean, 2), round(mean + 0.2, 2)
                yield _answer(category, place, day, value, sample=sample, city_average=city, province_average=province)


def _by_the_province() -> Iterator[Version]:
    for category, years in _YEARLY.items():
        for n, (value, city, province) in enumerate(years):
            before = years[n - 1][0] if n else None
            day = date(2022 + n, 12, 31)
            yield _answer(category, COUNTY, day, value, city_average=city, province_average=province, last_year=before)
    for category, (apart, halves) in _OFFICES.items():
        for n, value in enumerate(halves):
            usual = float(halves[n - 2 if isinstance(value, str) else n])
            city = round(float(halves[0]) + apart + 0.08 * n, 2)
            yield _answer(
                category, COUNTY, date(2022 + n // 2, 12 if n % 2 else 6, 31 if n % 2 else 30), value, sample=1_000,
                city_average=city, province_average=round(city + 0.15, 2), peers_average=round((city + usual) / 2, 2),
                last_year=halves[n - 2] if n >= 2 else None,
            )  # fmt: skip


def write(inbox: Path) -> int:
    """Write the surveys; returns how many files."""
    found = [*_quarterly(_EARLIER, -len(_EARLIER), "surveys/earlier"), *_quarterly(_QUARTERS, 0, "surveys")]
    return deliver(SURVEY, [*found, *_by_the_province()], inbox)
