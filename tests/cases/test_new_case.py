"""``riskengine test --new-case``: a real warning becomes cases in its rules' files, which then pass; nothing else in them moves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from riskengine.cases.insert import case_lines, insert_cases
from riskengine.cases.new_case import new_cases
from riskengine.cli.every import app
from riskengine.errors import WrongUse
from riskengine.night import run_night
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.cases.county import RULES, lay_down

NIGHTS = (date(2026, 6, 28), date(2026, 6, 29), date(2026, 6, 30))
SECRET = "真实编号-0815"


def put(workspace: Workspace, name: str, text: str) -> None:
    path = workspace.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three nights: petitions all along, frauds that begin on the second."""
    warnings = RULES["warnings/all.yaml"].replace("近7日诈骗起数 > 近7日诈骗上界", "近7日诈骗起数 > 3")
    warnings = warnings.replace("，上界{近7日诈骗上界}起", "")
    workspace = lay_down(tmp_path_factory.mktemp("county"), warnings)
    put(workspace, "信访局/事项.csv", f"编号,登记日期,地区,涉及人数,办结日期\n{SECRET},2026-04-29,东湾村,25,\n")
    run_night(workspace, NIGHTS[0])
    cases = "".join(f"A{n},2026-06-29,清溪镇,100\n" for n in range(7))
    put(workspace, "反诈中心/案件.csv", "案件编号,发案时间,发案地,损失金额\n" + cases)
    for night in NIGHTS[1:]:
        run_night(workspace, night)
    return workspace


@pytest.fixture
def workspace(ran: Workspace, tmp_path: Path) -> Workspace:
    """The same nights with rule files of its own."""
    (tmp_path / "rules").mkdir()
    for path in ran.rules.rglob("*.*"):
        copy = tmp_path / "rules" / path.relative_to(ran.rules)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "data").symlink_to(ran.root / "data")
    return Workspace.at(tmp_path)


def warnings_of(workspace: Workspace, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["test", *arguments, "--workspace", str(workspace.root)])
    assert result.exit_code == 0, result.output
    return result.output


def ids(workspace: Workspace) -> dict[str, str]:
    """Theme → id of its only warning."""
    with duckdb.connect(str(workspace.database), read_only=True) as con:
        return dict(con.execute("SELECT theme, id FROM assess.warning").fetchall())


@pytest.mark.parametrize("theme", ["电信网络诈骗", "信访", "综合研判"])
@pytest.mark.parametrize("clear", [(), ("--clear",)])
def test_a_new_case_passes(workspace: Workspace, theme: str, clear: tuple[str, ...]) -> None:
    told = warnings_of(workspace, "--new-case", ids(workspace)[theme], *clear)
    assert "已写入 rules/warnings/all.yaml:" in told
    assert "1 个用例，全部通过。" in warnings_of(workspace)


def test_the_rest_of_the_file_stays_byte_for_byte(workspace: Workspace) -> None:
    path = workspace.rules / "warnings" / "all.yaml"
    before = path.read_bytes()
    told = ids(workspace)
    for theme in ("综合研判", "电信网络诈骗", "信访", "电信网络诈骗"):
        warnings_of(workspace, "--new-case", told[theme])
    after = path.read_text(encoding="utf-8").splitlines()
    added = [line for line in after if line not in before.decode().splitlines()]
    kept = [line for line in after if line not in added]
    assert kept == before.decode().splitlines()
    assert "4 个用例，全部通过。" in warnings_of(workspace)


def test_as_many_nights_as_for_looks_at_and_the_place_but_no_key(workspace: Workspace) -> None:
    told = warnings_of(workspace, "--new-case", ids(workspace)["电信网络诈骗"], "--print")
    assert (
        told
        == """\
fraud-surge 诈骗案件明显增多 （只显示，没有写入）
  - case: 取自一件真实预警：2026-06-30 橙
    as_of: 2026-06-30
    place: 清溪镇
    signals: {近7日诈骗起数: 0 7x2}
    expect: {verdict: hit, level: 橙, score: 60, reason: 近7日诈骗7起, unit: fanzha}
"""
    )


def test_a_matter_is_told_without_its_number_and_no_nearer_than_its_town(workspace: Workspace) -> None:
    told = warnings_of(workspace, "--new-case", ids(workspace)["信访"], "--as-of", "2026-06-29", "--print")
    assert SECRET not in told and "东湾村" not in told
    assert "place: 清溪镇" in told and "expect: {verdict: hit, level: 红, score: 45, reason: 登记" in told


def test_printing_changes_no_file(workspace: Workspace) -> None:
    before = {path: path.read_bytes() for path in workspace.rules.rglob("*.yaml")}
    warnings_of(workspace, "--new-case", ids(workspace)["信访"], "--print")
    assert {path: path.read_bytes() for path in workspace.rules.rglob("*.yaml")} == before


def test_a_rule_that_changed_since_is_told(workspace: Workspace) -> None:
    path = workspace.rules / "warnings" / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[6, 10, 60]", "[6, 10, 70]"), encoding="utf-8")
    (case,) = new_cases(workspace, load(workspace), ids(workspace)["电信网络诈骗"])
    assert case.notes == ("得分：当晚为 60，按现在的规则为 70",)


@pytest.mark.parametrize(
    ("id_", "night", "sentence"),
    [
        (
            "YJ-2026-000999",
            None,
            "没有预警 YJ-2026-000999（最新的一件是 YJ-2026-000003）。请照清单上的预警编号写，如 YJ-2026-000001。",
        ),
        (
            "YJ-2026-000001",
            date(2026, 6, 1),
            "预警 YJ-2026-000001 在 2026-06-01 这一夜不在办（在办：2026-06-29 至 2026-06-30）。请换一夜。",
        ),
    ],
)
def test_a_warning_that_is_not_there_is_refused(
    workspace: Workspace, id_: str, night: date | None, sentence: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        new_cases(workspace, load(workspace), id_, night)
    assert str(refused.value) == sentence


FIELDS = {"case": "新的", "as_of": "2026-06-30", "members": {"fraud-surge": "hit"}, "expect": {"verdict": "clear"}}
HEAD = RULES["warnings/all.yaml"]
OTHER = "      - case: 先有的\n        as_of: 2026-06-30\n        members: {fraud-surge: hit}\n        expect: {verdict: clear}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD, HEAD + "    cases:\n{new}"),
        (HEAD.rstrip("\n"), HEAD + "    cases:\n{new-}"),
        (HEAD.replace("\n", "\r\n"), (HEAD + "    cases:\n{new}").replace("\n", "\r\n")),
        ("\ufeff" + HEAD, "\ufeff" + HEAD + "    cases:\n{new}"),
        (HEAD + "\n# 文件末尾的话\n", HEAD + "    cases:\n{new}\n# 文件末尾的话\n"),
        (HEAD + "    cases:\n" + OTHER, HEAD + "    cases:\n" + OTHER + "{new}"),
        (
            HEAD + "    cases:\n" + OTHER + "    keep: 5  # 后面还有\n",
            HEAD + "    cases:\n" + OTHER + "{new}    keep: 5  # 后面还有\n",
        ),
        (HEAD + "    cases:\n" + OTHER.replace("      ", "    ", 1).replace("\n        ", "\n      "), None),
    ],
)
def test_wherever_a_rule_ends_the_case_goes_there(tmp_path: Path, before: str, after: str | None) -> None:
    workspace = lay_down(tmp_path, before)
    insert_cases(workspace, {"town-both": [FIELDS]})
    indent = "      " if after is not None else "    "
    new = "".join(f"{indent}{line}\n" for line in case_lines(FIELDS))
    if after is None:
        after = before + "{new}"
    wanted = after.replace("{new-}", new.rstrip("\n")).replace(
        "{new}", new.replace("\n", "\r\n") if "\r\n" in after else new
    )
    assert (workspace.rules / "warnings/all.yaml").read_bytes().decode() == wanted
    assert load(workspace).rules["town-both"].cases[-1].case == "新的"


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            "cases: []",
            "用例没有写入，规则文件保持原样：规则“town-both”的 cases 写在方括号里，放不进用例。请改成 - 开头的若干项再试。",
        ),
    ],
)
def test_a_layout_that_takes_no_case_is_refused_and_nothing_changes(tmp_path: Path, rule: str, sentence: str) -> None:
    workspace = lay_down(tmp_path, HEAD + f"    {rule}\n")
    with pytest.raises(WrongUse) as refused:
        insert_cases(workspace, {"fraud-surge": [FIELDS], "town-both": [FIELDS]})
    assert str(refused.value) == sentence
    assert (workspace.rules / "warnings/all.yaml").read_text(encoding="utf-8") == HEAD + f"    {rule}\n"
