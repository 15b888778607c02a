"""Curves over nights that ran, the patch that follows, and the dismissal that is remembered."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date

import pytest
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.rulebook.load import load
from riskengine.store.database import connect
from riskengine.tune.curve import curves
from riskengine.tune.noun import Proposal
from riskengine.tune.patch import applied, dismissal, edit_of, put_in_place
from riskengine.workspace import Workspace
from tests.plan.county import LAST, build, run_nights

RULE = "fraud-surge"
PROPOSAL = Proposal(RULE, "下限", "tighter", 3, 4.5, 12, 5, "按过去12夜推算。")


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Workspace:
    """Twelve nights; the lead of every fraud warning found nothing."""
    workspace = run_nights(build(tmp_path_factory.mktemp("tune") / "county"))
    with connect(workspace.database, workspace.scratch) as con:
        con.execute(
            "INSERT INTO intervene.reply BY NAME SELECT DISTINCT DATE '2026-06-21' AS as_of, id, unit, '误报' AS outcome, "
            "DATE '2026-06-21' AS fed_back_on, 1 AS file_id, 1 AS row_no FROM intervene.duty WHERE role = '主办'"
        )
    return workspace


@pytest.fixture
def copy(county, tmp_path) -> Workspace:
    shutil.copytree(county.root / "rules", tmp_path / "rules")
    return Workspace.at(tmp_path)


def test_the_value_in_force_gives_what_the_nights_gave(county):
    rules = load(county)
    [parameter] = rules.rules[RULE].parameters
    [curve] = curves(county, rules, rules.rules[RULE], {parameter: ()}, 12, None)
    with connect(county.database, county.scratch) as con:
        [(warned,)] = con.execute(
            "SELECT count(DISTINCT id) FROM assess.state WHERE list_contains(rules, $1)", [RULE]
        ).fetchall()
    assert curve.current.given == warned > 0
    assert curve.current.false == warned
    given = [point.given for point in curve.points]
    assert given == sorted(given, reverse=True), "a higher floor never gives more"
    assert {point.value for point in curve.points} > {curve.now}


def test_asked_for_a_night_before_the_first_there_is_nothing_to_compare(county):
    done = CliRunner().invoke(app, ["tune", RULE, "--until", "2026-06-01", "--workspace", str(county.root)])
    assert done.exit_code == 2
    assert "还没有运行过任何一夜" in done.stderr


@pytest.fixture
def missing(county, tmp_path) -> Workspace:
    """The same nights under a floor of two; what was sampled below it was true in every town."""
    shutil.copytree(county.root, tmp_path / "missing")
    workspace = Workspace.at(tmp_path / "missing")
    [file] = [path for path in workspace.rules.rglob("*.yaml") if f"id: {RULE}\n" in path.read_text(encoding="utf-8")]
    text = file.read_text(encoding="utf-8")
    assert text.count("values: {2024-01-01: 3}") == 1
    file.write_text(text.replace("values: {2024-01-01: 3}", "values: {2024-01-01: 2}"), encoding="utf-8")
    (workspace.rules / "learning.yaml").write_text("least: 2\n", encoding="utf-8")
    with connect(workspace.database, workspace.scratch) as con:
        for n in (1, 2, 3):
            town = f"99010010{n}"
            con.execute(
                "INSERT INTO assess.blind VALUES ('2026-06-10', $theme, 'town', $town, NULL, $town, TRUE, 3, 3, $rule, 1, 4, '{}')",
                {"theme": load(workspace).rules[RULE].theme, "town": town, "rule": RULE},
            )
            con.execute(
                "INSERT INTO intervene.errand BY NAME SELECT DATE '2026-06-10' AS as_of, $id AS id, '抽查' AS kind, 'fanzha' AS unit, "
                "$theme AS about, 'town' AS subject_type, $town AS subject",
                {"id": f"CJ-{n}", "theme": load(workspace).rules[RULE].theme, "town": town},
            )
            con.execute(
                "INSERT INTO intervene.reply BY NAME SELECT DATE '2026-06-12' AS as_of, $id AS id, 'fanzha' AS unit, '属实' AS outcome, "
                "1 AS file_id, $n AS row_no",
                {"id": f"CJ-{n}", "n": n + 100},
            )
        con.execute("DELETE FROM intervene.reply WHERE outcome = '误报'")
    return workspace


def test_a_proposal_is_written_into_the_rule_file_or_dismissed_and_not_made_again(missing):
    def tune(*words: str):
        return CliRunner().invoke(
            app,
            [
                "tune",
                RULE,
                "--parameter",
                "下限",
                "--values",
                "1",
                *words,
                "--aim",
                "0.3",
                "--workspace",
                str(missing.root),
            ],
        )

    dismissed = tune("--json", "--dismiss", "--by", "研判岗", "--reason", "人手不够")
    assert dismissed.exit_code == 0 and "这条建议不再提" in dismissed.stderr, dismissed.output
    told = json.loads(dismissed.stdout)
    assert (told["proposal"]["direction"], told["proposal"]["before"], told["proposal"]["value"]) == ("looser", 2, 1)
    assert told["plan"] and "+++ b/rules/" in told["patch"]
    again = tune("--write")
    assert again.exit_code == 2 and "已由研判岗否决（人手不够）" in again.stdout and "规则没有改动" in again.stderr
    (missing.rules / "learning.yaml").write_text("least: 2\n", encoding="utf-8")
    assert tune("--write").exit_code == 0
    assert sorted(load(missing).rules[RULE].parameters["下限"].values.values()) == [1, 2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tune", "fraud-surgee"], "没有规则“fraud-surgee”，是否想写“fraud-surge”？"),
        (["tune", RULE, "--parameter", "下线"], "没有参数“下线”，可用的有：下限。"),
        (["tune", RULE, "--values", "3,4"], "--values 须同时写 --parameter，说明是哪个参数的值。"),
        (["tune", RULE, "--parameter", "下限", "--values", "3,四"], "--values 3,四 里有不是数的。请写成 3,4,5。"),
        (["tune", RULE, "--parameter", "下限", "--values", "3,nan"], "--values 3,nan 里有不是数的。"),
        (["tune", RULE, "--dismiss"], "--dismiss 须同时写 --by 岗位 和 --reason 理由。"),
    ],
)
def test_what_cannot_be_tuned_is_said(county, words, said):
    done = CliRunner().invoke(app, [*words, "--workspace", str(county.root)])
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_the_command_tells_the_curve_and_why_there_is_no_proposal(county, tmp_path):
    page = tmp_path / "tune.html"
    words = ["tune", RULE, "--json", "--out", str(page), "--workspace", str(county.root)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert [curve["parameter"] for curve in told["curves"]] == ["下限"]
    assert told["curves"][0]["says"]
    assert "<h1>调参：" in page.read_text(encoding="utf-8")
    assert "<script" not in page.read_text(encoding="utf-8")


def test_the_patch_adds_a_dated_value_applies_with_git_and_makes_rules_that_load(copy):
    edit = edit_of(copy, PROPOSAL, date(2026, 7, 1))
    changed = [line for line in edit.diff.splitlines()[2:] if line[:1] in "+-"]
    assert [line.strip("+- ") for line in changed] == [
        "下限: {unit: 起, reference: 县平安办研判口径, values: {2024-01-01: 3}}",
        "下限: {unit: 起, reference: 县平安办研判口径, values: {2024-01-01: 3, 2026-07-01: 4.5}}",
    ]
    with applied(copy, edit) as new:
        assert new.rules[RULE].parameters["下限"].values[date(2026, 7, 1)] == 4.5
    subprocess.run(["git", "init", "-q"], cwd=copy.root, check=True)
    subprocess.run(["git", "apply", "-"], cwd=copy.root, check=True, input=edit.diff.encode())
    assert (copy.root / edit.file).read_text(encoding="utf-8") == edit.after


def test_dismissals_are_entries_of_the_learning_file_one_after_the_other_and_the_rest_of_it_stays(copy):
    (copy.rules / "learning.yaml").write_text("# 规则改进\naim: 0.7  # 县里的目标\n", encoding="utf-8")
    put_in_place(copy, dismissal(copy, PROPOSAL, LAST, "研判岗", "专项行动期间误报偏多"))
    put_in_place(copy, dismissal(copy, PROPOSAL, LAST, "研判岗", "再看一个季度"))
    held = load(copy).learning
    assert (held.aim, [each.reason for each in held.dismissed]) == (0.7, ["专项行动期间误报偏多", "再看一个季度"])
    assert (copy.rules / "learning.yaml").read_text(encoding="utf-8").startswith("# 规则改进\naim: 0.7  # 县里的目标\n")
