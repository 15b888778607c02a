"""What each field type reads: examples as offices write them, and the words in which the rest is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from riskengine.contracts import contract, kinds
from riskengine.contracts.field import sql_type

from .conftest import in_python

READ: list[tuple[str, str, Any]] = [
    ("Code", " ＸＦ２０２６－００１２　", "XF2026-0012"),
    ("Code", "\ufeffA 1", "A 1"),
    ("Word", "Ａ类（甲），乙 ", "A类（甲），乙"),
    ("Word", "　", None),
    ("Word", "—", None),
    ("Text", "无", None),
    ("Day", "2024-03-05", date(2024, 3, 5)),
    ("Day", "2024/3/5", date(2024, 3, 5)),
    ("Day", "2024.3.5", date(2024, 3, 5)),
    ("Day", "2024年3月5日", date(2024, 3, 5)),
    ("Day", "２０２４年３月５日", date(2024, 3, 5)),
    ("Day", "20240305", date(2024, 3, 5)),
    ("Day", "20240305102311", date(2024, 3, 5)),
    ("Day", "2024-03", date(2024, 3, 1)),
    ("Day", "2024年3月", date(2024, 3, 1)),
    ("Day", "2024/3/5 10:23", date(2024, 3, 5)),
    ("Day", "2024-03-05T10:23:11", date(2024, 3, 5)),
    ("Day", "2024年3月5日 10时23分", date(2024, 3, 5)),
    ("Day", "45356", date(2024, 3, 5)),
    ("Day", "45356.5", date(2024, 3, 5)),
    ("Day", "无", None),
    ("Money", "1,234.50", Decimal("1234.50")),
    ("Money", "￥１，２３４．５元", Decimal("1234.50")),
    ("Money", "$1,000.00", Decimal("1000.00")),
    ("Money", "3.2万", Decimal("32000.00")),
    ("Money", "1.5 亿元", Decimal("150000000.00")),
    ("Money", "0.30000000000000004", Decimal("0.30")),
    ("Money", "1.005", Decimal("1.01")),
    ("Money", "/", None),
    ("Whole", "12.0", 12),
    ("Whole", "１２人", 12),
    ("Whole", "3万", 30_000),
    ("Whole", "N/A", None),
    ("Quantity", "-1", -1),
    ("Share", "97.93%", 97.93),
    ("Share", "97.93", 97.93),
    ("Share", "９７．９３％", 97.93),
    ("Share", "+0.32%", 0.32),
    ("Number", "－0.12％", -0.12),
    ("Number", "\u22120.12 %", -0.12),
    ("Number", "-1.5", -1.5),
    ("Number", "1e-05", 1e-05),
    ("Flag", "是", True),
    ("Flag", "√", True),
    ("Flag", "Ｙ", True),
    ("Flag", "无", False),
    ("Flag", " ", None),
    ("Outcome", " 已 化解 ", "已化解"),
    ("Outcome", "", None),
]

REFUSED: list[tuple[str, str, str]] = [
    ("Code", "A" * 65, "超过64个字，请缩短后重报"),
    ("Day", "2024-02-30", "不是真实存在的日期（年份须在1900至2100之间），请核对年、月、日"),
    ("Day", "1066-10-14", "不是真实存在的日期（年份须在1900至2100之间），请核对年、月、日"),
    ("Day", "24/3/5", "不是能识别的日期，请写成 2024-03-05 这样的形式"),
    ("Day", "3/5/2024", "不是能识别的日期，请写成 2024-03-05 这样的形式"),
    ("Money", "-5", "不能为负数，请填写0或正数"),
    ("Money", "(5)", "不是数字，请只填写数字，例如 1200.50"),
    ("Money", "1e5", "不是数字，请只填写数字，例如 1200.50"),
    ("Whole", "12.5", "不是整数，请填写整数"),
    ("Whole", "10000001", "超出范围，请填写0到10000000之间的整数"),
    ("Quantity", "0", "不能为0，请填写正数，冲减用负数"),
    ("Share", "100.1", "超出范围，请填写0到100之间的数"),
    ("Share", "-0.12%", "超出范围，请填写0到100之间的数"),
    ("Share", "9793", "超出范围，请填写0到100之间的数；是否应为97.93？"),
    ("Share", "101%", "超出范围，请填写0到100之间的数"),
    ("Share", "百分之九十七点九三", "不是数字，请只填写数字，例如 97.93"),
    ("Share", "约九成", "不是数字，请只填写数字，例如 97.93"),
    ("Flag", "也许", "不是“是”或“否”，请填写“是”或“否”"),
    ("Outcome", "处理中", "不是规定的核查结果，请从属实、误报、已化解、无法核实中选一个"),
]


@pytest.mark.parametrize(("name", "text", "value"), READ)
def test_a_cell_is_read_as(name: str, text: str, value: Any) -> None:
    read = in_python(name, text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("name", "text", "complaint"), REFUSED)
def test_a_cell_is_refused_with_the_words(name: str, text: str, complaint: str) -> None:
    read = in_python(name, text)
    assert isinstance(read, ValueError)
    assert str(read) == complaint


@pytest.mark.parametrize(
    ("dates", "text", "value"),
    [
        ("mdy", "3/5/2024 8:00", date(2024, 3, 5)),
        ("mdy", "01/31/1999 00:01", date(1999, 1, 31)),
        ("mdy", "2024-03-05", date(2024, 3, 5)),
        ("dmy", "5/3/2024", date(2024, 3, 5)),
        ("minguo", "1130305", date(2024, 3, 5)),
        ("minguo", "113年3月5日", date(2024, 3, 5)),
        ("minguo", "民國113年3月5日".replace("國", "国"), date(2024, 3, 5)),
        ("minguo", "113/3/5", date(2024, 3, 5)),
    ],
)
def test_the_mapping_says_in_which_order_day_and_month_stand(dates: str, text: str, value: date) -> None:
    assert in_python("Day", text, dates=dates) == value


def test_a_scale_turns_the_offices_unit_into_ours_exactly() -> None:
    assert in_python("Money", "12.34", scale=10_000) == Decimal("123400.00")
    assert in_python("Money", "1999", scale=0.01) == Decimal("19.99")
    assert in_python("Share", "0.9793", scale=100) == 97.93


@pytest.mark.parametrize("kind", kinds())
def test_every_field_of_every_contract_has_an_sql_type(kind: str) -> None:
    types = {sql_type(info) for info in contract(kind).model_fields.values()}
    assert types <= {"VARCHAR", "DATE", "DECIMAL(18,2)", "BIGINT", "DOUBLE", "BOOLEAN"}


@pytest.mark.parametrize("kind", kinds())
def test_every_column_that_a_contract_names_is_one_of_its_fields(kind: str) -> None:
    model = contract(kind)
    named = {*model.subject, *model.evidence, *model.future, *(day for pair in model.orders for day in pair)}
    assert {*named, *([model.ends] if model.ends else [])} <= set(model.model_fields)
