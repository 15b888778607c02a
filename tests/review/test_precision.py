"""How often a rule is right, and how the units work their lists."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from riskengine.model.share import wilson
from riskengine.review.precision import rule_precision, unit_work
from riskengine.review.report import review_report

FIRST = date(2026, 6, 10)


def day(n):
    return FIRST + timedelta(days=n)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Newcombe 1998, table I, method 3, and by hand
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_interval_against_published_values(hits, n, low, high):
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share_and_stays_a_share(pair):
    hits, n = pair
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12 and hits / n - 1e-12 <= high <= 1


def judged(ledger, *, outcomes, rules=("fraud-surge",), start=1):
    for n, outcome in enumerate(outcomes, start):
        id_ = f"YJ-2026-{n:06}"
        ledger.warn(id_, FIRST, "22", rules=rules, subject=f"S{n}")
        if outcome:
            ledger.receipt(id_, "反诈中心", day(1), outcome, signed=FIRST, fed_back=day(1))
    ledger.review(day(1))


def test_true_and_settled_count_for_a_rule_false_against_it_and_unclear_not_at_all(ledger):
    judged(ledger, outcomes=["属实", "已化解", "属实", "误报", "属实", "无法核实", None])
    (rule,) = rule_precision(ledger.con, day(1))
    assert (rule.rule, rule.title) == ("fraud-surge", "规则fraud-surge")
    assert (rule.warnings, rule.confirmed, rule.false, rule.unclear, rule.judged) == (7, 4, 1, 1, 5)
    assert rule.precision == pytest.approx(0.8)
    assert (rule.low, rule.high) == pytest.approx(wilson(4, 5))


def test_fewer_than_five_judged_warnings_say_nothing(ledger):
    judged(ledger, outcomes=["属实", "属实", "误报", "误报"])
    (rule,) = rule_precision(ledger.con, day(1))
    assert (rule.judged, rule.precision, rule.low) == (4, None, None)
    assert "样本不足" in review_report(ledger.con, day(1), ledger.rulebook).text()


def test_an_outcome_is_credited_to_every_rule_that_took_part(ledger):
    judged(ledger, outcomes=["属实"] * 5, rules=("fraud-surge", "fraud-share"))
    assert [(rule.rule, rule.confirmed) for rule in rule_precision(ledger.con, day(1))] == [
        ("fraud-share", 5),
        ("fraud-surge", 5),
    ]


def test_the_lead_units_word_counts_before_the_townships_and_its_newest_before_its_older(ledger):
    ledger.warn("YJ-2026-000001", FIRST, "222")
    ledger.receipt("YJ-2026-000001", "反诈中心", day(1), "属实")
    ledger.receipt("YJ-2026-000001", "清溪镇人民政府", day(2), "无法核实")
    ledger.review(day(2))
    assert rule_precision(ledger.con, day(2))[0].confirmed == 1
    ledger.receipt("YJ-2026-000001", "反诈中心", day(3), "误报")
    ledger.review(day(3))
    (rule,) = rule_precision(ledger.con, day(3))
    assert (rule.confirmed, rule.false, rule.unclear) == (0, 1, 0)
    assert rule_precision(ledger.con, day(2))[0].confirmed == 1, "an earlier night is told as it was"


def test_the_rule_that_cries_wolf_stands_first(ledger):
    judged(ledger, outcomes=["属实"] * 5, rules=("good",))
    ledger.con.execute("DELETE FROM review.night")
    judged(ledger, outcomes=["误报"] * 5, rules=("wolf",), start=10)
    judged_rules = [rule.rule for rule in rule_precision(ledger.con, day(1))]
    assert judged_rules == ["wolf", "good"]


def test_units_by_what_they_still_owe(ledger):
    ledger.warn("YJ-2026-000001", FIRST, "222222")  # due on day 3, nobody answers
    ledger.warn("YJ-2026-000002", FIRST, "222222", subject="B")  # the lead answers in time
    ledger.warn("YJ-2026-000003", FIRST, "222222", subject="C")  # the lead answers late
    ledger.warn("YJ-2026-000004", FIRST, "222x", subject="D")  # lifted: nobody waits any more
    ledger.receipt("YJ-2026-000001", "反诈中心", day(1), signed=day(1))
    ledger.receipt("YJ-2026-000002", "反诈中心", day(2), "属实", fed_back=day(2))
    ledger.receipt("YJ-2026-000003", "反诈中心", day(5), "已化解", fed_back=day(5))
    ledger.review(day(5))
    lead, township = sorted(unit_work(ledger.con, day(5)), key=lambda unit: unit.unit)
    assert (lead.delivered, lead.signed, lead.fed_back, lead.in_time, lead.overdue) == (4, 3, 2, 1, 1)
    assert (township.delivered, township.signed, township.fed_back, township.overdue) == (4, 0, 0, 1)


def test_the_time_to_sign_is_told_apart_from_the_clock_that_it_never_starts(ledger):
    for number, after in enumerate((0, 1, 4), start=1):
        ledger.warn(f"YJ-2026-00000{number}", FIRST, "222222", subject=str(number))  # due on day 3
        ledger.receipt(f"YJ-2026-00000{number}", "反诈中心", day(4), "属实", signed=day(after), fed_back=day(4))
    ledger.warn("YJ-2026-000004", FIRST, "222222", subject="4")  # never signed: no part of the median
    ledger.review(day(5))
    lead, township = sorted(unit_work(ledger.con, day(5)), key=lambda unit: unit.unit)
    assert (lead.sign_days, lead.in_time) == (1, 0), "signed late or early, the deadline is that of the delivery"
    assert township.sign_days is None
    assert review_report(ledger.con, day(5), ledger.rulebook).json()["units"][0]["sign_days"] == 1


def test_the_report_reads_in_chinese_and_as_plain_values(ledger):
    judged(ledger, outcomes=["属实", "已化解", "属实", "误报", "属实"])
    ledger.receipt("YJ-2026-000999", "反诈中心", day(2), "属实")
    ledger.review(day(2))
    report = review_report(ledger.con, day(2), ledger.rulebook)
    assert report.text().splitlines() == [
        "评估反馈（截至 2026-06-12，主办、协办的答复各计一条）：属实 3，已化解 1，误报 1",
        "规则查准率（属实与已化解占已核实的比例，95%区间；已核实不足5条的不评）",
        "  规则         名称             预警  属实或已化解  误报  无法核实  未答复  查准率  95%区间  按贡献  每确认1件要办",
        "  fraud-surge  规则fraud-surge     5             4     1         0       0     80%  38%–96%     80%  1.2件",
        "按主题、等级的查准率",
        "  按    名称          预警  属实或已化解  误报  无法核实  未答复  查准率  95%区间",
        "  主题  电信网络诈骗     5             4     1         0       0     80%  38%–96%",
        "  等级  橙               5             4     1         0       0     80%  38%–96%",
        "各单位的负担（新下发条数，含协办；花了多少时间不知道）",
        "  单位            下发  每周  最忙一周    在办  签收  答复  其中误报  误报率    95%区间",
        "  反诈中心           5  5.0   06-08起5条     0     5     5         1  20%       4%–62%",
        "  清溪镇人民政府     5  5.0   06-08起5条     0     0     0         0  样本不足",
        "误报的原因：声明的与实际的",
        "  规则         名称             误报  原因            规则声明过  单位写了",
        "  fraud-surge  规则fraud-surge     1  （没有写原因）                     1",
        "责任单位办理情况",
        "  单位            下发  已签收  签收用时(天)  已反馈  按期反馈  逾期未反馈",
        "  反诈中心           5       5  0                  5         5           0",
        "  清溪镇人民政府     5       0                     0         0           0",
        "未能采用的回执 1 条",
        "  回执/反诈中心预警清单.xlsx第6行：没有编号为“YJ-2026-000999”的预警。请从本单位最新清单核对预警编号后重新提交。",
    ]
    plain = report.json()
    assert plain["as_of"] == "2026-06-12" and plain["outcomes"] == {"属实": 3, "已化解": 1, "误报": 1}
    assert plain["rules"][0]["judged"] == 5 and plain["units"][0]["name"] == "反诈中心"


def test_the_report_can_be_taken_to_excel_with_nothing_that_computes(ledger, tmp_path):
    judged(ledger, outcomes=["属实"] * 4 + ["误报"])
    report = review_report(ledger.con, day(1), ledger.rulebook)
    report.write_excel(tmp_path / "评估反馈.xlsx")
    book = load_workbook(tmp_path / "评估反馈.xlsx")
    assert book.sheetnames == ["规则查准率", "按主题和等级", "单位负担", "误报原因", "单位办理", "未采用的回执"]
    rows = list(book["规则查准率"].values)
    head = (
        "规则",
        "名称",
        "预警",
        "属实或已化解",
        "误报",
        "无法核实",
        "未答复",
        "查准率",
        "95%区间",
        "按贡献",
        "每确认1件要办",
    )
    assert rows[0] == head
    assert rows[1][2:] == (5, 4, 1, 0, 0, "80%", "38%–96%", "80%", "1.2件")
