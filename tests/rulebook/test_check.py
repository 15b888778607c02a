"""``check``: rules that run and yet deserve a look."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.errors import Problem
from riskengine.rulebook.check import check
from riskengine.rulebook.codes import CODES
from riskengine.workspace import Workspace


def change(workspace: Workspace, name: str, old: str, new: str) -> None:
    path = workspace.rules / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(workspace: Workspace, today: date | None = None) -> list[Problem]:
    problems = check(workspace, today)
    assert {problem.code for problem in problems} <= set(CODES)
    return problems


UNUSED = "signals:\n  - {name: 无用, unit: 起, subject: town, from: fraud, measure: count}\n"
SURGE = "warnings/fraud/surge.yaml"


@pytest.fixture(autouse=True)
def tidy(workspace: Workspace) -> None:
    """The smallest workspace without the two things that it has to say about itself."""
    unused = "  - {name: 万人诈骗起数, unit: 起/万人, subject: town, formula: 近7日诈骗起数 * 10000 / 人口}\n"
    change(workspace, "signals/fraud.yaml", unused, "")
    change(workspace, "routes.yaml", "  - {themes: [数据报送], lead: reporter, township: false}\n", "")


def test_a_tidy_workspace_has_nothing_to_say(workspace: Workspace) -> None:
    assert found(workspace, date(2026, 6, 30)) == []


def test_errors_come_alone(workspace: Workspace) -> None:
    change(workspace, "levels.yaml", "rank: 1", "rank: 2")
    change(workspace, "signals/fraud.yaml", "signals:\n", UNUSED)
    assert {problem.code for problem in check(workspace)} == {"E702"}


@pytest.mark.parametrize(
    ("code", "file", "old", "new", "sentence"),
    [
        (
            "I801",
            "signals/fraud.yaml",
            "signals:\n",
            UNUSED,
            "没有规则使用信号“无用”。如不再需要，请删去。",
        ),
        ("I802", SURGE, ">= 起数下限", ">= 5", "没有条件使用参数“起数下限”。如不再需要，请删去。"),
        (
            "I803",
            SURGE,
            "2026-06-01: 4",
            "2026-09-01: 4",
            "参数“起数下限”最新的值从 2026-09-01 起才生效，在此之前用旧值。请确认。",
        ),
        (
            "I804",
            SURGE,
            "起数下限: {unit: 起,",
            "起数下限: {unit: 元,",
            "“近7日诈骗起数”（起）与“起数下限”（元）单位不同，不宜直接比较。请换算或改单位。",
        ),
        (
            "I805",
            "routes.yaml",
            "  - {themes: [电信网络诈骗], lead: fanzha}\n",
            "",
            "没有派发规则接收主题“电信网络诈骗”的预警，只能靠兜底。请在 routes.yaml 里补上。",
        ),
        ("I806", "routes.yaml", "themes: [电信网络诈骗]", "themes: [数据报送]", "没有在用的规则会走到这一条。如不再需要，请删去。"),
        (
            "I807",
            SURGE,
            "    theme: 信访\n",
            "    theme: 信访\n    status: draft\n",
            "成员“petition-old”的状态是 draft，不参与评估，永远不会命中。请改状态或删去。",
        ),
    ],
)
def test_an_issue_says_where_what_and_what_to_do(
    workspace: Workspace, code: str, file: str, old: str, new: str, sentence: str
) -> None:
    change(workspace, file, old, new)
    told = {problem.code: problem.message for problem in found(workspace, date(2026, 6, 30))}
    assert told[code] == sentence


def test_a_kind_that_no_source_provides(workspace: Workspace) -> None:
    (workspace.rules / "sources" / "petition.yaml").unlink()
    assert [problem.code for problem in found(workspace)] == ["I808"]


def test_a_town_without_a_unit_where_the_township_answers(workspace: Workspace) -> None:
    change(workspace, "routes.yaml", "lead: fanzha", "lead: township")
    change(workspace, "places.csv", "30000,2024-01-01,town-01", "30000,2024-01-01,")
    assert [problem.code for problem in found(workspace)] == ["I809"]


def test_a_route_behind_one_that_takes_everything_of_it(workspace: Workspace) -> None:
    change(workspace, "routes.yaml", "routes:\n", "routes:\n  - {subjects: [town, petition], lead: zongzhi}\n")
    change(workspace, "routes.yaml", "themes: [电信网络诈骗]", "subjects: [town]")
    assert "第2行的一条已经接走全部，这一条永远轮不到。请调整次序。" in [problem.message for problem in found(workspace)]
