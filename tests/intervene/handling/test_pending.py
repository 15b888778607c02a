"""What waits for the verifier; and what came back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from riskengine import ledger
from riskengine.intervene.handling.pending import pending
from riskengine.model.handling import STANDARD, Handling
from riskengine.model.rebound import Rebound
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

from .conftest import ID, day

ROOT = Path(__file__).parents[3]


def waiting(desk, n):
    return [(each.id, each.what, each.unit_name, each.may) for each in pending(desk.con, desk.rulebook, day(n))]


def test_a_red_or_orange_report_waits_to_be_checked_a_yellow_one_does_not(desk):
    desk.warn("222")
    desk.warn("333", "YJ-2026-000002")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", measure="已约谈", fed_back_on=day(1))
    desk.receipt("反诈中心", 1, "YJ-2026-000002", outcome="属实", fed_back_on=day(1))
    desk.night(1)
    assert waiting(desk, 1) == [(ID, "待核验", "反诈中心", ("核验通过", "核验不通过"))]
    [one] = pending(desk.con, desk.rulebook, day(1))
    assert (one.says, one.since, one.deadline) == ("核查结果“属实”，已约谈", day(1), day(3))


def test_objections_and_extensions_wait_until_they_are_decided(desk):
    desk.warn("33333")
    desk.warn("33333", "YJ-2026-000002")
    desk.night(0)
    desk.receipt("反诈中心", 1, step="退回", reason="属于案件", refer_to="公安局")
    desk.receipt("反诈中心", 1, "YJ-2026-000002", step="申请延期", reason="等待检测", until=day(9))
    desk.nights(1, 2)
    assert [each.says for each in pending(desk.con, desk.rulebook, day(2))] == [
        "主办退回，理由：属于案件，建议转给公安局",
        "申请延至2026-06-19，理由：等待检测",
    ]
    desk.receipt("综治中心", 3, step="同意退回")
    desk.receipt("综治中心", 3, "YJ-2026-000002", step="同意延期")
    desk.night(3)
    assert waiting(desk, 3) == []
    assert [each[1] for each in waiting(desk, 2)] == ["退回待定", "延期待批"], "an earlier night is told as it was"


def test_an_extension_that_nobody_needs_any_more_does_not_wait_for_a_decision_that_would_be_refused(desk):
    desk.warn("33333")
    desk.night(0)
    desk.receipt("反诈中心", 1, step="申请延期", reason="等待检测", until=day(9))
    desk.night(1)
    assert [each[1] for each in waiting(desk, 1)] == ["延期待批"]
    desk.receipt("反诈中心", 2, outcome="属实", fed_back_on=day(2))
    desk.night(2)
    assert waiting(desk, 2) == []


def test_what_rises_after_it_was_closed_is_opened_again_and_the_closed_days_do_not_count(desk):
    desk.warn("33333" + "222222")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 2, outcome="已化解", fed_back_on=day(2))
    desk.receipt("反诈中心", 2, outcome="已化解", fed_back_on=day(2), step="销号")
    desk.nights(1, 5)
    assert desk.state()[0] == "销号"
    desk.con.execute(
        "INSERT INTO review.rebound (as_of, id, of_id, unit, days, level, raised_to, kind, how, closed_on) "
        "VALUES (?, ?, ?, 'fanzha', 3, 3, 2, '办理', '加重', ?)",
        [day(5), ID, ID, day(2)],
    )
    desk.nights(6, 7)
    assert desk.state() == ("下发", day(6), None, None, None)
    assert [step for step, *_ in desk.steps()][-1] == "反弹"
    assert desk.duties(7)["fanzha"] == ("主办", day(6 + 3)), "no more than the graver level gives"
    desk.receipt("反诈中心", 8, signed_on=day(8))
    desk.receipt("清溪镇人民政府", 8, signed_on=day(8))
    desk.night(8)
    assert desk.state()[:2] == ("签收", day(8))
    assert ("签收", "town-01", day(8), False) in desk.steps(), "who works along begins anew as well"
    assert desk.rows("SELECT first, last, reason FROM intervene.leave WHERE unit = 'fanzha'") == [
        (day(3), day(6), "已销号")
    ]
    desk.con.execute(
        "INSERT INTO intervene.leave (as_of, id, unit, kind, first, reason) VALUES ($1, $2, 'fanzha', '暂停', $1, '检测鉴定')",
        [day(8), ID],
    )
    desk.nights(9, 10)
    assert desk.duties(10)["fanzha"] == ("主办", day(9 + 3)), "three days at rest since it came back"


def risen(desk, **rebound):
    """Yellow, closed on the last of its seven days, back as orange on the ninth night."""
    desk.rulebook = replace(desk.rulebook, rebound=Rebound(**rebound))
    desk.warn("3" * 8 + "2" * 5)
    desk.night(0)
    desk.receipt("反诈中心", 7, outcome="已化解", fed_back_on=day(7), step="销号")
    desk.nights(1, 8)
    assert desk.state()[0] == "销号" and desk.duties(8)["fanzha"][1] == day(7)
    desk.con.execute(
        "INSERT INTO review.rebound (as_of, id, of_id, unit, days, level, raised_to, kind, how, closed_on) "
        "VALUES (?, ?, ?, 'fanzha', 1, 3, 2, '办理', '加重', ?)",
        [day(8), ID, ID, day(7)],
    )
    desk.night(9)
    assert desk.state()[:2] == ("下发", day(9))
    return desk


def test_what_rises_after_a_closing_on_its_last_day_is_due_tomorrow_and_not_in_the_past(desk):
    risen(desk).nights(10, 11)
    assert desk.duties(9)["fanzha"] == desk.duties(11)["fanzha"] == ("主办", day(10))


def test_where_the_rules_keep_no_clock_what_rises_after_a_closing_has_a_new_one(desk):
    risen(desk, keeps_clock=False).nights(10, 11)
    assert desk.duties(9)["fanzha"] == desk.duties(11)["fanzha"] == ("主办", day(9 + 3))


def test_a_workspace_without_the_file_uses_the_table_that_is_shipped():
    shipped = load(Workspace.at(ROOT)).handling
    assert shipped.transitions == STANDARD
    assert shipped.model_copy(update={"verifier": None}) == Handling()


def test_the_account_of_a_night_counts_handlings_and_refusals(desk):
    desk.warn("33")
    desk.warn("33", "YJ-2026-000002")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="误报", fed_back_on=day(1), step="销号")
    desk.receipt("反诈中心", 1, "YJ-2026-000999", outcome="误报")
    desk.night(1)
    told = ledger.account(desk.con, day(1), "", {})["handling"]
    assert told == {"by_state": {"下发": 1, "销号": 1}, "refused": {"unknown-warning": 1}}
