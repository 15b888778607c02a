"""Lists that went through many hands: filled in with Excel or WPS, sorted, cut, renamed, saved in another format, and read all the same."""

from __future__ import annotations

import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from riskengine.contracts import contract
from riskengine.contracts.place import PlaceNames
from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.rulebook.load import load
from riskengine.sense.convert import convert
from riskengine.sense.liken import likened
from riskengine.sense.read import ReadReport
from riskengine.workspace import Workspace
from tests.sense.desk import Desk

ROOT = Path(__file__).parents[2]
FILLED = Path(__file__).parent / "filled"
BOOK = load(Workspace.at(ROOT))
RECEIPTS = BOOK.sources["receipts"]
TITLES = ["预警编号", "等级", "责任单位", "地区编码", "名单日期", "签收日期", "核查结果", "处置措施", "反馈日期", "填报岗位", "办理动作",
          "误报原因", "理由", "延至日期", "建议转给"]  # fmt: skip
ONE = [
    "YJ-2026-000001",
    "红（I级）",
    "反诈中心",
    "990100101",
    "2026-06-30",
    date(2026, 7, 1),
    "属实",
    "已约谈",
    "2026年7月1日",
    "综治岗",
]
TWO = ["YJ-2026-000002", "橙（II级）", "反诈中心", "990100102", "2026-06-30", 46204, None, None, None, None, "退回", None, "不属本单位",
       None, "信访局"]  # fmt: skip
READ = {
    "YJ-2026-000001": {"签收日期": "2026-07-01", "核查结果": "属实", "处置措施": "已约谈", "反馈日期": "2026年7月1日"},
    "YJ-2026-000002": {"签收日期": "46204", "办理动作": "退回", "理由": "不属本单位", "建议转给": "信访局"},
}


def filled(
    desk: Desk, rows: list[list[Any]], *, sheet: str = "预警清单", name: str = "表.xlsx", **more: list[list[Any]]
) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, lines in {sheet: rows, **more}.items():
        page = book.create_sheet(title)
        for line in lines:
            page.append(line)
    book.save(desk.folder / name)
    return desk.folder / name


def read(desk: Desk, path: Path) -> ReadReport:
    return desk.read(path, RECEIPTS)


def said(desk: Desk) -> dict[str, dict[str, str]]:
    """Number → what is written in the receipt columns."""
    rows = desk.con.execute("SELECT * FROM raw ORDER BY row_no")
    titles = [column[0] for column in rows.description or ()]
    wanted = set(TITLES[5:])
    found = [dict(zip(titles, row, strict=True)) for row in rows.fetchall()]
    return {row["预警编号"]: {title: row[title] for title in titles if title in wanted and row[title]} for row in found}


def notes(report: ReadReport) -> dict[str, str]:
    return {note.code: note.message for note in report.notes}


def without(table: dict[str, dict[str, str]], *columns: str) -> dict[str, dict[str, str]]:
    return {id_: {title: text for title, text in row.items() if title not in columns} for id_, row in table.items()}


@pytest.mark.parametrize(
    "above", [[], [["反诈中心 风险预警清单"]], [["标题"], [], ["说明文字", None, "再一格"], ["又插入一行"]]]
)
def test_rows_above_the_header_may_be_deleted_or_inserted(desk: Desk, above: list[list[Any]]) -> None:
    report = read(desk, filled(desk, [*above, TITLES, ONE, TWO]))
    assert (report.header_row, report.rows_read) == (len(above) + 1, 2)
    assert without(said(desk), "填报岗位") == READ


def test_lines_sorted_and_cut_and_columns_moved_are_found_by_their_number(desk: Desk) -> None:
    order = [9, 4, 0, 2, 3, 8, 5, 7, 6, 1, 14, 12, 10, 11, 13]
    rows = [[(line + [None] * 15)[at] for at in order] for line in (TITLES, TWO, ONE)]
    read(desk, filled(desk, rows))
    assert without(said(desk), "填报岗位") == READ
    read(desk, filled(desk, [rows[0], rows[2]]))
    assert set(said(desk)) == {"YJ-2026-000001"}


def test_hidden_and_filtered_rows_are_read(desk: Desk) -> None:
    path = filled(desk, [TITLES, ONE, TWO])
    book = openpyxl.load_workbook(path)
    book["预警清单"].row_dimensions[3].hidden = True
    book["预警清单"].auto_filter.ref = "A1:O3"
    book.save(path)
    read(desk, path)
    assert set(said(desk)) == set(READ)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("签收 日期", False),
        ("签收\n日期", False),
        ("签收时间", True),
        ("签收日期（必填）", True),
        ("签收日期(如2026-07-01)", True),
        ("＊签收日期：", True),
        ("实际签收日期", True),
        ("签收日 期*", True),
    ],
)
def test_a_title_written_slightly_otherwise_is_understood_and_said(desk: Desk, written: str, spoken: bool) -> None:
    report = read(desk, filled(desk, [[written if title == "签收日期" else title for title in TITLES], ONE, TWO]))
    assert without(said(desk), "填报岗位") == READ
    assert ("likened-column" in notes(report)) == spoken
    if spoken:
        assert "按“签收日期”读入" in notes(report)["likened-column"]


def test_a_title_that_could_mean_two_columns_means_none(desk: Desk) -> None:
    titles = ["日期" if title == "签收日期" else title for title in TITLES if title != "反馈日期"]
    report = read(desk, filled(desk, [titles, [cell for at, cell in enumerate(ONE) if at != 8]]))
    assert "签收日期" not in said(desk)["YJ-2026-000001"]
    assert "没有列“签收日期”" in " ".join(note.message for note in report.notes)


@pytest.mark.parametrize(
    ("titles", "meant"),
    [
        (["签收时间", "反馈时间"], {"签收时间": "签收日期", "反馈时间": "反馈日期"}),
        (["核查结论"], {"核查结论": "核查结果"}),
        (["结果"], {"结果": "核查结果"}),
        (["日期"], {}),
        (["处置情况"], {}),
        (["填报人姓名"], {}),
        (["签收日期", "验收日期"], {}),
    ],
)
def test_what_a_title_may_mean(titles: list[str], meant: dict[str, str]) -> None:
    known = ["签收日期", "反馈日期", "核查结果", "处置措施", "填报岗位"]
    assert likened(titles, known) == meant


def test_only_a_source_that_asks_for_it_takes_other_titles(desk: Desk) -> None:
    strict = RECEIPTS.model_copy(update={"loose_header": False})
    path = filled(desk, [["预警编号（勿改）" if title == "预警编号" else title for title in TITLES], ONE])
    with pytest.raises(SourceBroken, match="缺少必需的列“预警编号”"):
        desk.read(path, strict)
    assert desk.read(path, RECEIPTS).rows_read == 1


def test_a_renamed_sheet_among_others_is_found_and_a_second_list_is_named(desk: Desk) -> None:
    report = read(desk, filled(desk, [TITLES, ONE], sheet="7月1日上报", 说明=[["怎么填"]]))
    assert notes(report)["renamed-sheet"] == "表.xlsx：没有工作表“预警清单”，按工作表“7月1日上报”读入。请核对。"
    report = read(desk, filled(desk, [TITLES, ONE], **{"预警清单 (2)": [TITLES, TWO]}))
    assert set(said(desk)) == {"YJ-2026-000001"}
    assert "“预警清单 (2)”也是同样的表头，没有读入" in notes(report)["more-sheets"]


def test_a_column_that_somebody_added_is_noted_and_one_that_older_lists_lack_is_not(desk: Desk) -> None:
    report = read(desk, filled(desk, [[*TITLES[:10], "备注说明"], [*ONE, "另有附件"]]))
    assert set(notes(report)) == {"new-column"}
    assert set(said(desk)["YJ-2026-000001"]) == {"签收日期", "核查结果", "处置措施", "反馈日期", "填报岗位"}


def test_who_fills_in_a_list_is_told_what_to_do_with_the_list_not_with_the_rules(desk: Desk) -> None:
    report = read(desk, filled(desk, [[*TITLES, "备注"], [*ONE, *[None] * 5, "已电话联系"]]))
    assert notes(report)["new-column"] == "表.xlsx：列“备注”不是清单上的列，没有读入。要说的请写进“处置措施”或“理由”。"
    whole_county = [
        "预警编号",
        "等级",
        "状态",
        "对象",
        "主题",
        "主办单位",
        "协办单位",
        "下发日期",
        "办理期限",
        "办理状态",
    ]
    for rows in ([ONE, TWO], [whole_county, ["YJ-2026-000001"]]):
        with pytest.raises(SourceBroken) as told:
            read(desk, filled(desk, rows))
        assert str(told.value) == (
            "表.xlsx：前 20 行里找不到清单的表头，没有读入。回执请填在本单位最新的预警清单里，表头那一行和各列列名照原样保留，"
            "改好后重报；全县清单、指标提示不是回执。"
        )


def test_an_old_workbook_that_was_renamed_is_read_whatever_it_is_called(desk: Desk) -> None:
    content = (FILLED / "老式工作簿改名.xlsx").read_bytes()
    assert content.startswith(b"\xd0\xcf\x11\xe0")
    for name in ("表.xlsx", "表.xls", "表.et"):
        report = read(desk, desk.put(name, content))
        assert (report.format, report.rows_read) == ("xls", 2)
        assert said(desk)["YJ-2026-000001"]["签收日期"] == "2026-07-01"
        assert said(desk)["YJ-2026-000001"]["反馈日期"] == "2026年7月1日"
    new = filled(desk, [TITLES, ONE]).read_bytes()
    assert read(desk, desk.put("新的.xls", new)).format == "xlsx"


def test_a_formula_is_not_computed_but_read_as_shown_or_as_written_and_said(desk: Desk) -> None:
    path = filled(desk, [TITLES, ONE, [*TWO[:6], "属实", '=HYPERLINK("x","点我")', "=E3+1"]])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    page = members["xl/worksheets/sheet1.xml"].replace(b"<f>E3+1</f><v></v>", b"<f>E3+1</f><v>46205</v>")
    assert page != members["xl/worksheets/sheet1.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {"xl/worksheets/sheet1.xml": page}).items():
            archive.writestr(name, content)
    report = read(desk, path)
    assert said(desk)["YJ-2026-000002"]["处置措施"] == '=HYPERLINK("x","点我")'
    assert said(desk)["YJ-2026-000002"]["反馈日期"] == "46205"
    assert notes(report)["formula"] == (
        "表.xlsx：工作表“预警清单”里有公式，不会计算：第3行“处置措施”按写的文字读入、第3行“反馈日期”按显示的结果读入。"
        "请改成直接填写的文字或日期。"
    )


def test_merged_cells_say_the_same_for_all_their_rows(desk: Desk) -> None:
    path = filled(desk, [TITLES, ONE, [*TWO[:5], None]])
    book = openpyxl.load_workbook(path)
    book["预警清单"].merge_cells("F2:F3")
    book.save(path)
    read(desk, path)
    assert {row["签收日期"] for row in said(desk).values()} == {"2026-07-01"}


def test_fifty_thousand_blank_rows_are_no_rows_and_cost_little(desk: Desk) -> None:
    """What is left when somebody formats whole columns: cells with a style and nothing in them."""
    path = filled(desk, [TITLES, ONE])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="O{n}" s="0"/></row>' for n in range(3, 50_003))
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(
        "</sheetData>", f"{blank}</sheetData>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    began = time.perf_counter()
    assert read(desk, path).rows_read == 1
    assert time.perf_counter() - began < 3


def test_the_shipped_mapping_is_what_these_tests_read_with() -> None:
    written = yaml.safe_load((ROOT / "rules" / "sources" / "receipts.yaml").read_text(encoding="utf-8"))
    assert written["loose_header"] is True and isinstance(RECEIPTS, Source)
    assert set(written["may_lack"]) == set(TITLES[10:])


def test_a_bad_cell_is_named_with_row_and_column_the_other_lines_are_taken(desk: Desk) -> None:
    bad = ["YJ-2026-000003", *ONE[1:5], "昨天", "属实", "已约谈", "明年", "综治岗"]
    later = [*TWO[:10], "申请延期", None, "等鉴定结论", date(2026, 9, 1)]
    read(desk, filled(desk, [["标题"], TITLES, ONE, bad, later]))
    report = convert(desk.con, RECEIPTS, contract("receipt"), PlaceNames(BOOK.places), date(2026, 7, 2))
    assert report.bad == 1
    told = desk.con.execute("SELECT row_no, source_column, value, reason FROM bad ORDER BY ALL").fetchall()
    assert told == [
        (4, "反馈日期", "明年", "反馈日期“明年”不是能识别的日期，请写成 2024-03-05 这样的形式"),
        (4, "签收日期", "昨天", "签收日期“昨天”不是能识别的日期，请写成 2024-03-05 这样的形式"),
    ]
    taken = desk.con.execute("SELECT row_no, signed_on, fed_back_on, until FROM typed ORDER BY row_no").fetchall()
    assert taken == [
        (3, date(2026, 7, 1), date(2026, 7, 1), None),  # a day of the spreadsheet's, a day in Chinese
        (5, date(2026, 7, 1), None, date(2026, 9, 1)),  # a serial number; asked for a day to come
    ]
