"""What a unit sends back: an outcome with who and when, or an issue with a sentence."""

from __future__ import annotations

from datetime import date

import pytest

FIRST, SECOND, THIRD = (date(2026, 6, day) for day in (10, 11, 12))
ID = "YJ-2026-000001"


def outcomes(ledger):
    return ledger.con.execute(
        "SELECT as_of, id, unit, post, signed_on, outcome, fed_back_on FROM intervene.reply"
    ).fetchall()


def issues(ledger):
    return ledger.con.execute("SELECT code, message FROM intervene.refused").fetchall()


def test_an_outcome_is_kept_with_who_said_it_and_when(ledger):
    ledger.warn(ID, FIRST, "22")
    ledger.receipt(ID, "反诈中心", SECOND, "属实", signed=FIRST, fed_back=SECOND)
    ledger.review(SECOND)
    assert outcomes(ledger) == [(SECOND, ID, "fanzha", "综治岗", FIRST, "属实", SECOND)]
    assert issues(ledger) == []


def test_each_word_is_one_row_and_the_newest_stands_last(ledger):
    ledger.warn(ID, FIRST, "222")
    ledger.receipt(ID, "反诈中心", SECOND, signed=FIRST)
    ledger.review(SECOND)
    ledger.receipt(ID, "反诈中心", THIRD, "误报", fed_back=THIRD)
    ledger.review(THIRD)
    assert [(row[0], row[5]) for row in outcomes(ledger)] == [(SECOND, None), (THIRD, "误报")]


def test_a_receipt_of_tomorrow_is_not_known_tonight(ledger):
    ledger.warn(ID, FIRST, "222")
    ledger.receipt(ID, "反诈中心", THIRD, "属实")
    ledger.review(SECOND)
    assert outcomes(ledger) == []
    ledger.review(THIRD)
    assert len(outcomes(ledger)) == 1


@pytest.mark.parametrize(
    ("id_", "unit", "signed", "code", "sentence"),
    [
        (
            "YJ-2026-000999",
            "反诈中心",
            SECOND,
            "unknown-warning",
            "没有编号为“YJ-2026-000999”的预警。请从本单位最新清单核对预警编号后重新提交。",
        ),
        (
            ID,
            "水利局",
            SECOND,
            "unknown-unit",
            "没有名为“水利局”的责任单位。请不要改动清单中的责任单位列，更正后重新提交。",
        ),
        (
            ID,
            "清溪镇人民政府",
            SECOND,
            "wrong-unit",
            "预警YJ-2026-000001不由清溪镇人民政府负责。请核对是否填错了行，由主办或协办单位提交。",
        ),
        (
            ID,
            "反诈中心",
            date(2026, 6, 9),
            "before-delivery",
            "签收或反馈日期早于下发日期2026-06-10。请更正日期后重新提交。",
        ),
    ],
)
def test_what_cannot_be_an_outcome_is_an_issue_that_says_file_row_and_what_to_do(
    ledger, id_, unit, signed, code, sentence
):
    ledger.warn(ID, FIRST, "22", units=(("fanzha", "主办"),))
    ledger.receipt(id_, unit, SECOND, "属实", signed=signed)
    ledger.review(SECOND)
    assert outcomes(ledger) == []
    assert issues(ledger) == [(code, f"回执/反诈中心预警清单.xlsx第1行：{sentence}")]


def test_an_issue_is_said_once_and_not_again_every_night(ledger):
    ledger.warn(ID, FIRST, "222")
    ledger.receipt("YJ-2026-000999", "反诈中心", SECOND, "属实")
    ledger.review(SECOND)
    ledger.review(THIRD)
    assert len(issues(ledger)) == 1


def test_a_night_reviewed_again_is_the_same_night(ledger):
    ledger.warn(ID, FIRST, "22")
    ledger.receipt(ID, "反诈中心", SECOND, "属实")
    ledger.review(SECOND)
    before = outcomes(ledger)
    ledger.review(SECOND)
    assert outcomes(ledger) == before
    ledger.con.execute("DELETE FROM review.night")
    ledger.review(SECOND)
    assert outcomes(ledger) == before
