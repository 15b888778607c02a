"""Projects at risk: unpaid wages (labour office), stalled housing (housing office), one return a project and month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from data.sample.chance import FIRST, Places, month_ends, stream
from data.sample.geography import TOWNS, code_of
from data.sample.office import (
    Cell,
    Column,
    Office,
    Row,
    Version,
    dashed,
    deliver,
    dotted,
    half_year_ends,
    place_name,
    sheet,
)

__all__ = ["HOMES", "WAGES", "write"]

_RETURNS = (*half_year_ends(), *month_ends(date(2026, 3, 1)))


def _ten_thousands(value: Cell) -> Cell:
    """36.5万元."""
    return f"{value / 10_000:.1f}万元" if isinstance(value, (int, float)) else value


WAGES = Office(
    "人社局",
    "欠薪项目月报",
    ".xlsx",
    (
        Column("填报编号", "key", width=18),
        Column("项目编号", "project"),
        Column("项目名称", "title", width=24),
        Column("月报日期", "occurred_on", dashed),
        Column("所在乡镇", "place", place_name),
        Column("涉及人数", "people"),
        Column("欠薪金额", "amount", _ten_thousands),
        Column("资金缺口", "gap", _ten_thousands),
        Column("群体性事件", "group_incidents"),
        Column("责任单位", "handler"),
        Column("办结日期", "closed_on", dashed),
    ),
    sheet(totals=True),
    _RETURNS,
    title="云川县根治欠薪项目情况月报表",
)

HOMES = Office(
    "住建局",
    "保交楼项目月报",
    ".xlsx",
    (
        Column("填报编号", "key", width=18),
        Column("项目编号", "project"),
        Column("项目名称", "title", width=24),
        Column("月报日期", "occurred_on", dotted),
        Column("所在乡镇", "place", place_name),
        Column("应交付套数", "homes"),
        Column("已交付套数", "delivered"),
        Column("逾期月数", "months_late"),
        Column("投诉件数", "complaints"),
        Column("资金缺口（万元）", "gap", lambda value: value / 10_000 if isinstance(value, (int, float)) else value),
        Column("责任单位", "handler"),
    ),
    sheet(),
    _RETURNS,
    title="云川县保交楼风险项目月报表",
)

_WORKS = ("安置房", "卫生院扩建", "农贸市场", "道路改造", "产业园厂房", "污水管网", "中学宿舍楼", "冷链仓库")
_ESTATES = (
    "云栖雅苑",
    "砚湖新城",
    "沐原公馆",
    "棠浦花园",
    "芷河湾",
    "鹿汀里",
    "清溪府",
    "禾洛家园",
    "澜桥新居",
    "梧塬华庭",
)

RISING = ("QX-0801", "朔庄镇", "朔庄安置房二期")
"""The planted project whose people, money, gap and group incidents all rise."""

STALLED = ("BJ-0801", "柘口镇", "柘口锦园")
"""The planted estate that stands still while complaints rise."""

# return of → people, yuan owed, funding gap, group incidents
_RISE = {
    date(2026, 1, 31): (18, 210_000, 90_000, 0),
    date(2026, 2, 28): (18, 205_000, 90_000, 0),
    date(2026, 3, 31): (26, 420_000, 200_000, 0),
    date(2026, 4, 30): (61, 1_180_000, 760_000, 1),
    date(2026, 5, 31): (88, 1_860_000, 1_240_000, 2),
    date(2026, 6, 30): (97, 2_050_000, 1_400_000, 3),
}

# return of → delivered of 420, months late, complaints, gap in yuan
_STAND = {
    date(2026, 1, 31): (96, 1, 3, 9_000_000),
    date(2026, 2, 28): (96, 2, 4, 9_000_000),
    date(2026, 3, 31): (96, 3, 6, 9_500_000),
    date(2026, 4, 30): (96, 7, 37, 21_000_000),
    date(2026, 5, 31): (96, 8, 52, 24_000_000),
    date(2026, 6, 30): (96, 9, 58, 24_000_000),
}


def _wages() -> list[Version]:
    """Each project begins with a debt that is paid off month by month; none rises."""
    rng, places, number = stream("wages"), Places(urban=1.3), 0
    found: list[Version] = []
    ends = month_ends(FIRST)
    for start in range(-8, len(ends)):
        for _ in range(rng.choice((3, 4, 5))):
            number += 1
            town = places.draw(rng).town
            people, share = rng.randint(8, 36), rng.uniform(0.66, 0.84)
            owed = people * rng.randint(6_000, 14_000)
            title = f"{town.short}{rng.choice(_WORKS)}{number}号项目"
            for step in range(9):
                left = people * share**step
                if 0 <= start + step < len(ends):
                    day, over = ends[start + step], left < 4
                    found.append(
                        Version(
                            day,
                            {
                                "key": f"QX-{number:04d}-{day:%Y%m}",
                                "project": f"QX-{number:04d}",
                                "title": title,
                                "occurred_on": day,
                                "place": town.code,
                                "people": 0 if over else round(left),
                                "amount": 0 if over else round(owed * share**step, -3),
                                "gap": 0 if over else round(owed * share**step * 0.4, -3),
                                "group_incidents": 0,
                                "handler": town.office,
                                "closed_on": day if over else None,
                            },
                        )
                    )
                if left < 4:
                    break
    return found


def _homes() -> list[Version]:
    """Estates that are handed over, slowly, at most two months late."""
    rng = stream("homes")
    found: list[Version] = []
    for n, title in enumerate(_ESTATES, 1):
        town = TOWNS[(n * 3) % len(TOWNS)] if n != 5 else TOWNS[1]
        homes, delivered, late = rng.randint(12, 60) * 10, 0.2, 0
        for day in month_ends(FIRST):
            delivered, late = min(0.98, delivered + rng.uniform(0.01, 0.05)), rng.choice((0, 0, 1, 1, 2))
            found.append(
                _home(
                    f"BJ-{n:04d}",
                    title,
                    town.code,
                    day,
                    homes,
                    round(homes * delivered),
                    late,
                    rng.randint(0, 4),
                    round(homes * (1 - delivered)) * 10_000,
                )
            )
    return found


def _home(
    project: str, title: str, place: str, day: date, homes: int, delivered: int, late: int, complaints: int, gap: int
) -> Version:
    row: Row = {
        "key": f"{project}-{day:%Y%m}",
        "project": project,
        "title": title,
        "occurred_on": day,
        "place": place,
        "homes": homes,
        "delivered": delivered,
        "months_late": late,
        "complaints": complaints,
        "gap": gap,
        "handler": "住建局",
    }
    return Version(day, row)


def _planted_wages() -> list[Version]:
    project, town, title = RISING
    return [
        Version(
            day,
            {
                "key": f"{project}-{day:%Y%m}",
                "project": project,
                "title": title,
                "occurred_on": day,
                "place": code_of(town),
                "people": people,
                "amount": owed,
                "gap": gap,
                "group_incidents": groups,
                "handler": f"{town}人民政府",
            },
        )
        for day, (people, owed, gap, groups) in _RISE.items()
    ]


def write(inbox: Path) -> int:
    """Write both offices' returns; returns how many files."""
    project, town, title = STALLED
    stand = [_home(project, title, code_of(town), day, 420, *reading) for day, reading in _STAND.items()]
    return deliver(WAGES, _wages() + _planted_wages(), inbox) + deliver(HOMES, _homes() + stand, inbox)
