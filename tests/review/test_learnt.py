"""Lead time, burden, false causes, labelled history; and what ``riskengine review`` prints of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from riskengine.model.learning import Learning
from riskengine.model.rule import Rule
from riskengine.model.share import wilson
from riskengine.review.burden import unit_burdens
from riskengine.review.causes import cause_records
from riskengine.review.credit import lay_out_credit
from riskengine.review.labelled import labelled
from riskengine.review.lead import lead_times
from riskengine.review.report import review_report

FIRST = date(2026, 6, 1)  # a Monday


def day(n):
    return FIRST + timedelta(days=n)


def rule(id_, *causes):
    return Rule.model_validate(
        {
            "id": id_,
            "title": f"规则{id_}",
            "theme": "电信网络诈骗",
            "subject": "town",
            "when": "起数 >= 5",
            "score": [{"feature": "起数", "of": "起数", "bands": [[None, None, 40]], "says": "起数{起数}"}],
            "basis": "县平安建设工作要点",
            "action": "核实近七日案件。",
            "false_causes": list(causes),
        }
    )


def with_rules(ledger, *rules, **learning):
    return replace(ledger.rulebook, rules={each.id: each for each in rules}, learning=Learning(**learning))


def seen(*days):
    rows = [["A-1", each.isoformat()] for each in days]
    return json.dumps([{"rule": "fraud-surge", "kind": "fraud", "columns": ["编号", "日期"], "rows": rows}])


def test_lead_time_is_counted_from_the_first_delivery_to_the_next_record_and_to_the_answer(ledger):
    """To the next record: 2, 4, none; to the answer: 3, 5, 10 days."""
    for n, (records, answer) in enumerate((((day(-1), day(2)), 3), ((day(4), day(9)), 5), ((day(0),), 10))):
        ledger.warn(f"YJ-{n}", FIRST, "22", subject=f"S{n}", evidence=seen(*records))
        ledger.reply(f"YJ-{n}", "fanzha", day(11), "属实", fed_back_on=day(answer))
    ledger.con.execute(  # a unit that came along later was told later
        "INSERT INTO intervene.duty SELECT * REPLACE ('zhian' AS unit, ?::DATE AS delivered_on) FROM intervene.duty WHERE as_of = ?",
        [day(1), day(1)],
    )
    ledger.warn("YJ-9", FIRST, "22", subject="false", evidence=seen(day(1)))
    ledger.reply("YJ-9", "fanzha", day(2), "误报")
    lay_out_credit(ledger.con, day(12))
    (lead,) = lead_times(ledger.con, day(12), 2)
    assert (lead.rule, lead.confirmed) == ("fraud-surge", 3)
    assert (lead.to_record.n, lead.to_record.first, lead.to_record.median, lead.to_record.third) == (2, 2.5, 3, 3.5)
    assert (lead.to_answer.n, lead.to_answer.first, lead.to_answer.median, lead.to_answer.third) == (3, 4, 5, 7.5)
    assert lead_times(ledger.con, day(12), 3)[0].to_record.median is None


def test_burden_is_counted_in_lines_by_the_week_of_their_first_delivery(ledger):
    for n, first in enumerate((day(0), day(6), day(7), day(14))):
        ledger.warn(f"YJ-{n}", first, "22", subject=f"S{n}")
    for n, outcome in enumerate(("误报", "属实", "无法核实")):
        ledger.reply(f"YJ-{n}", "fanzha", day(15), outcome)
    ledger.reply("YJ-3", "town-01", day(15), None, signed_on=day(15))
    lead, township = unit_burdens(ledger.con, day(15), 2)
    assert lead.weeks == {day(0): 2, day(7): 1, day(14): 1} and lead.busiest == (day(0), 2)
    assert replace(lead, weeks={day(7): 2, day(0): 2}).busiest == (day(0), 2), "the first of two that are as busy"
    assert (lead.lines, lead.standing, lead.signed, lead.answered) == (4, 1, 3, 3)
    assert lead.per_week == pytest.approx(4 / 3)
    assert (lead.judged, lead.false, lead.share) == (2, 1, 0.5)
    assert (lead.low, lead.high) == pytest.approx(wilson(1, 2))
    assert (township.unit, township.signed, township.answered, township.share) == ("town-01", 1, 0, None)
    assert unit_burdens(ledger.con, day(15), 2, since=day(7))[0].lines == 2


def test_declared_false_causes_against_the_given_ones(ledger):
    book = with_rules(ledger, rule("surge", "集中录入往期案件", "同一案件重复登记"), rule("loss", "大额案件撤案"))
    given = ["集中录入往期案件", "集中录入往期案件。", "区划调整", "区划调整", "区划调整", None]
    for n, cause in enumerate(given):
        rules = ("surge", "loss") if n == 5 else ("surge",)
        ledger.warn(f"YJ-{n}", FIRST, "22", subject=f"S{n}", rules=rules)
        ledger.reply(f"YJ-{n}", "fanzha", day(1), "误报", cause=cause)
    ledger.warn("YJ-9", FIRST, "22", subject="true", rules=("gone",))
    ledger.reply("YJ-9", "fanzha", day(1), "属实", cause="区划调整")  # not a false one
    lay_out_credit(ledger.con, day(1))
    surge, loss = cause_records(ledger.con, book)
    assert (surge.false, surge.unsaid, surge.explained) == (6, 1, 2)
    assert surge.declared == {"集中录入往期案件": 2, "同一案件重复登记": 0} and surge.others == {"区划调整": 3}
    assert list(surge.advice()) == [
        "单位3次写了“区划调整”，规则没有声明：请考虑写进 false_causes，或改条件把它排除。",
        "声明过而没有出现过：“同一案件重复登记”。请核对是否还需要。",
        "说明了原因的误报5件，声明的原因只解释2件：请重写 false_causes。",
    ]
    assert (loss.false, loss.unsaid, loss.declared, list(loss.advice())) == (1, 1, {"大额案件撤案": 0}, [])
    assert list(loss.advice(1)) == ["误报1件，1件没有写误报原因，看不出为什么误报：请提醒单位填写。"], (
        "unseen is not said of causes nobody wrote"
    )


def verdict(ledger, rule_id, night, score, value):
    ledger.con.execute(
        "INSERT INTO assess.verdict VALUES (?, ?, 'town', '990100101', '990100101', 'hit', ?, 2, ?)",
        [night, rule_id, score, json.dumps({"values": {"起数": value}})],
    )


def test_labelled_history_is_the_answered_warnings_at_their_peak_and_the_answered_samples(ledger):
    book = with_rules(ledger, rule("surge", "重复登记"))
    ledger.warn("YJ-1", FIRST, "2222", rules=("surge",))
    for n, score in enumerate((50, 70, 70, 90)):
        verdict(ledger, "surge", day(n), score, n + 5)
    ledger.reply("YJ-1", "fanzha", day(2), "属实")  # the night of 90 points came after the answer
    ledger.warn("YJ-2", day(5), "22", rules=("surge",))  # nobody has answered
    blind = "INSERT INTO assess.blind VALUES (?, '电信网络诈骗', 'town', ?, NULL, NULL, ?, ?, ?, 'surge', ?, 4, '{\"起数\": 1}')"
    for subject, near, population, score, outcome in (
        ("A", True, 6, 30, "误报"),
        ("B", True, 6, 20, "属实"),
        ("C", False, 50, 0, "误报"),
        ("D", False, 50, 0, None),
    ):
        ledger.con.execute(blind, [day(4), subject, near, population, 1, score])
        errand = (
            "INSERT INTO intervene.errand VALUES (?, ?, '抽查', 'fanzha', '电信网络诈骗', 'town', ?, NULL, '', NULL)"
        )
        ledger.con.execute(errand, [day(4), f"CJ-{subject}", subject])
        if outcome:
            ledger.reply(f"CJ-{subject}", "fanzha", day(5), outcome)
    rows = labelled(ledger.con, book, "surge", day(6))
    assert [(each.source, each.subject, each.night, each.score, each.outcome, each.weight) for each in rows] == [
        ("预警", "990100101", day(1), 70, "属实", 1),
        ("抽查", "A", day(4), 30, "误报", 3),
        ("抽查", "B", day(4), 20, "属实", 3),
        ("抽查", "C", day(4), 0, "误报", 50),
    ]
    assert [each.true for each in rows] == [True, False, True, False] and rows[0].signals == {"起数": 6}
    assert labelled(ledger.con, book, "surge", day(1)) == (), "an earlier night is told as it was"
    with pytest.raises(KeyError):
        labelled(ledger.con, book, "unknown", day(6))


def test_the_report_tells_what_was_learnt_in_chinese_as_values_and_as_sheets(ledger, tmp_path):
    book = with_rules(ledger, rule("fraud-surge", "重复登记"), least=2)
    for n, outcome in enumerate(("属实", "误报", "误报")):
        ledger.warn(f"YJ-{n}", FIRST, "22", subject=f"S{n}", points=(40,))
        ledger.reply(f"YJ-{n}", "fanzha", day(1), outcome, cause="区划调整" if outcome == "误报" else None)
    report = review_report(ledger.con, day(1), book)
    text = report.text().splitlines()
    at = text.index("按主题、等级的查准率")
    assert text[at + 1 : at + 4] == [
        "  按    名称          预警  属实或已化解  误报  无法核实  未答复  查准率  95%区间",
        "  主题  电信网络诈骗     3             1     2         0       0     33%   6%–79%",
        "  等级  橙               3             1     2         0       0     33%   6%–79%",
    ]
    assert "  规则fraud-surge：单位2次写了“区划调整”，规则没有声明：请考虑写进 false_causes，或改条件把它排除。" in text
    assert not [line for line in text if "措施" in line], "nothing is compared where no records are counted"
    plain = json.loads(json.dumps(report.json(), ensure_ascii=False))
    assert plain["rules"][0]["weighted"] == pytest.approx(1 / 3) and plain["rules"][0]["per_confirmed"] == 3
    assert plain["learnt"]["causes"][0]["others"] == {"区划调整": 2}
    assert plain["learnt"]["burdens"][0]["weeks"] == {"2026-06-01": 3}
    report.write_excel(tmp_path / "review.xlsx")
    assert {"按主题和等级", "单位负担", "误报原因"} <= set(load_workbook(tmp_path / "review.xlsx").sheetnames)
