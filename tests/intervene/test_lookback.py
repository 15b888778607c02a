"""Doubtful closings are looked at again, by somebody else, a few a month, until there is an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskengine.intervene.lookback import look_back
from riskengine.model.rebound import LookBack, Rebound

FIRST = date(2026, 6, 1)


def on(n: int) -> date:
    return FIRST + timedelta(n)


@pytest.fixture
def county(stage):
    stage.rulebook = replace(stage.rulebook, rebound=Rebound(look_back=LookBack(monthly=2, due=10)))
    return stage


def doubt(stage, number: int, night: date, unit: str = "fanzha") -> str:
    id_ = f"YJ-2026-{number:06d}"
    stage.warn(FIRST, id_, "新增", 3)
    stage.con.execute(
        "INSERT INTO review.doubt VALUES (?, ?, ?, ?, ['销号过快', '反弹'], '反诈中心销号的预警：下发当天就销号；4天后再次预警。')",
        [night, id_, unit, night],
    )
    return id_


def run(stage, night: date) -> list[tuple]:
    stage.con.execute("DELETE FROM intervene.errand WHERE as_of = ?", [night])
    look_back(stage.con, stage.rulebook, night)
    return stage.con.execute(
        "SELECT id, unit, about, due FROM intervene.errand WHERE as_of = ? AND kind = '回头看' ORDER BY id", [night]
    ).fetchall()


def test_a_doubt_of_last_night_is_the_verifiers_to_look_at(county):
    id_ = doubt(county, 1, on(1))
    assert run(county, on(1)) == []
    assert run(county, on(2)) == [("HK-2026-000001", "zongzhi", id_, on(12))]
    [(says,)] = county.con.execute("SELECT says FROM intervene.errand").fetchall()
    assert says.startswith("回头看：反诈中心销号的预警") and "请到清溪镇核实" in says


def test_nobody_looks_back_at_itself(county):
    doubt(county, 1, on(1), unit="zongzhi")
    assert [unit for _, unit, *_ in run(county, on(2))] == ["town-01"]


def test_it_stays_until_there_is_an_answer_with_an_outcome(county):
    doubt(county, 1, on(1))
    first = run(county, on(2))
    assert run(county, on(3)) == first
    reply = "INSERT INTO intervene.reply (as_of, id, unit, signed_on, outcome, file_id, row_no) VALUES (?, ?, 'zongzhi', ?, ?, 1, 1)"
    county.con.execute(reply, [on(4), "HK-2026-000001", on(4), None])
    assert run(county, on(4)) == first
    county.con.execute(reply, [on(5), "HK-2026-000001", on(4), "属实"])
    assert run(county, on(5)) == []
    assert run(county, on(6)) == []


def test_what_is_over_the_months_number_waits_for_the_next_month_in_its_order(county):
    ids = [doubt(county, number, on(number)) for number in (1, 2, 3)]
    assert [about for _, _, about, _ in run(county, on(10))] == ids[:2]
    assert [about for _, _, about, _ in run(county, on(29))] == ids[:2]
    assert [(id_, about) for id_, _, about, _ in run(county, on(30))][2:] == [("HK-2026-000003", ids[2])]


def test_without_the_setting_nothing_is_asked_of_anyone(stage):
    doubt(stage, 1, on(1))
    assert run(stage, on(2)) == []
