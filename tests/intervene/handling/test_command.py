"""`riskengine handling` and `riskengine routes propose`: what people are told, and the patch that they get."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from click.testing import Result
from ruamel.yaml import YAML
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.exchange.propose_routes import Proposal, patched
from riskengine.rulebook.load import load
from riskengine.store.database import connect
from tests.rulebook.conftest import write

from .conftest import ID, Desk, day

OTHERS = [f"YJ-2026-00000{n}" for n in range(2, 6)]
RULES = {
    "levels.yaml": """\
levels:
  - {name: 红, rank: 1, code: I, colour: "#C00000", score: 80, handle_within: 1}
  - {name: 橙, rank: 2, code: II, colour: "#ED7D31", score: 60, handle_within: 3}
  - {name: 黄, rank: 3, code: III, colour: "#FFD966", score: 40, handle_within: 7}
  - {name: 蓝, rank: 4, code: IV, colour: "#9DC3E6", score: null, handle_within: 15}
""",
    "units.yaml": """\
units:
  - {id: fanzha, name: 反诈中心, type: line}
  - {id: gongan, name: 公安局, type: line}
  - {id: zongzhi, name: 综治中心, type: line}
  - {id: town-01, name: 清溪镇人民政府, type: township}
""",
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory) -> Callable[..., Result]:
    """Commands in a county where one warning is reported and three objections of a kind were accepted."""
    root = tmp_path_factory.mktemp("asked")
    workspace = write(root / "rules", RULES)
    with connect(workspace.database, workspace.scratch) as con:
        desk = Desk(con, load(workspace))
        desk.warn("222")
        for each in OTHERS:
            desk.warn("333", each)
        desk.night(0)
        desk.receipt("反诈中心", 1, signed_on=day(1), outcome="属实", measure="已约谈", fed_back_on=day(1), step="销号")
        for each in OTHERS[:3]:
            desk.receipt("反诈中心", 1, each, step="退回", reason="属于案件")
            desk.receipt("综治中心", 1, each, step="同意退回", refer_to="公安局")
        desk.nights(1, 2)
        con.execute("INSERT INTO intervene.night SELECT DISTINCT as_of, '', 0 FROM intervene.duty")

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--workspace", str(root)])

    return command


def test_the_list_says_where_each_stands(ask):
    lines = ask("handling").stdout.splitlines()
    assert lines[0] == "2026-06-12 办理 5 件：反馈 1、下发 4"
    assert lines[1] == f"  {ID}  橙级 电信网络诈骗 清溪镇  反诈中心  反馈（2026-06-11）  核查结果 属实  期限 2026-06-13"


def test_the_list_is_narrowed_by_unit_state_and_night(ask):
    def ids(*arguments: str) -> set[str]:
        return {each["id"] for each in json.loads(ask("handling", "--json", *arguments).stdout)}

    assert ids("--unit", "公安局") == set(OTHERS[:3])
    assert ids("--closed") == set()
    assert ids("--open") == {ID, *OTHERS}
    held = json.loads(ask("handling", "--json", "--as-of", "2026-06-10").stdout)
    assert {each["state"] for each in held} == {"下发"}


def test_one_is_told_with_every_step_its_file_what_was_refused_and_what_may_come_next(ask):
    told = ask("handling", ID.lower()).stdout.splitlines()
    assert told[0] == f"{ID}  橙级 电信网络诈骗 清溪镇，主办反诈中心，现在：反馈（2026-06-11起）"
    assert told[2] == "  2026-06-11  签收  反诈中心（主办，综治岗）  出自 回执/反诈中心_1.xlsx第4行"
    assert (
        told[4]
        == "  2026-06-11  处置  反诈中心（主办，综治岗）  核查结果：属实  措施：已约谈  出自 回执/反诈中心_1.xlsx第4行"
    )
    assert told[6].startswith("  没有记入  回执/反诈中心_1.xlsx第4行：") and "“销号”只用于黄、蓝级" in told[6]
    assert told[7] == "  下一步  反诈中心（主办）可以办：反馈、恢复计时"
    assert told[-1] == "  下一步  综治中心（核验）可以办：核验通过、核验不通过"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("handling", "YJ-2026-000999"), "2026-06-12 没有编号为“YJ-2026-000999”的办理"),
        (("handling", "--unit", "反诈"), "没有单位“反诈”，是否想写“反诈中心”？"),
        (("handling", "--open", "--closed"), "只能写一个"),
        (("handling", ID, "--open"), "写了预警编号"),
        (("handling", "--as-of", "2020-01-01"), "2020-01-01 还没有运行过任何一夜"),
    ],
)
def test_a_wrong_question_is_answered_with_a_sentence(ask, arguments, sentence):
    found = ask(*arguments)
    assert found.exit_code == 2
    assert sentence in found.stderr


def test_objections_that_come_again_and_again_make_a_patch_that_can_be_applied(ask, tmp_path):
    found = ask("routes", "propose").stdout
    assert found.splitlines()[0] == (
        "# 第2条派发给反诈中心的清溪镇的电信网络诈骗（乡镇）预警，被接受的退回已有3次，都改由公安局办理。建议直接派给它。"
        f"依据：{'、'.join(OTHERS[:3])}。"
    )
    workspace = write(tmp_path / "rules", RULES)
    (tmp_path / "p.diff").write_text(found, encoding="utf-8")
    subprocess.run(["git", "apply", "p.diff"], cwd=tmp_path, check=True)
    routes = load(workspace).routes
    assert [(route.lead, route.places, tuple(map(str, route.subjects))) for route in routes[1:3]] == [
        ("gongan", ("990100101",), ("town",)),
        ("fanzha", (), ()),
    ]


def test_too_few_make_none(ask):
    assert "没有建议" in ask("routes", "propose", "--as-of", "2026-06-10").stdout


@pytest.mark.parametrize(
    ("text", "route", "beside", "leads"),
    [
        ("routes:\n  - {themes: [信访], lead: zongzhi}\n  - {lead: zongzhi, catch_all: true}\n", "1", False, ["gongan"]),
        ("routes:\n  - themes: [信访] # 信访\n    lead: zongzhi\n    routes:\n      - {levels: [红], lead: fanzha}\n", "1", False,
         ["gongan", "fanzha"]),
        ("routes:\n  - {themes: [信访], lead: zongzhi, routes: [{levels: [红], lead: fanzha}]}\n", "1", False, ["gongan", "fanzha"]),
        ("routes:\n  - {themes: [信访], lead: zongzhi}\n  - {lead: zongzhi, catch_all: true}\n", "2", True, ["zongzhi", "gongan", "zongzhi"]),
        ("routes:\n  - themes: [信访]\n    lead: zongzhi\n    routes:\n      - {levels: [红], lead: fanzha}\n", "1.1", False, ["gongan"]),
    ],
)  # fmt: skip
def test_the_branch_is_written_where_it_is_asked_first(text, route, beside, leads):
    proposed = Proposal(route, {"themes": ["信访"], "subjects": ["town"], "lead": "gongan"}, (ID,), "", beside)
    held = YAML(typ="safe").load(patched(text, [proposed]))["routes"]
    for part in route.split("."):
        held = held if beside else held[int(part) - 1]["routes"]
    assert [each["lead"] for each in held] == leads
