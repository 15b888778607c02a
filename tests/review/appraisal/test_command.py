"""The command itself: what it asks for, where it writes, how it says no."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from riskengine.cli.app import app
from riskengine.cli.appraise import appraise
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[3]
assert appraise


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shipped rules and one night on which nothing happened."""
    root = tmp_path_factory.mktemp("command")
    shutil.copytree(ROOT / "rules", root / "rules")
    workspace = Workspace.at(root)
    (workspace.outbox / "2026-06-30").mkdir(parents=True)
    (workspace.outbox / "2026-06-30" / "run.json").write_text("{}", encoding="utf-8")
    return workspace


def asked(workspace: Workspace, *options: str) -> Result:
    return CliRunner().invoke(app, ["appraise", "--workspace", str(workspace.root), *options])


def test_a_year_in_which_nothing_happened_costs_nobody_anything(ran, tmp_path):
    done = asked(ran, "--out", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert {unit["score"] for unit in told["units"]} == {100} and told["deductions"] == []
    assert (tmp_path / "out" / "考核表_2026.xlsx").stat().st_size > 5000


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--as-of", "2026-06-29"), 2, "2026-06-29 没有运行过"),
        (("--year", "2027"), 2, "2027年在 2026-06-30 这一夜还没有开始"),
        (("--unit", "反炸中心"), 2, "没有“反炸中心”这个单位，是否想写“反诈中心”？"),
        (("--unit", "乡人民政府"), 2, "“乡人民政府”对得上"),
        (("--out", "/dev/null/x"), 5, "/dev/null/x/考核表_2026.xlsx 写不了"),
    ],
)
def test_what_cannot_be_asked_is_answered_with_a_sentence(ran, options, code, says):
    done = asked(ran, *options)
    assert done.exit_code == code and says in done.output


def test_a_workspace_without_a_night_has_nothing_to_assess(tmp_path):
    (tmp_path / "rules").mkdir()
    done = asked(Workspace.at(tmp_path))
    assert done.exit_code == 2 and "还没有运行过任何一夜" in done.output
