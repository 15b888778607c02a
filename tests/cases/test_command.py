"""``riskengine test`` as analysts type it: what it prints, how it ends, and that it leaves no trace."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from riskengine.cli.every import app
from tests.cases.county import lay_down, with_cases

GOOD = """
- case: 两项都命中
  as_of: 2026-06-30
  members: {fraud-surge: hit, petition-old: hit}
  expect: {verdict: hit}
- case: 只有一项
  as_of: 2026-06-30
  members: {fraud-surge: hit}
  expect: {verdict: %s}
"""


def typed(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["test", *arguments, "--workspace", str(root)])


def test_all_passed_ends_with_0_and_leaves_no_trace(tmp_path: Path) -> None:
    lay_down(tmp_path, with_cases(both=GOOD % "clear"))
    before = sorted(tmp_path.rglob("*"))
    result = typed(tmp_path)
    assert result.exit_code == 0
    assert result.stdout == "✓ town-both 诈骗与信访同时出现：2 个用例通过\n共 1 条规则、2 个用例，全部通过。\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_rule_is_found_by_its_title_too(tmp_path: Path) -> None:
    lay_down(tmp_path, with_cases(both=GOOD % "clear"))
    assert typed(tmp_path, "诈骗与信访同时出现").stdout == typed(tmp_path, "town-both").stdout


def test_a_failure_ends_with_3_and_names_file_and_line(tmp_path: Path) -> None:
    lay_down(tmp_path, with_cases(both=GOOD % "hit"))
    result = typed(tmp_path, "town-both")
    assert result.exit_code == 3
    assert "rules/warnings/all.yaml:50:9: 用例“只有一项”（2026-06-30）没有通过" in result.stdout
    assert "判断：应为 命中，实为 没有" in result.stdout


def test_one_case_by_its_name_and_as_json(tmp_path: Path) -> None:
    lay_down(tmp_path, with_cases(both=GOOD % "hit"))
    result = typed(tmp_path, "--case", "都命中", "--json")
    (case,) = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (case["case"], case["where"], case["passed"]) == ("两项都命中", "rules/warnings/all.yaml:46:9", True)


def test_no_case_at_all_is_said_and_no_failure(tmp_path: Path) -> None:
    lay_down(tmp_path)
    assert (
        typed(tmp_path).stdout
        == "没有用例，什么也没有运行。用例写在规则的 cases: 下，写法见 rules/README.md 的“用例”一节，指标的见“指标”一节。\n"
    )
    assert typed(tmp_path).exit_code == 0
    lay_down(tmp_path, with_cases(both=GOOD % "hit"))
    none = typed(tmp_path, "--case", "没有这个")
    assert none.exit_code == 2
    assert "没有名称里含“没有这个”的用例，什么也没有运行。请核对 --case 后面的文字。" in none.output


def test_wrong_use_ends_with_2(tmp_path: Path) -> None:
    lay_down(tmp_path)
    for arguments, sentence in (
        (["town-bath"], "没有规则或指标“town-bath”，是否想写“town-both”？"),
        (["--clear"], "--as-of、--clear、--print 只与 --new-case 合用。请写明预警编号，如 --new-case YJ-2026-000001。"),
        (
            ["--new-case", "YJ-2026-000001"],
            "这个工作区还没有运行过任何一夜，没有预警可以写成用例。请先运行 riskengine run。",
        ),
    ):
        result = typed(tmp_path, *arguments)
        assert (result.exit_code, result.stderr.strip()) == (2, sentence)


def test_a_wrong_case_ends_with_3_and_its_place(tmp_path: Path) -> None:
    lay_down(tmp_path, with_cases(both=GOOD % "hit").replace("fraud-surge: hit}", "fraud-surge: hitt}"))
    result = typed(tmp_path)
    assert result.exit_code == 3
    assert "rules/warnings/all.yaml:52:32: E621 fraud-surge：“hitt”读不懂" in result.stderr
