"""A wrong cell is named by its sheet and its letter, all of them at once, and nothing is written."""

from datetime import date

import pytest

from tests.exchange.conftest import files

SURGE = "fraud-town-surge"


def wrong_number(book):
    book.put("参数", 3, "值", "很多")
    return "rules.xlsx 参数!F3：E203 值“很多”不是数。请改正这一格。"


def empty_value(book):
    book.put("参数", 3, "值", None)
    return "rules.xlsx 参数!F3：E202 值空着。请填写，或删去这一行。"


def no_day(book):
    book.put("参数", 3, "生效日", "2026-02-30")
    return "rules.xlsx 参数!E3：E203 生效日“2026-02-30”不是日期（如 2026-06-30）。请改正这一格。"


def unknown_rule(book):
    book.add("参数", 规则="fraud-town-surg", 参数="起数下限", 生效日=date(2026, 7, 1), 值=6)
    return f"rules.xlsx 参数!A{book['参数'].max_row}：E203 未知规则“fraud-town-surg”，是否想写“{SURGE}”？"


def the_same_day_twice(book):
    row = book.find("参数", SURGE, "起数下限")
    book.add("参数", 规则=SURGE, 参数="起数下限", 生效日=date(2024, 1, 1), 值=6)
    return f"rules.xlsx 参数!E{book['参数'].max_row}：E103 2024-01-01写了两行（第{row}行已有）。请删去一行。"


def band_with_a_gap(book):
    row = book.find("得分档", SURGE, "损失")
    book.put("得分档", row, "上限（不含）", 100000)
    return f"rules.xlsx 得分档!D{row + 1}：E605 得分档不对：100000 到 200000 没有对应的档，请补上（−∞ 和 +∞ 写 null）。"


def unknown_unit(book):
    book.put("派发", 3, "主办", "县反诈局")
    return "rules.xlsx 派发!F3：E701 未知责任单位“县反诈局”"


def unknown_theme(book):
    book.put("派发", 3, "主题", "信仿")
    return "rules.xlsx 派发!B3：E704 未知主题“信仿”，可用的有："


def catch_all_in_the_middle(book):
    book.put("派发", 3, "兜底", "是")
    return "rules.xlsx 派发!H3：E705 兜底的一条须写在最后"


def exception_without_end(book):
    book.add("例外", 规则=SURGE, 对象="331001", 谁定的="反诈中心", 为什么="已核实")
    return "rules.xlsx 例外!E2：E202 到期日空着。"


def sheet_taken_out(book):
    del book.open["派发"]
    return "rules.xlsx 派发!A1：E106 缺少这张工作表。"


def column_taken_out(book):
    book["得分档"].delete_cols(6)
    return "rules.xlsx 得分档!A1：E107 第一行缺少列“得分”。"


WRONG = [
    wrong_number, empty_value, no_day, unknown_rule, the_same_day_twice, band_with_a_gap, unknown_unit, unknown_theme,
    catch_all_in_the_middle, exception_without_end, sheet_taken_out, column_taken_out,
]  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_cell_is_named_and_nothing_is_written(county, book, mistake):
    before, sentence = files(county), mistake(book)
    assert sentence in book.refused()
    assert files(county) == before


def test_all_wrong_cells_are_named_at_once(book):
    sentences = [wrong_number(book), unknown_unit(book), exception_without_end(book)]
    told = book.refused()
    assert all(sentence in told for sentence in sentences)


def test_one_wrong_cell_is_one_problem(book):
    wrong_number(book)
    assert len(book.refused().splitlines()) == 1


def test_a_per_cent_as_text_is_refused_since_shares_are_decimals(book):
    row = book.find("参数", "fraud-stop-low", "止付率下限")
    book.put("参数", row, "值", "8%")
    assert f"rules.xlsx 参数!F{row}：E203 值“8%”是带百分号的文字。比例请写成小数，如 8% 写 0.08。" in book.refused()


def test_a_per_cent_as_text_is_refused_for_an_indicator_too_which_takes_the_plain_number(book):
    row = book.find("指标", "first-petitions", "目标")
    book.put("指标", row, "值", "92%")
    assert f"rules.xlsx 指标!F{row}：E203 值“92%”是带百分号的文字。单元格设成常规格式，百分率直接写数，如 92% 写 92。" in book.refused()
