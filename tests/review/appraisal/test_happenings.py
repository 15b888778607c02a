"""What else costs points, against whom, and that every deduction leads to a row that is there."""

from __future__ import annotations

import pytest

from riskengine.model.appraisal import COUNTED
from tests.review.appraisal.march import March, day

ONE, TWO = "YJ-2026-000001", "YJ-2026-000002"
LEAD = (("fanzha", "主办"),)
BOTH = (("fanzha", "主办"), ("town-01", "协办"))


def test_an_objection_costs_points_only_past_its_clock_or_again_after_a_refusal(march):
    for id_ in (ONE, TWO, "YJ-2026-000003"):
        march.warn(id_, units=LEAD)
    march.objected(ONE, 2, "不接受", 4)
    march.objected(TWO, 12, "过期", 12)
    march.objected("YJ-2026-000003", 1, "接受", 2)
    assert [each.hit.id for each in march.entries("objections")] == [TWO]
    march.objected(ONE, 6, "不接受", 8)
    assert [(each.hit.id, each.hit.on) for each in march.entries("objections")] == [(ONE, day(6)), (TWO, day(12))]


def test_pressed_counts_once_a_warning_against_whoever_led_that_day(march):
    march.warn(ONE, until=5, units=LEAD)
    march.con.execute("DELETE FROM assess.warning")
    march.warn(ONE, first=6, units=(("town-01", "主办"),))
    for nth, on in ((3, 8), (4, 20)):
        march.put(
            "intervene.step",
            as_of=on,
            id=ONE,
            nth=nth,
            step="督办",
            state="督办",
            role="引擎",
            on_day=on,
            implied=False,
        )
    march.put(
        "intervene.rung",
        as_of=9,
        ladder="late",
        rung=1,
        id=ONE,
        unit="zongzhi",
        paper="督办函",
        number="综治督办〔2026〕1号",
    )
    march.put(
        "intervene.rung", as_of=9, ladder="hint", rung=1, id=ONE, unit="town-01", paper="风险提示函", number="1号"
    )
    [entry] = march.entries("pressed")
    assert (entry.hit.unit, entry.hit.on) == ("town-01", day(8))
    assert (
        entry.hit.says
        == "990100101（电信网络诈骗）：2026-03-10督办、2026-03-11督办函（综治督办〔2026〕1号）、2026-03-22督办"
    )


def test_a_press_that_was_taken_back_is_none(march):
    march.warn(ONE, units=LEAD)
    for on, step in ((8, "督办"), (9, "作废")):
        march.put("intervene.step", as_of=on, id=ONE, nth=3, step=step, role="引擎", on_day=8, implied=False)
    assert march.cost("pressed") == []


def test_a_rebound_counts_against_the_unit_that_closed(march):
    march.warn(ONE, until=9, units=LEAD)
    march.warn(TWO, first=20, units=(("town-01", "主办"),))
    march.put("review.rebound", as_of=20, id=TWO, of_id=ONE, unit="fanzha", days=11, level=2, raised_to=1, veto=False)
    [entry] = march.entries("rebound")
    assert (entry.hit.unit, entry.hit.id) == ("fanzha", ONE)
    assert entry.hit.says == "990100101（电信网络诈骗）：YJ-2026-000001销号后11天再次出现（YJ-2026-000002）"
    assert march.cost("veto", points=0, most=0) == []


def test_what_was_closed_as_a_false_alarm_and_comes_again_costs_nothing(march):
    march.warn(ONE, until=9)
    march.put("review.rebound", as_of=20, id=TWO, of_id=ONE, unit="fanzha", days=11, veto=False, outcome="误报")
    assert march.cost("rebound") == [("fanzha", 0.0, "按误报销号后再次预警，该改的是规则，不扣分")]


def test_a_veto_comes_from_a_rebound_or_from_an_indicator(march):
    march.put("review.rebound", as_of=20, id=TWO, of_id="整治01", unit="town-01", days=40, veto=True)
    mark(march, "unit", "fanzha", veto=True)
    sheet = march.sheet({"counts": "veto", "points": 0, "most": 0})
    assert {each.unit for each in sheet.standings if each.veto} == {"fanzha", "town-01"}
    assert [each.hit.source.table for each in sheet.entries] == ["assess.mark", "review.rebound"]


def mark(
    march: March,
    scope: str,
    code: str,
    *,
    on: int = 29,
    veto: bool = False,
    deducted: float = 1.5,
    period: str = "2026-02",
) -> None:
    march.put(
        "assess.mark", as_of=on, scope=scope, code=code, indicator="fraud-filings", deducted=deducted, veto=veto,
        why=f'{{"period": "{period}", "says": "诈骗立案：超过目标，扣{deducted}分"}}',
    )  # fmt: skip


def test_indicators_go_in_as_one_part_as_they_stood_last(march):
    mark(march, "unit", "fanzha", on=5, deducted=9)
    mark(march, "unit", "fanzha", deducted=1.5)
    mark(march, "place", "990100101", deducted=0.5)
    mark(march, "place", "990100102", deducted=0.7)  # nobody's town
    mark(march, "unit", "town-01", deducted=3, period="2025-12")
    assert march.cost("indicators", points=2) == [("fanzha", 3.0, None), ("town-01", 1.0, None)]
    assert march.cost("indicators", as_of=day(6)) == [("fanzha", 9.0, None)]


def receipt(march: March, row: int, code: str, key: str = ONE, on: int = 8) -> None:
    march.put(
        "sense.receipt",
        known_at=day(on),
        retracted=False,
        file_id=1,
        row_no=row,
        key=f"{key}|反诈中心",
        unit="反诈中心",
        occurred_on=day(on),
    )
    march.put("intervene.refused", as_of=on, file_id=1, row_no=row, code=code, message=f"第{row}行：日期早于下发")


def test_refused_receipts_cost_their_unit_but_not_those_of_drills_and_samples(march):
    receipt(march, 4, "before-delivery")
    receipt(march, 5, "wrong-unit")
    for row, key in ((6, "YL-2026-000001"), (7, "CJ-2026-000001"), (8, "HK-2026-000001")):
        receipt(march, row, "before-delivery", key)
    assert march.cost("refused") == [("fanzha", 1.0, None)] * 2
    assert march.cost("refused", codes=["wrong-unit"]) == [("fanzha", 1.0, None)]


def silent(march: March, first: int, last: int, source: str = "fraud", last_on: int = 0) -> None:
    for night in range(first, last + 1):
        march.put(
            "sense.silence", as_of=night, source=source, kind="fraud", unit="fanzha", place="990100101", last_on=last_on,
            days=night - last_on, whole_source=False, message=f"「案件」已{night - last_on}天没有记录。",
        )  # fmt: skip


def test_a_silence_is_one_omission_however_many_nights_it_lasts(march):
    silent(march, 5, 9)
    silent(march, 20, 21, last_on=15)
    [entry] = march.entries("late-returns", over=3)
    assert (entry.hit.days, entry.hit.on, entry.hit.source.as_of) == (5, day(5), day(9))
    assert entry.hit.says == "「案件」已9天没有记录。共5夜（2026-03-07至2026-03-11）"
    assert len(march.entries("late-returns")) == 2


def test_a_silence_that_was_no_omission_costs_nothing(march):
    """Good reporters must not look bad: nothing happened, and somebody went to see."""
    silent(march, 5, 9)
    march.warn(ONE, first=5, until=9, theme="数据报送", subject_type="unit", subject="fanzha", units=LEAD)
    march.said(ONE, fed_back=8, outcome="误报")
    assert march.cost("late-returns") == [("fanzha", 0.0, f"已核实确无情况可报（{ONE}），不扣分")]


def looked_back(march: March, outcome: str) -> None:
    march.warn(ONE, until=5, units=LEAD)
    march.put("review.doubt", as_of=6, id=ONE, unit="fanzha", closed_on=5, reasons=["太快"], says="下发当天就销号。")
    for night in range(7, 12):
        march.put(
            "intervene.errand", as_of=night, id="HK-2026-000001", kind="回头看", unit="zongzhi", about=ONE, due=17
        )
    march.said("HK-2026-000001", "zongzhi", fed_back=11, outcome=outcome)


@pytest.mark.parametrize(("outcome", "times"), [("属实", 1), ("已化解", 0), ("无法核实", 0)])
def test_a_closing_is_false_only_where_a_look_back_found_the_problem_there(march, outcome, times):
    looked_back(march, outcome)
    found = march.entries("false-closing")
    assert [each.hit.unit for each in found] == ["fanzha"] * times
    if times:
        assert "回头看（HK-2026-000001）核实问题仍在。下发当天就销号。" in found[0].hit.says


def test_every_deduction_leads_to_rows_that_exist(march):
    march.warn(ONE, units=BOTH)
    march.warn(TWO, first=20, units=LEAD)
    looked_back_rows(march)
    kinds = COUNTED
    sheet = march.sheet(
        *({"counts": each, **({"points": 0, "most": 0} if each == "veto" else {"most": 5})} for each in kinds)
    )
    assert {each.hit.counts for each in sheet.entries} == set(kinds)
    for entry in sheet.entries:
        source = entry.hit.source
        where = {"assess.mark": "indicator = ?", "sense.silence": "source = ?", "review.rebound": "of_id = ?"}.get(
            source.table, "id = ?"
        )
        where = "file_id || '/' || row_no = ?" if source.table == "intervene.refused" else where
        found = march.con.execute(
            f"SELECT count(*) FROM {source.table} WHERE as_of = ? AND {where}", [source.as_of, source.id]
        )
        assert found.fetchone() != (0,), entry


def test_a_past_night_is_told_the_same_after_all_that_came_later(march):
    march.warn(ONE, units=BOTH)
    march.warn(TWO, first=20, units=LEAD)
    looked_back_rows(march)
    march.said(ONE, signed=1, fed_back=1, outcome="属实", known=14)
    items = [{"counts": each, **({"points": 0, "most": 0} if each == "veto" else {"most": 5})} for each in COUNTED]
    before = march.sheet(*items, as_of=day(12))
    tables = march.con.execute(
        "SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() WHERE column_name = 'as_of' "
        "AND schema_name IN ('sense', 'assess', 'intervene', 'review')"
    )
    for (table,) in tables.fetchall():
        march.con.execute(f"DELETE FROM {table} WHERE as_of > ?", [day(12)])
    assert march.sheet(*items, as_of=day(12)) == before
    assert {each.hit.counts for each in before.entries} == {
        "late-signing", "overdue", "unanswered", "pressed", "refused", "late-returns", "false-closing", "objections",
    }  # fmt: skip


def looked_back_rows(march: March) -> None:
    march.put("review.doubt", as_of=6, id=ONE, unit="fanzha", closed_on=5, reasons=["太快"], says="下发当天就销号。")
    march.put("intervene.errand", as_of=7, id="HK-2026-000001", kind="回头看", unit="zongzhi", about=ONE, due=17)
    march.said("HK-2026-000001", "zongzhi", fed_back=11, outcome="属实")
    march.put("intervene.step", as_of=8, id=ONE, nth=3, step="督办", role="引擎", on_day=8, implied=False)
    march.put("review.rebound", as_of=20, id=TWO, of_id=ONE, unit="fanzha", days=11, veto=True)
    march.objected(ONE, 12, "过期", 12, unit="town-01")
    receipt(march, 40, "wrong-unit")
    silent(march, 5, 9)
    mark(march, "unit", "fanzha")
