"""The loop closes: lists go out, are filled in, dropped into the inbox, read, and stand as the next night's handling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from riskengine.intervene.phase import intervene
from riskengine.model.duty import Route
from riskengine.rulebook.load import load
from riskengine.sense.phase import sense
from riskengine.store.database import connect
from riskengine.workspace import Workspace

from .conftest import ID, RULEBOOK, Desk, day

HEADER = 4


def fill(path: Path, into: Path, **typed: object) -> None:
    """Type into the row of the warning, and save under the same name in the inbox."""
    book = openpyxl.load_workbook(path)
    sheet = book["预警清单"]
    at = {cell.value: cell.column for cell in sheet[HEADER]}
    row = next(cells[0].row for cells in sheet.iter_rows(min_row=HEADER + 1) if cells[0].value == ID)
    for title, value in typed.items():
        sheet.cell(row, at[title]).value = value
    into.mkdir(parents=True, exist_ok=True)
    book.save(into / path.name)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Three nights: delivered, reported by the lead, verified by the verifier; the workspace and its desk."""
    root = tmp_path_factory.mktemp("loop")
    (root / "rules").mkdir()
    workspace = Workspace.at(root)
    receipts = load(Workspace.at(Path(__file__).parents[3])).sources["receipts"]
    rules = replace(
        RULEBOOK, sources={"receipts": receipts}, routes=(Route(lead="fanzha"), Route(lead="zongzhi", catch_all=True))
    )
    inbox = workspace.inbox / "回执"
    with connect(workspace.database, workspace.scratch) as con:
        desk = Desk(con, rules)
        desk.warn("222")
        desk.warn("333", "YJ-2026-000002")
        intervene(con, workspace, rules, day(0))
        fill(
            workspace.night(day(0)) / "反诈中心" / f"反诈中心预警清单_{day(0)}.xlsx",
            inbox,
            签收日期=day(0),
            核查结果="属实",
            处置措施="=已约谈",
            反馈日期=day(1),
            填报岗位="综治岗",
        )
        sense(con, workspace, rules, day(1))
        intervene(con, workspace, rules, day(1))
        fill(
            workspace.night(day(1)) / "综治中心" / f"综治中心核验审批_{day(1)}.xlsx",
            inbox,
            办理动作="核验通过",
            填报岗位="综治岗",
        )
        sense(con, workspace, rules, day(2))
        intervene(con, workspace, rules, day(2))
        yield workspace, desk


def test_a_filled_list_is_the_next_nights_report(told):
    _, desk = told
    said = "SELECT id, unit, post, signed_on, outcome, fed_back_on FROM intervene.reply WHERE as_of = ?"
    assert desk.rows(said, [day(1)]) == [(ID, "fanzha", "综治岗", day(0), "属实", day(1))]
    held = "SELECT state, since, outcome FROM intervene.handling WHERE as_of = ? AND id = ?"
    assert desk.rows(held, [day(1), ID]) == [("反馈", day(1), "属实")]
    assert desk.rows("FROM intervene.refused") == []


def test_the_line_left_blank_says_nothing(told):
    _, desk = told
    assert {row[0] for row in desk.rows("SELECT id FROM intervene.reply")} == {ID}
    assert desk.state("YJ-2026-000002")[0] == "下发"


def test_the_verifiers_workbook_is_written_only_when_something_waits_and_read_back(told):
    workspace, desk = told
    found = {
        night: [path.name for path in workspace.night(day(night)).glob("综治中心/*核验审批*")] for night in range(3)
    }
    assert found == {0: [], 1: [f"综治中心核验审批_{day(1)}.xlsx"], 2: []}
    assert desk.state()[:2] == ("核验", day(2))
    assert desk.rows("SELECT status, message FROM sense.file ORDER BY file_id") == [("loaded", None)] * 2


def test_what_the_verifier_reads_says_who_reported_what(told):
    workspace, _ = told
    book = openpyxl.load_workbook(workspace.night(day(1)) / "综治中心" / f"综治中心核验审批_{day(1)}.xlsx")
    sheet = book["预警清单"]
    row = {cell.value: sheet.cell(HEADER + 1, cell.column).value for cell in sheet[HEADER]}
    assert (row["预警编号"], row["等级"], row["状态"], row["角色"], row["责任单位"]) == (
        ID, "橙（I级）", "待核验", "核验", "综治中心"
    )  # fmt: skip
    assert row["报来内容"].startswith("反诈中心：核查结果“属实”，")
    assert row["名单日期"] == date(2026, 6, 11).isoformat()
    at = next(cell.column_letter for cell in sheet[HEADER] if cell.value == "建议转给")
    choices = {str(each.sqref)[:1]: each for each in sheet.data_validations.dataValidation}
    assert choices[at].formula1 is not None and "公安局" in (
        choices[at].formula1
        if choices[at].formula1.startswith('"')
        else [row[0] for row in book["选项"].iter_rows(values_only=True)]
    )
