"""From 下发 to 销号: who may do what, what is implied, what is refused and with which sentence."""

from __future__ import annotations

from .conftest import ID, day


def test_a_warning_on_a_list_is_handed_out(desk):
    desk.warn("33")
    desk.night(0)
    assert desk.state() == ("下发", day(0), None, None, None)
    assert desk.steps() == [("下发", None, day(0), False)]


def test_each_cell_of_a_receipt_is_a_step(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("反诈中心", 1, signed_on=day(1))
    desk.night(1)
    assert desk.state()[:2] == ("签收", day(1))
    desk.receipt("反诈中心", 3, signed_on=day(1), outcome="属实", measure="已约谈", fed_back_on=day(2))
    desk.nights(2, 3)
    assert desk.state() == ("反馈", day(2), "属实", None, None)
    assert desk.steps() == [
        ("下发", None, day(0), False),
        ("签收", "fanzha", day(1), False),
        ("核查", "fanzha", day(2), False),
        ("处置", "fanzha", day(2), False),
        ("反馈", "fanzha", day(2), False),
    ]


def test_a_later_step_implies_those_before_it_but_never_an_outcome(desk):
    desk.warn("333")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="误报", fed_back_on=day(1))
    desk.night(1)
    assert [(step, implied) for step, _, _, implied in desk.steps()] == [
        ("下发", False), ("签收", True), ("核查", False), ("处置", True), ("反馈", False)
    ]  # fmt: skip
    assert desk.rows("SELECT outcome FROM intervene.step WHERE implied") == [(None,), (None,)]


def test_a_report_without_an_outcome_is_refused_and_the_signing_counts(desk):
    desk.warn("333")
    desk.night(0)
    desk.receipt("反诈中心", 1, signed_on=day(1), fed_back_on=day(1))
    desk.night(1)
    assert desk.state()[0] == "签收"
    sentence = f"回执/反诈中心_1.xlsx第4行：预警{ID}：没有“核查结果”，不能“反馈”。请填写“核查结果”后重新提交。"
    assert desk.refused() == [("no-outcome", sentence)]


def test_a_yellow_one_is_closed_by_its_lead_but_not_without_an_outcome(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("反诈中心", 1, signed_on=day(1), step="销号")
    desk.night(1)
    assert desk.state()[0] == "签收"
    assert desk.refused()[0][0] == "no-outcome"
    desk.receipt("反诈中心", 2, signed_on=day(1), outcome="已化解", fed_back_on=day(2), step="销号")
    desk.night(2)
    assert desk.state() == ("销号", day(2), "已化解", day(2), "fanzha")


def test_an_orange_one_is_closed_only_after_the_verifier_has_let_it_pass(desk):
    desk.warn("22222")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", measure="已整改", fed_back_on=day(1), step="销号")
    desk.night(1)
    assert desk.state()[0] == "反馈"
    [(code, sentence)] = desk.refused()
    assert code == "level"
    assert "红、橙级请先报核验单位核验" in sentence
    desk.receipt("综治中心", 2, step="核验通过")
    desk.night(2)
    assert desk.state()[:2] == ("核验", day(2))
    desk.receipt("反诈中心", 3, step="销号")
    desk.night(3)
    assert desk.state() == ("销号", day(3), "属实", day(3), "fanzha")


def test_the_verifier_may_close_what_it_has_let_pass(desk):
    desk.warn("2222")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", fed_back_on=day(1))
    desk.receipt("综治中心", 2, step="核验通过")
    desk.receipt("综治中心", 3, step="销号")
    desk.nights(1, 3)
    assert desk.state() == ("销号", day(3), "属实", day(3), "zongzhi")


def test_a_warning_that_was_orange_and_fell_is_verified_all_the_same(desk):
    desk.warn("2333")
    desk.nights(0, 1)
    desk.receipt("反诈中心", 2, outcome="属实", fed_back_on=day(2), step="销号")
    desk.night(2)
    assert desk.state()[0] == "反馈"
    assert [code for code, _ in desk.refused()] == ["level"]


def test_what_the_verifier_sends_back_is_treated_again(desk):
    desk.warn("222222")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", fed_back_on=day(1))
    desk.night(1)
    desk.receipt("综治中心", 2, step="核验不通过", reason="没有写明整改到位")
    desk.night(2)
    assert desk.state()[:2] == ("处置", day(2))
    desk.receipt("反诈中心", 3, outcome="属实", measure="已整改", fed_back_on=day(3))
    desk.receipt("综治中心", 4, step="核验通过")
    desk.nights(3, 4)
    assert desk.state()[:2] == ("核验", day(4))


def test_the_steps_of_a_unit_that_works_along_do_not_move_the_state(desk):
    desk.warn("333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, signed_on=day(1), outcome="属实", measure="已入户", fed_back_on=day(1))
    desk.night(1)
    assert desk.state()[0] == "下发"
    assert [(step, unit) for step, unit, _, _ in desk.steps()][1:] == [
        ("签收", "town-01"), ("核查", "town-01"), ("处置", "town-01"), ("反馈", "town-01")
    ]  # fmt: skip
    assert desk.rows("SELECT DISTINCT state FROM intervene.step") == [("下发",)]


def test_a_step_of_another_role_is_refused_with_who_takes_it(desk):
    desk.warn("222")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", fed_back_on=day(1), step="核验通过")
    desk.night(1)
    assert desk.refused() == [
        (
            "wrong-role",
            f"回执/反诈中心_1.xlsx第4行：预警{ID}：“核验通过”由核验单位综治中心办理，不由反诈中心办理。现在可以办的有：反馈、恢复计时。",
        )
    ]


def test_an_illegal_step_is_refused_with_the_legal_ones(desk):
    desk.warn("222")
    desk.night(0)
    desk.receipt("综治中心", 1, step="核验通过")
    desk.night(1)
    assert desk.state()[0] == "下发"
    assert desk.refused() == [
        (
            "illegal-step",
            f"回执/综治中心_1.xlsx第4行：预警{ID}现在是“下发”状态，不能“核验通过”。现在可以办的有：同意延期、不同意延期。",
        )
    ]


def test_a_closed_warning_takes_no_more_steps_and_says_since_when(desk):
    desk.warn("33333")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="误报", fed_back_on=day(1), step="销号")
    desk.night(1)
    desk.receipt("反诈中心", 3, outcome="属实", fed_back_on=day(3))
    desk.nights(2, 3)
    assert desk.state() == ("销号", day(1), "误报", day(1), "fanzha")
    [(code, sentence)] = desk.refused()
    assert code == "closed"
    assert f"已于{day(1)}由反诈中心销号" in sentence


def test_two_outcomes_for_one_day_move_nothing_and_both_are_named(desk):
    desk.warn("33333")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", fed_back_on=day(1))
    desk.night(1)
    assert desk.state()[:3] == ("反馈", day(1), "属实")
    desk.receipt("反诈中心", 2, outcome="误报", fed_back_on=day(1))
    desk.night(2)
    assert desk.state()[:3] == ("下发", day(0), None)
    assert [(code, "“属实”" in said and "“误报”" in said) for code, said in desk.refused()] == [
        ("contradiction", True)
    ] * 2
    desk.receipt("反诈中心", 3, outcome="误报", fed_back_on=day(3))
    desk.night(3)
    assert desk.state()[:3] == ("反馈", day(3), "误报"), "a day of its own settles it"


def test_a_later_report_corrects_the_one_before(desk):
    desk.warn("33333")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="无法核实", fed_back_on=day(1))
    desk.receipt("反诈中心", 2, outcome="属实", fed_back_on=day(2))
    desk.nights(1, 2)
    assert desk.state()[:3] == ("反馈", day(2), "属实")
    assert desk.refused() == []


def test_the_engine_closes_what_is_lifted_and_reported_for_some_nights(desk):
    desk.warn("33x")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="已化解", fed_back_on=day(1))
    desk.nights(1, 3)
    assert desk.state()[0] == "反馈"
    desk.night(4)
    assert desk.state() == ("销号", day(4), "已化解", day(4), None)


def test_the_engine_never_closes_what_nobody_verified(desk):
    desk.warn("22x")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="已化解", fed_back_on=day(1))
    desk.nights(1, 5)
    assert desk.state()[0] == "反馈"


def test_the_engine_presses_once_what_is_overdue(desk):
    desk.warn("222222222")
    desk.nights(0, 3)
    assert desk.state()[0] == "下发"
    desk.nights(4, 6)
    assert desk.state()[:2] == ("督办", day(4))
    assert [step for step, *_ in desk.steps()] == ["下发", "督办"]
    desk.receipt("反诈中心", 7, signed_on=day(7))
    desk.nights(7, 8)
    assert desk.state()[:2] == ("签收", day(7))


def test_a_receipt_that_comes_late_does_not_undo_that_it_was_pressed(desk):
    desk.warn("222222222")
    desk.nights(0, 5)
    desk.receipt("反诈中心", 6, outcome="属实", fed_back_on=day(3))
    desk.night(6)
    assert desk.state()[:2] == ("反馈", day(3))
    assert ("督办", None, day(4), False) in desk.steps()


def test_nothing_of_an_earlier_night_is_rewritten(desk):
    desk.warn("33333")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", fed_back_on=day(1))
    desk.night(1)
    tables = ("step", "handling", "reply", "refused")
    before = {each: desk.rows(f"FROM intervene.{each} ORDER BY ALL") for each in tables}
    desk.receipt("反诈中心", 2, outcome="误报", fed_back_on=day(1))
    desk.night(2)
    for each, rows in before.items():
        assert desk.rows(f"FROM intervene.{each} WHERE as_of < ? ORDER BY ALL", [day(2)]) == rows
    again = {each: desk.rows(f"FROM intervene.{each} ORDER BY ALL") for each in tables}
    desk.night(2)
    assert {each: desk.rows(f"FROM intervene.{each} ORDER BY ALL") for each in tables} == again


def test_what_comes_after_the_closing_cannot_undo_it_whatever_day_it_is_about(desk):
    desk.warn("33x")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="已化解", fed_back_on=day(1))
    desk.nights(1, 4)
    assert desk.state()[0] == "销号"
    desk.receipt("反诈中心", 6, outcome="误报", fed_back_on=day(1))
    desk.receipt("反诈中心", 7, outcome="已化解", fed_back_on=day(1), post="值班岗")
    desk.nights(5, 7)
    assert desk.state() == ("销号", day(4), "已化解", day(4), None)
    assert [code for code, _ in desk.refused()] == ["closed"], "what is only said again is passed over"


def test_files_that_are_read_late_and_in_the_wrong_order_come_to_the_same_end(desk):
    """``known`` is the day in the file's name; the first warning's files are read as they come, the second's all on the last night."""
    late = "YJ-2026-000002"
    desk.warn("3" * 7)
    desk.warn("3" * 7, late)
    said = [
        (1, {"signed_on": day(1)}),
        (2, {"signed_on": day(1), "outcome": "无法核实", "fed_back_on": day(2)}),
        (4, {"outcome": "属实", "measure": "已整改", "fed_back_on": day(4)}),
        (5, {"step": "销号"}),
    ]
    desk.night(0)
    for known, cells in said:
        desk.receipt("反诈中心", known, **cells)
    desk.nights(1, 5)
    for known, cells in reversed(said):
        desk.receipt("反诈中心", known, late, **cells)
    desk.night(6)
    assert desk.state(late) == desk.state() == ("销号", day(5), "属实", day(5), "fanzha")
    assert desk.steps(late) == desk.steps()
    assert desk.refused() == []


def test_the_outcome_of_a_unit_that_works_along_is_not_the_leads_and_closes_nothing(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, outcome="误报", fed_back_on=day(1))
    desk.night(1)
    assert desk.state() == ("下发", day(0), None, None, None)
    desk.receipt("反诈中心", 2, signed_on=day(2), step="销号")
    desk.night(2)
    assert desk.state() == ("签收", day(2), None, None, None)
    assert [code for code, _ in desk.refused()] == ["no-outcome"]
