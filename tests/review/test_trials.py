"""Rules on trial in the review: what they would have warned of, held against the live ones."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest

from riskengine.model.rule import Rule
from riskengine.review.report import review_report
from riskengine.review.trials import TrialRecord, trial_records

FIRST = date(2026, 6, 1)
NIGHT = date(2026, 6, 30)
TOWN, OTHER = "990100101", "990100102"


def rule(id_: str = "fraud-new", **more) -> Rule:
    return Rule.model_validate(
        {
            "id": id_,
            "title": "诈骗新规则",
            "theme": "电信网络诈骗",
            "subject": "town",
            "when": "true",
            "score": [{"feature": "得分", "of": "1", "bands": [[None, None, 50]], "says": "够分了"}],
            "basis": "某通知",
            "action": "核查",
            "false_causes": ["补录"],
            "status": "trial",
            "until": date(2026, 7, 31),
            **more,
        }
    )


def with_rules(ledger, *rules: Rule):
    ledger.rulebook = replace(ledger.rulebook, rules={each.id: each for each in rules})
    return ledger


def evaluated(ledger, nights: int = 30, id_: str = "fraud-new") -> None:
    for n in range(nights):
        ledger.con.execute("INSERT INTO assess.evaluated VALUES (?, ?, 2, 0, 0)", [FIRST + timedelta(n), id_])


def tried(ledger, number: int, levels: str, subject: str = TOWN, first: date = FIRST, units=("fanzha",)) -> None:
    """What a trial would have warned of: one character a night, 1 to 4 the level, x lifted."""
    id_ = f"SY-2026-{number:06}"
    lifted = first + timedelta(levels.index("x")) if "x" in levels else None
    ledger.con.execute(
        "INSERT INTO assess.trial_warning VALUES (?, 'fraud-new', 'town', ?, ?, ?, '电信网络诈骗', ?, ?)",
        [id_, subject, subject, subject, first, lifted],
    )
    for n, level in enumerate(levels):
        change = "新增" if n == 0 else "解除" if level == "x" else "持续"
        rank = int(levels[n - 1] if level == "x" else level)
        row = [first + timedelta(n), id_, change, rank]
        ledger.con.execute("INSERT INTO assess.trial_state VALUES (?, ?, ?, ?, 50, FALSE)", row)
    for unit in units:
        ledger.con.execute("INSERT INTO intervene.trial_duty VALUES (?, ?, ?, '主办', FALSE)", [first, id_, unit])


@pytest.fixture
def trial(ledger):
    with_rules(ledger, rule())
    evaluated(ledger)
    return ledger


def only(ledger, as_of: date = NIGHT) -> TrialRecord:
    (record,) = trial_records(ledger.con, ledger.rulebook, as_of)
    return record


def test_warnings_by_gravest_level_and_by_unit(trial):
    tried(trial, 1, "3213x", units=("fanzha", "town-01"))
    tried(trial, 2, "3", OTHER)
    record = only(trial)
    assert (record.nights, record.warnings) == (30, 2)
    assert record.by_level == {1: 1, 3: 1}
    assert record.by_unit == {"fanzha": 2, "town-01": 1}


@pytest.mark.parametrize(
    ("first", "levels", "theme", "subject", "both", "only_live"),
    [
        # the trial stands from 1 to 3 June and is lifted on the 4th
        (FIRST, "22", "电信网络诈骗", TOWN, 1, 0),
        (FIRST + timedelta(2), "22", "电信网络诈骗", TOWN, 1, 0),
        (FIRST + timedelta(3), "22", "电信网络诈骗", TOWN, 0, 1),
        (FIRST, "22", "电信网络诈骗", OTHER, 0, 1),
        (FIRST, "22", "信访", TOWN, 0, 0),
    ],
)
def test_a_live_warning_meets_it_on_the_same_subject_and_theme_on_overlapping_days(
    trial, first, levels, theme, subject, both, only_live
):
    tried(trial, 1, "333x")
    trial.warn("YJ-2026-000001", first, levels + "x", theme=theme, subject=subject, place=subject)
    record = only(trial)
    assert (record.both, record.only_trial, record.only_live) == (both, 1 - both, only_live)


def test_what_units_said_of_the_live_warnings_that_met_it(trial):
    tried(trial, 1, "33")
    tried(trial, 2, "33", OTHER)
    for number, (subject, outcome) in enumerate(((TOWN, "属实"), (OTHER, "误报")), 1):
        id_ = f"YJ-2026-00000{number}"
        trial.warn(id_, FIRST, "2" * 30, subject=subject, place=subject)
        trial.receipt(id_, "反诈中心", NIGHT, outcome, signed=NIGHT, fed_back=NIGHT)
    trial.review(NIGHT)
    record = only(trial)
    assert (record.both, record.confirmed, record.false, record.precision) == (2, 1, 1, None)


def test_a_trial_that_would_have_warned_of_nothing_is_listed_too(trial):
    trial.warn("YJ-2026-000001", FIRST, "22x")
    record = only(trial)
    assert (record.warnings, record.both, record.only_live, record.nights) == (0, 0, 1, 30)


def test_live_warnings_before_the_trial_do_not_count_against_it(ledger):
    with_rules(ledger, rule())
    ledger.con.execute("INSERT INTO assess.evaluated VALUES (?, 'fraud-new', 2, 0, 0)", [FIRST + timedelta(9)])
    ledger.warn("YJ-2026-000001", FIRST, "22x")
    assert only(ledger).only_live == 0


def test_a_trial_that_went_live_is_still_shown_as_ended(ledger):
    with_rules(ledger, rule(status="live", until=None))
    evaluated(ledger)
    tried(ledger, 1, "33x")
    ledger.warn("YJ-2026-000001", FIRST + timedelta(2), "22", rules=("fraud-new",))
    record = only(ledger)
    assert (record.until, record.nights, record.warnings, record.only_live) == (None, 2, 1, 0)
    assert "已结束" in review_report(ledger.con, NIGHT, ledger.rulebook).text()


def test_later_nights_are_not_looked_at(trial):
    tried(trial, 1, "33", first=FIRST + timedelta(5))
    assert only(trial, FIRST).warnings == 0


def test_the_report_shows_it_as_text_json_and_sheet(trial, tmp_path):
    tried(trial, 1, "333x", units=("fanzha", "town-01"))
    report = review_report(trial.con, NIGHT, trial.rulebook)
    assert "试运行规则" in report.text()
    line = next(line for line in report.text().splitlines() if "诈骗新规则" in line)
    assert line.split()[2:] == ["2026-07-31", *"30 1 黄1 反诈中心1 清溪镇人民政府1 0 1 0 0 0 样本不足".split()]
    (plain,) = json.loads(json.dumps(report.json(), ensure_ascii=False))["trials"]
    assert (plain["rule"], plain["until"], plain["by_level"]) == ("fraud-new", "2026-07-31", {"黄": 1})
    report.write_excel(tmp_path / "review.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "review.xlsx")["试运行规则"].iter_rows(values_only=True))
    assert rows[1][:5] == ("fraud-new", "诈骗新规则", "2026-07-31", 30, 1)


def test_a_trial_that_is_over_says_so(ledger):
    with_rules(ledger, rule(until=FIRST))
    assert f"{FIRST}（已到期）" in review_report(ledger.con, NIGHT, ledger.rulebook).text()


def test_without_trials_the_report_says_nothing_of_them(ledger):
    text = review_report(ledger.con, NIGHT, ledger.rulebook).text()
    assert "试运行" not in text and "例外" not in text
