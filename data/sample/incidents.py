"""110 incidents: one file a day from the police, one line an incident, one station a town."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data.sample import doors, mess
from data.sample.chance import FIRST, LAST, Places, count, days, pick, rhythm, stream
from data.sample.geography import TOWNS, by_code, code_of
from data.sample.office import Cell, Column, Office, Row, Version, dashed, deliver, monthly, place_name, text_file

__all__ = ["SILENT_SINCE", "SILENT_STATION", "write"]

SILENT_STATION = "霁岭派出所"
SILENT_SINCE = date(2026, 6, 15)
"""The last day on which that station entered anything."""

_A_DAY = 25.0

# category here → what stands in the office's file, share of all incidents
CATEGORIES = {
    "盗窃": ("盗窃类", 0.15),
    "抢劫抢夺": ("抢劫抢夺类", 0.003),
    "故意伤害": ("故意伤害类", 0.014),
    "殴斗": ("打架斗殴", 0.05),
    "诈骗": ("诈骗类", 0.05),
    "涉黄赌": ("涉黄涉赌", 0.02),
    "交通事故": ("道路交通事故", 0.28),
    "火灾": ("火灾火警", 0.02),
    "噪声扰民": ("噪音扰民", 0.12),
    "家庭纠纷": ("家庭邻里纠纷", 0.13),
    "其他警情": ("其他", 0.163),
}

_SUMMARIES = {
    "盗窃": ("电动车被盗", "店铺财物被盗", "家中被盗", "车内物品被盗"),
    "殴斗": ("酒后打架", "摊位争执后打架"),
    "交通事故": ("两车相撞", "追尾", "电动自行车与小车相撞"),
    "火灾": ("柴垛起火", "厨房起火", "电动自行车起火"),
    "噪声扰民": ("夜间施工噪声", "广场音响声大", "歌厅噪声"),
    "家庭纠纷": ("家庭争吵", "邻里排水纠纷"),
}


def _moment(value: Cell) -> Cell:
    """2026-03-05 10:23: the minute is made of the day, it carries nothing."""
    return (
        f"{value.isoformat()} {value.toordinal() * 7 % 24:02d}:{value.toordinal() * 13 % 60:02d}"
        if isinstance(value, date)
        else value
    )


OFFICE = Office(
    "公安局",
    "110接处警",
    ".csv",
    (
        Column("接警编号", "key"),
        Column("接警时间", "occurred_on", _moment),
        Column("报告日期", "reported_on", dashed),
        Column("警情类别", "category", lambda value: CATEGORIES[str(value)][0] if value in CATEGORIES else value),
        Column("发生地", "place", place_name),
        Column("管辖派出所", "reporter"),
        Column("涉及人数", "people"),
        Column("死亡人数", "deaths"),
        Column("受伤人数", "injured"),
        Column("是否暴力", "violent"),
        Column("简要情况", "summary"),
        Column("转办编号", "transfer"),
        # A column that must never come in; the office blanks it, the header is enough for it to be refused.
        Column("联系电话", "phone", lambda value: "已脱敏"),
        Column("处警状态", "state", lambda value: value or "已处置"),
    ),
    text_file("gb18030"),
    (*monthly(), *days(date(2026, 3, 1), LAST)),
)


def _lake_season(day: date) -> bool:
    """Every May the lake town fills with visitors, and its thefts with them."""
    return day.month == 5 and day.day <= 24


def _row(number: int, day: date, category: str, village: str) -> Row:
    rng = stream(f"incident/{day}/{number}")
    hurt = rng.random()
    row: Row = {
        "key": f"JQ{day:%Y%m%d}-{number:04d}",
        "occurred_on": day,
        "reported_on": day,
        "category": category,
        "place": village,
        "reporter": by_code()[village].town.station,
        "people": rng.choice((1, 1, 2, 2, 3)),
        "deaths": 0,
        "injured": 0,
        "violent": "否",
        "summary": rng.choice(_SUMMARIES.get(category, ("现场处置完毕",)))
        + rng.choice(("", "", "，已处置", "，已调解 ", "　")),
    }
    if category == "交通事故":
        row |= {"deaths": int(hurt < 0.005), "injured": int(hurt > 0.8)}
    if category in ("故意伤害", "殴斗", "抢劫抢夺"):
        row |= {"violent": "是", "injured": int(hurt > 0.6)}
    return row


def background() -> list[Version]:
    """Two years of incidents without anything planted but the season of the lake town."""
    rng, places = stream("incidents"), Places(urban=1.7)
    lake = Places(only=next(town for town in TOWNS if town.code == code_of("鹿汀镇")))
    shares = {category: share for category, (_, share) in CATEGORIES.items()}
    found = []
    for day in days(FIRST, LAST):
        drawn = [(pick(rng, shares), places.draw(rng).code) for _ in range(count(rng, _A_DAY * rhythm(day)))]
        if _lake_season(day):
            drawn += [("盗窃", lake.draw(rng).code) for _ in range(count(rng, 1.0, 1.0))]
        for number, (category, village) in enumerate(drawn, 1):
            late = rng.choice((1, 2, 3)) if rng.random() < 0.01 else 0
            found.append(Version(day + timedelta(days=late), _row(number, day, category, village)))
    return found


def planted(
    first: date, last: date, category: str, village: str | None, town: str, n: int, **more: Cell
) -> list[Version]:
    """``n`` more incidents of one category spread evenly over a span of days, in one village or all over one town."""
    rng = stream(f"planted/{first}/{category}/{town}")
    places = Places(only=next(t for t in TOWNS if t.name == town))
    span = (last - first).days + 1
    found = []
    for k in range(n):
        day = first + timedelta(days=k * span // n)
        at = code_of(town, village) if village else places.draw(rng).code
        found.append(Version(day, {**_row(800 + k, day, category, at), **more}))
    return found


def write(inbox: Path, events: list[Version]) -> int:
    """Write the police's files; returns how many."""
    versions = background() + events
    versions = [v for v in versions if v.row["reporter"] != SILENT_STATION or v.known_on <= SILENT_SINCE]
    rng = stream("incidents/mess")
    versions += mess.corrected(rng, versions, 0.004, "category", ("其他警情", "盗窃", "噪声扰民"))
    versions += mess.withdrawn(rng, versions, 0.004)
    versions += mess.sent_twice(rng, versions, 0.002) + mess.sent_again(rng, versions, 0.003)
    versions += mess.mistyped(
        versions[0],
        [
            (date(2025, 11, 12), "JQ20251112-9001", "place", "云川县外某镇"),
            (date(2026, 3, 18), "JQ20260318-9001", "occurred_on", date(2066, 3, 18)),
            (date(2026, 5, 6), "JQ20260506-9001", "place", "青溪镇东湾村"),
            (date(2026, 6, 30), "JQ20260630-9001", "people", "-3"),
        ],
    )
    return deliver(OFFICE, versions + doors.versions("incidents"), inbox)
