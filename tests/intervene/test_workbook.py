"""The lists as a person opens them, read back with another library than the one that wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from riskengine.intervene.columns import RECEIPT_COLUMNS
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.intervene.conftest import Stage, evidence, rulebook

NIGHT = date(2026, 6, 30)
HEADER = 4


def nights(stage) -> Path:
    """Two nights of 反诈中心: its list of the second."""
    first = NIGHT - timedelta(days=9)
    stage.warn(first, "YJ-2026-000002", "新增", 2, subject="990100102", name="白石镇", place="990100102")
    stage.run(first)
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1, evidence=evidence(12))
    stage.warn(NIGHT, "YJ-2026-000002", "持续", 2, subject="990100102", name="白石镇", place="990100102")
    stage.warn(NIGHT, "YJ-2026-000003", "新增", 2, subject="990100101001", name="东湾村", place="990100101001")
    return stage.run(NIGHT) / "反诈中心" / f"反诈中心预警清单_{NIGHT}.xlsx"


@pytest.fixture(scope="module")
def unit_list(tmp_path_factory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("county")
    (root / "rules").mkdir()
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch) as con:
        yield nights(Stage(con, workspace, rulebook()))


def rows(path: Path, sheet: str = "预警清单") -> list[dict[str, object]]:
    cells = [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]
    return [dict(zip(cells[HEADER - 1], row, strict=True)) for row in cells[HEADER:]]


def column(path: Path, title: str) -> str:
    sheet = openpyxl.load_workbook(path)["预警清单"]
    return next(cell.column_letter for cell in sheet[HEADER] if cell.value == title)


def test_a_line_says_what_why_who_and_by_when(unit_list):
    line = rows(unit_list)[1]
    assert line["预警编号"] == "YJ-2026-000001"
    assert (line["等级"], line["状态"], line["对象"], line["主题"]) == ("红（I级）", "新增", "清溪镇", "电信网络诈骗")
    assert line["为什么预警"] == "近7日诈骗12起，往常3.1起"
    assert line["证据"] == (
        "【诈骗案件】\nZP2026-0001 2026-06-28 刷单返利\nZP2026-0002 2026-06-28 刷单返利\n"
        "ZP2026-0003 2026-06-28 刷单返利\n等12条，见“证据明细”"
    )
    assert line["建议措施"] == "组织入村宣传，核实近七日案件，约谈通道运营单位。"
    assert line["可能的误报原因"] == "1. 集中录入往期案件\n2. 同一案件重复登记"
    assert (line["责任单位"], line["角色"], line["下发日期"]) == ("反诈中心", "主办", "2026-06-30")
    assert (line["办理期限"], line["办理状态"]) == ("2026-07-01\n剩1天", "未签收")
    assert (line["地区编码"], line["名单日期"]) == ("990100101", "2026-06-30")


def test_overdue_lines_come_first_then_the_gravest_and_an_overdue_one_says_by_how_many_days(unit_list):
    assert [line["预警编号"] for line in rows(unit_list)] == ["YJ-2026-000002", "YJ-2026-000001", "YJ-2026-000003"]
    assert rows(unit_list)[0]["办理期限"] == "2026-06-24\n逾期6天"


def test_the_head_names_the_unit_the_day_and_the_counts(unit_list):
    sheet = openpyxl.load_workbook(unit_list)["预警清单"]
    assert sheet["A1"].value == "反诈中心 风险预警清单"
    assert sheet["A2"].value == (
        "今夜：新增 2、升级 0、降级 0、解除 0、3日内到期 2、逾期 1、候办 0、已销号观察 0\n"
        "名单日期 2026-06-30    红 1 · 橙 2 · 黄 0 · 蓝 0，在办共3条    内部工作等级，不对外发布"
    )


def test_the_level_is_coloured_and_written_out(unit_list):
    cell = openpyxl.load_workbook(unit_list)["预警清单"]["B6"]
    assert (cell.value, cell.fill.fgColor.rgb, cell.font.color.rgb) == ("红（I级）", "FFC00000", "FFFFFFFF")


def test_header_frozen_filtered_repeated_and_one_a4_page_wide(unit_list):
    sheet = openpyxl.load_workbook(unit_list)["预警清单"]
    assert sheet.freeze_panes == f"E{HEADER + 1}"
    assert sheet.auto_filter.ref.startswith(f"A{HEADER}:")
    assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_list_is_not_locked_but_typing_into_what_the_engine_wrote_is_answered(unit_list):
    """A locked sheet could be neither sorted nor unfolded."""
    sheet = openpyxl.load_workbook(unit_list)["预警清单"]
    titles = [cell.value for cell in sheet[HEADER]]
    assert not sheet.protection.sheet
    refused = [check for check in sheet.data_validations.dataValidation if check.type == "custom"]
    assert all(check.formula1 == "FALSE" and "不用填" in check.errorTitle for check in refused)
    held = {cell.column for check in refused for area in check.sqref.ranges for cell in sheet[area.coord][0]}
    assert {titles[at - 1] for at in held} == set(titles) - set(RECEIPT_COLUMNS)


def test_the_receipt_columns_have_drop_downs_and_day_checks(unit_list):
    sheet = openpyxl.load_workbook(unit_list)["预警清单"]
    checks = {str(check.sqref): check for check in sheet.data_validations.dataValidation}
    by_title = {title: checks[f"{column(unit_list, title)}5:{column(unit_list, title)}7"] for title in RECEIPT_COLUMNS}
    assert by_title["办理动作"].formula1 == '"退回,申请延期,暂停计时,恢复计时,销号"'
    assert by_title["误报原因"].formula1 == '"集中录入往期案件,同一案件重复登记,其他"'
    assert not by_title["误报原因"].showErrorMessage, "a reason that nobody declared may be written"
    assert by_title["延至日期"].type == "date" and by_title["理由"].type == "textLength"
    assert by_title["建议转给"].formula1.startswith('"反诈中心,信访局')
    assert by_title["核查结果"].formula1 == '"属实,误报,已化解,无法核实"'
    assert by_title["签收日期"].type == by_title["反馈日期"].type == "date"
    assert by_title["填报岗位"].type == "list" and "不填姓名" in by_title["填报岗位"].error
    assert by_title["处置措施"].type == "textLength"


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "http://example.invalid/x", "mailto:x", "internal:A1", "\t=1"],
)
def test_what_an_office_wrote_can_become_neither_a_formula_nor_a_link(stage, records, text):
    evidence = records(1)
    evidence[0]["rows"][0][0] = text
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1, name=text, sentence=text, evidence=evidence)
    folder = stage.run(NIGHT)
    for path in folder.rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        for sheet in book:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                assert cell.data_type in ("s", "n") and cell.hyperlink is None
                assert cell.data_type == "s" or cell.value is None
        assert any(str(cell.value).endswith(text) for row in book.worksheets[0].iter_rows() for cell in row)


def test_of_a_reading_the_value_is_shown_instead_of_a_number_that_nobody_knows(stage):
    readings = {
        "title": "指标",
        "columns": ["编号", "日期", "类别", "数值"],
        "rows": [["x|y|z", "2026-05-31", "银行不良率", "1.68"]],
    }
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1, evidence=[readings])
    line = rows(stage.run(NIGHT) / "反诈中心" / f"反诈中心预警清单_{NIGHT}.xlsx")[0]
    assert line["证据"] == "【指标】\n2026-05-31 银行不良率 1.68"


def test_evidence_rows_have_their_own_sheet(unit_list):
    sheet = openpyxl.load_workbook(unit_list)["证据明细"]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(lines) == 12
    assert lines[0] == (
        "YJ-2026-000001",
        "清溪镇",
        "电信网络诈骗预警",
        "诈骗案件",
        "ZP2026-0001",
        "2026-06-28",
        "清溪镇东湾村",
        "刷单返利",
        "损失金额：1000.00",
    )


def test_the_guide_says_how_long_each_level_gives(unit_list):
    sheet = openpyxl.load_workbook(unit_list)["填写说明"]
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    for sentence in (
        "红（I级）：下发后1日（自然日）内办结反馈。",
        "蓝（IV级）：下发后15日（自然日）内办结反馈。",
        "选岗位，不填姓名",
    ):
        assert sentence in text


def test_the_county_list_has_a_line_for_every_warning_with_all_its_units(unit_list):
    lines = rows(unit_list.parents[1] / "全县清单.xlsx", "全县清单")
    assert [line["预警编号"] for line in lines] == ["YJ-2026-000002", "YJ-2026-000001", "YJ-2026-000003"]
    assert (lines[1]["主办单位"], lines[1]["协办单位"]) == ("反诈中心", "清溪镇人民政府")
    assert lines[1]["办理状态"] == "反诈中心：未签收\n清溪镇人民政府：未签收"
    assert lines[0]["办理期限"] == "2026-06-24\n逾期6天"


def test_a_warning_that_no_unit_answers_for_still_stands_on_the_county_list(stage):
    stage.rulebook = type(stage.rulebook)(**{**vars(stage.rulebook), "routes": ()})
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    (line,) = rows(stage.run(NIGHT) / "全县清单.xlsx", "全县清单")
    assert (line["预警编号"], line["主办单位"], line["办理期限"]) == ("YJ-2026-000001", "未分到单位", None)


def test_the_same_night_gives_the_same_bytes(stage):
    unit_list = nights(stage)
    before = {path: path.read_bytes() for path in unit_list.parents[1].rglob("*") if path.is_file()}
    stage.con.execute("DELETE FROM intervene.night WHERE as_of = ?", [NIGHT])
    stage.run(NIGHT)
    assert before == {path: path.read_bytes() for path in unit_list.parents[1].rglob("*") if path.is_file()}


def test_a_list_that_was_filled_in_reads_back_as_it_was_typed(unit_list, tmp_path):
    book = openpyxl.load_workbook(unit_list)
    sheet = book["预警清单"]
    typed = {
        "签收日期": date(2026, 7, 1),
        "核查结果": "属实",
        "处置措施": "已约谈",
        "反馈日期": date(2026, 7, 1),
        "填报岗位": "综治岗",
    }
    for title, value in typed.items():
        sheet[f"{column(unit_list, title)}5"] = value
    filled = BytesIO()
    book.save(filled)
    filled.seek(0)
    cells = CalamineWorkbook.from_filelike(filled).get_sheet_by_name("预警清单").to_python()
    line = dict(zip(cells[HEADER - 1], cells[HEADER], strict=True))
    assert {title: line[title] for title in typed} == typed
    assert (line["预警编号"], line["责任单位"], line["地区编码"]) == ("YJ-2026-000002", "反诈中心", "990100102")


def test_the_receipt_mapping_names_exactly_the_columns_of_the_list(unit_list):
    mapping = (Path(__file__).parents[2] / "rules" / "sources" / "receipts.yaml").read_text(encoding="utf-8")
    named = {
        name.strip()
        for text in re.findall(r"^ignore: \[(.*)\]|^  \w+: ([\u4e00-\u9fff]+)$", mapping, re.M)
        for name in "".join(text).split(",")
    }
    older = {"回执情况"}  # what 办理状态 was called on lists that may still come back
    verifier = {"报来内容"}  # of the verifier's own list, 核验审批
    assert named == {cell.value for cell in openpyxl.load_workbook(unit_list)["预警清单"][HEADER]} | older | verifier


def test_evidence_of_a_rule_that_another_one_joins_bears_that_rules_title(stage, records):
    shown = [{**records(1)[0], "rule": "petition-clock"}, {**records(1)[0], "rule": "gone-rule"}]
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 2, evidence=shown)
    sheet = openpyxl.load_workbook(stage.run(NIGHT) / "反诈中心" / f"反诈中心预警清单_{NIGHT}.xlsx")["证据明细"]
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["信访预警", "gone-rule"]
