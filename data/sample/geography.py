"""The made-up county: one county, 20 towns, 160 villages, their people and the units that answer for them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from io import StringIO

__all__ = [
    "COUNTY",
    "COUNTY_NAME",
    "LINES",
    "TOWNS",
    "Town",
    "Village",
    "by_code",
    "code_of",
    "named",
    "places_csv",
    "units_yaml",
    "villages",
]

COUNTY = "990100"
COUNTY_NAME = "云川县"

# name, residents in 2026; the second is the county seat
_TOWNS = (
    ("清溪镇", 46_200), ("砚城街道", 83_500), ("禾洛镇", 41_800), ("霁岭镇", 39_400), ("梧塬镇", 35_100),
    ("棠浦镇", 37_600), ("沐原镇", 33_900), ("芷河镇", 36_700), ("岚坪镇", 29_800), ("鹿汀镇", 31_200),
    ("柘口镇", 28_400), ("澜桥镇", 27_300), ("枫渡镇", 26_100), ("苇塘镇", 24_600), ("朔庄镇", 23_700),
    ("瑶岗乡", 16_900), ("椒坪乡", 14_200), ("麦垄乡", 12_800), ("石漱乡", 10_600), ("云棚乡", 9_100),
)  # fmt: skip

_FIRST = "上下西南北前后新老大小青白黄石竹柳栗杏桑"
_SECOND = "坪渡坞园埠岔洼垭塘湾桥沟岭墩"

# One village name stands twice in the county, so that a village name alone does not always name a village.
_NAMED = {(0, 0): "东湾", (4, 0): "东湾", (4, 2): "栎头", (19, 7): "深棚"}
_TINY = {(19, 7): 180}

# Shares of the town's residents that its eight villages hold, in per cent; the first is the seat of the town.
_SHARES = (27, 17, 14, 12, 10, 8, 7, 5)

LINES = (
    ("gongan", "公安局"), ("fanzha", "反诈中心"), ("xinfang", "信访局"), ("zhengfawei", "政法委"), ("zongzhi", "综治中心"),
    ("sifa", "司法局"), ("renshe", "人社局"), ("zhujian", "住建局"), ("yingji", "应急管理局"), ("xiaofang", "消防救援大队"),
    ("jiaojing", "交警大队"), ("jinrong", "金融发展局"), ("tongji", "统计局"), ("ziran", "自然资源局"),
    ("huanbao", "生态环境分局"), ("rexian", "政务热线中心"), ("jiancha", "检察院"), ("fayuan", "法院"), ("caizheng", "财政局"),
)  # fmt: skip


@dataclass(frozen=True)
class Village:
    """One village or community. ``people``: residents in 2026."""

    code: str
    name: str
    town: Town
    people: int


@dataclass(frozen=True)
class Town:
    """One town. ``people``: residents in 2026; ``unit``: id of its government; ``station``: its police station."""

    code: str
    name: str
    people: int
    unit: str

    @property
    def station(self) -> str:
        """``清溪派出所``."""
        return f"{self.short}派出所"

    @property
    def short(self) -> str:
        """The name without 镇, 乡, 街道."""
        return self.name.removesuffix("街道").rstrip("镇乡")

    @property
    def office(self) -> str:
        """``清溪镇人民政府``, ``砚城街道办事处``."""
        return f"{self.name}办事处" if self.name.endswith("街道") else f"{self.name}人民政府"


TOWNS = tuple(Town(f"{COUNTY}{101 + n}", name, people, f"town-{n + 1:02d}") for n, (name, people) in enumerate(_TOWNS))


@cache
def villages() -> tuple[Village, ...]:
    """All villages in the order of their codes."""
    found: list[Village] = []
    taken: set[str] = set(_NAMED.values())
    pairs = (
        a + b
        for step in range(len(_SECOND))
        for n, a in enumerate(_FIRST)
        for b in (_SECOND[(n * 3 + step) % len(_SECOND)],)
    )
    for t, town in enumerate(TOWNS):
        left = town.people
        for v, share in enumerate(_SHARES):
            name = _NAMED.get((t, v)) or next(pair for pair in pairs if pair not in taken)
            taken.add(name)
            people = _TINY.get((t, v), left if v == len(_SHARES) - 1 else town.people * share // 100)
            left -= people
            suffix = "社区" if town.name.endswith("街道") else "村"
            found.append(Village(f"{town.code}{v + 1:03d}", name + suffix, town, people))
    return tuple(found)


@cache
def by_code() -> dict[str, Village]:
    """Villages by code."""
    return {village.code: village for village in villages()}


def named(place: str) -> str:
    """A place code as an office writes it out: ``清溪镇东湾村``, ``清溪镇``, ``云川县``; anything else is handed back."""
    village = by_code().get(place)
    if village is not None:
        return village.town.name + village.name
    if place == COUNTY:
        return COUNTY_NAME
    return next((town.name for town in TOWNS if town.code == place), place)


def code_of(town: str, village: str | None = None) -> str:
    """The code of a town, or of a village in it, by name. Raises StopIteration for a name that the county has not."""
    code = next(t.code for t in TOWNS if t.name == town)
    return code if village is None else next(v.code for v in villages() if v.town.code == code and v.name == village)


def places_csv() -> str:
    """The place tree as ``rules/places.csv`` holds it: residents of three years, newest last."""
    out = StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(["code", "name", "level", "parent", "population", "valid_from", "unit", "aliases"])
    growth = {"2024-01-01": 0.985, "2025-01-01": 0.993, "2026-01-01": 1.0}
    for since, factor in growth.items():
        people = {v.code: round(v.people * factor) for v in villages()}
        of_town = {t.code: sum(n for code, n in people.items() if code.startswith(t.code)) for t in TOWNS}
        sheet.writerow([COUNTY, COUNTY_NAME, "county", "", sum(of_town.values()), since, "", "云川;全县"])
        for t in TOWNS:
            sheet.writerow([t.code, t.name, "town", COUNTY, of_town[t.code], since, t.unit, f"{t.short};{t.office}"])
        for v in villages():
            sheet.writerow([v.code, v.name, "village", v.town.code, people[v.code], since, "", ""])
    return out.getvalue()


def units_yaml() -> str:
    """``rules/units.yaml``: line departments first, then towns."""
    lines = ["# 责任单位：line 为县直部门（条），township 为乡镇、街道（块）。sort 决定清单中的先后。", "units:"]
    lines += [f"  - {{id: {unit}, name: {name}, type: line, sort: {n}}}" for n, (unit, name) in enumerate(LINES, 1)]
    lines += [
        f"  - {{id: {t.unit}, name: {t.office}, type: township, sort: {100 + n}}}" for n, t in enumerate(TOWNS, 1)
    ]
    return "\n".join(lines) + "\n"
