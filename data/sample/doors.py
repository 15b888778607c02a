"""One event through several doors (一事多报), planted with its truth: 110, 12345, petitions and screening tell of it, some with a
transfer number; and near misses that are not one event. Built without the offices' own modules, which send these rows as they are.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

from data.sample.geography import by_code, code_of
from data.sample.office import Row, Version

__all__ = ["links_truth_csv", "versions"]

# event | source | key | day | town, village | category | people | handler | transfer number | note
_TABLE = """
Y1 | incidents | JQ20260414-0701 | 4.14 | 瑶岗乡, 1 | 噪声扰民 | 2 |  | ZB20260414-01 | 夜间施工噪声：先打110
Y1 | hotline | RX2026-90001 | 4.15 | 瑶岗乡, 1 | 环境保护 |  | 生态环境分局 | ZB20260414-01 | 110转12345，编号相同
Y1 | petitions | XF2026-90001 | 4.28 | 瑶岗乡, 1 | 环境保护 | 2 | 生态环境分局 | RX2026-90001 | 信访登记写的是12345的工单号
Y2 | hotline | RX2026-90002 | 5.12 | 石漱乡, 2 | 劳动社保 |  | 人社局 |  | 没有转办编号：同村、同天、同类、同单位
Y2 | petitions | XF2026-90002 | 5.12 | 石漱乡, 2 | 劳动社保 | 3 | 人社局 |  | 同上
Y3 | hotline | RX2026-90003 | 5.20 | 麦垄乡, 3 | 物业管理 |  | 住建局 | ZB20260520-02 | 三处都写了编号
Y3 | petitions | XF2026-90003 | 5.21 | 麦垄乡, 3 | 物业管理 | 4 | 住建局 | ZB20260520-02 | 同上
Y3 | disputes | JF2026-90003 | 5.26 | 麦垄乡, 3 | 物业 | 4 | 麦垄乡人民政府 | ZB20260520-02 | 同上
Y4 | incidents | JQ20260602-0704 | 6.2 | 瑶岗乡, 4 | 家庭纠纷 | 3 |  |  | 先打110
Y4 | disputes | JF2026-90004 | 6.3 | 瑶岗乡 | 邻里 | 3 | 瑶岗乡人民政府 | JQ20260602-0704 | 台账只写到乡，写了接警编号
- | hotline | RX2026-90005 | 6.9 | 石漱乡, 4 | 教育医疗 |  | 信访局 |  | 同村同天，是两回事
- | petitions | XF2026-90005 | 6.9 | 石漱乡, 4 | 征地拆迁 | 2 | 自然资源局 |  | 同上
- | hotline | RX2026-90006 | 6.11 | 禾洛镇, 2 | 教育医疗 |  | 信访局 | ZB20260414-01 | 编号抄错，乡镇、类别都对不上
- | petitions | XF2026-90007 | 6.16 | 麦垄乡, 5 | 环境保护 | 1 | 生态环境分局 |  | 同一个村、同类，但隔了12天
- | hotline | RX2026-90007 | 6.4 | 麦垄乡, 5 | 环境保护 |  | 生态环境分局 |  | 同上
"""

_REPLIES = {"hotline": 7, "petitions": 18, "disputes": 10}
"""Days from registration to the end."""


def _lines() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in _TABLE.strip().splitlines()]


def _day(text: str) -> date:
    month, day = text.split(".")
    return date(2026, int(month), int(day))


def _place(text: str) -> str:
    """``town`` or ``town, n``: its nth village."""
    town, _, nth = (part.strip() for part in text.partition(","))
    return f"{code_of(town)}{int(nth):03d}" if nth else code_of(town)


def versions(source: str) -> list[Version]:
    """The rows of one door as its office sends them: as registered, then as ended."""
    found: list[Version] = []
    for _, door, key, on, where, category, people, handler, transfer, _ in _lines():
        if door != source:
            continue
        day, place = _day(on), _place(where)
        row: Row = {"key": key, "occurred_on": day, "place": place, "category": category, "transfer": transfer or None}
        if source == "incidents":
            more: Row = {
                "reported_on": day, "reporter": by_code()[place].town.station, "people": int(people), "deaths": 0, "injured": 0,
                "violent": "否", "summary": "现场处置完毕",
            }  # fmt: skip
            found.append(Version(day, row | more))
            continue
        end = day + timedelta(days=_REPLIES[source])
        if source == "disputes":
            row |= {"people": int(people), "times": 0, "tier": "村", "handler": handler, "settled": "否"}
            found += [Version(day, row), Version(end, row | {"closed_on": end, "settled": "是"})]
            continue
        row |= {
            "handler": handler,
            "times": 1,
            "extended": "否",
            "channel": "来访" if source == "petitions" else "12345",
        }
        row |= {"people": int(people)} if people else {}
        row |= {"accepted_on": day, "due_on": day + timedelta(days=60 if source == "petitions" else 30)}
        found += [Version(day, row), Version(end, row | {"closed_on": end, "settled": "是"})]
    return found


def links_truth_csv() -> str:
    """``links_truth.csv`` as text: records of one ``event`` are one event; ``-`` is no event with anything."""
    out = StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("event", "source", "key", "note"))
    table.writerows((line[0], line[1], line[2], line[-1]) for line in _lines())
    return out.getvalue()
