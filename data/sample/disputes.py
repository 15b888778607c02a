"""Disputes found by screening: a weekly workbook, merged titles above the header, a totals row below the last line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample import doors, mess
from data.sample.chance import FIRST, LAST, Places, count, days, pick, rhythm, stream
from data.sample.geography import TOWNS, by_code
from data.sample.office import Column, Office, Row, Version, chinese, deliver, monthly, place_name, sheet, weekly

__all__ = ["LATE_BATCH", "dispute", "planted", "write"]

CATEGORIES = {
    "征地拆迁": 0.07,
    "劳资": 0.12,
    "环境": 0.05,
    "物业": 0.11,
    "邻里": 0.31,
    "婚姻家庭": 0.2,
    "医疗": 0.03,
    "债务": 0.11,
}

LATE_BATCH = (date(2026, 4, 20), date(2026, 5, 10), date(2026, 5, 30))
"""What the county seat found from the first to the second day was sent on the third, all at once."""

_LATE_TOWN = "砚城街道"

OFFICE = Office(
    "综治中心",
    "矛盾纠纷排查台账",
    ".xlsx",
    (
        Column("序号", "number", width=6),
        Column("纠纷编号", "key", width=16),
        Column("排查日期", "occurred_on", chinese, 14),
        Column("所属镇村", "place", place_name, 20),
        Column("纠纷类型", "category"),
        Column("涉及人数", "people"),
        Column("涉及金额", "amount"),
        Column("反复次数", "times"),
        Column("化解层级", "tier"),
        Column("责任单位", "handler", width=18),
        Column("化解日期", "closed_on", chinese, 14),
        Column("是否化解", "settled"),
        Column("转办编号", "transfer", width=18),
    ),
    sheet(totals=True),
    (*monthly(), *weekly(0)),
    title="云川县矛盾纠纷排查化解台账",
)


def dispute(key: str, day: date, category: str, place: str, **more: object) -> Row:
    """A dispute as found, in the hands of the village."""
    town = by_code()[place].town if place in by_code() else next(t for t in TOWNS if t.code == place)
    row: Row = {
        "key": key,
        "occurred_on": day,
        "category": category,
        "place": place,
        "people": 2,
        "times": 0,
        "tier": "村",
        "handler": town.office,
        "settled": "否",
    }
    return row | more  # type: ignore[operator]


def _life(row: Row) -> list[Version]:
    """Found, then settled within four weeks."""
    rng = stream(f"dispute/{row['key']}")
    day = row["occurred_on"]
    assert isinstance(day, date)
    money = round(rng.lognormvariate(9.6, 0.8)) if row["category"] in ("劳资", "债务", "征地拆迁") else None
    row = {
        **row,
        "people": rng.choice((2, 2, 2, 3, 3, 4, 5, 6, 9)),
        "amount": f"{money:,}元" if money else None,
        "tier": rng.choice(("村", "村", "村", "镇")),
    }
    closed = day + timedelta(days=min(27, max(1, round(rng.lognormvariate(2.0, 0.6)))))
    return [Version(day, row), Version(closed, {**row, "closed_on": closed, "settled": "是"})]


def background() -> list[Version]:
    """Two years of disputes without anything planted; the county seat's late batch is late."""
    rng, places, numbers = stream("disputes"), Places(urban=1.2), dict.fromkeys((2024, 2025, 2026), 0)
    late_town = next(t for t in TOWNS if t.name == _LATE_TOWN)
    found: list[Version] = []
    for day in days(FIRST, LAST):
        for _ in range(count(rng, 4.0 * rhythm(day, weekend=0.6, season=0.05))):
            numbers[day.year] += 1
            row = dispute(f"JF{day.year}-{numbers[day.year]:05d}", day, pick(rng, CATEGORIES), places.draw(rng).code)
            late = LATE_BATCH[0] <= day <= LATE_BATCH[1] and str(row["place"]).startswith(late_town.code)
            found += _batch(_life(row)) if late else _life(row)
    return found


def _batch(life: list[Version]) -> list[Version]:
    """What was known by the day of the late batch, in one go; the rest in its time."""
    sent = LATE_BATCH[2]
    known = [v for v in life if v.known_on <= sent]
    return [Version(sent, known[-1].row, "补报"), *(v for v in life if v.known_on > sent)]


def planted(first: date, last: date, town: str, n: int, category: str) -> list[Version]:
    """``n`` more disputes of one type in one town, each settled in time."""
    rng, places = stream(f"planted/disputes/{first}/{town}"), Places(only=next(t for t in TOWNS if t.name == town))
    span = (last - first).days + 1
    found: list[Version] = []
    for k in range(n):
        day = first + timedelta(days=k * span // n)
        found += _life(
            dispute(f"JF{day.year}-8{int(first.strftime('%m%d')):04d}{k:02d}", day, category, places.draw(rng).code)
        )
    return found


def write(inbox: Path, events: list[Version]) -> int:
    """Write the centre's files; returns how many."""
    versions = background() + events
    rng = stream("disputes/mess")
    versions += mess.corrected(rng, versions, 0.006, "people", (2, 3, 5, 7))
    versions += mess.sent_twice(rng, versions, 0.002) + mess.sent_again(rng, versions, 0.006)
    versions += mess.mistyped(versions[0], [(date(2026, 4, 8), "JF2026-99001", "closed_on", date(2024, 4, 8))])
    # A file that a spreadsheet program leaves behind while somebody has the list open; not a list.
    left = OFFICE.path(inbox, date(2026, 6, 29))
    left.parent.mkdir(parents=True, exist_ok=True)
    left.with_name("~$" + left.name).write_bytes(b"\x06Excel" + bytes(159))
    return deliver(OFFICE, versions + doors.versions("disputes"), inbox)
