"""Matters to which an office owes an answer: petitions (a weekly workbook), hot-line requests (weekly JSON lines)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample import doors, mess
from data.sample.chance import FIRST, LAST, Places, count, days, pick, rhythm, stream
from data.sample.geography import TOWNS
from data.sample.office import (
    Column,
    Office,
    Row,
    Version,
    dashed,
    deliver,
    json_lines,
    monthly,
    place_name,
    quarterly,
    sheet,
    weekly,
    wide,
)

__all__ = ["matter", "planted", "write"]

CATEGORIES = {
    "征地拆迁": 0.12,
    "劳动社保": 0.2,
    "环境保护": 0.1,
    "物业管理": 0.18,
    "城乡建设": 0.16,
    "教育医疗": 0.12,
    "涉法涉诉": 0.05,
    "其他事项": 0.07,
}
HANDLERS = {
    "征地拆迁": "自然资源局",
    "劳动社保": "人社局",
    "环境保护": "生态环境分局",
    "物业管理": "住建局",
    "城乡建设": "住建局",
    "教育医疗": "信访局",
    "涉法涉诉": "政法委",
    "其他事项": "信访局",
}

PETITION = Office(
    "信访局",
    "信访事项",
    ".xlsx",
    (
        Column("信访编号", "key", width=16),
        Column("登记日期", "occurred_on"),
        Column("信访渠道", "channel"),
        Column("问题属地", "place", place_name, 18),
        Column("问题类别", "category"),
        Column("承办单位", "handler"),
        Column("涉及人数", "people", wide),
        Column("反映次数", "times"),
        Column("受理日期", "accepted_on"),
        Column("办理期限", "due_on"),
        Column("办结日期", "closed_on"),
        Column("是否化解", "settled"),
        Column("是否延期", "extended"),
        Column("转办编号", "transfer", width=16),
    ),
    sheet(),
    (*monthly(), *weekly(0)),
    title="云川县信访事项办理情况登记表",
)

HOTLINE = Office(
    "政务热线中心",
    "12345工单",
    ".jsonl",
    (
        Column("工单号", "key"),
        Column("受理时间", "occurred_on", dashed),
        Column("属地编码", "place"),
        Column("诉求类别", "category"),
        Column("承办单位", "handler"),
        Column("重复次数", "times"),
        Column("签收日期", "accepted_on", dashed),
        Column("应办结日期", "due_on", dashed),
        Column("办结日期", "closed_on", dashed),
        Column("是否解决", "settled"),
        Column("转办编号", "transfer"),
    ),
    json_lines(packed_until=date(2026, 2, 28)),
    (*quarterly(), *weekly(2)),
)


def matter(key: str, day: date, category: str, place: str, *, channel: str, **more: object) -> Row:
    """A matter as registered; nothing has been done about it yet."""
    row: Row = {
        "key": key,
        "occurred_on": day,
        "channel": channel,
        "place": place,
        "category": category,
        "handler": HANDLERS[category],
        "people": 1,
        "times": 1,
        "extended": "否",
    }
    return row | more  # type: ignore[operator]


def _life(rng_name: str, row: Row, *, hotline: bool) -> list[Version]:
    """Registered, accepted, answered: always well before the office's own clock runs out."""
    rng = stream(rng_name)
    day = row["occurred_on"]
    assert isinstance(day, date)
    accepted = day + timedelta(days=rng.randint(0, 1) if hotline else rng.randint(0, 6))
    limit = 30 if hotline else 60
    closed = accepted + timedelta(
        days=min(limit - (9 if hotline else 17), max(2, round(rng.lognormvariate(2.2 if hotline else 3.0, 0.45))))
    )
    settled = "是" if rng.random() < 0.94 else "否"
    row = {**row, "people": pick_people(rng.random()), "times": 2 if rng.random() < 0.04 else 1}
    row["handler"] = (
        next(t.office for t in TOWNS if str(row["place"]).startswith(t.code)) if rng.random() < 0.4 else row["handler"]
    )
    took: Row = {**row, "accepted_on": accepted, "due_on": accepted + timedelta(days=limit)}
    return [
        Version(day, row),
        Version(accepted, took),
        Version(closed, {**took, "closed_on": closed, "settled": settled}),
    ]


def pick_people(chance: float) -> int:
    """How many people stand behind a matter: mostly one, never a crowd."""
    return 1 if chance < 0.7 else 2 + int(chance * 1_000) % 4


def background(hotline: bool, a_day: float) -> list[Version]:
    """Two years of matters without anything planted."""
    name = "hotline" if hotline else "petitions"
    rng, places, numbers = stream(name), Places(urban=1.4), dict.fromkeys((2024, 2025, 2026), 0)
    found: list[Version] = []
    for day in days(FIRST, LAST):
        for _ in range(count(rng, a_day * rhythm(day, weekend=0.5, season=0.05))):
            numbers[day.year] += 1
            key = f"{'RX' if hotline else 'XF'}{day.year}-{numbers[day.year]:05d}"
            channel = "12345" if hotline else pick(rng, {"网上": 0.5, "来访": 0.3, "来信": 0.2})
            row = matter(key, day, pick(rng, CATEGORIES), places.draw(rng).code, channel=channel)
            found += _life(key, row, hotline=hotline)
    return found


def planted(first: date, last: date, town: str, n: int, category: str) -> list[Version]:
    """``n`` more petitions of one category in one town, each answered in time."""
    rng, places = stream(f"planted/petitions/{first}/{town}"), Places(only=next(t for t in TOWNS if t.name == town))
    span = (last - first).days + 1
    found: list[Version] = []
    for k in range(n):
        day = first + timedelta(days=k * span // n)
        key = f"XF{day.year}-8{int(first.strftime('%m%d')):04d}{k:02d}"
        found += _life(key, matter(key, day, category, places.draw(rng).code, channel="来访"), hotline=False)
    return found


def write(inbox: Path, events: list[Version]) -> int:
    """Write both offices' files; returns how many."""
    rng = stream("petitions/mess")
    versions = background(False, 2.2) + events
    versions += mess.corrected(rng, versions, 0.005, "category", tuple(CATEGORIES))
    versions += mess.sent_twice(rng, versions, 0.002) + mess.sent_again(rng, versions, 0.005)
    calls = background(True, 1.8)
    calls += mess.sent_twice(rng, calls, 0.002) + mess.sent_again(rng, calls, 0.005)
    versions, calls = versions + doors.versions("petitions"), calls + doors.versions("hotline")
    return deliver(PETITION, versions, inbox) + deliver(HOTLINE, calls, inbox)
