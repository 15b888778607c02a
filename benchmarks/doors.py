"""Made records of four doors, with the truth of which are one event: duplicates, near misses, slips of the pen. Seeded; no persons."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from riskengine.model.duty import Place
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns

__all__ = ["DOORS", "Made", "Record", "made", "pour", "true_pairs"]

DOORS = {"incidents": "incident", "hotline": "petition", "petitions": "petition", "disputes": "dispute"}
"""Source → record kind."""

# what each door calls a matter; None: it does not come in there
_MATTERS = {
    "噪声": ("噪声扰民", "环境保护", "环境保护", "环境"),
    "物业": (None, "物业管理", "物业管理", "物业"),
    "征地": (None, "征地拆迁", "征地拆迁", "征地拆迁"),
    "劳资": (None, "劳动社保", "劳动社保", "劳资"),
    "家庭": ("家庭纠纷", None, None, "婚姻家庭"),
    "邻里": ("家庭纠纷", None, None, "邻里"),
    "医疗": (None, "教育医疗", "教育医疗", "医疗"),
}
_COMMON = (5, 4, 3, 4, 4, 5, 1)
_UNITS = ("住建局", "人社局", "生态环境分局", "自然资源局", "信访局")
_NUMBERED = 0.5
_SLIP = 0.05


@dataclass(frozen=True)
class Record:
    """A record as its door has it. ``event``: the truth, which no linker sees. None: the door does not say."""

    source: str
    key: str
    day: date
    place: str
    category: str
    people: int | None
    handler: str | None
    transfer: str | None
    event: int


Made = list[Record]


@dataclass(frozen=True)
class _Event:
    number: int
    matter: str
    village: Place
    day: date
    people: int
    unit: str


def made(places: Sequence[Place], seed: int = 1, events: int = 3000, days: int = 365) -> Made:
    """A year of ``events`` matters, a third of which come in by two or three doors, and near misses beside every eighth.

    Near misses: the same place and day but another matter; the same matter in the same village some days on, or in the next
    village on the same day. Slips: a town where a village belongs (1 in 9), the wrong village or category (1 in 40), another matter's
    transfer number (1 in 20 of the numbers).
    """
    rng = random.Random(f"doors/{seed}")
    villages = [place for place in places if place.level == "village"]
    found: Made = []
    keys: list[str] = []
    number = 0
    for _ in range(events):
        matter = rng.choices(list(_MATTERS), _COMMON)[0]
        day = date(2025, 7, 1) + timedelta(rng.randrange(days))
        one = _Event(
            number, matter, rng.choice(villages), day, rng.choice((1, 1, 1, 2, 2, 3, 4, 6)), rng.choice(_UNITS)
        )
        number += 1
        found += _comes_in(rng, one, villages, keys, rng.choices((1, 2, 3), (0.66, 0.25, 0.09))[0])
        if rng.random() < 1 / 8:
            other = _near_miss(rng, one, number, villages)
            number += 1
            found += _comes_in(rng, other, villages, keys, 1)
    return found


def _near_miss(rng: random.Random, one: _Event, number: int, villages: Sequence[Place]) -> _Event:
    people = rng.choice((1, 1, 2, 3))
    which = rng.randrange(3)
    if which == 0:
        matter = rng.choice([matter for matter in _MATTERS if matter != one.matter])
        return _Event(number, matter, one.village, one.day, people, rng.choice(_UNITS))
    if which == 1:
        return _Event(number, one.matter, one.village, one.day + timedelta(rng.randint(2, 9)), people, one.unit)
    beside = [place for place in villages if place.parent == one.village.parent and place != one.village]
    return _Event(number, one.matter, rng.choice(beside), one.day, people, one.unit)


def _comes_in(rng: random.Random, one: _Event, villages: Sequence[Place], keys: list[str], doors: int) -> Made:
    words = dict(zip(DOORS, _MATTERS[one.matter], strict=True))
    there = [door for door, word in words.items() if word]
    chosen = sorted(rng.sample(there, min(doors, len(there))), key=list(DOORS).index)
    found: Made = []
    common = f"ZB{one.day:%Y%m%d}-{one.number:05d}" if rng.random() < _NUMBERED else None
    by_key = rng.random() < 0.5
    for nth, door in enumerate(chosen):
        lag = rng.choices((0, 1, rng.randint(2, 3), rng.randint(4, 7), rng.randint(8, 13)), (48, 26, 16, 8, 2))[0]
        key = f"{door[:3].upper()}-{len(keys):06d}"
        transfer = None
        if common and len(chosen) > 1:
            transfer = common if not by_key else (found[0].key if nth else None)
            if transfer and rng.random() < _SLIP and keys:
                transfer = rng.choice(keys)
        keys.append(key)
        found.append(
            Record(
                door,
                key,
                one.day + timedelta(lag if nth else 0),
                _place(rng, one.village, villages),
                _word(rng, str(words[door])),
                None if door == "hotline" else one.people if rng.random() < 0.85 else one.people + 1,
                None if door == "incidents" else one.unit if rng.random() < 0.85 else rng.choice(_UNITS),
                transfer,
                one.number,
            )
        )
    return found


def _place(rng: random.Random, village: Place, villages: Sequence[Place]) -> str:
    chance = rng.random()
    if chance < 1 / 9:
        return village.parent or village.code
    if chance < 1 / 9 + 1 / 40:
        return rng.choice([place.code for place in villages if place.parent == village.parent])
    return village.code


def _word(rng: random.Random, word: str) -> str:
    return rng.choice(("其他事项", "环境保护", "物业管理")) if rng.random() < 1 / 40 else word


def pour(con: Connection, records: Made, as_of: date) -> None:
    """Put ``records`` into the record tables as if they had all come in on ``as_of``."""
    for source, kind in DOORS.items():
        mine = [each for each in records if each.source == source]
        there = record_columns(kind)
        columns = {
            "source": [source] * len(mine), "key": [each.key for each in mine], "occurred_on": [each.day for each in mine],
            "place": [each.place for each in mine], "category": [each.category for each in mine],
            "people": [each.people for each in mine], "handler": [each.handler for each in mine],
            "transfer": [each.transfer for each in mine], "row_no": list(range(1, len(mine) + 1)),
        }  # fmt: skip
        columns = {name: held for name, held in columns.items() if name in ("source", "row_no") or name in there}
        types = {"source": "VARCHAR", "row_no": "BIGINT", **there}
        con.execute(
            f"INSERT INTO sense.{kind} (known_at, retracted, file_id, quantity, {', '.join(columns)}) "
            f"SELECT ?, FALSE, 1, 1, {', '.join(f'unnest(?::{types[name]}[])' for name in columns)}",
            [as_of, *columns.values()],
        )


def true_pairs(records: Made) -> set[frozenset[str]]:
    """Keys of every two records that are one event."""
    events: dict[int, list[str]] = {}
    for each in records:
        events.setdefault(each.event, []).append(each.key)
    return {frozenset(pair) for keys in events.values() for pair in combinations(keys, 2)}
