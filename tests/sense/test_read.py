"""Whatever shape an office sends: the same rows come out, with the numbers that a person sees in the file."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.errors import SourceBroken
from riskengine.sense.bound import Limits
from riskengine.sense.header import Note
from tests.sense.desk import HEADER, ROWS, TABLE, Desk, open_desk, source

EXPECTED = [(number, *row) for number, row in enumerate(ROWS, start=2)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as one:
        yield one


def book(desk: Desk, rows: list[list[object]], *, name: str = "表.xlsx", sheet: str = "Sheet1") -> Path:
    path = desk.folder / name
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as workbook:
        page = workbook.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


# --- encodings, line ends, delimiters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 BOM"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16 LE"),
        ("utf-16-le", "UTF-16 LE"),
        ("utf-16-be", "UTF-16 BE"),
    ],
)
def test_each_encoding_is_found_without_being_told(desk: Desk, encoding: str, told: str) -> None:
    report = desk.text(TABLE, encoding)
    assert (report.format, report.encoding, report.rows_read, report.header_row) == ("csv", told, 2, 1)
    assert desk.raw() == EXPECTED


def test_big5_is_told_from_gb18030_by_the_column_names(desk: Desk) -> None:
    big5 = source(
        key=["編號"],
        fields={"occurred_on": {"column": "發生日期"}, "place": {"column": "發生地點"}, "category": {"column": "案類"}},
    )
    report = desk.text("編號,案類,發生日期,發生地點\n1,自行車竊盜,1040101,臺北市大安區\n", "cp950", big5)
    assert report.encoding == "Big5"
    assert desk.con.execute('SELECT "發生地點" FROM raw').fetchall() == [("臺北市大安區",)]


def test_an_encoding_named_in_the_source_is_the_only_one_tried(desk: Desk) -> None:
    with pytest.raises(SourceBroken) as broken:
        desk.text(TABLE, "gb18030", source(encoding="utf-8"))
    assert str(broken.value) == (
        "表.csv：第 1 行有无法识别的文字（按 UTF-8 都读不通）。请按这个编码另存后重报；如果换了编码，请改写来源 incidents 的 encoding。"
    )


def test_a_broken_character_deep_in_the_file_names_its_line(desk: Desk) -> None:
    rows = "".join(f"A{number},2026-03-01,清溪镇,盗窃\n" for number in range(30_000))
    content = (HEADER + "\n" + rows).encode() + b"A9,2026-03-01,\xff\xff,\n"
    with pytest.raises(SourceBroken, match="第 30002 行有无法识别的文字（按 UTF-8、GB18030、Big5 都读不通）"):
        desk.text(content)


def test_gb18030_whose_first_pages_are_plain_ascii(desk: Desk) -> None:
    ascii_source = source(
        key=["id"],
        fields={"occurred_on": {"column": "day"}, "place": {"column": "place"}, "category": {"column": "type"}},
    )
    rows = "".join(f"A{number},2026-03-01,990100101,x\n" for number in range(20_000))
    report = desk.text(f"id,day,place,type\n{rows}B1,2026-03-02,清溪镇,盗窃\n", "gb18030", ascii_source)
    assert (report.encoding, report.rows_read) == ("GB18030", 20_001)
    assert desk.raw()[-1] == (20_002, "2026-03-02", "清溪镇", "盗窃", "B1")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end", "end twice"])
def test_each_line_end_with_and_without_one_at_the_end(desk: Desk, end: str, last: str) -> None:
    content = TABLE.rstrip("\n").replace("\n", end) + end * len(last.split())
    report = desk.text(content)
    assert (report.rows_read, desk.raw()) == (2, EXPECTED)


def test_mixed_line_ends(desk: Desk) -> None:
    desk.text(f"{HEADER}\r\n{','.join(ROWS[0])}\r{','.join(ROWS[1])}\n")
    assert desk.raw() == EXPECTED


@pytest.mark.parametrize(("delimiter", "format_"), [(",", "csv"), ("\t", "tsv"), (";", "csv"), ("|", "csv")])
def test_each_delimiter(desk: Desk, delimiter: str, format_: str) -> None:
    assert desk.text(TABLE.replace(",", delimiter)).format == format_
    assert desk.raw() == EXPECTED


def test_the_suffix_is_not_trusted(desk: Desk) -> None:
    report = desk.read(desk.put("导出.xls", TABLE.replace(",", "\t"), "gb18030"))
    assert (report.format, report.encoding) == ("tsv", "GB18030")


# --- quotes and ragged rows -------------------------------------------------------------------------------------------


def test_a_line_break_in_a_quoted_cell_is_one_row(desk: Desk) -> None:
    report = desk.text(f'{HEADER}\n"A1",2026-03-01,"清溪镇\n东湾村",盗窃\nA2,2026-03-02,东湾镇,"他说""好"""\n')
    assert report.rows_read == 2
    assert desk.raw() == [
        (2, "A1", "2026-03-01", "清溪镇\n东湾村", "盗窃"),
        (3, "A2", "2026-03-02", "东湾镇", '他说"好"'),
    ]


def test_a_row_with_too_many_cells_is_reported_not_lost(desk: Desk) -> None:
    report = desk.text(f"{HEADER}\nA1,2026-03-01,清溪镇,盗窃,电动车\nA2,2026-03-02,东湾镇,诈骗\n")
    assert report.rows_read == 2
    assert desk.raw() == [(3, *ROWS[1])]
    reason = "这一行有 5 格，表头只有 4 列，多半是内容里有分隔符却没有加引号。请核对后重报"
    assert desk.bad() == [(2, None, reason)]


def test_short_rows_and_trailing_delimiters_are_fine(desk: Desk) -> None:
    report = desk.text(f"{HEADER}\nA1,2026-03-01,清溪镇\nA2,2026-03-02,东湾镇,诈骗,,\n")
    assert report.rows_read == 2
    assert desk.raw() == [(2, "A1", "2026-03-01", "清溪镇", None), (3, *ROWS[1])]


def test_a_stray_quote_stays_a_character(desk: Desk) -> None:
    desk.text(f'{HEADER}\nA1,2026-03-01,清溪镇,5"管\nA2,2026-03-02,东湾镇,诈骗\n')
    assert [row[4] for row in desk.raw()] == ['5"管', "诈骗"]


def test_a_quote_left_open_swallows_nothing(desk: Desk) -> None:
    with pytest.raises(SourceBroken) as broken:
        desk.text(f'{HEADER}\nA1,2026-03-01,清溪镇,盗窃\nA2,2026-03-02,"东湾镇,诈骗\nA3,2026-03-02,东湾镇,诈骗\n')
    assert str(broken.value) == (
        "表.csv：第 3 行的引号没有闭合，后面的内容都并进了一格。请补上引号后重报；这个文件一行也没有读入。"
    )


def test_blank_lines_count_in_the_row_number_and_not_as_rows(desk: Desk) -> None:
    report = desk.text(f"{HEADER}\n\nA1,2026-03-01,清溪镇,盗窃\n\n,,,\n \nA2,2026-03-02,东湾镇,诈骗\n\n")
    assert report.rows_read == 2
    assert [row[0] for row in desk.raw()] == [3, 7]


TEXT = st.text(alphabet=st.sampled_from('ab镇,"\n\r 　\t|;1合计'), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), max_size=8), end=st.sampled_from(["\n", "\r\n"]))
def test_any_table_that_a_csv_writer_can_write_comes_back(desk: Desk, rows: list[tuple[str, ...]], end: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.split(","))
    writer.writerows([f"K{number}{row[0]}", *row[1:]] for number, row in enumerate(rows))
    report = desk.text(out.getvalue())
    assert report.rows_read == len(rows)

    def same(cell: str | None) -> str:
        return (cell or "").replace("\r\n", "\n").replace("\r", "\n")

    expected = [(n + 2, f"K{n}{same(row[0])}", *map(same, row[1:])) for n, row in enumerate(rows)]
    assert [(row[0], *map(same, row[1:])) for row in desk.raw()] == expected


# --- header and totals ------------------------------------------------------------------------------------------------


def test_title_rows_above_and_totals_below_are_not_rows(desk: Desk) -> None:
    content = f"云川县警情日报表,,,\n填报单位：公安局,,,2026年3月\n{TABLE}合　计,,,2\n填表人：（略）,,,\n"
    report = desk.text(content)
    assert (report.header_row, report.rows_read) == (3, 2)
    assert [row[0] for row in desk.raw()] == [4, 5]
    assert report.notes == (Note("rows-left-out", "表.csv：略过空白行、合计行和落款行共 2 行，不计入读取行数。"),)


@pytest.mark.parametrize("total", ["合计", "总 计", "小计", " 合计：", "Total", "本页合计"])
def test_totals_rows_by_their_first_filled_cell(desk: Desk, total: str) -> None:
    assert desk.text(f"{TABLE},{total},,2\n").rows_read == 2


def test_a_place_that_begins_like_a_total_is_a_record(desk: Desk) -> None:
    desk.text(f"{HEADER}\n合计001,2026-03-01,总部镇,盗窃\n注册2,2026-03-01,清溪镇,盗窃\n")
    assert len(desk.raw()) == 2


def test_column_names_are_read_as_people_mean_them(desk: Desk) -> None:
    messy = source(fields={"occurred_on": {"column": "发现日期(年月日)"}, "place": {"column": "所属镇"}})
    report = desk.text('\u3000编 号 ,"发现日期\n（年月日）",所属镇,,所属镇\nA1,2026-03-01,清溪镇,x,y\n', wanted=messy)
    assert report.columns == ("编号", "发现日期(年月日)", "所属镇", "列4", "所属镇_2")
    assert desk.raw() == [(2, "2026-03-01", "清溪镇", "A1")]


def test_a_missing_required_column_is_fatal_and_says_which_it_may_be(desk: Desk) -> None:
    with pytest.raises(SourceBroken) as broken:
        desk.text(TABLE.replace("发现日期", "发生日期"))
    assert str(broken.value) == (
        "表.csv：缺少必需的列“发现日期”（是否就是“发生日期”？）。请补上这一列后重报；"
        "如果是列名改了，请改写 rules/sources 里来源 incidents 的列名。"
    )


def test_a_missing_optional_column_is_empty_and_a_new_one_is_noted(desk: Desk) -> None:
    report = desk.text(TABLE.replace("类别", "警情大类"))
    assert [row[4] for row in desk.raw()] == [None, None]
    assert [note.code for note in report.notes] == ["new-column", "missing-column"]
    assert report.notes[0].message == (
        "表.csv：新出现的列“警情大类”没有使用。请在来源 incidents 的 fields 里写明用途，或列入 ignore。"
    )
    assert report.notes[1].message == "表.csv：没有列“类别”，按空值读入。请核对是否漏报。"


def test_an_ignored_column_is_not_noted_and_not_read(desk: Desk) -> None:
    report = desk.text(f"{HEADER},备注\nA1,2026-03-01,清溪镇,盗窃,甲\n", wanted=source(ignore=["备注"]))
    assert report.notes == ()
    assert desk.raw() == [(2, *ROWS[0])]


def test_a_personal_column_stays_outside_and_is_named(desk: Desk) -> None:
    report = desk.text(f"{HEADER},报警人姓名\nA1,2026-03-01,清溪镇,盗窃,已脱敏\n")
    assert desk.raw() == [(2, *ROWS[0])]
    assert report.notes == (
        Note("personal-column", "表.csv：列“报警人姓名”含姓名，属于个人信息，整列没有读入。请今后不要报送这一列。"),
    )


def test_a_table_without_a_header(desk: Desk) -> None:
    with pytest.raises(SourceBroken) as broken:
        desk.text("A1,2026-03-01,清溪镇,盗窃\n")
    assert str(broken.value) == (
        "表.csv：前 20 行里找不到表头，缺少列“编号”、“发现日期”、“所属镇”、“类别”。"
        "请补上列名后重报；如果是列名改了，请改写 rules/sources 里来源 incidents 的列名。"
    )


def test_header_only_is_a_report_of_nothing(desk: Desk) -> None:
    report = desk.text(HEADER)
    assert (report.rows_read, desk.raw()) == (0, [])
    assert report.notes == (Note("no-rows", "表.csv：只有表头，没有数据行；按零报告处理。如有数据，请补报。"),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "表.csv：文件是空的（0 字节）。请重新导出后报送；没有数据时也请保留表头。"),
        (b"\r\n \r\n", "表.csv：文件是空的，连表头也没有。请重新导出后报送；没有数据时也请保留表头。"),
        (b"%PDF-1.7", "表.csv：这是PDF 文件，不是表格。请导出为 Excel 或 CSV 后重报。"),
        (b"<html><table>", "表.csv：这其实是网页或 XML，只是改了扩展名。请用 Excel 打开，另存为 .xlsx 后重报。"),
        (TABLE.encode() + b"\0\0\0", "表.csv：文件里夹有空字节，不是完好的文本。多半是传输中损坏，请重新导出后报送。"),
        (b'[{"a": 1}]', "表.csv：这是 JSON 数组。请改为每行一个 JSON 对象（JSONL）后重报。"),
    ],
)
def test_what_is_no_table_says_what_it_is(desk: Desk, content: bytes, sentence: str) -> None:
    with pytest.raises(SourceBroken) as broken:
        desk.text(content)
    assert str(broken.value) == sentence


# --- packed -----------------------------------------------------------------------------------------------------------


def test_gz_of_any_text(desk: Desk) -> None:
    report = desk.read(desk.put("表.csv.gz", gzip.compress(TABLE.encode("gb18030"))))
    assert (report.format, report.encoding) == ("csv.gz", "GB18030")
    assert desk.raw() == EXPECTED


def test_a_gz_cut_short(desk: Desk) -> None:
    with pytest.raises(SourceBroken, match="^表.csv.gz：压缩文件不完整或已损坏。多半是没有传完，请重新上传。$"):
        desk.read(desk.put("表.csv.gz", gzip.compress(TABLE.encode() * 50)[:-20]))


def test_a_gz_bomb_is_stopped_by_size_and_by_ratio(desk: Desk) -> None:
    bomb = desk.put("表.csv.gz", gzip.compress(b"0" * 5_000_000))
    with pytest.raises(SourceBroken, match="^表.csv.gz：解压后超过 1 MB，拒绝读取。请拆成几个文件后重报。$"):
        desk.read(bomb, limits=Limits(bytes=1 << 20))
    with pytest.raises(SourceBroken, match="疑似压缩炸弹，拒绝读取。请与报送单位核对后重报。$"):
        desk.read(bomb, limits=Limits(ratio_from=1 << 20))
    assert not list((desk.folder / "scratch").glob("read-*"))


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
