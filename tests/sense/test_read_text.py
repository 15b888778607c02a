"""Whatever text an office sends, packed or not: the same rows come out, with the numbers that a person sees."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.errors import SourceBroken
from riskengine.sense.bound import Limits
from tests.sense.desk import EXPECTED, HEADER, ROWS, TABLE, Desk, source

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
