"""``riskengine audit verify`` and ``show``: one answer for people, the same for programs, an exit code."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.store.database import connect
from riskengine.workspace import Workspace


def ask(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments, "--workspace", str(workspace.root)])


def test_a_whole_log_is_told_in_two_lines_with_its_head_and_exit_0(logged):
    done = ask(logged, "verify", "--lists")
    said = json.loads(ask(logged, "verify", "--json").stdout)
    assert done.exit_code == 0 and len(done.stdout.splitlines()) == 2
    assert said["findings"] == [] and said["head"] in done.stdout and f"留痕 {said['lines']} 行，3 夜" in done.stdout
    assert ask(logged, "verify", "--head", said["head"]).exit_code == 0
    assert said["head"] in CliRunner().invoke(app, ["status", "--workspace", str(logged.root)]).stdout


def test_a_spoilt_log_exits_6_and_says_where_what_and_what_to_do(copy):
    with connect(copy.database, copy.scratch) as con:
        con.execute(
            """UPDATE audit.line SET content = replace(content::VARCHAR, '"level":1', '"level":3') WHERE what = '升级'"""
        )
    done = ask(copy, "verify")
    assert done.exit_code == 6
    assert (
        "发现 2 处不符：" in done.stdout
        and "audit.line 第 28 行：第 28 行（2026-06-30 升级）被改动，与它自己的哈希不符。" in done.stdout
    )
    assert "请不要再改动数据，先把 data/ 整个备份留证" in done.stdout
    found = json.loads(ask(copy, "verify", "--json").stdout)["findings"]
    assert [(each["copy"], each["code"], each["seq"]) for each in found] == [
        ("table", "changed", 28),
        ("table", "changed", 29),
    ]


def test_the_story_of_one_warning_from_its_first_line_to_its_last(logged):
    told = ask(logged, "show", "--warning", "yj-2026-000001").stdout.splitlines()
    handled = ["回执", "环节", "环节", "办理"]
    assert [line.split("  ")[2] for line in told] == ["新增", "派发", "派发", "升级", "期限变更", "期限变更", *handled]
    assert "反诈中心（主办），期限 2026-07-02" in told[1]
    assert "由橙（II级）到红（I级），依据规则：诈骗案件明显增多" in told[3]
    assert "反诈中心：核查结果“属实”，签收 2026-06-30（回执/回执_20260701.csv第2行）" in told[6]
    assert "环节  签收：反诈中心（主办） 2026-06-30（回执/回执_20260701.csv第2行）" in told[7]
    assert "办理  到“核查”（2026-07-01），核查结果“属实”" in told[9]
    later = ask(logged, "show", "--warning", "YJ-2026-000001", "--since", "2026-06-30", "--json")
    assert [line["what"] for line in json.loads(later.stdout)] == ["升级", "期限变更", "期限变更", *handled]


def test_a_warning_that_is_merged_stands_in_the_story_of_both(logged):
    for id_ in ("YJ-2026-000002", "YJ-2026-000004"):
        assert "YJ-2026-000004 并入 YJ-2026-000002" in ask(logged, "show", "--warning", id_).stdout


def test_every_line_of_all_nights_is_a_sentence_without_braces(logged):
    told = ask(logged, "show", "--since", "2026-06-29").stdout
    assert len(told.splitlines()) == json.loads(ask(logged, "verify", "--json").stdout)["lines"]
    assert "{" not in told and "None" not in told
    assert ask(logged, "show").stdout in told, "the newest night by itself"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "--warning", "YJ-2026-777777"), "留痕里没有编号为“YJ-2026-777777”的预警"),
        (("verify", "--head", "f" * 64), "不是同一份"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(logged, arguments, sentence):
    done = ask(logged, *arguments)
    assert done.exit_code in (2, 6) and sentence in done.output and "Traceback" not in done.output


@pytest.mark.parametrize("verb", ["verify", "show"])
def test_before_the_first_night_there_is_nothing_to_look_at(tmp_path, verb):
    (tmp_path / "rules").mkdir()
    done = ask(Workspace.at(tmp_path), verb)
    assert done.exit_code == 2 and "还没有运行过任何一夜" in done.output
