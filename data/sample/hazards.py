"""Safety hazards of three offices: fire in workbooks, traffic in gzipped tab-separated text, the rest in UTF-16."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample import mess
from data.sample.chance import FIRST, LAST, Places, count, days, pick, rhythm, stream
from data.sample.geography import TOWNS, by_code
from data.sample.office import (
    Cell,
    Column,
    Office,
    Row,
    Version,
    chinese,
    dashed,
    deliver,
    dotted,
    excel_serial,
    place_name,
    quarterly,
    sheet,
    text_file,
    weekly,
)

__all__ = ["BROKEN", "hazard", "planted", "write"]


def _columns(style: object, *, coded: bool) -> tuple[Column, ...]:
    day = style if callable(style) else dashed
    return (
        Column("隐患编号", "key", width=16),
        Column("检查日期", "occurred_on", day),
        Column("所在镇村代码" if coded else "所在镇村", "place", (lambda value: value) if coded else place_name, 20),
        Column("隐患类型", "category"),
        Column("隐患等级", "grade"),
        Column("整改单位", "handler", width=18),
        Column("整改期限", "due_on", day),
        Column("完成日期", "closed_on", day),
        Column("发现次数", "times"),
        Column("状态", "state", lambda value: value or "有效"),
    )


SAFETY = Office(
    "应急管理局",
    "安全隐患",
    ".txt",
    _columns(dotted, coded=False),
    text_file("utf-16", "\t"),
    (*quarterly(), *weekly(3)),
)
FIRE = Office(
    "消防救援大队",
    "消防隐患",
    ".xlsx",
    _columns(excel_serial, coded=False),
    sheet(titled=False),
    (*quarterly(), *weekly(0), date(2026, 6, 30)),
)
TRAFFIC = Office(
    "交警大队",
    "道路交通隐患",
    ".tsv.gz",
    _columns(chinese, coded=True),
    text_file("utf-8", "\t", "\n", True),
    (*quarterly(), *weekly(1)),
)
BROKEN = FIRE.path(Path(), date(2026, 6, 30))
"""The file whose upload broke in the middle, below the inbox."""

# office, letters of its numbers, hazards a day, what it finds, days for repair
_OFFICES: tuple[tuple[Office, str, float, dict[str, float], int], ...] = (
    (SAFETY, "AQ", 1.8, {"危险化学品": 0.3, "建筑施工": 0.7}, 30),
    (FIRE, "XA", 2.6, {"消防": 0.62, "电动自行车": 0.38}, 25),
    (TRAFFIC, "JT", 1.6, {"道路交通": 1.0}, 30),
)


def hazard(key: str, day: date, category: str, place: str, due: date, **more: Cell) -> Row:
    """A hazard as found, not yet put right."""
    town = by_code()[place].town if place in by_code() else next(t for t in TOWNS if t.code == place)
    row: Row = {
        "key": key,
        "occurred_on": day,
        "category": category,
        "place": place,
        "grade": "一般",
        "handler": town.office,
        "due_on": due,
        "times": 1,
    }
    return row | more


def _background(letters: str, a_day: float, finds: dict[str, float], limit: int) -> list[Version]:
    rng, places, numbers = stream(f"hazards/{letters}"), Places(urban=1.5), dict.fromkeys((2024, 2025, 2026), 0)
    found: list[Version] = []
    for day in days(FIRST, LAST):
        for _ in range(count(rng, a_day * rhythm(day, weekend=0.3, season=0.0))):
            numbers[day.year] += 1
            key = f"{letters}{day.year}-{numbers[day.year]:05d}"
            row = hazard(key, day, pick(rng, finds), places.draw(rng).code, day + timedelta(days=limit))
            row["grade"] = "重大" if rng.random() < 0.02 else "一般"
            # Put right at the latest nine days before the deadline, so that the next file says so in time.
            closed = day + timedelta(days=min(limit - 9, max(1, round(rng.lognormvariate(2.0, 0.6)))))
            found += [Version(day, row), Version(closed, {**row, "closed_on": closed})]
    return found


def planted(first: date, last: date, town: str, n: int, due: date, closed: date) -> list[Version]:
    """``n`` fire and e-bike hazards found one after the other in one town, all due and all put right on one day."""
    rng, places = stream(f"planted/hazards/{first}/{town}"), Places(only=next(t for t in TOWNS if t.name == town))
    span = (last - first).days + 1
    found: list[Version] = []
    for k in range(n):
        day, category = first + timedelta(days=k * span // n), ("消防", "电动自行车")[k % 2]
        row = hazard(f"XA{day.year}-8{first:%m%d}{k:02d}", day, category, places.draw(rng).code, due)
        found += [Version(day, row), Version(closed, {**row, "closed_on": closed})]
    return found


def write(inbox: Path, events: list[Version]) -> int:
    """Write the three offices' files; returns how many. ``events`` go to the fire brigade."""
    files = 0
    for office, letters, a_day, finds, limit in _OFFICES:
        versions = _background(letters, a_day, finds, limit) + (events if office is FIRE else [])
        rng = stream(f"hazards/mess/{letters}")
        versions += mess.withdrawn(rng, versions, 0.005)
        versions += mess.sent_twice(rng, versions, 0.002) + mess.sent_again(rng, versions, 0.004)
        files += deliver(office, versions, inbox)
    mess.cut_off(inbox / BROKEN)
    return files
