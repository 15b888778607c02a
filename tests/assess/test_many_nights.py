"""Many nights in one pass are what a pass for each of them would be: every table, every row, every digit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.assess.nights import Nights
from riskengine.assess.verdicts import weigh
from riskengine.contracts import contract, kinds
from riskengine.model.duty import Place
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.store.database import Connection
from riskengine.workspace import Workspace
from tests.assess.histories import clear_records, random_records, random_silence
from tests.assess.tiny import NIGHT, PLACES, book, records, rule, signal

ROOT = Path(__file__).parents[2]
NIGHTS = tuple(NIGHT + timedelta(days) for days in (-9, -8, -7, -3, 0))  # a gap: nights that were never run

WORDS = {"category": ("刷单返利", "冒充客服"), "worse": ("高", "低"), "handler": ("反诈中心", "town-02")}

COUNTED = [
    signal("起数", source="fraud", measure="count", window=7),
    signal("损失", source="fraud", measure="sum", of="损失金额", window=14),
    signal("上月起数", source="fraud", measure="count", window=7, lag=30),
    signal("去年起数", source="fraud", measure="count", window=14, lag="1y"),
    signal("农历去年", source="fraud", measure="count", window=14, lag="lunar"),
    signal("刷单占比", source="fraud", measure="share", of="类别 = '刷单返利'", window=30),
    signal("类别数", source="fraud", measure="distinct", of="类别", window=30),
    signal("单日最多", source="fraud", measure="busiest", window=30),
    signal("几天前", source="fraud", measure="days_since", window=60),
    signal("单笔最大", source="fraud", measure="max", of="损失金额", window=30, where="days_since(日期) >= 2"),
    signal("往常", usual="起数", history=20, least=4),
    signal("上限", upper="起数", history=20, least=4),
    signal("损失上限", upper="损失", history=12, least=4),
    signal("走势", trend="起数", history=6),
    signal("每万人", rate="起数"),
    signal("名次", rank="每万人"),
    signal("合计", formula="起数 + 走势 * 2 - 名次"),
]
VILLAGE = [
    signal("村起数", "village", source="fraud", measure="count", window=7),
    signal("村上限", "village", upper="村起数", history=10, least=4),
    signal("村名次", "village", rank="村起数", among="parent"),
]
MATTERS = [
    signal("人数", "dispute", source="dispute", measure="latest", of="涉及人数"),
    signal("在处", "dispute", source="dispute", measure="latest", of="days_since(日期)"),
    signal("读数", "indicator", source="indicator", measure="latest", of="数值"),
    signal("上期", "indicator", source="indicator", measure="previous", of="数值"),
    signal("连增", "indicator", source="indicator", measure="streak", of="数值 > 上期数值"),
    signal("承办", "unit", source="dispute", measure="count"),
]
ONE_BAND = [[None, None, 45]]


def tiny_book() -> Rulebook:
    """Rules over all of these signals: one that changes its parameter within the nights, one that outlives its parameter."""
    moving = {
        "下限": {"unit": "起", "reference": "某通知", "values": {"2026-01-01": 1, str(NIGHTS[2]): 3}},
        "新": {"unit": "起", "reference": "某通知", "values": {str(NIGHTS[1]): 0}, "until": str(NIGHTS[3])},
    }
    counts = [s.name for s in COUNTED]
    score = [{"feature": each, "of": each, "bands": ONE_BAND, "says": f"{each}为{{{each}}}"} for each in counts]
    rules = [
        rule("town-many", "town", when="起数 >= 下限 or 新 < 0", parameters=moving, score=score),
        rule("town-one", "town", when="起数 > 往常 or 起数 > 上限 or 走势 > 0"),
        rule("village", "village", when="村起数 > 村上限 or 村名次 <= 1"),
        rule("dispute", "dispute", when="人数 > 2 or 在处 > 30"),
        rule("indicator", "indicator", when="读数 > 上期 or 连增 >= 1"),
        rule("unit", "unit", when="静默天数 > 3 or 承办 > 2"),
        rule("tried", "town", when="起数 > 0", status="trial", until=NIGHTS[2]),
    ]
    grown = (
        Place(
            code="9901",
            name="清溪镇",
            level="town",
            parent="99",
            population=25000,
            valid_from=NIGHTS[3],
            unit="town-01",
        ),
    )
    return book([*COUNTED, *VILLAGE, *MATTERS], rules, places=(*PLACES, *grown))


def tables(con: Connection, night: date) -> dict[str, list[Any]]:
    """Everything the weighing left behind that a later step may read, for one night."""
    wides = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND regexp_matches(table_name, '^wide_[a-z]+$')"
    ).fetchall()
    names = ["verdict_tonight", "evaluated_tonight", "fault_tonight", "subject", "place_now", "hushed", "noted"]
    found = {}
    for name in [*names, *sorted(name for (name,) in wides)]:
        rows = con.execute(f"SELECT * FROM {name} WHERE as_of = ? ORDER BY ALL", [night]).fetchall()
        found[name] = [tuple(repr(cell) for cell in row) for row in rows]  # NaN is NaN, and each digit counts
    return found


def assert_one_pass_says_the_same(con: Connection, rulebook: Rulebook, nights: Sequence[date]) -> dict[str, int]:
    """Weigh many nights at once and each alone; returns how many rows a table was compared with."""
    weigh(con, rulebook, Nights(tuple(nights)))
    at_once = {night: tables(con, night) for night in nights}
    compared: dict[str, int] = {}
    for night in nights:
        weigh(con, rulebook, Nights.one(night))
        for name, rows in tables(con, night).items():
            assert at_once[night][name] == rows, f"{name} of {night}"
            compared[name] = compared.get(name, 0) + len(rows)
    return compared


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_one_pass_over_many_nights_is_each_night_alone(con: Connection, seed: int) -> None:
    random = Random(seed)
    clear_records(con)
    villages = [place.code for place in PLACES]
    random_records(con, random, "fraud", 80, NIGHT, villages, WORDS)
    random_records(con, random, "dispute", 30, NIGHT, villages, WORDS)
    random_records(con, random, "indicator", 30, NIGHT, villages[:3], WORDS)
    random_silence(con, random, ("fraud", "dispute"), NIGHTS, villages)
    compared = assert_one_pass_says_the_same(con, tiny_book(), NIGHTS)
    assert compared["verdict_tonight"] and compared["wide_town"] == 2 * len(NIGHTS)


def test_the_shipped_rule_book_says_the_same_over_many_nights(con: Connection) -> None:
    rulebook = load(Workspace.at(ROOT))
    random = Random(20260630)
    towns = [place.code for place in rulebook.places if place.level == "town"]
    villages = [place.code for place in rulebook.places if place.level == "village"][:40]
    for kind in kinds():
        if kind == "receipt":
            continue
        wheres = " ".join(f"{s.where} {s.of}" for s in rulebook.signals.values() if s.source == kind)
        said = re.findall(r"'([^']+)'", wheres) or ["其他"]
        places = villages if not contract(kind).subject == ("category", "place") else towns
        random_records(con, random, kind, 120, NIGHT, places, {"category": said})
    random_silence(con, random, ("fraud", "incident"), NIGHTS, towns)
    compared = assert_one_pass_says_the_same(con, rulebook, NIGHTS[2:])
    assert compared["verdict_tonight"] > 50
    assert compared["fault_tonight"] == 0


def test_a_rule_that_fails_on_one_nights_numbers_is_a_fault_of_that_night_alone(con: Connection) -> None:
    records(con, "fraud", "occurred_on place quantity\n06-30 9901 1")
    bad = rule("bad", when="起数 >= 0", score=[{"feature": "过大", "of": "case when 起数 > 0 then round(起数 * 1e308 * 10, 0) else 0 end",
                                              "bands": ONE_BAND, "says": "过大"}])  # fmt: skip
    compared = assert_one_pass_says_the_same(con, book(COUNTED[:1], [bad, rule("good", when="起数 >= 0")]), NIGHTS)
    assert compared["evaluated_tonight"] >= len(NIGHTS)


def test_a_signal_that_fails_on_one_nights_numbers_is_missing_on_that_night_alone(con: Connection) -> None:
    too_much = "case when 损失金额 > 5 then 损失金额 * 1e33 else 损失金额 end"  # no sum of that size can be kept
    records(con, "fraud", "occurred_on place loss\n06-20 9901 1\n06-27 9901 9")
    signals = [COUNTED[0], signal("过大", source="fraud", measure="sum", of=too_much, window=2)]
    rules = [rule("plain", when="起数 >= 0"), rule("sums", when="过大 >= 0")]
    assert_one_pass_says_the_same(con, book(signals, rules), NIGHTS)
    weigh(con, book(signals, rules), Nights(NIGHTS))
    assert con.execute("SELECT as_of, rule FROM fault_tonight").fetchall() == [(NIGHTS[3], "sums")]
    assert con.execute("SELECT count(*), count(DISTINCT as_of) FROM evaluated_tonight").fetchall() == [(9, 5)]


def test_nights_lay_out_what_their_lags_mean(con: Connection) -> None:
    leap = date(2024, 2, 29)
    Nights((leap, date(2026, 2, 17))).lay_out(con)
    rows = con.execute("SELECT * FROM night_now ORDER BY as_of").fetchall()
    assert rows[0] == (leap, date(2023, 2, 28), date(2022, 2, 28), date(2023, 2, 10))
    assert rows[1] == (date(2026, 2, 17), date(2025, 2, 17), date(2024, 2, 17), date(2025, 1, 29))


@pytest.mark.parametrize("year", [1901, 2101])
def test_a_lunar_lag_where_no_calendar_is_known_breaks_that_signal_alone(con: Connection, year: int) -> None:
    signals = [COUNTED[0], signal("农历", source="fraud", measure="count", window=7, lag="lunar")]
    rules = [rule("plain", when="起数 >= 0"), rule("lunar", when="农历 >= 0")]
    weigh(con, book(signals, rules), Nights.one(date(year, 6, 1)))
    assert con.execute("SELECT rule FROM evaluated_tonight").fetchall() == [("plain",)]
    [(message,)] = con.execute("SELECT message FROM fault_tonight").fetchall()
    assert "农历" in message and "2100" in message
