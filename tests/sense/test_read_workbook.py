"""Workbooks, JSON lines and Parquet: typed cells come out as the text that a person sees."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from riskengine.errors import SourceBroken
from riskengine.sense.bound import Limits
from tests.sense.desk import HEADER, ROWS, TABLE, Desk, source


def book(desk: Desk, rows: list[list[object]], *, name: str = "表.xlsx", sheet: str = "Sheet1") -> Path:
    path = desk.folder / name
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as workbook:
        page = workbook.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


# --- workbooks --------------------------------------------------------------------------------------------------------


def test_a_workbook_with_titles_blank_rows_and_totals(desk: Desk) -> None:
    rows = [["云川县警情日报"], [], HEADER.split(","), list(ROWS[0]), [], list(ROWS[1]), ["合计", "", "", 2]]
    report = desk.read(book(desk, rows))
    assert (report.format, report.header_row, report.rows_read) == ("xlsx", 3, 2)
    assert desk.raw() == [(4, *ROWS[0]), (6, *ROWS[1])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime.date(2026, 3, 5), "2026-03-05"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"),
        (True, "是"),
        (False, "否"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("一行\n二行", "一行\n二行"),
        ("  留空  ", "  留空  "),
    ],
)
def test_cells_of_a_workbook_as_text(desk: Desk, cell: object, text: str) -> None:
    desk.read(book(desk, [HEADER.split(","), ["A1", "2026-03-01", "清溪镇", cell]]))
    assert desk.raw()[0][4] == text


def test_cells_merged_over_rows_hold_their_value_in_each(desk: Desk) -> None:
    path = desk.folder / "合并.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, HEADER.split(","))
        for number in range(1, 4):
            page.write_row(number, 0, [f"A{number}", "2026-03-01", "", "盗窃"])
        page.merge_range(1, 2, 2, 2, "清溪镇")
    desk.read(path)
    assert [row[3] for row in desk.raw()] == ["清溪镇", "清溪镇", None]


def test_the_sheet_is_chosen_by_its_columns_or_by_its_name(desk: Desk) -> None:
    path = desk.folder / "多表.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("说明").write(0, 0, "填表说明")
        for title, rows in (("三月", ROWS[:1]), ("四月", ROWS)):
            page = workbook.add_worksheet(title)
            for number, row in enumerate((HEADER.split(","), *rows)):
                page.write_row(number, 0, row)
    assert desk.read(path).rows_read == 1
    assert desk.read(path, source(sheet="四月")).rows_read == 2
    with pytest.raises(SourceBroken) as broken:
        desk.read(path, source(sheet="五月"))
    assert str(broken.value) == (
        "多表.xlsx：没有工作表“五月”，只有“说明”“三月”“四月”，最接近的是“四月”。请改回表名后重报，或改写来源 incidents 的 sheet。"
    )


@pytest.mark.parametrize("cut", [30, 200, -200, -10])
def test_a_workbook_cut_short(desk: Desk, cut: int) -> None:
    whole = book(desk, [HEADER.split(","), *map(list, ROWS)]).read_bytes()
    with pytest.raises(SourceBroken) as broken:
        desk.read(desk.put("断.xlsx", whole[:cut]))
    assert str(broken.value) == "断.xlsx：Excel 文件不完整或已损坏。多半是没有传完，请用 Excel 打开确认后重新上传。"


def test_a_workbook_with_a_password(desk: Desk) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000
    with pytest.raises(SourceBroken, match="^表.xlsx：工作簿设了打开密码，读不了。请取消密码后重报。$"):
        desk.read(desk.put("表.xlsx", ole))


def test_a_zip_that_is_no_workbook(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("表.csv", TABLE)
    with pytest.raises(SourceBroken, match="^包.zip：这是压缩包，不是 Excel 工作簿。请解压后把里面的文件逐个放进来。$"):
        desk.read(desk.put("包.zip", out.getvalue()))


def test_a_workbook_bomb_is_stopped_before_it_is_opened(desk: Desk) -> None:
    out = io.BytesIO(book(desk, [HEADER.split(",")]).read_bytes())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x", b"0" * 5_000_000)
    bomb = desk.put("炸.xlsx", out.getvalue())
    with pytest.raises(SourceBroken, match="^炸.xlsx：解压后超过 1 MB，拒绝读取。请拆成几个文件后重报。$"):
        desk.read(bomb, limits=Limits(bytes=1 << 20))
    with pytest.raises(SourceBroken, match="^炸.xlsx：解压后是原来的 200 倍以上，疑似压缩炸弹"):
        desk.read(bomb, limits=Limits(ratio_from=1 << 20))


def test_a_cell_far_away_does_not_fill_the_memory(desk: Desk) -> None:
    path = desk.folder / "远.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, HEADER.split(","))
        page.write(1_048_575, 16_383, "x")
    with pytest.raises(SourceBroken) as broken:
        desk.read(path)
    assert str(broken.value) == (
        "远.xlsx：工作表的范围达到 1048576 行 × 16384 列，超过上限。多半是远处有误填的格子，请删除多余的行列后重报。"
    )


def test_marks_to_the_right_of_the_titles_belong_to_no_column(desk: Desk) -> None:
    report = desk.read(book(desk, [["标题"], HEADER.split(","), [*ROWS[0], "", "", "记号"], [*ROWS[1]]]))
    assert (report.columns, report.rows_read) == (tuple(HEADER.split(",")), 2)
    assert desk.bad() == []


# --- JSON lines and Parquet -------------------------------------------------------------------------------------------


def test_json_lines(desk: Desk) -> None:
    lines = [json.dumps(dict(zip(HEADER.split(","), row, strict=True)), ensure_ascii=False) for row in ROWS]
    report = desk.read(desk.put("表.jsonl", "\n".join([lines[0], "", "{坏", "[1]", lines[1]])))
    assert (report.format, report.rows_read, report.header_row) == ("jsonl", 4, 0)
    assert desk.raw() == [(1, *ROWS[0]), (5, *ROWS[1])]
    assert desk.bad() == [
        (3, None, "这一行不是一个完整的 JSON 对象。请核对后重报"),
        (4, None, "这一行不是一个完整的 JSON 对象。请核对后重报"),
    ]


def test_json_values_as_text(desk: Desk) -> None:
    cells = ['"a"', "12", "12.50", "true", "null", '""', "[1,2]", '"换\\n行"', '"=1+1"']
    lines = [
        f'{{"编号":"A{n}","发现日期":"2026-03-01","所属镇":"清溪镇","类别":{cell}}}' for n, cell in enumerate(cells)
    ]
    desk.read(desk.put("表.jsonl", "\r\n".join(lines), "gb18030"))
    assert [row[4] for row in desk.raw()] == ["a", "12", "12.5", "是", None, None, "[1,2]", "换\n行", "=1+1"]


def test_parquet(desk: Desk) -> None:
    path = desk.folder / "表.parquet"
    desk.con.execute(
        f"""COPY (SELECT 'A1' AS 编号, DATE '2026-03-01' AS 发现日期, '清溪镇' AS 所属镇, 12.0::DOUBLE AS 类别
        UNION ALL SELECT 'A2', DATE '2026-03-02', '', NULL) TO '{path}'"""
    )
    report = desk.read(path)
    assert (report.format, report.encoding, report.rows_read) == ("parquet", "", 2)
    assert desk.raw() == [(1, "A1", "2026-03-01", "清溪镇", "12"), (2, "A2", "2026-03-02", None, None)]
    with pytest.raises(SourceBroken, match="^断.parquet：Parquet 文件不完整或已损坏。多半是没有传完，请重新上传。$"):
        desk.read(desk.put("断.parquet", path.read_bytes()[:-30]))
