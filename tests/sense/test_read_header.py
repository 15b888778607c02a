"""Which rows are titles, header, totals; which columns are read; and what is no table at all."""

from __future__ import annotations

import pytest

from riskengine.errors import SourceBroken
from riskengine.sense.header import Note
from tests.sense.desk import HEADER, ROWS, TABLE, Desk, source


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
