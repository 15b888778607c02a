"""Each measure that reads returns one by one, newest first, by one readable example. The night is 2026-06-30."""

from __future__ import annotations

import pytest

from riskengine.store.database import Connection
from tests.assess.conftest import Values
from tests.assess.tiny import records, signal

# Other records lie about: a reading is of its own kind.
pytestmark = pytest.mark.usefixtures("frauds")


def test_a_matter_sees_its_own_rows_and_its_newest_reading(con: Connection, values: Values) -> None:
    records(
        con,
        "project",
        """
        project  occurred_on  place  people  amount   group_incidents
        P1       04-30        9901   30      1000.00  0
        P1       05-31        9901   40      2000.00  -
        P1       06-30        9901   50      1500.00  2
        P2       06-30        9902   -       300.00   -
    """,
    )
    found = values(
        signal("人数", "project", source="project", measure="latest", of="涉及人数"),
        signal("上期金额", "project", source="project", measure="previous", of="欠薪金额"),
        signal("最高金额", "project", source="project", measure="max", of="欠薪金额"),
        signal("填报数", "project", source="project", measure="count"),
        signal("群体", "project", source="project", measure="latest", of="群体性事件", empty=0),
    )
    assert found["人数"] == {"P1": 50, "P2": None}
    assert found["上期金额"] == {"P1": 2000, "P2": None}
    assert found["最高金额"] == {"P1": 2000, "P2": 300}
    assert found["填报数"] == {"P1": 3, "P2": 1}
    assert found["群体"] == {"P1": 2, "P2": None}, "a return that leaves the field out is unknown, not 0"


def test_latest_may_read_a_clock(con: Connection, values: Values) -> None:
    records(
        con,
        "petition",
        """
        key  occurred_on  place  due_on  settled
        A    06-01        9901   06-20   true
        B    06-01        9901   07-10   -
    """,
    )
    found = values(
        signal("距期限", "petition", source="petition", measure="latest", of="days_until(办理期限)"),
        signal("化解", "petition", source="petition", measure="latest", of="case when 是否化解 then 1 else 0 end"),
    )
    assert found == {"距期限": {"A": -10, "B": 10}, "化解": {"A": 1, "B": 0}}


def test_a_reading_of_a_place_is_its_own_not_one_of_a_village(con: Connection, values: Values) -> None:
    records(
        con,
        "survey",
        """
        occurred_on  category  place   value
        03-31        安全感    9901    95
        06-30        安全感    990101  80
        06-30        安全感    99      97
    """,
    )
    latest = signal("安全感", source="survey", measure="latest", of="数值", where="类别 = '安全感'")
    assert values(latest)["安全感"] == {"9901": 95, "9902": None}


def test_streak_counts_the_newest_returns_in_a_row(con: Connection, values: Values) -> None:
    records(
        con,
        "survey",
        """
        occurred_on  category  place  value
        2025-06-30   安全感    9901   98
        2025-09-30   安全感    9901   99
        2025-12-31   安全感    9901   97
        2026-03-31   安全感    9901   96
        2026-06-30   安全感    9901   95
        2026-03-31   安全感    9902   96
        2026-06-30   安全感    9902   97
        2026-06-30   满意率    9902   90
    """,
    )
    falls = signal("连降", "survey", source="survey", measure="streak", of="数值 < 上期数值")
    low = signal("连续低于96", "survey", source="survey", measure="streak", of="value < 96.5")
    found = values(falls, low)
    assert found["连降"] == {"安全感@9901": 3, "安全感@9902": 0, "满意率@9902": 0}
    assert found["连续低于96"] == {"安全感@9901": 2, "安全感@9902": 0, "满意率@9902": 1}


def test_streak_is_unknown_where_the_newest_return_leaves_the_value_out(con: Connection, values: Values) -> None:
    records(
        con,
        "project",
        """
        project  occurred_on  place  complaints
        P1       05-31        9901   5
        P1       06-30        9901   -
    """,
    )
    assert values(signal("连升", "project", source="project", measure="streak", of="投诉件数 > 上期投诉件数"))[
        "连升"
    ] == {"P1": None}
