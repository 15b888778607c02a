"""``riskengine clocks``: the list, one clock, and what it does not take."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.workspace import Workspace

SHIPPED = Path(__file__).parents[2] / "rules" / "clocks.yaml"


@pytest.fixture
def ask(workspace: Workspace) -> Callable[..., Result]:
    """``ask("petition-object", "--from", …)`` in the smallest workspace with the shipped clocks."""
    shutil.copy(SHIPPED, workspace.rules / "clocks.yaml")
    return lambda *arguments: CliRunner().invoke(app, ["clocks", "--workspace", str(workspace.root), *arguments])


def test_the_list_says_of_each_clock_what_it_allows(ask):
    lines = ask().stdout.splitlines()
    assert len(lines) == 13
    assert lines[0] == "handle-red  红色预警办理：自下发之日起1日（自然日），用于红级预警（县风险预警处置工作规程）"
    assert (
        "petition-finish  信访事项办结：自受理之日起60日（自然日），经本机关、单位负责人批准可延长不超过30日（信访工作条例第三十四条）"
        in lines
    )
    assert lines[-1].endswith("30日（自然日），听证不计入（信访工作条例第三十六条）")
    assert {each["id"] for each in json.loads(ask("--json").stdout)} == {line.split()[0] for line in lines}
    assert ask("petition-object").stdout.startswith(
        "petition-object  对转送、交办提出异议：自收到转送、交办之日起5个工作日"
    )


def test_a_clock_is_reckoned_with_its_steps(ask):
    assert ask("petition-object", "--from", "2026-09-28").stdout.splitlines() == [
        "2026-10-10 届满",
        "1. 对转送、交办提出异议：自收到转送、交办之日起5个工作日。依据：信访工作条例第二十三条。",
        "2. 收到转送、交办之日 2026-09-28 不计入，从 2026-09-29 起算。",
        "3. 其间不上班的7日不计入：国庆节7日。",
        "4. 调休上班的周末照常计入：2026-10-10。",
        "5. 第5个工作日是 2026-10-10。",
    ]
    hearing = ["--pause", "听证:2026-03-10:2026-03-12", "--pause", "听证：2026-03-20：2026-03-20"]
    assert ask("petition-recheck", "--from", "2026-03-01", *hearing).stdout.startswith("2026-04-04 届满\n")
    longer = ["--extend", "30", "--approver", "局长办公会", "--reason", "情况复杂", "--json"]
    found = json.loads(ask("petition-finish", "--from", "2026-05-10", *longer).stdout)
    assert (found["from"], found["deadline"]["day"], found["deadline"]["provisional"]) == (
        "2026-05-10",
        "2026-08-08",
        False,
    )


def test_a_clock_asked_for_2031_is_provisional_and_says_why(ask):
    told = ask("petition-object", "--from", "2031-09-30").stdout.splitlines()
    assert told[0] == "2031-10-07 届满（暂定）"
    assert told[-1].startswith("5. 暂定：2031年的放假调休安排还没有公布或录入，2031-10-01 起暂按周一至周五上班推算。")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["petition-finis"], "没有“petition-finis”这一种期限，是否想写“petition-finish”？"),
        (["--from", "2026-03-01"], "没有写是哪一种期限。请写编号，如 riskengine clocks petition-finish --from 2026-06-30。"),
        (["petition-finish", "--extend", "9"], "没有写从哪一天起算。请加 --from 日期。"),
        (["petition-finish", "--from", "1911-10-10"], "起算日 1911-10-10 不在 1990-01-01 至 2099-12-31 之间。请核对日期。"),
        (["petition-finish", "--from", "2026-03-01", "--reason", "复杂"], "写了批准或理由，没有写延长多少日。请加 --extend 日数。"),
        (["petition-finish", "--from", "2026-03-01", "--extend", "31", "--approver", "局"], "“信访事项办结”延长应为1到30日，现写 31。请改正。"),
        (["petition-recheck", "--from", "2026-03-01", "--pause", "听证"], "“听证”看不懂。请写成 听证:2026-07-01:2026-07-03 的样子。"),
        (["petition-recheck", "--from", "2026-03-01", "--pause", "听证:3月1日:3月2日"],
         "“听证:3月1日:3月2日”里的日期不对。请写成 听证:2026-07-01:2026-07-03 的样子。"),
        (["petition-recheck", "--from", "2026-03-01", "--pause", "听证:2026-03-01:2099-03-02"],
         "“听证:2026-03-01:2099-03-02”的日子太早、太晚或太长。请核对。"),
        (["petition-review", "--from", "2026-03-01", "--pause", "听证:2026-03-02:2026-03-03"],
         "“提出复查意见并书面答复”不因“听证”停止计算，没有不计入期限的事由。请核对事由。"),
    ],
)  # fmt: skip
def test_what_cannot_be_reckoned_is_refused_with_a_sentence(ask, arguments, told):
    done = ask(*arguments)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", told + "\n")
