"""Telecom fraud cases: three files a week from the anti-fraud centre; money as clerks write it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample import mess
from data.sample.chance import FIRST, LAST, Places, count, days, pick, rhythm, stream
from data.sample.geography import TOWNS
from data.sample.office import Cell, Column, Office, Row, Version, deliver, dotted, monthly, text_file, weekly

__all__ = ["planted", "write"]

_A_DAY = 2.0

CATEGORIES = {
    "刷单返利": ("刷单", 0.31),
    "冒充客服": ("冒充电商客服", 0.17),
    "虚假投资": ("虚假投资理财", 0.15),
    "冒充公检法": ("冒充公检法", 0.07),
    "网络贷款": ("网贷", 0.13),
    "游戏交易": ("游戏产品虚假交易", 0.08),
    "其他诈骗": ("其它", 0.09),
}
_METHODS = {"社交软件": 0.5, "电话": 0.25, "网页": 0.15, "短信": 0.1}
_TYPICAL = {"刷单返利": 18_000, "虚假投资": 60_000, "冒充公检法": 45_000}


def _money(value: Cell) -> Cell:
    """3.2万; 1,000.00元; 850.00."""
    if not isinstance(value, (int, float)):
        return value
    if value >= 10_000 and value % 100 == 0:
        return f"{value / 10_000:.2f}万"
    return f"{value:,.2f}元" if value >= 1_000 else f"{value:.2f}"


OFFICE = Office(
    "反诈中心",
    "电诈案件",
    ".csv",
    (
        Column("案件编号", "key"),
        Column("发案日期", "occurred_on", dotted),
        Column("报案日期", "reported_on", dotted),
        Column("辖区代码", "place"),
        Column("诈骗类型", "category", lambda value: CATEGORIES[str(value)][0] if value in CATEGORIES else value),
        Column("诈骗渠道", "method"),
        Column("损失金额", "loss", _money),
        Column("止付金额", "stopped", _money),
        Column("受害人数", "victims"),
        Column("是否未遂", "attempted"),
        Column("备注", "remark", lambda value: value or ""),
    ),
    text_file("utf-8-sig"),
    (*monthly(), *sorted({*weekly(0, 2, 4), LAST})),
)


def _row(key: str, day: date, category: str, village: str) -> Row:
    rng = stream(f"fraud/{key}")
    tried = rng.random() < 0.12
    loss = 0 if tried else round(_TYPICAL.get(category, 8_000) * rng.lognormvariate(0, 0.7))
    loss = loss // 100 * 100 if loss > 20_000 else loss
    return {
        "key": key,
        "occurred_on": day,
        "reported_on": day + timedelta(days=rng.choice((0, 0, 0, 0, 1, 1, 2, 4))),
        "place": village,
        "category": category,
        "method": pick(rng, _METHODS),
        "loss": loss,
        "stopped": round(loss * rng.choice((0, 0, 0, 0.1, 0.4))),
        "victims": 1,
        "attempted": "是" if tried else "否",
    }


def _versions(rows: list[Row]) -> list[Version]:
    return [Version(day, row) for row in rows if isinstance(day := row["reported_on"], date)]


def background() -> list[Version]:
    """Two years of cases without anything planted."""
    rng, places = stream("fraud"), Places(urban=1.3)
    shares = {category: share for category, (_, share) in CATEGORIES.items()}
    rows, number = [], 0
    for day in days(FIRST, LAST):
        for _ in range(count(rng, _A_DAY * rhythm(day, season=0.05))):
            number += 1
            rows.append(_row(f"DZ{day.year}-{number:05d}", day, pick(rng, shares), places.draw(rng).code))
    return _versions(rows)


def planted(first: date, last: date, town: str, n: int, category: str) -> list[Version]:
    """``n`` more cases of one type spread evenly over a span of days and over one town."""
    rng, places = stream(f"planted/fraud/{first}/{town}"), Places(only=next(t for t in TOWNS if t.name == town))
    span = (last - first).days + 1
    rows = []
    for k in range(n):
        day = first + timedelta(days=k * span // n)
        row = _row(f"DZ{day.year}-{int(first.strftime('%m%d')):04d}{k:02d}", day, category, places.draw(rng).code)
        rows.append({**row, "reported_on": day})
    return _versions(rows)


def write(inbox: Path, events: list[Version]) -> int:
    """Write the centre's files; returns how many."""
    versions = background() + events
    rng = stream("fraud/mess")
    versions += mess.corrected(rng, versions, 0.02, "loss", (12_800, 36_500, 4_300))
    versions += mess.sent_twice(rng, versions, 0.005) + mess.sent_again(rng, versions, 0.01)
    versions += mess.mistyped(
        versions[0],
        [
            (date(2025, 8, 14), "DZ2025-99001", "loss", "-500"),
            (date(2026, 4, 20), "DZ2026-99002", "loss", "-1,200.00元"),
        ],
    )
    return deliver(OFFICE, versions, inbox)
