"""Points, levels, floors, and the reasons that are read aloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from riskengine.assess.nights import Nights
from riskengine.assess.score import SHOWN, level_of, says_of, spoken
from riskengine.assess.verdicts import judge
from riskengine.model.rule import Rule
from riskengine.store.database import Connection
from tests.assess.tiny import LEVELS, NIGHT, book, records, rule, signal

COUNT = signal("起数", source="fraud", measure="count")
LOSS = signal("损失", source="fraud", measure="sum", of="损失金额")
PER_HEAD = signal("万人率", formula="起数 / 人口 * 10000")
LIMIT = {"下限": {"unit": "起", "reference": "某文件", "values": {"2024-01-01": 5}}}
BANDS = [[None, 5, 0], [5, 10, 40], [10, None, 70]]


def judged(con: Connection, each: Rule, subject: str = "9901") -> tuple[float, int, dict[str, Any]]:
    judge(con, book([COUNT, LOSS, PER_HEAD], [each]), Nights.one(NIGHT))
    row = con.execute("SELECT score, level, why FROM assess.verdict WHERE subject = ?", [subject]).fetchone()
    assert row is not None
    return row[0], row[1], json.loads(row[2])


def counted(con: Connection, quantity: int, loss: str = "-") -> None:
    records(con, "fraud", f"occurred_on place quantity loss\n06-30 9901 {quantity} {loss}")


@pytest.mark.parametrize(("quantity", "points"), [(1, 0), (5, 40), (9, 40), (10, 70)])
def test_a_band_holds_from_its_lower_end_and_up_to_its_upper_end(con: Connection, quantity: int, points: float) -> None:
    counted(con, quantity)
    score, _, _ = judged(
        con, rule(when="起数 > 0", score=[{"feature": "总量", "of": "起数", "bands": BANDS, "says": "{起数}起"}])
    )
    assert score == points


@pytest.mark.parametrize(
    ("points", "score", "level"), [(39.9, 39.9, 4), (40, 40, 3), (60, 60, 2), (80, 80, 1), (150, 100, 1), (-20, 0, 4)]
)
def test_the_score_lies_within_0_and_100_and_gives_the_level(
    con: Connection, points: float, score: float, level: int
) -> None:
    counted(con, 1)
    each = rule(
        when="起数 > 0", score=[{"feature": "总量", "of": "起数", "bands": [[None, None, points]], "says": "有风险"}]
    )
    assert judged(con, each)[:2] == (score, level)


def test_points_add_up_and_each_feature_says_its_sentence(con: Connection) -> None:
    counted(con, 12, "1234.50")
    each = rule(
        when="起数 >= 下限",
        parameters=LIMIT,
        score=[
            {"feature": "总量", "of": "起数", "bands": BANDS, "says": "近期诈骗{起数}起，下限{下限}起"},
            {
                "feature": "万人率",
                "of": "万人率 / 2",
                "bands": [[None, 3, 0], [3, None, 5]],
                "says": "每万人{万人率}起",
            },
            {"feature": "损失", "of": "损失 / 10000", "bands": [[None, 1, 2.5], [1, None, 9]], "says": "损失{损失}元"},
        ],
    )
    score, level, why = judged(con, each)
    assert (score, level) == (77.5, 2)
    assert why == {
        "features": [
            {"feature": "总量", "points": 70.0, "says": "近期诈骗12起，下限5起"},
            {"feature": "万人率", "points": 5.0, "says": "每万人6起"},
            {"feature": "损失", "points": 2.5, "says": "损失1234.5元"},
        ],
        "floors": [],
        "values": {"起数": 12.0, "损失": 1234.5, "万人率": 6.0},
        "parameters": {"下限": {"value": 5.0, "unit": "起", "since": "2024-01-01"}},
        "members": [],
        "unknown": [],
        "silent": [],
    }


def test_a_feature_without_a_value_gives_no_points_and_says_so(con: Connection) -> None:
    counted(con, 6)
    score, _, why = judged(
        con,
        rule(
            when="起数 > 0",
            score=[
                {"feature": "总量", "of": "起数", "bands": BANDS, "says": "{起数}起"},
                {"feature": "损失", "of": "损失", "bands": [[None, None, 30]], "says": "损失{损失}元"},
            ],
        ),
    )
    assert score == 40
    assert why["features"][1] == {"feature": "损失", "points": 0.0, "says": "损失未知元（数据缺失）"}
    assert why["unknown"] == ["损失"]


def test_the_gravest_floor_that_holds_lifts_the_level_and_says_why(con: Connection) -> None:
    counted(con, 6)
    floors = [
        {"when": "起数 >= 6", "level": "橙", "says": "达到{起数}起，按规定不低于橙色"},
        {"when": "起数 >= 7", "level": "红", "says": "达到7起"},
        {"when": "损失 > 0", "level": "红", "says": "有损失"},
    ]
    score, level, why = judged(con, rule(when="起数 > 0", floors=floors))
    assert (score, level) == (45, 2)
    assert why["floors"] == [{"level": "橙", "says": "达到6起，按规定不低于橙色"}]


def test_a_floor_never_lowers_a_level(con: Connection) -> None:
    counted(con, 6)
    each = rule(when="起数 > 0", floors=[{"when": "起数 > 0", "level": "蓝", "says": "至少蓝色"}])
    assert judged(con, each)[:2] == (45, 3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.0", "12"),
        ("100.0", "100"),
        ("3.1", "3.1"),
        ("3.10", "3.1"),
        ("0.254", "0.25"),
        ("-0.001", "0"),
        ("1e6", "1000000"),
        ("1.005", "1"),
        ("NULL", "未知"),
        ("'inf'::DOUBLE", "未知"),
    ],
)
def test_numbers_are_written_as_people_do(con: Connection, value: str, text: str) -> None:
    con.execute(SHOWN)
    found = con.execute(f"SELECT shown(CAST({value} AS DOUBLE))").fetchone()
    assert found is not None and found[0] in (text, "1.01" if text == "1" else text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [("9999", "元", "9999"), ("32000", "元", "3.2万"), ("150000000", "元", "1.5亿"), ("0.435", "比例", "43.5%"), ("7", "起", "7")],
)
def test_money_is_read_in_wan_and_a_share_in_per_cent(con: Connection, value: str, unit: str, text: str) -> None:
    con.execute(SHOWN)
    assert con.execute(f"SELECT {spoken(value + '::DOUBLE', unit)}").fetchone() == (text,)


def test_a_sentence_may_hold_quotes_and_must_not_name_strangers(con: Connection) -> None:
    quoted = says_of("it's 'so'", {})
    assert con.execute(f"SELECT {quoted}").fetchone() == ("it's 'so'",)
    with pytest.raises(ValueError, match="陌生"):
        says_of("{陌生}起", {})


def test_levels_without_floors_and_with_equal_scores_read_from_the_top(con: Connection) -> None:
    sql = ", ".join(level_of(LEVELS, f"{score}::DOUBLE", []) for score in (100, 80, 79.99, 60, 40, 0))
    assert con.execute(f"SELECT {sql}").fetchone() == (1, 1, 2, 2, 3, 4)
