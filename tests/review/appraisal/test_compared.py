"""Units by shares, towns by residents: what is small is marked, and nobody looks worse for reporting well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest

from riskengine.exchange.appraisal import workbook
from riskengine.model.source import Reports, Source
from riskengine.review.appraisal.noun import PlaceRate, UnitShares
from riskengine.review.appraisal.sheet import appraise
from riskengine.review.appraisal.wording import place_cells
from riskengine.standings.appraisal import record, text, unit_text
from tests.review.appraisal.march import NIGHT, March, rules, told

LEAD = (("fanzha", "主办"),)
BOTH = (("fanzha", "主办"), ("town-01", "协办"))
QINGXI, BAISHI = "990100101", "990100102"
LONG_AGO, YEAR = date(2025, 1, 1), date(2026, 1, 1)


def shares(march: March, unit: str) -> UnitShares:
    return next(each for each in march.sheet().shares if each.unit == unit)


def rates(march: March, kind: str = "incident", **more: object) -> dict[str, PlaceRate]:
    sheet = march.sheet(kinds=[kind], **more)
    return {each.place: each for each in sheet.places if each.kind == kind}


def test_a_department_is_compared_by_shares_of_what_it_was_given(march):
    for n in range(6):
        id_ = f"YJ-2026-00000{n}"
        march.warn(id_, units=LEAD)
        if n < 5:
            march.said(id_, signed=1, fed_back=2 if n < 3 else 9, outcome="属实" if n else "误报")
    found = shares(march, "fanzha")
    assert (found.signed, found.in_time, found.answered, found.confirmed) == ((5, 6), (3, 6), (5, 6), (4, 5))
    assert (found.rank, found.tied) == (1, False)


def test_a_warning_that_left_the_list_before_its_deadline_is_nobodys_delay(march):
    for n, until in enumerate((2, 3, 4)):  # due on day 3
        march.warn(f"YJ-2026-00000{n}", until=until, units=LEAD)
    found = shares(march, "fanzha")
    assert (found.signed, found.in_time, found.answered) == ((0, 3), (0, 1), (0, 1))


def test_along_is_measured_by_what_it_answered_itself(march):
    for n in range(6):
        march.warn(f"YJ-2026-00000{n}", units=BOTH)
    march.said("YJ-2026-000000", fed_back=2, outcome="属实")
    march.said("YJ-2026-000001", "town-01", fed_back=9, outcome="属实")
    assert shares(march, "town-01").in_time == (0, 1) and shares(march, "fanzha").in_time == (1, 6)


def test_what_was_objected_to_counts_neither_way(march):
    march.warn("YJ-2026-000001", units=LEAD)
    march.objected("YJ-2026-000001", 1, "接受", 2)
    assert all(each.unit != "fanzha" for each in march.sheet().shares)


def test_a_closing_that_came_back_counts_until_it_is_undone(march):
    for id_ in ("YJ-2026-000001", "YJ-2026-000002"):
        march.warn(id_, until=9, units=LEAD)
        march.put("review.watch", as_of=9, id=id_, unit="fanzha", kind="办理", closed_on=9, until=39, veto=False)
    march.put("review.rebound", as_of=20, id="x", of_id="YJ-2026-000001", unit="fanzha", days=11, veto=False)
    assert shares(march, "fanzha").back == (1, 2)
    march.put("intervene.handling", as_of=25, id="YJ-2026-000002", state="处置", since=25)
    assert shares(march, "fanzha").back == (1, 1)


def test_a_closing_is_counted_by_its_own_rebound_and_a_false_one_by_none(march):
    march.warn("YJ-2026-000001", until=9, units=LEAD)
    for closed in (9, 25):
        march.put(
            "review.watch",
            as_of=closed,
            id="YJ-2026-000001",
            unit="fanzha",
            kind="办理",
            closed_on=closed,
            until=89,
            veto=False,
        )
    march.put(
        "review.watch",
        as_of=9,
        id="YJ-2026-000002",
        unit="fanzha",
        kind="办理",
        closed_on=9,
        until=89,
        veto=False,
        outcome="误报",
    )
    march.put(
        "review.rebound", as_of=20, id="x", of_id="YJ-2026-000001", unit="fanzha", days=11, veto=False, closed_on=9
    )
    march.put(
        "review.rebound",
        as_of=20,
        id="y",
        of_id="YJ-2026-000002",
        unit="fanzha",
        days=11,
        veto=False,
        closed_on=9,
        outcome="误报",
    )
    assert shares(march, "fanzha").back == (1, 2)


def test_nights_without_a_silent_report_are_of_all_nights_of_the_year(march):
    for n in range(10):
        march.put("sense.night", as_of=n)
    for n in (3, 4):
        march.put(
            "sense.silence",
            as_of=n,
            source="fraud",
            kind="incident",
            unit="fanzha",
            place=QINGXI,
            last_on=0,
            days=n,
            whole_source=False,
        )
    assert shares(march, "fanzha").returns == (8, 10)
    found = rates(march)
    assert found[QINGXI].returns == (8, 10) and found[BAISHI].returns == (10, 10)


def test_a_small_town_is_ranked_by_its_residents_not_by_its_count(march):
    told(march, "incident", "incidents", QINGXI, LONG_AGO, NIGHT, every=3)  # 50,000 residents
    told(march, "incident", "incidents", BAISHI, LONG_AGO, NIGHT, every=10)  # 10,000 residents
    found = rates(march)
    assert [(each.count, each.rate, each.rank, each.fair_rank) for each in (found[QINGXI], found[BAISHI])] == [
        (30, 6.0, 2, 2),
        (9, 9.0, 1, 1),
    ]


def test_few_records_are_shown_with_their_interval_and_not_ranked(march):
    told(march, "incident", "incidents", BAISHI, date(2026, 3, 1), date(2026, 3, 4))
    found = rates(march)[BAISHI]
    assert (found.count, found.small, found.rank, found.fair_rank) == (4, True, None, None)
    assert found.low is not None and found.high is not None and found.low < 4.0 < found.high


def test_screening_well_makes_no_town_look_worse(march):
    told(march, "dispute", "petitions-of-the-town", QINGXI, LONG_AGO, NIGHT, every=10)
    told(march, "dispute", "petitions-of-the-town", BAISHI, LONG_AGO, NIGHT, every=10)
    told(march, "dispute", "screening", BAISHI, LONG_AGO, NIGHT)
    told(march, "dispute", "petitions-of-the-town", QINGXI, YEAR, NIGHT, reporter="清溪")
    found = rates(march, "dispute", own=["screening"])
    assert (found[BAISHI].count, found[BAISHI].own, found[BAISHI].fair) == (99, 90, 9.0)
    assert (found[QINGXI].count, found[QINGXI].own, found[QINGXI].fair) == (99, 90, 1.8)


def test_a_new_channel_is_marked_and_the_town_compared_without_it(march):
    told(march, "incident", "incidents", QINGXI, LONG_AGO, NIGHT, every=5)
    told(march, "incident", "incidents", BAISHI, LONG_AGO, NIGHT, every=5)
    told(march, "incident", "hotline", BAISHI, date(2026, 2, 1), NIGHT)
    found = rates(march)
    [channel] = found[BAISHI].channels
    assert (channel.source, channel.since, channel.days, channel.before, channel.after) == (
        "hotline",
        date(2026, 2, 1),
        59,
        12,
        70,
    )
    assert (found[BAISHI].count, found[BAISHI].new, found[BAISHI].rate, found[BAISHI].fair) == (77, 59, 77.0, 18.0)
    assert found[QINGXI].channels == ()


def test_a_source_that_changes_nothing_is_no_new_channel(march):
    """A second source that tells what the first one told before it, and one that is too young to say."""
    told(march, "incident", "incidents", BAISHI, LONG_AGO, date(2026, 1, 31))
    told(march, "incident", "incidents-new-layout", BAISHI, date(2026, 2, 1), NIGHT)
    told(march, "incident", "hotline", BAISHI, NIGHT - timedelta(20), NIGHT)
    assert rates(march)[BAISHI].channels == ()


def test_a_town_without_a_number_of_residents_has_counts_and_no_rate(march):
    told(march, "incident", "incidents", BAISHI, YEAR, NIGHT)
    book = rules(kinds=["incident"])
    book = replace(book, places=tuple(replace_population(each) for each in book.places))
    sheet = appraise(march.con, book, 2026, NIGHT)
    found = next(each for each in sheet.places if each.place == BAISHI and each.kind == "incident")
    assert (found.count, found.rate, found.rank) == (90, None, None)
    assert "没有人口数，不算每万人" in place_cells(sheet, found)


@pytest.mark.parametrize("order", [1, -1])
def test_the_residents_of_the_day_count_whatever_order_the_rows_stand_in(march, order):
    told(march, "incident", "incidents", BAISHI, date(2026, 3, 1), NIGHT)
    book = rules(kinds=["incident"])
    town = next(each for each in book.places if each.code == BAISHI)
    history = [
        town.model_copy(update={"population": number, "valid_from": since})
        for number, since in ((8_000, None), (10_000, YEAR), (50_000, date(2027, 1, 1)))
    ]
    others = [each for each in book.places if each.code != BAISHI]
    sheet = appraise(march.con, replace(book, places=(*others, *history[::order])), 2026, NIGHT)
    assert next(each for each in sheet.places if each.place == BAISHI).residents == 10_000


def replace_population(place):
    return place.model_copy(update={"population": None})


def county(march: March):
    """Three units' March with a new channel, as a sheet."""
    for n in range(5):
        march.warn(f"YJ-2026-00000{n}", units=BOTH)
        march.said(f"YJ-2026-00000{n}", signed=2, fed_back=3 if n < 4 else 14, outcome="属实")
    march.objected("YJ-2026-000003", 1, "接受", 2, unit="town-01")
    for n in range(30):
        march.put("sense.night", as_of=n)
    told(march, "incident", "incidents", QINGXI, LONG_AGO, NIGHT, every=5)
    told(march, "incident", "hotline", QINGXI, date(2026, 2, 1), NIGHT)
    source = Source(
        source="hotline",
        title="12345工单",
        kind="incident",
        files=("x.csv",),
        fields={},
        reports=Reports(unit="fanzha", every=7),
    )
    book = rules(
        {"counts": "late-signing", "over": 2, "points": 0.5},
        {"counts": "overdue", "roles": ["主办"], "every": 10},
        kinds=["incident"],
        least=5,
    )
    return appraise(march.con, replace(book, sources={"hotline": source}), 2026, NIGHT)


COUNTY = """\
2026年单位考核（截至 2026-03-31）：总分100分，逐项扣分

【县直部门】
  名次   县直部门  得分  派件  逾期办理
  第1名  反诈中心    98     5        -2

【乡镇街道】
  名次   乡镇街道        得分  派件  签收超时
  第1名  清溪镇人民政府    98     5        -2

【办理情况，按占比比较（不按人口）】
  单位            按期反馈    95%区间  名次  已签收       已反馈       属实或化解   销号后反弹  数据按时
  反诈中心        80%（4/5）  38%–96%  1     100%（5/5）  100%（5/5）  100%（5/5）  —           100%（30/30）
  清溪镇人民政府  —                          0/4（样本不足）  —            —            —           —

  清溪镇：警情，新增报送渠道：12345工单自2026-02-01起（此前59天12件，此后59天70件）
  这些乡镇件数增多，先看新增的报送渠道，不要先说情况变差。

每一分扣在哪里：riskengine appraise --unit 单位；乡镇按万人口的比较：--out 文件夹，看考核表的“可比情况”。"""


def test_the_sheet_reads_like_this(march):
    assert text(county(march)).replace(" ", "") == COUNTY.replace(" ", "")


UNIT = """\
反诈中心 2026年考核（截至 2026-03-31）：100－2＝98分，第1名

【签收超时】没有

【逾期办理】扣2分（最多20分）
  2026-03-06 扣2分  990100101（电信网络诈骗，主办）：2026-03-05到期，2026-03-16反馈，逾期11天。〔
      YJ-2026-000004，回执/反诈中心预警清单.xlsx 第8行〕"""


def test_a_unit_reads_where_each_point_went(march):
    assert unit_text(county(march), "fanzha") == UNIT


def test_the_workbook_is_the_same_bytes_and_holds_every_deduction(march):
    sheet = county(march)
    content = workbook(sheet)
    assert workbook(sheet) == content
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["总表", "扣分明细", "可比情况", "可比情况（乡镇）", "说明"]
    lines = [[cell.value for cell in row] for row in book["扣分明细"].iter_rows(min_row=4)]
    assert {name: sum(row[2] for row in lines if row[0] == name) for name in ("反诈中心", "清溪镇人民政府")} == {
        "反诈中心": 2,
        "清溪镇人民政府": 2,
    }
    assert [row[8] for row in lines if row[8]] == ["退回已接受，不扣分"]
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)
    told = record(sheet, "town-01")
    assert [each["deducted"] for each in told["deductions"]] == [0.5, 0.5, 0.5, 0.0, 0.5]
    assert told["deductions"][0]["source"] == {"table": "intervene.duty", "as_of": "2026-03-31", "id": "YJ-2026-000000"}
