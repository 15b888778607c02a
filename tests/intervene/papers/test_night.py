"""Papers through a whole night: in the outbox, on the list of files, on the page, in the log, and told by `riskengine papers`."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskengine.audit.happened import KINDS, happened, lay_out
from riskengine.audit.nights import held
from riskengine.audit.papers import PAPERS, says
from riskengine.cli.papers import app
from riskengine.ledger import account
from riskengine.model.ladder import Climb, Ladder, Plate, Rung
from riskengine.store.database import connect
from riskengine.workspace import Workspace

RULES = Path(__file__).parents[3] / "rules"
FIRST, SECOND = date(2026, 6, 29), date(2026, 6, 30)
PAPER = "文书/综治督办〔2026〕1号督办函.docx"
LADDER = Ladder(
    office="zongzhi",
    ladders=(Climb(id="red", title="红色两夜", counts="nights", level="红", rungs=(Rung(after=2, paper="督办函", copies=("township",)),)),),
    plates=(Plate(id="town", title="重点整治镇", places="town", level="红", nights=2, checks=("town", "county")),),
)  # fmt: skip


@pytest.fixture
def pressed(stage):
    """Two nights with one red warning: on the second its lead and its township get a paper, and the town is listed."""
    stage.rulebook = replace(stage.rulebook, ladder=LADDER)
    for night, change in ((FIRST, "新增"), (SECOND, "持续")):
        stage.warn(night, "YJ-2026-000001", change, 1)
        stage.con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [night])
        stage.run(night)
    return stage


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_paper_lies_with_everybody_who_gets_it_and_a_night_made_again_is_the_same(pressed):
    folder = pressed.workspace.night(SECOND)
    before = files(folder)
    assert before[f"反诈中心/{PAPER}"] == before[f"清溪镇人民政府/{PAPER}"]
    listed = pressed.con.execute(
        "SELECT unit FROM intervene.list WHERE path LIKE '%.docx' AND path LIKE '%文书%' ORDER BY 1"
    ).fetchall()
    assert listed == [("fanzha",), ("town-01",)]
    page = before["清单.html"].decode()
    assert (
        'id="papers"' in page
        and "综治督办〔2026〕1号" in page
        and "红级已连续2夜（2026年6月29日起）" in page
        and "GP-2026-001" in page
    )
    shutil.rmtree(folder)
    pressed.run(SECOND)
    assert files(folder) == before
    assert "没有公文" in (pressed.workspace.night(FIRST) / "清单.html").read_text(encoding="utf-8")


def test_the_account_and_the_log_tell_of_papers_and_plates(pressed):
    told = account(pressed.con, SECOND, "", {})
    assert [(each["number"], each["role"], each["unit"]) for each in told["papers"]] == [
        ("综治督办〔2026〕1号", "主送", "fanzha"),
        ("综治督办〔2026〕1号", "抄送", "town-01"),
    ]
    assert [each["what"] for each in told["plates"]] == ["挂牌"]
    words = {word for words, *_ in PAPERS for word in words}
    lay_out(pressed.con, held(pressed.con), [SECOND])
    lines = happened(pressed.con, [kind for kind in KINDS if words & set(kind.words)])
    spoken = [says(each.what, each.content, lambda unit: f"<{unit}>") for each in lines]
    assert [text.split("，SHA-256")[0] for text in spoken] == [
        "文书  综治督办〔2026〕1号督办函主送<fanzha>（YJ-2026-000001）",
        "文书  综治督办〔2026〕1号督办函抄送<town-01>（YJ-2026-000001）",
        "挂牌  GP-2026-001（地区 990100101，town）",
    ]
    asked = {"errand": "GP-2026-001-1", "unit": "town-01", "due": "2026-08-09"}
    assert says("待摘牌核验", asked, lambda unit: "清溪镇") == "待摘牌核验  GP-2026-001-1 交清溪镇，2026-08-09 前答复"
    assert (
        says("摘牌核验", {"number": "GP-2026-001", "level": "town", "passed": False}, str)
        == "摘牌核验  GP-2026-001 乡镇级核验不通过"
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """``told(*arguments)``: `riskengine papers` in a workspace with the shipped rules and two papers of one night."""
    root = tmp_path_factory.mktemp("papers")
    shutil.copytree(RULES, root / "rules")
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch) as con:
        for night in (FIRST, SECOND):
            con.execute("INSERT INTO intervene.night VALUES (?, '', 0)", [night])
        row = [
            FIRST,
            "云综治督办〔2026〕1号",
            "督办函",
            "YJ-2026-000001",
            "公安局/文书/云综治督办〔2026〕1号督办函.docx",
        ]
        for unit, role in (("gongan", "主送"), ("town-01", "抄送")):
            con.execute(
                "INSERT INTO intervene.paper (as_of, number, kind, id, path, why, unit, role) VALUES (?, ?, ?, ?, ?, '逾期', ?, ?)",
                [*row, unit, role],
            )
        for night, number, what in (
            (FIRST, "GP-2026-001", "挂牌"),
            (FIRST, "GP-2026-002", "挂牌"),
            (SECOND, "GP-2026-002", "摘牌"),
        ):
            con.execute(
                "INSERT INTO intervene.plate (as_of, number, place, plate, what, says) VALUES (?, ?, '990100101', 'town-watch', ?, ?)",
                [night, number, what, f"清溪镇{what}"],
            )
    return lambda *arguments: CliRunner().invoke(app, ["papers", "--workspace", str(root), *arguments])


def test_the_command_says_who_got_what_why_and_where_it_lies(told):
    assert told("--as-of", "2026-06-29", "--unit", "公安局").stdout.splitlines()[:4] == [
        "2026-06-29 出公文 1 份。",
        "2026-06-29  云综治督办〔2026〕1号  督办函  主送 公安局  YJ-2026-000001",
        "    逾期",
        "    data/outbox/2026-06-29/公安局/文书/云综治督办〔2026〕1号督办函.docx（程序自带的模板）",
    ]
    assert told("--as-of", "2026-06-29").stdout.splitlines()[1].split("  ")[3:] == [
        "主送 公安局，抄送 清溪镇人民政府",
        "YJ-2026-000001",
    ]
    assert told().stdout.splitlines() == [
        "2026-06-30 没有出公文。",
        "挂牌 1 处：",
        "2026-06-29  GP-2026-001  清溪镇挂牌",
    ]
    found = json.loads(told("--since", "2026-06-01", "--json").stdout)
    assert [each["unit"] for each in found["papers"]] == ["gongan", "town-01"]
    assert [each["number"] for each in found["plates"]] == ["GP-2026-001"]


def test_the_command_refuses_what_it_cannot_answer_with_a_sentence(told):
    assert "没有单位“公安居”，是否想写“公安局”？" in told("--unit", "公安居").stderr
    answer = told("--as-of", "2026-01-01")
    assert answer.exit_code == 2 and "2026-01-01 没有运行过" in answer.stderr
