"""Warnings against the truth, one night a character."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from riskengine.errors import WrongUse
from riskengine.review.compare import compare, truth_report
from riskengine.review.truth import Event, read_truth

FIRST = date(2026, 4, 1)
THEME = "电信网络诈骗"


def day(n):
    return FIRST + timedelta(days=n)


def event(due="yes", first=10, last=14, level="橙", subject="990100101", theme=THEME):
    return Event("E01", due, theme, "town", subject, day(first), day(last), level)


@pytest.mark.parametrize(
    ("start", "levels", "found", "days"),
    [
        (11, "2", "找到", 1),
        (7, "2222", "找到", -3),
        (14, "1", "找到", 4),
        (5, "4444" + "333" + "2", "找到", 2),  # an older, lighter warning that rises in time
        (15, "2", "找到偏晚", 5),
        (28, "2", "找到偏晚", 18),
        (29, "2", "漏报", None),
        (11, "3333", "漏报", None),  # too light
        (0, "2" * 20, "早已在警", -10),
        (0, "222", "漏报", None),  # over before it began
    ],
)
def test_what_becomes_of_an_event_due_from_night_10_to_night_14_at_orange(ledger, start, levels, found, days):
    ledger.warn("YJ-2026-000001", day(start), levels)
    ledger.con.execute(
        "INSERT INTO assess.state SELECT unnest(?::DATE[]), 'none', '持续', 4, 0, [], FALSE, NULL, NULL",
        [[day(n) for n in range(40)]],
    )  # every night was run
    (verdict,) = compare(ledger.con, [event()], ledger.rulebook, day(40)).verdicts
    assert (verdict.found, verdict.days) == (found, days)


def test_a_warning_on_another_subject_or_theme_finds_nothing(ledger):
    ledger.warn("YJ-2026-000001", day(11), "2", subject="990100102", place="990100102")
    ledger.warn("YJ-2026-000002", day(11), "2", theme="信访")
    report = compare(ledger.con, [event()], ledger.rulebook, day(40))
    assert report.counts() == {"due": 1, "found": 0, "late": 0, "standing": 0, "missed": 1, "false": 2, "echoes": 0}
    assert report.false == {"电信网络诈骗": 1, "信访": 1}


def test_only_red_and_orange_warnings_can_be_false(ledger):
    ledger.warn("YJ-2026-000001", day(1), "34")
    ledger.warn("YJ-2026-000002", day(1), "4321", subject="990100102", place="990100102")
    report = compare(ledger.con, [], ledger.rulebook, day(40))
    assert report.false_warnings == (("YJ-2026-000002", THEME, "990100102", day(3)),)


def test_a_warning_that_grows_red_long_after_it_was_rightly_raised_is_not_false(ledger):
    ledger.warn("YJ-2026-000001", day(11), "3" * 25 + "1")
    report = compare(ledger.con, [event(level="黄")], ledger.rulebook, day(40))
    assert (report.verdicts[0].found, report.counts()["false"]) == ("找到", 0)


def test_the_county_above_and_the_village_below_an_event_echo_it(ledger):
    village = {"subject_type": "village", "subject": "990100101001", "place": "990100101001"}
    ledger.warn("YJ-2026-000001", day(11), "2")
    ledger.warn("YJ-2026-000002", day(11), "2", subject_type="county", subject="990100", place="990100")
    ledger.warn("YJ-2026-000003", day(11), "2", **village)
    ledger.warn("YJ-2026-000004", day(12), "1", theme="综合研判")
    ledger.warn("YJ-2026-000005", day(11), "1", theme="信访", **village)
    report = compare(ledger.con, [event()], ledger.rulebook, day(40))
    assert report.echoes == {THEME: 2, "综合研判": 1}
    assert report.false == {"信访": 1}


def test_a_trap_is_sprung_by_a_warning_of_its_level_and_by_nothing_lighter(ledger):
    ledger.warn("YJ-2026-000001", day(11), "3")
    ledger.warn("YJ-2026-000002", day(11), "4", subject="990100102", place="990100102")
    traps = [event("no", level="黄"), event("no", level="黄", subject="990100102")]
    assert [each.found for each in compare(ledger.con, traps, ledger.rulebook, day(40)).verdicts] == ["误报", "未误报"]


def test_an_echo_that_was_foreseen_is_neither_due_nor_false(ledger):
    ledger.warn("YJ-2026-000001", day(11), "1")
    report = compare(ledger.con, [event("may", level="蓝")], ledger.rulebook, day(40))
    assert report.verdicts[0].found == "连带"
    assert (report.counts()["due"], report.counts()["false"]) == (0, 0)


def test_an_event_still_to_come_is_left_out_and_one_still_running_is_not_yet_missed(ledger):
    report = compare(ledger.con, [event(first=30, last=33), event()], ledger.rulebook, day(12))
    assert [verdict.found for verdict in report.verdicts] == ["未到期"]
    assert report.counts()["missed"] == 0


def test_the_report_is_a_table_with_a_line_of_figures_above(ledger, tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text(
        "event,due,theme,subject_type,subject,from,to,level,rule,note\n"
        "E01,yes,电信网络诈骗,town,990100101,2026-04-11,2026-04-15,橙,fraud-surge,十二天十六起\n",
        encoding="utf-8",
    )
    ledger.warn("YJ-2026-000001", day(11), "2")
    ledger.warn("YJ-2026-000002", day(1), "1", subject="990100102", place="990100102")
    report = truth_report(ledger.con, ledger.rulebook, path, day(40))
    assert report.text().splitlines() == [
        "对照真值：应警事件1个，找到1，找到偏晚0，早已在警0，漏报0；误报（红、橙）1条，连带预警0条",
        "  事件  主题          对象       应警时段                应达等级  结果  预警编号        首警日      距起始天数",
        "  E01   电信网络诈骗  990100101  2026-04-11～2026-04-15  橙        找到  YJ-2026-000001  2026-04-12           1",
        "误报的红、橙预警",
        "  预警编号        主题          对象       首警日",
        "  YJ-2026-000002  电信网络诈骗  990100102  2026-04-02",
    ]
    assert report.json()["events"][0]["on"] == "2026-04-12"
    assert report.json()["counts"]["found"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "event,due,theme,subject_type,subject,from,to,level\nE,yes,t,town,s,3月1日,x,橙\n",
        "event,due,theme,subject_type,subject,from,to,level\nE,maybe,t,town,s,2026-03-01,2026-03-02,橙\n",
    ],
)
def test_a_truth_file_of_another_shape_is_told_in_a_sentence(tmp_path, text):
    path = tmp_path / "truth.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse, match=r"truth.csv：真值文件须有列"):
        read_truth(path)
    with pytest.raises(WrongUse, match=r"none.csv：真值文件打不开"):
        read_truth(tmp_path / "none.csv")


def test_the_sample_countys_truth_can_be_read():
    path = Path(__file__).parents[2] / "data" / "sample" / "truth.csv"
    assert {each.due for each in read_truth(path)} == {"yes", "may", "no"}
