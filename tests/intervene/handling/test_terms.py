"""Extensions and pauses: asked for, granted, and what they do to the deadline."""

from __future__ import annotations

import pytest

from .conftest import ID, day


def ask(desk, known=1, until=9, **cells):
    desk.receipt("反诈中心", known, step="申请延期", reason="等待检测结果", until=day(until), **cells)


def test_an_extension_that_is_granted_moves_the_deadline_of_that_unit(desk):
    desk.warn("3" * 9)
    desk.night(0)
    ask(desk)
    desk.night(1)
    assert desk.duties(1)["fanzha"] == ("主办", day(7))
    desk.receipt("综治中心", 2, step="同意延期")
    desk.nights(2, 4)
    assert desk.duties(4) == {"fanzha": ("主办", day(9)), "town-01": ("协办", day(7))}
    leaves = desk.rows("SELECT as_of, unit, kind, first, amount, approver, reason FROM intervene.leave")
    assert leaves == [(day(2), "fanzha", "延期", day(2), 2, "综治中心", "等待检测结果")]
    assert desk.state()[0] == "下发", "asking moves no state"


def test_one_that_is_not_granted_changes_nothing(desk):
    desk.warn("3" * 9)
    desk.night(0)
    ask(desk)
    desk.receipt("综治中心", 2, step="不同意延期", reason="检测已出结果")
    desk.nights(1, 3)
    assert desk.duties(3)["fanzha"] == ("主办", day(7))
    desk.receipt("综治中心", 4, step="同意延期")
    desk.night(4)
    assert [code for code, _ in desk.refused()] == ["nothing-asked"]


@pytest.mark.parametrize(
    ("levels", "until", "sentence"),
    [
        ("333", 13, f"预警{ID}：延至2026-06-23太久，最多还能延长5日，即延至2026-06-22。请更正后重新提交。"),
        ("333", 7, f"预警{ID}：延至日期2026-06-17不晚于现在的期限2026-06-17。请更正后重新提交。"),
        ("111", 3, f"预警{ID}：“红色预警办理”不能延期。请在期限内办理。"),
    ],
)
def test_an_extension_that_the_clock_does_not_allow_is_refused(desk, levels, until, sentence):
    desk.warn(levels)
    desk.night(0)
    ask(desk, until=until)
    desk.night(1)
    assert desk.refused() == [("no-extension", f"回执/反诈中心_1.xlsx第4行：{sentence}")]


def test_two_extensions_together_are_at_most_what_the_clock_allows(desk):
    desk.warn("3" * 12)
    desk.night(0)
    ask(desk, 1, 10)
    desk.receipt("综治中心", 2, step="同意延期")
    desk.nights(1, 2)
    ask(desk, 4, 13)
    desk.nights(3, 4)
    assert "最多还能延长2日" in desk.refused()[0][1]


def test_a_pause_moves_the_deadline_while_it_goes_on_and_the_days_after_it_count(desk):
    desk.warn("3" * 12)
    desk.night(0)
    desk.receipt("反诈中心", 2, step="暂停计时", reason="检测鉴定")
    desk.nights(1, 4)
    assert [desk.duties(n)["fanzha"][1] for n in (1, 2, 3, 4)] == [day(7), day(8), day(9), day(10)]
    desk.receipt("反诈中心", 5, step="恢复计时")
    desk.nights(5, 7)
    assert [desk.duties(n)["fanzha"][1] for n in (5, 7)] == [day(10), day(10)]
    assert desk.rows("SELECT first, last FROM intervene.leave ORDER BY as_of") == [(day(2), None), (day(2), day(4))]


def test_a_pause_for_another_reason_is_refused_with_those_that_are_allowed(desk):
    desk.warn("333")
    desk.night(0)
    desk.receipt("反诈中心", 1, step="暂停计时", reason="人手不够")
    desk.night(1)
    sentence = f"预警{ID}：不因“人手不够”暂停计时，可以暂停计时的只有：检测鉴定。请在“理由”里照写。"
    assert desk.refused() == [("no-pause", f"回执/反诈中心_1.xlsx第4行：{sentence}")]


def test_a_rise_ends_the_extension_with_the_clock_it_belonged_to(desk):
    desk.warn("3333" + "2" * 5)
    desk.night(0)
    ask(desk, 1, 12)
    desk.receipt("综治中心", 2, step="同意延期")
    desk.nights(1, 3)
    assert desk.duties(3)["fanzha"][1] == day(12)
    desk.nights(4, 5)
    assert desk.duties(5)["fanzha"][1] == day(4 + 3)
