"""Returns that are read, not counted: places under rectification, surveys of public perception, indicators."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample.chance import FIRST, LAST, month_end, month_ends, stream
from data.sample.geography import COUNTY, TOWNS, code_of
from data.sample.office import (
    Cell,
    Column,
    Office,
    Row,
    Version,
    chinese,
    dashed,
    deliver,
    half_year_ends,
    place_name,
    sheet,
    text_file,
)

__all__ = ["FALLING", "REBOUND", "SURVEYED", "write"]


def _percent(value: Cell) -> Cell:
    return f"{value:.2f}%" if isinstance(value, (int, float)) else value


RECTIFICATION = Office(
    "政法委",
    "重点整治月报",
    ".xlsx",
    (
        Column("报表编号", "key", width=18),
        Column("挂牌编号", "site"),
        Column("整治对象", "title", width=26),
        Column("月报日期", "occurred_on"),
        Column("所在地", "place", place_name, 18),
        Column("整治类型", "category"),
        Column("挂牌层级", "tier"),
        Column("挂牌日期", "listed_on"),
        Column("整治期限", "due_on"),
        Column("整治进度", "progress", _percent),
        Column("问题数", "problems"),
        Column("销号日期", "signed_off_on"),
        Column("牵头单位", "handler"),
    ),
    sheet(),
    (*half_year_ends(), *month_ends(date(2026, 3, 1))),
    title="云川县重点地区挂牌整治月报表",
)

SURVEYED = {"安全感": (97.6, 0.25), "满意率": (96.2, 0.3), "认可率": (95.4, 0.3), "知晓率": (92.0, 0.5)}
_QUARTERS = [day for day in month_ends(FIRST) if day.month % 3 == 0 and day < LAST]
SURVEY = Office(
    "统计局",
    "群众感受调查",
    ".xlsx",
    (
        Column("调查项目", "category"),
        Column("地区", "place", place_name),
        Column("调查期末", "occurred_on", chinese, 16),
        Column("数值", "value", _percent),
        Column("样本量", "sample"),
        Column("全市平均", "city_average", _percent),
        Column("全省平均", "province_average", _percent),
    ),
    sheet(),
    tuple(day + timedelta(days=10) for day in _QUARTERS),
    title="云川县群众安全感、满意率、认可率、知晓率调查结果",
)

_MONTHS = month_ends(FIRST, date(2026, 5, 31))
_INDICATOR_COLUMNS = (
    Column("报表编号", "key"),
    Column("指标名称", "category"),
    Column("地区", "place", place_name),
    Column("统计期末", "occurred_on", dashed),
    Column("本期数值", "value"),
    Column("目标值", "target"),
    Column("控制值", "control"),
    Column("去年同期", "last_year"),
    Column("全市平均", "city_average"),
    Column("全市排名", "rank"),
    Column("不利方向", "worse"),
)
_SENT = tuple(day + timedelta(days=5) for day in _MONTHS if day >= date(2026, 1, 31))
INDICATORS = Office(
    "统计局",
    "平安建设指标",
    ".csv",
    _INDICATOR_COLUMNS,
    text_file("utf-8", newline="\n"),
    (date(2025, 1, 5), date(2026, 1, 5), *_SENT),
)
FINANCE = Office(
    "金融发展局",
    "金融风险指标",
    ".csv",
    _INDICATOR_COLUMNS,
    text_file("gb18030", newline="\r"),
    (date(2026, 1, 5), *_SENT),
)

# name → mean, spread, target, control, city average, which way is bad
_INDICATORS: dict[str, tuple[float, float, float | None, float | None, float, str]] = {
    "初次信访一次性化解率": (94.2, 0.5, 92.0, None, 93.0, "低"),
    "矛盾纠纷化解率": (95.0, 0.6, 90.0, None, 93.5, "低"),
    "诈骗立案数": (58, 3, None, 70.0, 64, "高"),
    "银行不良率": (1.30, 0.03, None, 1.5, 1.36, "高"),
    "劳动争议一审案件数": (46, 3, None, 60.0, 52, "高"),
    "非法集资案件数": (1, 0, None, 3.0, 1, "高"),
    "交办事项办结率": (94.0, 0.7, 90.0, None, 93.0, "低"),
    "保交楼整体交付率": (67.0, 0.4, 60.0, None, 62.0, "低"),
    "生产安全死亡人数": (1, 0, None, 2.0, 1, "高"),
}
_FINANCE = ("银行不良率", "非法集资案件数")

# What is planted: indicator, month → value
_OUT = {
    ("交办事项办结率", date(2026, 3, 31)): 84.6,
    ("非法集资案件数", date(2026, 4, 30)): 6.0,
    ("银行不良率", date(2026, 4, 30)): 1.46,
    ("银行不良率", date(2026, 5, 31)): 1.68,
}

FALLING = {
    date(2025, 3, 31): 97.9,
    date(2025, 6, 30): 98.3,
    date(2025, 9, 30): 98.0,
    date(2025, 12, 31): 97.7,
    date(2026, 3, 31): 96.4,
}
"""Readings of 安全感 in one town: three falls in a row, the last below the city's average."""

FALLING_TOWN = "沐原镇"
REBOUND = "ZZ-08"
"""The rectified place whose problems come back after it was signed off."""

_SITES = ("农贸市场周边", "客运站周边", "城中村出租屋", "沿街商铺", "高速出口", "校园周边", "物流园", "老旧小区")


def _indicators(finance: bool) -> list[Version]:
    found: list[Version] = []
    for name, (mean, spread, target, control, city, worse) in _INDICATORS.items():
        if (name in _FINANCE) != finance:
            continue
        rng = stream(f"indicator/{name}")
        for day in _MONTHS:
            value = _OUT.get(
                (name, day),
                round(mean + max(-2.0, min(2.0, rng.gauss(0, 1))) * spread, 2 if spread < 1 and spread else 0),
            )
            found.append(
                _indicator(
                    name, COUNTY, day, value, target, control, round(mean * 1.02, 2), city, rng.randint(8, 30), worse
                )
            )
    if not finance:
        rng = stream("indicator/towns")
        for day in _MONTHS:
            for town in TOWNS:
                value = round(95.2 + max(-2.0, min(2.0, rng.gauss(0, 1))) * 0.9, 2)
                found.append(_indicator("矛盾纠纷化解率", town.code, day, value, 90.0, None, 95.0, 93.2, None, "低"))
    return found


def _indicator(
    name: str,
    place: str,
    day: date,
    value: float,
    target: float | None,
    control: float | None,
    last_year: float,
    city: float,
    rank: int | None,
    worse: str,
) -> Version:
    row: Row = {
        "key": f"{name}-{place}-{day:%Y%m}",
        "category": name,
        "place": place,
        "occurred_on": day,
        "value": value,
        "target": target,
        "control": control,
        "last_year": last_year,
        "city_average": city,
        "rank": rank,
        "worse": worse,
    }
    return Version(day + timedelta(days=5), row)


def _surveys() -> list[Version]:
    """Readings go up and down by turns and stay above the city, but for one town."""
    rng = stream("surveys")
    found: list[Version] = []
    for q, day in enumerate(_QUARTERS):
        for category, (mean, spread) in SURVEYED.items():
            for n, place in enumerate([COUNTY, *(town.code for town in TOWNS)]):
                swing = spread if (q + n) % 2 else -spread
                value: float = min(99.9, round(mean + 0.9 + swing + rng.uniform(-spread, spread) * 0.4, 2))
                if category == "安全感" and place == code_of(FALLING_TOWN):
                    value = FALLING.get(day, value)
                found.append(
                    Version(
                        day + timedelta(days=10),
                        {
                            "key": f"{category}|{place}|{day}",
                            "category": category,
                            "place": place,
                            "occurred_on": day,
                            "value": value,
                            "sample": 1_000 if place == COUNTY else rng.randint(120, 180),
                            "city_average": round(mean, 2),
                            "province_average": round(mean + 0.2, 2),
                        },
                    )
                )
    return found


def _rectifications() -> list[Version]:
    """Fourteen places that get better month by month and stay well, and one that does not."""
    rng = stream("rectification")
    found: list[Version] = []
    for n in range(1, 16):
        town, category = TOWNS[(n * 7) % len(TOWNS)], ("治安乱点", "消防重点", "交通乱点")[n % 3]
        listed = date(2024, 9, 10) + timedelta(days=(n * 43) % 420) if n != 8 else date(2025, 6, 12)
        pace = rng.uniform(9, 14) if n != 8 else 14.3
        for day in month_ends(listed, LAST):
            months = (day.year - listed.year) * 12 + day.month - listed.month + 1
            progress = min(100.0, round(months * pace, 1))
            done = (
                month_end(listed + timedelta(days=30 * int(100 / pace) + 5)) - timedelta(days=4)
                if progress >= 100
                else None
            )
            problems = max(0, round((100 - progress) / 18))
            if n == 8:
                done = date(2026, 1, 20) if day >= date(2026, 1, 31) else None
                problems = {4: 5, 5: 6, 6: 6}.get(day.month, 0) if day >= date(2026, 4, 30) else problems
            if done and done > day:
                done = None
            found.append(
                Version(
                    day,
                    {
                        "key": f"ZZ-{n:02d}-{day:%Y%m}",
                        "site": f"ZZ-{n:02d}",
                        "title": f"{town.short}{_SITES[n % len(_SITES)]}",
                        "occurred_on": day,
                        "place": town.code,
                        "category": category,
                        "tier": "市级" if n % 4 == 0 else "县级",
                        "listed_on": listed,
                        "due_on": listed + timedelta(days=480),
                        "progress": progress,
                        "problems": problems,
                        "signed_off_on": done,
                        "handler": ("公安局", "消防救援大队", "交警大队")[n % 3],
                    },
                )
            )
    return found


def write(inbox: Path) -> int:
    """Write the returns; returns how many files."""
    files = deliver(RECTIFICATION, _rectifications(), inbox) + deliver(SURVEY, _surveys(), inbox)
    return files + deliver(INDICATORS, _indicators(False), inbox) + deliver(FINANCE, _indicators(True), inbox)
