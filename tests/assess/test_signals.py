"""Each measure that counts or sums records, by one readable example. The night is 2026-06-30, the records tiny.FRAUDS."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.store.database import Connection
from tests.assess.conftest import Values
from tests.assess.tiny import records, signal

pytestmark = pytest.mark.usefixtures("frauds")


def test_count_adds_quantities_at_and_below_a_place(values: Values) -> None:
    seven = signal("近7日起数", source="fraud", measure="count", window=7)
    everywhere = signal("全县起数", "county", source="fraud", measure="count", window=7)
    below = signal("村里起数", "village", source="fraud", measure="count", window=7)
    found = values(seven, everywhere, below)
    assert found["近7日起数"] == {"9901": 3, "9902": 1}
    assert found["全县起数"] == {"99": 4}
    assert found["村里起数"] == {"990101": 1, "990102": 0}


def test_without_a_window_all_that_is_known_counts(values: Values) -> None:
    assert values(signal("起数", source="fraud", measure="count"))["起数"] == {"9901": 4, "9902": 1}


def test_where_may_use_chinese_titles_and_field_names(values: Values) -> None:
    found = values(
        signal("刷单", source="fraud", measure="count", where="类别 = '刷单返利'"),
        signal("电话", source="fraud", measure="count", where="method = '电话' and 损失金额 > 10"),
        signal("旧案", source="fraud", measure="count", where="days_since(日期) >= 7"),
    )
    assert found["刷单"] == {"9901": 2, "9902": 1}
    assert found["电话"] == {"9901": 1, "9902": 0}
    assert found["旧案"] == {"9901": 1, "9902": 0}


def test_lag_moves_the_window_back_by_days_or_by_a_year(con: Connection, values: Values) -> None:
    records(
        con,
        "fraud",
        """
        occurred_on  place
        2025-06-30   9901
        2025-06-23   9901
        2024-06-29   9902
    """,
    )
    found = values(
        signal("上周", source="fraud", measure="count", window=7, lag=7),
        signal("去年", source="fraud", measure="count", window=7, lag="1y"),
        signal("前年", source="fraud", measure="count", window=7, lag="2y"),
    )
    assert found == {"上周": {"9901": 1, "9902": 0}, "去年": {"9901": 1, "9902": 0}, "前年": {"9901": 0, "9902": 1}}


def test_a_retraction_nets_out_of_count_sum_and_distinct(con: Connection, values: Values) -> None:
    records(
        con,
        "fraud",
        """
        occurred_on  place  category  quantity  loss    method
        06-29        9902   网络贷款  1         800.00  社交软件
        06-29        9902   网络贷款  -1        800.00  社交软件
    """,
    )
    found = values(
        signal("起数", source="fraud", measure="count"),
        signal("损失", source="fraud", measure="sum", of="损失金额"),
        signal("渠道数", source="fraud", measure="distinct", of="诈骗渠道"),
        signal("最大损失", source="fraud", measure="max", of="损失金额"),
    )
    assert found["起数"]["9902"] == 1
    assert found["损失"]["9902"] == 0
    assert found["渠道数"] == {"9901": 2, "9902": 1}
    assert found["最大损失"]["9902"] == 800


def test_busiest_is_the_net_count_of_the_day_that_has_most(con: Connection, values: Values) -> None:
    records(
        con,
        "incident",
        """
        occurred_on  place   quantity
        06-28        9901    5
        06-28        990101  -3
        06-29        9901    2
        06-29        990101  1
        06-30        9901    1
        06-20        9901    9
        06-30        9902    4
        06-30        9902    -4
    """,
    )
    found = values(
        signal("单日最多", source="incident", measure="busiest", window=7),
        signal("最多一日", source="incident", measure="busiest"),
        signal("村里单日最多", "village", source="incident", measure="busiest", where="quantity > 0"),
    )
    assert found["单日最多"] == {"9901": 3, "9902": 0}, "on 06-28 a correction leaves 2 of 5; 06-29 has most"
    assert found["最多一日"] == {"9901": 9, "9902": 0}
    assert found["村里单日最多"] == {"990101": 1, "990102": 0}, "0 where there is no row"


def test_records_count_as_they_were_known_on_the_night(con: Connection, values: Values) -> None:
    records(
        con,
        "incident",
        """
        key  occurred_on  place  known_at  superseded_at  retracted  quantity
        A    06-20        9901   06-21     06-25          false      1
        A    06-20        9901   06-25     -              false      5
        B    06-20        9901   06-21     06-28          false      1
        B    06-20        9901   06-28     -              true       1
        C    06-20        9901   07-01     -              false      1
    """,
    )
    count = signal("起数", source="incident", measure="count")
    assert values(count)["起数"]["9901"] == 5
    assert values(count, as_of=date(2026, 6, 24))["起数"]["9901"] == 2
    assert values(count, as_of=date(2026, 7, 1))["起数"]["9901"] == 6


def test_sum_where_no_row_says_an_amount_is_unknown_and_where_no_row_is_found_zero(values: Values) -> None:
    found = values(
        signal("损失", source="fraud", measure="sum", of="损失金额"),
        signal("村损失", "village", source="fraud", measure="sum", of="损失金额 - 0.5"),
    )
    assert found["损失"] == {"9901": 1500.5, "9902": None}
    assert found["村损失"] == {"990101": 999.5, "990102": 0}


def test_share_is_the_part_of_the_count_and_unknown_without_any(values: Values) -> None:
    found = values(
        signal("电话占比", source="fraud", measure="share", of="诈骗渠道 = '电话'"),
        signal("贷款占比", source="fraud", measure="share", where="类别 = '网络贷款'", of="诈骗渠道 = '电话'"),
        signal(
            "贷款占比零", source="fraud", measure="share", where="类别 = '网络贷款'", of="诈骗渠道 = '电话'", empty=0
        ),
    )
    assert found["电话占比"] == {"9901": 0.75, "9902": 0}
    assert found["贷款占比"] == {"9901": None, "9902": None}
    assert found["贷款占比零"] == {"9901": 0, "9902": 0}


def test_days_since_the_newest_record(values: Values) -> None:
    assert values(signal("距上次", source="fraud", measure="days_since", where="类别 <> '刷单返利'"))["距上次"] == {
        "9901": 6,
        "9902": None,
    }
