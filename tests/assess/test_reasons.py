"""A warning can say why: the sentence, the parameters, the records behind it."""

from __future__ import annotations

from datetime import date, timedelta

from riskengine.assess.nights import days_back
from riskengine.assess.phase import assess
from riskengine.model.duty import Unit
from riskengine.model.exemption import Exemption
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from tests.assess.compound_cases import NIGHT, TOWN, VILLAGE
from tests.assess.planted import planted, record, rulebook, states, surge


def test_records_become_warnings_that_can_say_why(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    found = states(con)
    assert {theme: row[:3] for theme, row in found.items()} == {
        "电信网络诈骗": ("新增", 3, 45.0), "矛盾纠纷": ("新增", 3, 45.0), "综合研判": ("新增", 2, 65.0),
    }  # fmt: skip
    why = found["电信网络诈骗"][3]
    assert why["sentence"] == "近7日诈骗4起。"
    rule = why["rules"][0]
    assert (rule["rule"], rule["version"], rule["level"], rule["score"], rule["on"]) == (
        "fraud-surge",
        "01234567",
        "黄",
        45.0,
        "2026-06-30",
    )
    assert rule["parameters"]["下限"] == {"value": 3, "unit": "起", "since": "2024-01-01"}
    assert con.execute("SELECT id, subject_name FROM assess.warning ORDER BY id").fetchall() == [
        ("YJ-2026-000001", "清溪镇"), ("YJ-2026-000002", "清溪镇"), ("YJ-2026-000003", "清溪镇石桥村")
    ]  # fmt: skip


def test_evidence_is_white_listed_newest_first_and_readable(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    (part,) = states(con)["电信网络诈骗"][4]
    assert part == {
        "rule": "fraud-surge", "kind": "fraud", "title": "诈骗案件",
        "columns": ["编号", "日期", "地区", "类别", "诈骗渠道", "损失金额", "止付金额"],
        "rows": [
            ["F0", "2026-06-30", "清溪镇石桥村", "刷单返利", "", "0", ""],
            ["F1", "2026-06-29", "清溪镇石桥村", "刷单返利", "", "1200.5", ""],
            ["F2", "2026-06-28", "清溪镇石桥村", "刷单返利", "", "2401", ""],
            ["F3", "2026-06-27", "清溪镇石桥村", "刷单返利", "", "3601.5", ""],
        ],
    }  # fmt: skip


def test_a_compound_shows_its_members_sentences_and_rows(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    _, _, _, why, evidence = states(con)["综合研判"]
    assert why["sentence"] == (
        "同时命中：诈骗起数偏多、债务纠纷偏多（清溪镇石桥村），多项风险叠加（诈骗起数偏多：近7日诈骗4起；债务纠纷偏多：近7日债务纠纷1件）。"
    )
    assert why["rules"][0]["members"] == ["fraud-surge", "debt"]
    assert [(part["rule"], len(part["rows"])) for part in evidence] == [("fraud-surge", 4), ("debt", 1)]


def test_a_rule_may_say_which_rows_to_show(con, workspace):
    planted(con)
    book = rulebook()
    shown = book.rules["fraud-surge"].model_copy(update={"evidence": None})
    shown = Rule.model_validate(
        shown.model_dump(by_alias=True)
        | {"evidence": {"from": "dispute", "where": "涉及人数 >= 1", "window": 3, "rows": 5}}
    )
    assess(con, workspace, rulebook(rules={**book.rules, "fraud-surge": shown}), NIGHT)
    (part,) = states(con)["电信网络诈骗"][4]
    assert [row[0] for row in part["rows"]] == ["D1"]


def test_a_level_that_is_kept_tells_which_night_it_comes_from(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    for n in range(1, 10):
        assess(con, workspace, rulebook(), NIGHT + timedelta(n))
    history = con.execute(
        "SELECT s.as_of, change, why->>'$.sentence' FROM assess.state s JOIN assess.warning USING (id)"
        " WHERE theme = '电信网络诈骗' ORDER BY ALL").fetchall()  # fmt: skip
    assert [(day.day, change, sentence) for day, change, sentence in history] == [
        (30, "新增", "近7日诈骗4起。"), (1, "持续", "近7日诈骗4起。"), (2, "持续", "近7日诈骗4起。"), (3, "持续", "近7日诈骗4起。"),
        (4, "持续", "近7日诈骗3起。"), (5, "持续", "7月4日：近7日诈骗3起。"),
        (6, "解除", "连续2夜未再出现，予以解除。此前：7月4日：近7日诈骗3起。"),
    ]  # fmt: skip


def test_a_matter_shows_its_own_record_and_a_unit_what_it_did_not_send(con, workspace):
    signals = {
        "反映次数最大": Signal(
            name="反映次数最大", unit="次", subject=["petition"], source="petition", measure="max", of="反映次数"
        )
    }
    rules = [
        surge("again", "反映次数最大", 3, "已反映{反映次数最大}次", subject="petition", theme="信访"),
        surge("silent", "静默天数", 3, "已{静默天数}天未报送", subject="unit", theme="数据报送"),
    ]
    units = {"xinfang": Unit(id="xinfang", name="信访局", type="line")}
    record(
        con,
        "petition",
        "X1",
        VILLAGE,
        NIGHT,
        category="物业管理",
        times=4,
        due_on=NIGHT + timedelta(9),
        handler="信访局",
    )
    record(con, "petition", "X2", VILLAGE, NIGHT, category="物业管理", times=1)
    con.execute(
        "INSERT INTO sense.silence VALUES (?, 's', 'hazard', '石桥站', 'xinfang', NULL, ?, 9, 1.5, FALSE, '已9天未报')",
        [NIGHT, NIGHT - timedelta(9)],
    )
    assess(con, workspace, rulebook(signals=signals, rules={rule.id: rule for rule in rules}, units=units), NIGHT)
    found = states(con)
    assert found["信访"][4][0]["rows"] == [
        ["X1", "2026-06-30", "清溪镇石桥村", "物业管理", "", "信访局", "", "4", "2026-07-09"]
    ]
    assert found["数据报送"][3]["sentence"] == "已9天未报送。"
    assert found["数据报送"][4][0]["rows"] == [["s", "石桥站", "2026-06-21", "9", "已9天未报"]]


def test_a_warning_that_only_an_exception_still_clears_says_so_and_so_does_its_last_line(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    agreed = Exemption(
        rule="fraud-surge", subject=TOWN, until=date(2026, 7, 31), who="县反诈中心研判岗", why="集中补立去年案件"
    )
    for n in (1, 2):
        record(con, "fraud", f"G{n}", VILLAGE, NIGHT + timedelta(n))
        assess(con, workspace, rulebook(exemptions=(agreed,)), NIGHT + timedelta(n))
    held, lifted = (states(con, NIGHT + timedelta(n))["电信网络诈骗"] for n in (1, 2))
    assert held[0] == "持续"
    assert held[3]["sentence"] == ("6月30日：近7日诈骗4起。今晚的命中按例外不计（县反诈中心研判岗，至7月31日）。")
    assert lifted[0] == "解除"
    assert lifted[3]["sentence"] == (
        "已列入例外（县反诈中心研判岗，至7月31日），命中连续2夜不计，予以解除。此前：6月30日：近7日诈骗4起。"
    )


def test_the_rows_of_a_window_that_follows_the_lunar_calendar_are_those_of_last_years_days(con, workspace):
    then = days_back(NIGHT, "lunar")
    record(con, "fraud", "F1", VILLAGE, then)
    record(con, "fraud", "F2", VILLAGE, then - timedelta(7))
    counted = Signal(
        name="诈骗起数", unit="起", subject=["town"], source="fraud", measure="count", window=7, lag="lunar"
    )
    rule = surge("fraud-surge", "诈骗起数", 1, "去年同期{诈骗起数}起")
    assess(con, workspace, rulebook(signals={"诈骗起数": counted}, rules={"fraud-surge": rule}), NIGHT)
    (part,) = states(con)["电信网络诈骗"][4]
    assert [row[0] for row in part["rows"]] == ["F1"]


def test_a_live_compound_shows_no_rows_of_a_member_on_trial(con, workspace):
    planted(con)
    rules = dict(rulebook().rules)
    rules["debt"] = rules["debt"].model_copy(update={"status": "trial", "until": date(2026, 12, 31)})
    either = rules["fraud-and-debt"].compound.model_copy(update={"all": (), "any": ("fraud-surge", "debt")})
    rules["fraud-and-debt"] = rules["fraud-and-debt"].model_copy(update={"compound": either})
    assess(con, workspace, rulebook(rules=rules), NIGHT)
    assert [part["rule"] for part in states(con)["综合研判"][4]] == ["fraud-surge"]
