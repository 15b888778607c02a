"""Small text tables: read through the real contract, so that a wrong cell is named with its place."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from riskengine.contracts.place import PlaceNames
from riskengine.model.duty import Place
from riskengine.model.subject import Subject
from riskengine.rulebook.case_tables import Complaint, read_table, subjects_of

NIGHT = date(2026, 6, 30)
PLACES = (
    Place(code="99", name="云川县", level="county", parent=None),
    Place(code="9901", name="清溪镇", level="town", parent="99"),
    Place(code="990101", name="东湾村", level="village", parent="9901"),
)
NAMES = PlaceNames(PLACES)


def test_columns_stand_apart_by_two_blanks_and_are_called_by_title_or_name() -> None:
    records, complaints = read_table(
        "petition", "编号  occurred_on  地区    承办单位\nA 1   06-01        清溪镇  信访局 一科\n", NIGHT, NAMES
    )
    assert complaints == []
    assert (records[0].key, records[0].occurred_on, records[0].place) == ("A 1", date(2026, 6, 1), "9901")
    assert records[0].model_dump()["handler"] == "信访局 一科"


def test_columns_may_stand_apart_by_bars_and_an_empty_cell_was_not_reported() -> None:
    records, complaints = read_table(
        "fraud", "| 日期 | 地区 | 损失金额 |\n| 2026年6月1日 | 清溪镇 | 3.2万 |\n| 06-02 | 东湾村 | |", NIGHT, NAMES
    )
    assert complaints == []
    assert [record.model_dump()["loss"] for record in records] == [32000, None]


def test_an_underscore_was_not_reported_and_a_record_without_a_number_gets_one() -> None:
    records, _ = read_table(
        "fraud",
        "日期   地区    损失金额  件数\n# 一行说明\n\n06-01  清溪镇  _         3\n06-02  清溪镇  5         1",
        NIGHT,
        NAMES,
    )
    assert [(r.key, r.quantity, r.model_dump()["loss"]) for r in records] == [("用例-001", 3, None), ("用例-002", 1, 5)]


def test_every_wrong_cell_is_named_at_its_place() -> None:
    text = "日期   地区    损失金额  件数\n07-01  清西镇  -5        四\n06-01  清溪镇  5         1"
    records, complaints = read_table("fraud", text, NIGHT, NAMES)
    assert len(records) == 1
    assert complaints == [
        Complaint(1, 0, "日期“07-01”日期在未来（晚于2026-06-30），请核对年份。"),
        Complaint(1, 7, "地区“清西镇”不在地区表里，是否想写“清溪镇”？"),
        Complaint(1, 22, "件数“四”不是数字，请只填写数字，例如 1200.50。"),
        Complaint(1, 12, "损失金额“-5”不能为负数，请填写0或正数。"),
    ]


def test_a_required_column_that_is_missing_is_named() -> None:
    _, complaints = read_table("fraud", "日期   损失金额\n06-01  5", NIGHT, NAMES)
    assert [each.message for each in complaints] == ["地区没有写，这一列必须填。"]


def test_days_in_the_wrong_order_are_named_by_the_later_one() -> None:
    _, complaints = read_table("petition", "日期   地区    办结日期\n06-10  清溪镇  06-01", NIGHT, NAMES)
    assert complaints == [Complaint(1, 12, "办结日期“06-01”早于日期2026-06-10，请核对这两个日期。")]


def test_a_table_without_rows_or_with_too_many_is_refused() -> None:
    assert read_table("fraud", "日期  地区", NIGHT, NAMES)[1][0].message.startswith("表要有一行表头和至少一行记录")
    many = "日期   地区\n" + "06-01  清溪镇\n" * 201
    assert read_table("fraud", many, NIGHT, NAMES)[1][0].message == "一个表最多 200 行，相同的记录请用“件数”一列。"


@given(st.text(alphabet="日期地区件数 |_#\n06-清溪镇", max_size=80))
def test_any_text_is_a_table_or_is_refused(text: str) -> None:
    records, complaints = read_table("fraud", text, NIGHT, NAMES)
    assert records or complaints


def test_a_place_sees_what_lies_in_it_and_a_matter_what_bears_its_number() -> None:
    parents = {place.code: place for place in PLACES}
    records, _ = read_table("petition", "编号  日期   地区\n甲    06-01  东湾村\n乙    06-01  清溪镇", NIGHT, NAMES)
    assert subjects_of(Subject.TOWN, records, parents) == ["9901"]
    assert subjects_of(Subject.VILLAGE, records, parents) == ["990101"]
    assert subjects_of(Subject.PETITION, records, parents) == ["甲", "乙"]
    assert subjects_of(Subject.HAZARD, records, parents) == []
