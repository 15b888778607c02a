"""``riskengine routes``: the cases of the routes, what they cover, and who gets one warning."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.rulebook.load import load
from riskengine.store.database import connect
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]
NIGHT = date(2026, 6, 30)
Run = Callable[..., Result]


def lay(root: Path) -> None:
    left_out = shutil.ignore_patterns(
        "warnings", "signals", "indicators", "sources", "schema", "links.yaml", "appraisal.yaml", "learning.yaml"
    )
    shutil.copytree(ROOT / "rules", root / "rules", ignore=left_out)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shipped routes without the rules, and two nights of four warnings written straight into the tables."""
    root = tmp_path_factory.mktemp("routes")
    lay(root)
    here = Workspace.at(root)
    warnings = [
        ("YJ-2026-000001", "town", "990100101", "清溪镇", "990100101", "信访"),
        ("YJ-2026-000002", "dispute", "JF-7", "矛盾纠纷 JF-7", "990100101001", "矛盾纠纷"),
        ("YJ-2026-000003", "town", "990100102", "砚城街道", "990100102", "数据报送"),
        ("YJ-2026-000004", "town", "990100103", "禾洛镇", "990100103", "数据报送"),
    ]
    with connect(here.database, here.scratch) as con:
        for night in (date(2026, 6, 29), NIGHT):
            con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [night])
            for id_, *_ in warnings:
                change = "解除" if (id_, night) == ("YJ-2026-000004", NIGHT) else "持续"
                con.execute(
                    "INSERT INTO assess.state (as_of, id, change, level) VALUES (?, ?, ?, 3)", [night, id_, change]
                )
        for row in warnings:
            con.execute("INSERT INTO assess.warning VALUES (?, ?, ?, ?, ?, ?, '2026-06-29', NULL)", row)
        con.execute(_SENT_BACK)
        con.execute(
            "INSERT INTO intervene.waiting VALUES ('2026-06-30', 'YJ-2026-000003', 'xinfang', '主办', '2026-06-29', 2)"
        )
    return here


_SENT_BACK = """
INSERT INTO intervene.objection (as_of, id, unit, role, on_day, decided, decided_on, new_unit, file_id, row_no) VALUES
  ('2026-06-29', 'YJ-2026-000001', 'xinfang', '主办', '2026-06-29', '待定', NULL, NULL, 1, 5),
  ('2026-06-30', 'YJ-2026-000001', 'xinfang', '主办', '2026-06-29', '接受', '2026-06-30', 'zongzhi', 1, 5),
  ('2026-06-30', 'YJ-2026-000002', 'town-01', '主办', '2026-06-29', '不接受', '2026-06-30', NULL, 1, 6);
INSERT INTO intervene.duty (as_of, id, unit, role) VALUES
  ('2026-06-29', 'YJ-2026-000001', 'xinfang', '主办'), ('2026-06-30', 'YJ-2026-000001', 'zongzhi', '主办'),
  ('2026-06-30', 'YJ-2026-000002', 'town-01', '主办')
"""


@pytest.fixture
def run(county: Workspace, tmp_path: Path) -> Run:
    """``run("test", "--json", cases="…", routes="…")`` with the files' text changed, in a copy where one is."""

    def run(*arguments: str, cases: str | None = None, routes: tuple[str, str] | None = None) -> Result:
        root = county.root
        if cases is not None or routes is not None:
            root = tmp_path / "changed"
            shutil.copytree(county.root, root)
        if cases is not None:
            (root / "rules" / "routes_cases.yaml").write_text(cases, encoding="utf-8")
        if routes is not None:
            path = root / "rules" / "routes.yaml"
            text = path.read_text(encoding="utf-8")
            assert routes[0] in text
            path.write_text(text.replace(*routes), encoding="utf-8")
        return CliRunner().invoke(app, ["routes", *arguments, "--workspace", str(root)])

    return run


def test_the_shipped_cases_pass_and_every_shipped_route_has_one(run: Run) -> None:
    done = run("test", "--fail-on-uncovered")
    assert done.exit_code == 0, done.output
    assert "全部通过。" in done.stdout
    assert "用例覆盖：14 条派发中 14 条有用例走到。" in done.stdout


def test_coverage_says_what_no_warning_took_and_what_fell_to_the_catch_all(run: Run) -> None:
    told = run("test").stdout
    assert "实际覆盖：2026-06-29 至 2026-06-30 的预警按现在的派发走过 3 条。" in told
    assert "  没有预警走到：第10条 主题欠薪 → 人社局主办，属地协办\n" in told
    assert (
        "最近 2 夜只有兜底接住的预警 2 件。\n  兜底：数据报送，乡镇，黄级，2 件，如 YJ-2026-000003 砚城街道、" in told
    )
    assert "最近 1 夜只有兜底接住的预警 1 件。" in run("test", "--nights", "1").stdout
    found = json.loads(run("test", "--json").stdout)
    used = {each["number"]: each["warnings"] for each in found["routes"]}
    assert {number: each for number, each in used.items() if each} == {"8": 1, "9.1": 1, "13": 2}


def test_a_route_that_was_changed_fails_its_case_with_where_and_what(run: Run) -> None:
    done = run("test", routes=("{themes: [欠薪], lead: renshe}", "{themes: [欠薪], lead: zongzhi, copies: [renshe]}"))
    assert done.exit_code == 3
    assert (
        "用例“欠薪归人社局”（2026-06-30）没有通过\n  主办：应为人社局，实为综治中心（8件：欠薪，项目，霁岭镇，红；"
        in done.stdout
    )
    assert re.search(r"rules/routes_cases\.yaml:\d+:5: 用例“欠薪归人社局”", done.stdout)
    assert "共 17 个用例、174 件预警，1 个没有通过。" in done.stdout


def test_copies_along_and_route_are_compared(run: Run) -> None:
    case = """
cases:
  - case: 信访抄送
    as_of: 2026-06-30
    themes: 信访
    subjects: town
    levels: 红
    places: 清溪
    expect: {along: [], copies: [zongzhi, township], route: "9"}
"""
    done = run("test", cases=case, routes=("lead: xinfang}", "lead: xinfang, copies: [zongzhi, township, sifa]}"))
    assert done.exit_code == 3
    says = "（1件：信访，乡镇，清溪镇，红）"
    assert f"  协办：应为没有，实为清溪镇人民政府{says}\n" in done.stdout
    assert f"  抄送：应为清溪镇人民政府、综治中心，实为司法局、综治中心{says}\n" in done.stdout
    assert f"  派发：应为“9”，实为第8条{says}\n" in done.stdout


def test_a_route_without_a_case_is_named_and_may_fail(run: Run) -> None:
    none = run("test", cases="cases: []\n")
    assert none.exit_code == 0
    assert "没有派发用例。用例写在 rules/routes_cases.yaml 里" in none.stdout
    assert (
        "  没有用例走到：第9.1条 “一般纠纷就地化解”：主题矛盾纠纷，对象村、纠纷，等级黄、蓝 → 属地乡镇（街道）主办\n"
        in none.stdout
    )


def test_uncovered_is_exit_3_when_asked(run: Run) -> None:
    assert run("test", "--fail-on-uncovered", cases="cases: []\n").exit_code == 3


def test_a_place_that_was_merged_is_not_there_on_a_later_day(county: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "merged"
    shutil.copytree(county.root, root)
    path = root / "rules" / "places.csv"
    head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    ended = [f"{each},2026-05-31,990100102" if each.startswith("990100101,") else f"{each},," for each in lines]
    path.write_text("\n".join([f"{head},valid_until,merged_into", *ended]) + "\n", encoding="utf-8")
    case = (
        "cases: [{case: 撤并以后, as_of: %s, themes: 欠薪, subjects: town, places: 清溪镇, expect: {lead: renshe}}]\n"
    )
    for day, code in (("2026-05-31", 0), ("2026-06-01", 3)):
        (root / "rules" / "routes_cases.yaml").write_text(case % day, encoding="utf-8")
        done = CliRunner().invoke(app, ["routes", "test", "--workspace", str(root)])
        assert done.exit_code == code, done.output
    assert "清溪镇到 2026-05-31 为止，已并入砚城街道，这一天没有它。请改地区或日期" in done.stdout


def test_a_wrong_case_stops_the_command_and_no_night(county: Workspace, run: Run, tmp_path: Path) -> None:
    done = run("test", cases="cases:\n  - {case: 少了日期, themes: 信访, subjects: town, expect: {lead: xinfang}}\n")
    assert done.exit_code == 3
    assert "rules/routes_cases.yaml:2:5: E202 缺少字段“as_of”，请补上。" in done.stderr
    assert load(Workspace.at(tmp_path / "changed")).routes, "a night asks for no cases"


def test_an_open_warning_is_shown_by_number_subject_or_name(run: Run) -> None:
    for asked in ("yj-2026-000002", "JF-7", "矛盾纠纷 JF-7"):
        told = run("show", asked).stdout
        assert told.startswith("YJ-2026-000002 矛盾纠纷 JF-7，矛盾纠纷，黄级（2026-06-30）\n")
        assert "第8条    不接  主题是矛盾纠纷。这一条：主题信访 → 信访局主办，属地协办\n" in told
        assert told.endswith("由第9.1条接走：主办 清溪镇人民政府。\n")


def test_what_became_of_a_warning_after_the_routes_is_told(run: Run) -> None:
    assert run("show", "YJ-2026-000001").stdout.endswith("。\n信访局退回，经同意改由综治中心主办。\n")
    assert "退回" not in run("show", "YJ-2026-000001", "--as-of", "2026-06-29").stdout, "that night nobody had agreed"
    [found] = json.loads(run("show", "YJ-2026-000003", "--json").stdout)
    assert found["after"] == "候办：信访局本周办理量已满，自2026-06-29起排队，现排第2位，尚未下发、期限未起算"


def test_a_warning_thought_of_is_shown_with_what_keeps_it_from_the_branch(run: Run) -> None:
    told = run("show", "--theme", "矛盾纠纷", "--kind", "dispute", "--place", "清溪", "--level", "红").stdout
    assert "第9.1条  不接  等级是红。" in told
    assert told.endswith("由第9条接走：主办 综治中心，协办 清溪镇人民政府。\n")
    [found] = json.loads(run("show", "--theme", "数据报送", "--kind", "unit", "--unit", "xinfang", "--json").stdout)
    assert (found["route"], found["lead"], found["along"]) == ("1", "xinfang", None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "二者取一"),
        (("JF-7", "--theme", "信访"), "二者取一"),
        (("JF-7", "--level", "红"), "只与 --theme 同用"),
        (("没有的",), "没有编号、对象或名称为“没有的”的在办预警"),
        (("--theme", "信仿"), "没有主题“信仿”，可用的有："),
        (("--theme", "信访", "--level", "赤"), "没有等级“赤”"),
        (("--theme", "信访", "--place", "清西镇"), "地区“清西镇”不在地区表里，是否想写“清溪镇”"),
        (("--theme", "数据报送", "--kind", "unit"), "要与 --unit 同用"),
        (("--theme", "数据报送", "--kind", "unit", "--unit", "xinfan"), "没有单位“xinfan”，是否想写“xinfang”？"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = run("show", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_a_workspace_without_a_night_says_so(tmp_path: Path) -> None:
    lay(tmp_path)
    asked = CliRunner().invoke(app, ["routes", "show", "清溪镇", "--workspace", str(tmp_path)])
    assert asked.exit_code == 2
    assert "还没有运行过任何一夜" in asked.stderr
    tried = CliRunner().invoke(app, ["routes", "test", "--workspace", str(tmp_path)])
    assert tried.exit_code == 0
    assert "这个工作区还没有运行过任何一夜" in tried.stdout
    assert not (tmp_path / "data" / "riskengine.duckdb").exists()


def test_the_manual_s_examples_load_and_pass(run: Run, county: Workspace) -> None:
    manual = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
    tree, case = re.findall(r"^```yml\n# routes\w*\.yaml 里的一项\n(.*?)^```", manual, re.DOTALL | re.MULTILINE)
    shipped = (ROOT / "rules" / "routes_cases.yaml").read_text(encoding="utf-8")
    assert run("test", cases="cases:\n" + case).exit_code == 0
    assert "一般的村级、单件纠纷由乡镇就地化解" in shipped
    path = county.root.parent / "manual"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(county.root, path)
    (path / "rules" / "routes.yaml").write_text(
        f"routes:\n{tree}  - {{lead: zongzhi, catch_all: true}}\n", encoding="utf-8"
    )
    written = load(Workspace.at(path))
    assert written.route_numbers == ("1.1", "1.2.1", "1.2", "1", "2")
    assert [each.copies for each in written.routes] == [(), ("sifa",), ("sifa",), ("sifa",), ()]
