"""退回: within the clock, with a reason; decided, handed on, remembered."""

from __future__ import annotations

from dataclasses import replace

from riskengine.model.duty import Route

from .conftest import day

NOT_OURS = "属于刑事案件，不归我单位"


def object_(desk, known=1, **cells):
    return desk.receipt("反诈中心", known, step="退回", reason=NOT_OURS, **cells)


def test_an_objection_waits_for_a_decision(desk):
    desk.warn("3333")
    desk.night(0)
    object_(desk)
    desk.nights(1, 2)
    assert desk.state()[:2] == ("退回", day(1))
    held = "SELECT unit, role, route, on_day, reason, decided, new_unit FROM intervene.objection"
    assert desk.rows(held) == [("fanzha", "主办", "1", day(1), NOT_OURS, "待定", None)]
    assert desk.duties(2)["fanzha"][0] == "主办", "it stays with the unit until it is decided"


def test_an_accepted_one_goes_to_the_unit_that_is_named_with_a_clock_of_its_own(desk):
    desk.warn("333333")
    desk.night(0)
    object_(desk)
    desk.night(1)
    desk.receipt("综治中心", 2, step="同意退回", refer_to="信访局")
    desk.nights(2, 4)
    assert desk.state()[:2] == ("下发", day(2))
    assert desk.duties(2) == {"town-01": ("协办", day(7)), "xinfang": ("主办", day(2 + 7))}
    assert desk.duties(4) == desk.duties(2), "remembered"
    desk.receipt("信访局", 5, signed_on=day(3))
    desk.night(5)
    assert desk.state()[:2] == ("签收", day(3))


def test_without_a_name_it_goes_to_the_next_route_that_matches(desk):
    desk.warn("3333")
    desk.night(0)
    object_(desk)
    desk.receipt("综治中心", 1, step="同意退回")
    desk.nights(1, 2)
    assert desk.duties(2)["gongan"] == ("主办", day(8))
    assert desk.rows("SELECT route, decided, decided_on, new_unit FROM intervene.objection") == [
        ("1", "接受", day(1), "gongan")
    ]


def test_it_never_comes_back_to_a_unit_that_objected(desk):
    desk.warn("33333333")
    desk.night(0)
    object_(desk)
    desk.receipt("综治中心", 1, step="同意退回")
    desk.night(1)
    desk.receipt("公安局", 2, step="退回", reason="不是案件")
    desk.night(2)
    desk.receipt("综治中心", 3, step="同意退回", refer_to="反诈中心")
    desk.night(3)
    assert [code for code, _ in desk.refused()] == ["sent-back"]
    desk.receipt("综治中心", 4, step="同意退回")
    desk.nights(4, 5)
    assert desk.duties(5)["zongzhi"][0] == "主办"
    assert {"fanzha", "gongan"}.isdisjoint(desk.duties(5))


def test_a_refused_one_stays_and_counts_as_signed(desk):
    desk.warn("3333")
    desk.night(0)
    object_(desk)
    desk.receipt("综治中心", 2, step="不同意退回", reason="按职责分工由你单位办理")
    desk.nights(1, 2)
    assert desk.state()[:2] == ("签收", day(2))
    assert desk.duties(2)["fanzha"] == ("主办", day(7))


def test_a_late_one_is_refused_with_its_clock(desk):
    desk.warn("3" * 12)
    desk.night(0)
    object_(desk, known=8)
    desk.nights(8, 9)
    assert "退回" not in {step for step, *_ in desk.steps()}
    [(code, sentence)] = desk.refused()
    assert code == "late-objection"
    assert "退回应在2026-06-17以前提出（期限“object”），收到时已是2026-06-18" in sentence
    assert desk.rows("SELECT decided FROM intervene.objection") == [("过期",)]


def test_without_a_reason_it_is_none(desk):
    desk.warn("333")
    desk.night(0)
    desk.receipt("反诈中心", 1, step="退回")
    desk.night(1)
    assert [code for code, _ in desk.refused()] == ["no-reason"]
    assert desk.rows("FROM intervene.objection") == []


def test_an_unknown_unit_is_named_and_nothing_is_decided(desk):
    desk.warn("333")
    desk.night(0)
    object_(desk)
    desk.receipt("综治中心", 1, step="同意退回", refer_to="公按局")
    desk.night(1)
    assert desk.state()[0] == "退回"
    assert "“公按局”不是责任单位，是否想写“公安局”？" in desk.refused()[0][1]


def test_a_unit_that_works_along_may_leave_without_moving_the_state(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, step="退回", reason="不在本镇")
    desk.receipt("综治中心", 2, step="同意退回")
    desk.nights(1, 2)
    assert desk.state()[0] == "下发"
    assert desk.duties(2) == {"fanzha": ("主办", day(7))}


def test_what_the_old_unit_says_afterwards_does_not_count(desk):
    desk.warn("33333")
    desk.night(0)
    object_(desk)
    desk.receipt("综治中心", 1, step="同意退回")
    desk.nights(1, 2)
    desk.receipt("反诈中心", 3, outcome="属实", fed_back_on=day(3))
    desk.night(3)
    assert desk.state()[0] == "下发"
    assert [code for code, _ in desk.refused()] == ["not-any-more"]


def test_the_engine_decides_where_the_rules_say_so(desk):
    desk.handled_by(objections={"decided_by": "引擎"})
    desk.warn("3333")
    desk.night(0)
    desk.receipt("反诈中心", 1, step="退回", reason="HTML <b>")
    desk.nights(1, 2)
    assert desk.state()[:2] == ("下发", day(1))
    assert desk.duties(1)["gongan"] == ("主办", day(8))
    assert [(step, unit) for step, unit, *_ in desk.steps()] == [("下发", None), ("退回", "fanzha"), ("同意退回", None)]


def test_an_objection_is_in_time_on_the_last_day_of_its_clock_and_late_on_the_next(desk):
    desk.warn("4" * 9)
    desk.warn("4" * 9, "YJ-2026-000002")
    desk.night(0)
    object_(desk, 7)  # the fifth working day
    object_(desk, 8, id_="YJ-2026-000002")
    desk.nights(1, 8)
    assert desk.rows("SELECT id, decided FROM intervene.objection ORDER BY id") == [
        ("YJ-2026-000001", "待定"), ("YJ-2026-000002", "过期")
    ]  # fmt: skip
    assert [code for code, _ in desk.refused()] == ["late-objection"]


def test_an_objection_of_a_unit_that_works_along_names_no_new_lead(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, step="退回", reason=NOT_OURS)
    desk.night(1)
    desk.receipt("综治中心", 2, step="同意退回", refer_to="信访局")
    desk.nights(2, 3)
    assert desk.rows("SELECT decided, new_unit FROM intervene.objection WHERE as_of = ?", [day(2)]) == [("接受", None)]
    assert {unit: role for unit, (role, _) in desk.duties(3).items()} == {"fanzha": "主办"}


def test_the_verifier_that_sent_a_warning_back_still_checks_what_the_next_unit_reports(desk):
    desk.rulebook = replace(desk.rulebook, routes=(Route(lead="zongzhi", catch_all=True),))
    desk.warn("222222")
    desk.night(0)
    desk.receipt("综治中心", 1, step="退回", reason=NOT_OURS)
    desk.night(1)
    desk.receipt("综治中心", 2, step="同意退回", refer_to="公安局")
    desk.nights(2, 3)
    desk.receipt("公安局", 4, outcome="属实", fed_back_on=day(4))
    desk.night(4)
    desk.receipt("综治中心", 5, step="核验通过")
    desk.night(5)
    assert (desk.state()[:2], desk.refused()) == (("核验", day(5)), [])
