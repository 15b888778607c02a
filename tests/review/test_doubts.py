"""Closings that may have settled nothing (结而未解): hasty, worded like an earlier receipt, back again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskengine.model.rebound import Doubts
from riskengine.review.resemblance import most_alike, resemblance, words_of
from tests.review.conftest import RULEBOOK, Ledger
from tests.review.test_watch import FIRST, NEW, OLD, SETTINGS, close, on, rows

WORDS = "已组织民警入村宣传，逐户核实近七日案件，约谈通道运营单位"


@pytest.fixture
def doubting(ledger: Ledger) -> Ledger:
    ledger.rulebook = replace(RULEBOOK, rebound=SETTINGS.model_copy(update={"doubts": Doubts()}))
    return ledger


def say(ledger: Ledger, id_: str, night: date, words: str, row: int) -> None:
    ledger.con.execute(
        "INSERT INTO intervene.reply (as_of, id, unit, outcome, measure, file_id, row_no) VALUES (?, ?, 'fanzha', '属实', ?, 1, ?)",
        [night, id_, words, row],
    )


def doubts(ledger: Ledger) -> list[tuple]:
    return rows(ledger, "SELECT as_of, id, unit, reasons, says FROM review.doubt ORDER BY ALL")


def test_closed_at_once_with_the_words_of_another_receipt_is_doubtful(doubting):
    doubting.warn(OLD, FIRST, "33", subject="990100102")
    say(doubting, OLD, on(1), WORDS + "3家。", 1)
    doubting.warn(NEW, on(3), "33")
    say(doubting, NEW, on(4), WORDS + "12 家", 2)
    close(doubting, NEW, on(4))
    doubting.review(on(4))
    says = f"反诈中心 {on(4)} 销号的 {NEW}（990100101，电信网络诈骗）：下发后1天就销号；处置措施与它在 {OLD} 的回执里写的相似 100%。"
    assert doubts(doubting) == [(on(4), NEW, "fanzha", ["销号过快", "措辞雷同"], says)]


def test_one_sign_alone_is_no_doubt(doubting):
    doubting.warn(NEW, on(3), "33")
    say(doubting, NEW, on(4), WORDS, 2)
    close(doubting, NEW, on(4))
    doubting.review(on(4))
    assert doubts(doubting) == []


def test_words_that_a_later_receipt_copies_are_not_held_against_the_first(doubting):
    doubting.warn(OLD, FIRST, "33", subject="990100102")
    doubting.warn(NEW, on(3), "33")
    say(doubting, NEW, on(4), WORDS, 1)
    say(doubting, OLD, on(4), WORDS, 2)
    close(doubting, NEW, on(4))
    doubting.review(on(4))
    assert doubts(doubting) == []


def test_a_hasty_closing_that_comes_back_is_doubtful_on_the_night_it_comes_back_and_once(doubting):
    doubting.warn(OLD, FIRST, "33x")
    close(doubting, OLD, on(1))
    doubting.review(on(1))
    doubting.warn(NEW, on(5), "2")
    doubting.review(on(5))
    doubting.warn("YJ-2026-000003", on(9), "2")
    doubting.review(on(9))
    [(night, id_, _, reasons, says)] = doubts(doubting)
    assert (night, id_, reasons) == (on(5), OLD, ["销号过快", "反弹"])
    assert f"4天后再次预警（{NEW}）" in says


def test_coming_back_alone_is_enough_where_the_settings_say_so(doubting):
    doubting.rulebook = replace(RULEBOOK, rebound=SETTINGS.model_copy(update={"doubts": Doubts(rebound_alone=True)}))
    doubting.warn(OLD, FIRST, "333333x")
    close(doubting, OLD, on(5))
    doubting.review(on(5))
    doubting.warn(NEW, on(9), "2")
    doubting.review(on(9))
    assert [reasons for _, _, _, reasons, _ in doubts(doubting)] == [["反弹"]]


def test_figures_and_days_do_not_make_another_text_but_other_words_do():
    one, other = (
        words_of("已于6月3日走访12户，发放宣传单200份"),
        words_of("已于７月２１日走访 5 户，发放宣传单三十份。"),
    )
    assert resemblance(one, other) == 1.0
    assert resemblance(one, words_of("已约谈涉案平台负责人并责令整改")) < 0.2
    assert most_alike(one, [("a", words_of("约谈平台")), ("b", other), ("c", one)], 0.8) == ("b", 1.0)
    assert most_alike(one, [("a", words_of("约谈平台"))], 0.8) is None
