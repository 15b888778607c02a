"""The verbs as they are typed: one sentence, one exit code, never a traceback."""

import json

import pytest

from riskengine.cli.answer import ending
from riskengine.cli.starter import lay_down
from riskengine.errors import WrongUse


@pytest.fixture
def engine(command, county):
    """``riskengine <verb> …`` in the county's workspace."""
    return lambda *arguments: command("riskengine", *arguments, "--workspace", str(county.root))


def test_a_night_from_the_command_line_ends_by_saying_what_was_found_and_where(engine):
    ran = engine("run", "--as-of", "2026-06-30")
    assert ran.returncode == 0, ran.stderr
    assert "来文  3 份，读入 13 行 = 新增 13 + 更正 0 + 未变 0 + 撤回 0 + 退回 0" in ran.stdout
    assert "在办 2 件" in ran.stdout and "新增 2" in ran.stdout
    assert "data/outbox/2026-06-30/index.html" in ran.stdout
    status = engine("status", "--json")
    assert json.loads(status.stdout)["latest"]["as_of"] == "2026-06-30"


def test_json_on_stdout_is_json_and_nothing_else(engine):
    account = json.loads(engine("run", "--as-of", "2026-06-30", "--json").stdout)
    assert account["warnings"]["open"] == 2
    assert isinstance(json.loads(engine("review", "--json").stdout), list)
    assert json.loads(engine("check", "--json").stdout) == [
        problem for problem in json.loads(engine("check", "--json").stdout) if problem["code"].startswith("I")
    ]


def test_a_broken_file_is_told_and_exits_4_while_the_night_still_finishes(engine, county):
    (county.inbox / "反诈中心" / "坏_20260630.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (county.inbox / "反诈中心" / "坏_20260630.csv").write_bytes(b"PK\x03\x04 cut off")
    ran = engine("run", "--as-of", "2026-06-30")
    assert ran.returncode == 4
    assert "来文有误  反诈中心/坏_20260630.csv" in ran.stdout
    assert "在办 2 件" in ran.stdout
    assert engine("run", "--as-of", "2026-06-30").returncode == 4, "the night still is one in which a file was broken"


def test_rules_that_cannot_run_exit_3_with_every_problem(engine, county):
    rule = county.rules / "warnings" / "fraud" / "surge.yaml"
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("when: 近7日诈骗起数", "when: 近七日诈骗起数"), encoding="utf-8"
    )
    for verb in (("check",), ("run", "--as-of", "2026-06-30")):
        refused = engine(*verb)
        assert refused.returncode == 3
        assert "rules/warnings/fraud/surge.yaml:6:" in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr


def test_wrong_use_exits_2_with_one_chinese_line(command, tmp_path, engine):
    nowhere = command("riskengine", "run", "--workspace", str(tmp_path / "nowhere"))
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (2, 1)
    assert "不是工作区：没有 rules/ 文件夹" in nowhere.stderr
    assert "不是日期，请写成 2026-06-30 的样子" in engine("run", "--as-of", "30.6.2026").stderr
    assert "还没有运行过任何一夜" in engine("review").stderr
    assert "还没有运行过任何一夜" in engine("status").stdout


def test_nights_run_in_order(engine):
    assert engine("run", "--as-of", "2026-06-30").returncode == 0
    earlier = engine("run", "--as-of", "2026-06-29")
    assert earlier.returncode == 2
    assert "夜次须按日期先后运行" in earlier.stderr


def test_init_lays_down_a_workspace_whose_rules_load_and_never_overwrites_one(command, tmp_path):
    made = command("riskengine", "init", str(tmp_path / "new"))
    assert made.returncode == 0, made.stderr
    assert command("riskengine", "check", "--workspace", str(tmp_path / "new")).returncode == 0
    with pytest.raises(WrongUse, match="没有改动任何内容"):
        lay_down(tmp_path / "new")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")], ids=["python", "duckdb"])
def test_ctrl_c_is_an_interruption_and_no_fault_also_while_the_database_works(tmp_path, capsys, error):
    with pytest.raises(SystemExit) as ended, ending(tmp_path):
        raise error
    assert ended.value.code == 130
    assert "已中断" in capsys.readouterr().err and not (tmp_path / "data").exists()
