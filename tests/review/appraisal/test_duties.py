"""Late signing, overdue handling, no answer: what costs points, what never does, and only what the night knew."""

from __future__ import annotations

from datetime import date

import pytest

from tests.review.appraisal.march import NIGHT, day

ONE, TWO = "YJ-2026-000001", "YJ-2026-000002"
LEAD = (("fanzha", "主办"),)
BOTH = (("fanzha", "主办"), ("town-01", "协办"))


def test_signing_is_late_from_the_first_day_over_and_says_how_late(march):
    march.warn(ONE, units=LEAD)
    march.said(ONE, signed=7)
    [entry] = march.entries("late-signing", over=2)
    assert (entry.hit.unit, entry.hit.on, entry.hit.days, entry.deducted) == ("fanzha", day(3), 7, 1.0)
    assert entry.hit.says == "990100101（电信网络诈骗，主办）：2026-03-02下发，2026-03-09签收，用了7天，超过规定的2天"
    assert entry.hit.file == "回执/反诈中心预警清单.xlsx 第4行"


def test_working_days_let_the_weekend_pass(march):
    march.warn(ONE, first=4, units=LEAD)  # Friday
    march.said(ONE, signed=8)  # Tuesday
    assert march.cost("late-signing", over=2) == [("fanzha", 1.0, None)]
    assert march.cost("late-signing", over=2, unit="workdays") == []


def test_a_warning_that_was_never_signed_is_late_until_it_left_the_list(march):
    march.warn(ONE, until=5, units=LEAD)
    march.warn(TWO, units=LEAD)
    first, second = march.entries("late-signing", over=2)
    assert "到2026-03-07为止5天没有签收" in first.hit.says and "至今29天没有签收" in second.hit.says


def test_overdue_is_what_came_after_the_deadline_or_not_at_all(march):
    march.warn(ONE, units=LEAD)  # due on 5 March
    march.warn(TWO, units=LEAD)
    march.said(ONE, signed=1, fed_back=10, outcome="属实")
    assert [(each.hit.days, each.hit.on) for each in march.entries("overdue")] == [(7, day(4)), (26, day(4))]


def test_along_is_not_late_where_the_lead_has_answered(march):
    march.warn(ONE, units=BOTH)
    march.said(ONE, fed_back=2, outcome="属实")
    assert march.cost("overdue") == []
    march.warn(TWO, units=BOTH)
    assert march.cost("overdue", roles=["主办"]) == [("fanzha", 1.0, None)]
    assert [unit for unit, *_ in march.cost("overdue")] == ["fanzha", "town-01"]


def test_an_approved_extension_never_costs_points(march):
    """The deadline is the one of the newest list, into which the extension went."""
    march.warn(ONE, units=LEAD)
    march.said(ONE, fed_back=10, outcome="属实")
    assert march.cost("overdue") == [("fanzha", 1.0, None)]
    march.con.execute("UPDATE intervene.duty SET deadline = ? WHERE as_of > ?", [day(12), day(10)])
    march.put(
        "intervene.leave", as_of=11, id=ONE, unit="fanzha", kind="延期", amount=9, approver="综治中心", reason="待鉴定"
    )
    assert march.cost("overdue") == []


def test_a_deadline_that_was_tightened_after_the_answer_makes_no_answer_late(march):
    march.warn(ONE, units=LEAD, deadline=day(12))
    march.said(ONE, fed_back=10, outcome="属实")
    march.con.execute("UPDATE intervene.duty SET deadline = ? WHERE as_of > ?", [day(4), day(10)])
    assert march.cost("overdue") == []


def test_a_provisional_deadline_costs_nothing_yet_and_is_shown(march):
    march.warn(ONE, units=LEAD)
    march.con.execute("UPDATE intervene.duty SET provisional = TRUE")
    assert march.cost("overdue") == [("fanzha", 0.0, "期限暂定（放假安排还没有公布），暂不扣分")]


@pytest.mark.parametrize(("decided", "note"), [("接受", "退回已接受，不扣分"), ("待定", "退回还没有答复，暂不扣分")])
@pytest.mark.parametrize("counts", ["late-signing", "overdue", "unanswered"])
def test_an_objection_that_was_accepted_or_waits_costs_nothing(march, counts, decided, note):
    march.warn(ONE, units=LEAD)
    march.objected(ONE, 2, decided, 6 if decided == "接受" else None)
    assert march.cost(counts) == [("fanzha", 0.0, note)]


def test_the_days_that_were_needed_to_refuse_an_objection_are_not_the_units(march):
    march.warn(ONE, units=LEAD)  # due on day 3
    march.objected(ONE, 2, "不接受", 9)
    march.said(ONE, fed_back=10, outcome="属实")
    assert march.cost("overdue") == []
    march.con.execute("UPDATE intervene.reply SET fed_back_on = ?", [day(11)])
    assert march.cost("overdue") == [("fanzha", 1.0, None)]


def test_unanswered_is_past_the_days_that_are_let_pass(march):
    march.warn(ONE, units=LEAD)
    march.said(ONE, signed=1)
    [entry] = march.entries("unanswered", over=15)
    assert entry.hit.on == day(3 + 16) and "26天没有反馈核查结果，超过规定的15天" in entry.hit.says
    assert march.cost("unanswered", over=26) == []


def test_a_closed_handling_is_owed_no_longer(march):
    march.warn(ONE, units=LEAD)
    march.put(
        "intervene.handling", as_of=9, id=ONE, state="销号", since=9, outcome="已化解", closed_on=9, closed_by="fanzha"
    )
    [entry] = march.entries("overdue")
    assert entry.hit.days == 6
    march.put("intervene.handling", as_of=20, id=ONE, state="下发", since=20)  # 反弹: it is owed again
    assert march.entries("overdue")[0].hit.days == 26


def test_drills_samples_and_look_backs_are_nobodys_omission(march):
    for id_, kind in (("YL-2026-000001", "演练"), ("CJ-2026-000001", "抽查"), ("HK-2026-000001", "回头看")):
        march.put("intervene.errand", as_of=0, id=id_, kind=kind, unit="fanzha", about="x", due=3)
        march.put(
            "intervene.duty", as_of=0, id=id_, unit="fanzha", role="主办", level=2, delivered_on=day(0), deadline=day(3)
        )
    items = [{"counts": counts} for counts in ("late-signing", "overdue", "unanswered")]
    sheet = march.sheet(*items)
    assert sheet.entries == () and sheet.standings[0].warnings == 0


def test_only_what_the_night_knew_counts(march):
    march.warn(ONE, units=LEAD)
    march.said(ONE, signed=2, fed_back=2, outcome="属实", known=15)  # on time, but the receipt came late
    assert march.cost("overdue", as_of=day(14)) == [("fanzha", 1.0, None)]
    assert march.cost("overdue", as_of=day(15)) == []
    assert march.cost("overdue", as_of=day(3)) == []


def test_an_omission_belongs_to_the_year_of_its_first_day_over(march):
    march.warn(ONE, first=-63, until=-53, units=LEAD, deadline=date(2025, 12, 31))
    assert march.cost("overdue") == [("fanzha", 1.0, None)]
    assert march.cost("overdue", year=2025) == []
    assert march.cost("late-signing", year=2025, over=1) == [("fanzha", 1.0, None)]


def test_nothing_to_assess_costs_nothing(march):
    sheet = march.sheet(*({"counts": each, "most": 5} for each in ("overdue", "refused", "indicators")))
    assert sheet.entries == () and {each.score for each in sheet.standings} == {100}
    assert sheet.as_of == NIGHT
