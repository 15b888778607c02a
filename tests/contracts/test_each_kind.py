"""Every record kind once, as offices write it: one row that is taken, with its values, and one mistake that is told."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from riskengine.contracts import contract, kinds
from riskengine.contracts.field import Reading

NIGHT = Reading(as_of=date(2026, 6, 30))

# kind → (cells beyond key, day and place, what they become)
GOOD = {
    "incident": ({"people": "３", "violent": "是"}, {"people": 3, "violent": True}),
    "fraud": (
        {"loss": "3.2万", "reported_on": "2026.6.21"},
        {"loss": Decimal("32000"), "reported_on": date(2026, 6, 21)},
    ),
    "petition": ({"times": "2次", "due_on": "2026-08-19"}, {"times": 2, "due_on": date(2026, 8, 19)}),
    "dispute": ({"amount": "￥1,000.00元", "settled": "否"}, {"amount": Decimal("1000"), "settled": False}),
    "hazard": ({"grade": "重大", "due_on": "2026年7月5日"}, {"grade": "重大", "due_on": date(2026, 7, 5)}),
    "project": ({"project": "XM-07", "homes": "120套"}, {"project": "XM-07", "homes": 120}),
    "rectification": ({"site": "GP-3", "progress": "85%"}, {"site": "GP-3", "progress": 85.0}),
    "survey": (
        {"value": "97.93%", "sample": "400", "last_year": "98.05%", "peers_average": "97.8"},
        {"value": 97.93, "sample": 400, "last_year": 98.05, "peers_average": 97.8},
    ),
    "indicator": (
        {"value": "-1.5", "rank": "7", "numerator": "1,203件", "denominator": "1,300件", "province_average": "－0.3％"},
        {"value": -1.5, "rank": 7, "numerator": 1203.0, "denominator": 1300.0, "province_average": -0.3},
    ),
    "receipt": ({"unit": "反诈中心", "outcome": " 属实 "}, {"unit": "反诈中心", "outcome": "属实"}),
}

# kind → (cells that are wrong, a piece of the sentence)
BAD = {
    "incident": ({"reported_on": "2026-06-01"}, "早于"),
    "fraud": ({"loss": "-5"}, "不能为负数"),
    "petition": ({"closed_on": "2026-06-01"}, "早于"),
    "dispute": ({"closed_on": "2066-06-21"}, "日期在未来"),
    "hazard": ({"times": "两三次"}, "两三次"),
    "project": ({"project": ""}, "不能为空"),
    "rectification": ({"progress": "140%"}, "140"),
    "survey": ({"value": ""}, "不能为空"),
    "indicator": ({"value": "较高"}, "较高"),
    "receipt": ({"outcome": "好像属实"}, "好像属实"),
}


def taken(kind, **cells):
    basic = {"key": "A-1", "occurred_on": "2026年6月20日", "place": "990100101"}
    return contract(kind).model_validate({**basic, **GOOD[kind][0], **cells}, context=NIGHT)


@pytest.mark.parametrize("kind", GOOD)
def test_a_row_as_an_office_writes_it_is_taken(kind):
    record = taken(kind)
    assert record.occurred_on == date(2026, 6, 20)
    assert record.quantity == 1
    for name, value in GOOD[kind][1].items():
        assert getattr(record, name) == value


@pytest.mark.parametrize("kind", BAD)
def test_a_mistake_is_told_in_a_sentence(kind):
    cells, piece = BAD[kind]
    with pytest.raises(ValidationError) as refused:
        taken(kind, **cells)
    assert piece in str(refused.value)


def test_no_kind_is_left_out():
    assert set(GOOD) == set(BAD) == set(kinds())
