"""``check``: all errors and all issues of all files at once, each with its severity; what fails the command, and how it is shown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.errors import Problem
from riskengine.rulebook.check import check
from riskengine.rulebook.codes import CODES, severity_of
from riskengine.rulebook.issues.fired import Fired, read_fired
from riskengine.store.database import connect
from riskengine.workspace import Workspace

NIGHT = date(2026, 6, 30)
ROOT = Path(__file__).parents[2]
SURGE = "warnings/fraud/surge.yaml"
UNUSED = "signals:\n  - {name: 无用, unit: 起, subject: town, from: fraud, measure: count}\n"


@pytest.fixture
def tidy(tidy_workspace: Workspace) -> Workspace:
    return tidy_workspace


def change(workspace: Workspace, name: str, old: str, new: str) -> None:
    path = workspace.rules / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(workspace: Workspace, today: date | None = NIGHT, fired: Fired | None = None) -> list[Problem]:
    problems = check(workspace, today, fired)
    assert {problem.code for problem in problems} <= set(CODES)
    return problems


def codes(workspace: Workspace, today: date | None = NIGHT) -> list[str]:
    return [problem.code for problem in found(workspace, today)]


def test_a_tidy_workspace_has_nothing_to_say(tidy: Workspace) -> None:
    assert found(tidy) == []


def test_the_shipped_rules_have_no_error_and_no_high_issue() -> None:
    grave = [
        str(problem) for problem in check(Workspace.at(ROOT), NIGHT) if severity_of(problem.code) in ("error", "high")
    ]
    assert grave == []


def test_errors_and_issues_of_different_entries_are_told_together(tidy: Workspace) -> None:
    change(tidy, "levels.yaml", "rank: 1", "rank: 2")
    change(tidy, "signals/fraud.yaml", "signals:\n", UNUSED)
    assert set(codes(tidy)) == {"E702", "I801"}


def test_an_entry_with_an_error_is_not_judged_further(tidy: Workspace) -> None:
    change(tidy, SURGE, "信访登记天数 > 60", "信访登记天数 > 60 且 信访登记天数 < 30 且 没有这个数 > 1")
    assert codes(tidy) == ["E301"]


def test_nothing_is_called_unused_while_a_file_cannot_be_read(tidy: Workspace) -> None:
    change(tidy, SURGE, "rules:\n", "rules:\n  - [\n")
    assert codes(tidy) == ["E102"]


def test_a_draft_is_judged_and_a_retired_rule_is_not(tidy: Workspace) -> None:
    change(tidy, SURGE, "    subject: petition\n", "    subject: petition\n    status: draft\n")
    change(tidy, SURGE, "信访登记天数 > 60", "信访登记天数 > 60 且 信访登记天数 < 30")
    assert codes(tidy) == ["I813", "I807"]
    change(tidy, SURGE, "status: draft", "status: retired")
    assert codes(tidy) == ["I807"]


def test_without_a_day_nothing_is_called_expired(tidy: Workspace) -> None:
    (tidy.rules / "exceptions.yaml").write_text(
        "exceptions:\n  - {rule: fraud-surge, subject: '990100101', until: 2020-01-01, who: 平安办, why: 已专题研究}\n",
        encoding="utf-8",
    )
    assert (codes(tidy, None), codes(tidy)) == ([], ["I821"])


def test_a_decision_holds_through_its_last_day(tidy: Workspace) -> None:
    (tidy.rules / "exceptions.yaml").write_text(
        "exceptions:\n  - {rule: fraud-surge, subject: '990100101', until: 2026-06-30, who: 平安办, why: 已专题研究}\n",
        encoding="utf-8",
    )
    change(tidy, SURGE, "reference: 县反诈中心研判口径,", "reference: 县反诈中心研判口径, until: 2026-06-30,")
    assert codes(tidy, NIGHT) == []
    assert sorted(codes(tidy, NIGHT + timedelta(days=1))) == ["I811", "I821"]


def test_a_kind_that_no_source_provides(tidy: Workspace) -> None:
    (tidy.rules / "sources" / "petition.yaml").unlink()
    assert codes(tidy) == ["I808"]


def test_a_rate_without_any_population(tidy: Workspace) -> None:
    change(
        tidy,
        "signals/fraud.yaml",
        "signals:\n",
        "signals:\n  - {name: 万人诈骗, unit: 起/万人, subject: town, formula: 近7日诈骗起数 * 10000 / 人口}\n",
    )
    change(tidy, SURGE, "，未止付{未止付占比}", "，未止付{未止付占比}，每万人{万人诈骗}起")
    assert codes(tidy) == []
    for population in (",600000,", ",30000,", ",1500,"):
        change(tidy, "places.csv", population, ",,")
    assert codes(tidy) == ["I810"]


def test_a_town_without_a_unit_where_the_township_answers(tidy: Workspace) -> None:
    change(tidy, "routes.yaml", "lead: fanzha", "lead: township")
    change(tidy, "places.csv", "30000,2024-01-01,town-01", "30000,2024-01-01,")
    assert codes(tidy) == ["I809"]


def test_a_value_that_will_change_is_no_reason_to_say_never(tidy: Workspace) -> None:
    """The band below 8 is reached from the day on which the lower bound falls to 4."""
    change(tidy, SURGE, "2026-06-01: 6", "2026-06-01: 8")
    change(tidy, SURGE, "[[null, 5, 0], [5, 10, 40]", "[[null, 7, 30], [7, 10, 40]")
    assert codes(tidy) == ["I817"]
    change(tidy, SURGE, "2026-06-01: 8", "2026-06-01: 8, 2026-08-01: 6")
    assert codes(tidy) == ["I803"]


def test_a_rule_that_feeds_a_compound_is_not_called_masked(tidy: Workspace) -> None:
    twin = "  - id: fraud-wide\n    title: 诈骗案件增多\n    theme: 电信网络诈骗\n    subject: town\n    when: 近7日诈骗起数 >= 5\n"
    twin += "    score:\n      - {feature: 起数, of: 近7日诈骗起数, bands: [[null, null, 90]], says: 近7日诈骗偏多}\n"
    twin += "    keep: 3\n    basis: 反电信网络诈骗法第三条\n    action: 开展预警劝阻\n    false_causes: [集中补录]\n    cases:\n"
    for case, value, verdict in (("案件多", 9, "hit"), ("案件少", 1, "clear")):
        twin += f"      - {{case: {case}, as_of: 2026-06-30, signals: {{近7日诈骗起数: {value}}}, expect: {{verdict: {verdict}}}}}\n"
    change(tidy, SURGE, "  - id: petition-old\n", twin + "  - id: petition-old\n")
    assert codes(tidy) == []
    change(tidy, SURGE, "[fraud-surge, petition-old]", "[fraud-wide, petition-old]")
    change(
        tidy, SURGE, "members: {fraud-surge: hit, petition-old: hit}", "members: {fraud-wide: hit, petition-old: hit}"
    )
    change(tidy, SURGE, "members: {fraud-surge: hit}", "members: {fraud-wide: hit}")
    assert codes(tidy) == ["I818"]


@pytest.fixture
def nights(tidy: Workspace) -> Workspace:
    """Two hundred nights on which one rule hit once, one never, and one is ten days old."""
    with connect(tidy.database, tidy.scratch) as con:
        con.execute(
            "INSERT INTO assess.evaluated SELECT DATE '2026-06-30' - n::INT, 'fraud-surge', 9, (n = 50)::INT, 0 FROM range(200) t(n)"
        )
        con.execute(
            "INSERT INTO assess.evaluated SELECT DATE '2026-06-30' - n::INT, 'petition-old', 9, 0, 9 * (n < 40)::INT FROM range(200) t(n)"
        )
        con.execute(
            "INSERT INTO assess.evaluated SELECT DATE '2026-06-30' - n::INT, 'town-both', 9, 0, 0 FROM range(10) t(n)"
        )
    return tidy


def test_a_rule_that_has_not_hit_for_months_is_named_with_the_nights_that_were_looked_at(nights: Workspace) -> None:
    told = [
        (problem.code, problem.line, problem.message) for problem in found(nights, NIGHT, read_fired(nights, NIGHT, 6))
    ]
    message = "规则“petition-old”近183天算过183夜（其中40夜全是未知），一次也没有命中。请看门槛是否太高、数据是否还在报；确实不再需要的请停用。"
    assert told == [("I827", 22, message)]


def test_fewer_months_ask_more(nights: Workspace) -> None:
    told = [problem.line for problem in found(nights, NIGHT, read_fired(nights, NIGHT, 1))]
    assert told == [2, 22]


def test_a_short_history_is_no_reason_to_call_a_rule_silent(nights: Workspace) -> None:
    assert found(nights, NIGHT, read_fired(nights, NIGHT, 12)) == []


def test_without_a_database_or_while_a_night_holds_it_nothing_is_said(nights: Workspace) -> None:
    with duckdb.connect(str(nights.database)):
        assert (
            read_fired(Workspace.at(nights.root), NIGHT, 6) is None or duckdb.__version__
        )  # one process may look twice
    nights.database.write_bytes(b"no database")
    assert read_fired(nights, NIGHT, 6) is None
    nights.database.unlink()
    assert read_fired(nights, NIGHT, 6) is None
    assert not nights.database.exists()


def run(workspace: Workspace, *options: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["check", "--workspace", str(workspace.root), "--as-of", "2026-06-30", *options])
    return answer.exit_code, answer.stdout


@pytest.mark.parametrize(
    ("limit", "low", "medium", "high", "error"),
    [("never", 0, 0, 0, 0), ("error", 0, 0, 0, 3), ("high", 0, 0, 3, 3), ("medium", 0, 3, 3, 3), ("low", 3, 3, 3, 3)],
)
def test_fail_on_decides_from_which_severity_on_the_command_fails(
    tidy: Workspace, limit: str, low: int, medium: int, high: int, error: int
) -> None:
    assert run(tidy, "--fail-on", limit)[0] == 0
    change(tidy, "signals/fraud.yaml", "signals:\n", UNUSED)
    assert run(tidy, "--fail-on", limit)[0] == low
    change(tidy, SURGE, "督促办结", "待定")
    assert run(tidy, "--fail-on", limit)[0] == medium
    change(tidy, SURGE, "信访登记天数 > 60", "信访登记天数 > 60 且 信访登记天数 < 30")
    assert run(tidy, "--fail-on", limit)[0] == high
    change(tidy, "levels.yaml", "rank: 1", "rank: 2")
    assert run(tidy, "--fail-on", limit)[0] == error


def test_by_default_an_error_or_a_high_issue_fails(tidy: Workspace) -> None:
    change(tidy, SURGE, "督促办结", "待定")
    assert run(tidy)[0] == 0
    change(tidy, SURGE, "信访登记天数 > 60", "信访登记天数 > 60 且 信访登记天数 < 30")
    assert run(tidy)[0] == 3


def test_the_answer_groups_errors_and_issues_and_counts_them(tidy: Workspace) -> None:
    change(tidy, "signals/fraud.yaml", "signals:\n", UNUSED)
    change(tidy, SURGE, "督促办结", "待定")
    change(tidy, "levels.yaml", "rank: 1", "rank: 2")
    assert run(tidy)[1].splitlines() == [
        "错误（规则不能运行，必须改）：",
        "rules/levels.yaml:2:15: E702 等级的 rank“2”写了不止一次。每个等级须不同。",
        "rules/levels.yaml:3:15: E702 等级的 rank“2”写了不止一次。每个等级须不同。",
        "",
        "问题（可以运行，不该就这样合并）：",
        "rules/warnings/fraud/surge.yaml:30:13: I828 中 action：“待定”是没有写完的话。请补全后再用。",
        "rules/signals/fraud.yaml:2:6: I801 低 没有规则使用信号“无用”。如不再需要，请删去。",
        "",
        "错误 2 个，高级 0 个，中级 1 个，低级 1 个。按 2026-06-30 判断。",
    ]


def test_a_clean_answer_says_by_which_day_and_how_many_nights(nights: Workspace) -> None:
    assert run(nights, "--silent-months", "60")[1].splitlines() == [
        "规则文件没有问题（按 2026-06-30 判断）。",
        "命中情况看了 2021-06-30 以后的 200 夜。",
    ]


def test_json_carries_place_code_severity_and_sentence(tidy: Workspace) -> None:
    change(tidy, "signals/fraud.yaml", "signals:\n", UNUSED)
    assert json.loads(run(tidy, "--json")[1]) == [
        {
            "file": "rules/signals/fraud.yaml",
            "line": 2,
            "column": 6,
            "code": "I801",
            "message": "没有规则使用信号“无用”。如不再需要，请删去。",
            "severity": "low",
        }
    ]
