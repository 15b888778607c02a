"""Places under rectification: one return a place and month, by the law-and-politics committee."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample.chance import LAST, month_end, month_ends, stream
from data.sample.geography import TOWNS
from data.sample.office import Column, Office, Version, deliver, half_year_ends, percent, place_name, sheet

__all__ = ["REBOUND", "write"]

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
        Column("整治进度", "progress", percent),
        Column("问题数", "problems"),
        Column("销号日期", "signed_off_on"),
        Column("牵头单位", "handler"),
    ),
    sheet(),
    (*half_year_ends(), *month_ends(date(2026, 3, 1))),
    title="云川县重点地区挂牌整治月报表",
)

REBOUND = "ZZ-08"
"""The rectified place whose problems come back after it was signed off."""

_SITES = ("农贸市场周边", "客运站周边", "城中村出租屋", "沿街商铺", "高速出口", "校园周边", "物流园", "老旧小区")


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
    """Write the committee's returns; returns how many files."""
    return deliver(RECTIFICATION, _rectifications(), inbox)
