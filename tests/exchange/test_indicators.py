"""Targets, control values and points of indicators go out to Excel and come back as the numbers that were changed."""

from datetime import date

import pytest

from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.exchange.conftest import Book, files
from tests.exchange.test_round_trip import changed_lines
from tests.rulebook.conftest import write


def test_every_dated_target_and_control_value_has_a_row(county, book):
    rows = {tuple(row[:6]) for row in book["指标"].iter_rows(min_row=2, values_only=True)}
    dated = {
        (each.id, title, day.isoformat(), value)
        for each in load(county).indicators.values()
        for title, part in (("目标", each.target), ("控制值", each.control))
        for day, value in (part.values.items() if part else ())
    }
    assert {(id_, title, day.date().isoformat(), value) for id_, _, title, _, day, value in rows} == dated


def test_a_target_that_changes_within_the_year_is_one_more_row(county, book):
    before = files(county)
    book.add("指标", 指标="first-petitions", 哪个数="目标", 生效日=date(2026, 7, 1), 值=93)
    [said] = book.taken().said
    assert said == "rules/indicators/petitions.yaml：first-petitions 哪个数“目标” 自 2026-07-01 起 93（新增）"
    [(file, [(_, line)])] = changed_lines(before, files(county)).items()
    assert file == "indicators/petitions.yaml" and "{2024-01-01: 92, 2026-07-01: 93}" in line


def test_control_values_sources_and_points_are_changed(county, book):
    row = book.find("指标", "illegal-fundraising", "控制值")
    book.put("指标", row, "值", 4)
    book.put("指标", row, "出处", "市2026年控制指标")
    row = book.find("指标分数", "peace-index")
    book.put("指标分数", row, "分数", 7)
    book.put("指标分数", row, "每份扣分", 0.8)
    said = [each.split("：", 1)[1] for each in book.taken().said]
    assert said[-2:] == ["peace-index 分数 6 → 7", "peace-index 每份扣分 0.5 → 0.8"]
    held = load(county).indicators
    control, index = held["illegal-fundraising"].control, held["peace-index"]
    assert (control.values, control.reference) == ({date(2024, 1, 1): 4}, "市2026年控制指标")
    assert (index.weight, index.deduct.points) == (7, 0.8)


CELLS = [
    ("指标", "first-petitions", "值", "九成", "E203 值“九成”不是数。请改正这一格。"),
    ("指标", "disputes-110", "指标", "dispute-110", "E203 未知指标“dispute-110”，是否想写“disputes-110”？"),
    ("指标分数", "peace-work", "最多扣", None, "E202 最多扣空着。请填写。"),
    ("指标分数", "bad-loans", "指标", "peace-index", "E103 指标“peace-index”写了两行"),
]
BOOK = [
    ("指标", "first-petitions", "值", 192, "E901 target：百分率的目标应在0到100之间，写成了192。"),
    ("指标分数", "peace-index", "分数", 3, "E903 deduct：最多扣6分，多于这项指标的3分（weight）。请改其中一个。"),
]


@pytest.mark.parametrize("wrong", [CELLS, BOOK], ids=["cells", "book"])
def test_wrong_cells_are_named_and_nothing_is_written(county, book, wrong):
    before = files(county)
    for sheet, find, title, value, _ in wrong:
        book.put(sheet, book.find(sheet, find), title, value)
    said = book.refused()
    assert all(f"rules.xlsx {sheet}!" in said and told in said for sheet, *_, told in wrong)
    assert files(county) == before


def test_a_book_without_indicators_has_no_sheets_for_them(tmp_path):
    small = Workspace.at(write(tmp_path / "rules", {}).root)
    assert not {"指标", "指标分数"} & set(Book(small).open.sheetnames)
