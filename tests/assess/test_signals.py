"""Each measure by one readable example. The night is 2026-06-30."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.model.subject import Subject
from riskengine.store.database import Connection
from tests.assess.conftest import Values
from tests.assess.tiny import NIGHT, book, records, rule, signal

FRAUDS = """
    occurred_on  place   category  quantity  loss     method
    06-30        990101  刷单返利  1         1000.00  电话
    06-24        9901    冒充客服  2         -        电话
    06-23        9901    刷单返利  1         500.50   短信
    06-30        9902    刷单返利  1         -        网页
"""


@pytest.fixture(autouse=True)
def frauds(con: Connection) -> None:
    records(con, "fraud", FRAUDS)


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


def test_a_unit_sees_the_matters_it_handles_and_its_own_silence(con: Connection, values: Values) -> None:
    records(
        con,
        "petition",
        """
        key  occurred_on  place  handler
        A    06-01        9901   反诈中心
        B    06-01        9901   fanzha
        C    06-01        9901   某公司
    """,
    )
    con.execute(
        "INSERT INTO sense.silence (as_of, source, kind, unit, place, days) VALUES"
        " ('2026-06-30', 'a', 'fraud', 'town-01', '9901', 12), ('2026-06-30', 'b', 'fraud', 'town-01', '9901', 3),"
        " ('2026-06-29', 'a', 'fraud', 'fanzha', '99', 5)"
    )
    found = values(
        signal("承办", "unit", source="petition", measure="count"),
        signal("静默", "unit", formula="静默天数 * 10 + 静默来源数"),
    )
    assert found["承办"] == {"fanzha": 2, "town-01": 0, "town-02": 0}
    assert found["静默"] == {"fanzha": 0, "town-01": 122, "town-02": 0}


def test_formulas_are_computed_in_the_order_of_their_need(values: Values) -> None:
    found = values(
        signal("一倍率", formula="二率 / 10"),
        signal("二率", formula="起数 / 人口 * 10000"),
        signal("起数", source="fraud", measure="count"),
        signal("零除", formula="起数 / (起数 - 起数)"),
    )
    assert found["二率"] == {"9901": 2, "9902": pytest.approx(10 / 12)}
    assert found["一倍率"]["9901"] == pytest.approx(0.2)
    assert found["零除"] == {"9901": None, "9902": None}


def test_a_village_without_a_population_has_no_rate(values: Values) -> None:
    found = values(
        signal("率", "village", formula="村起数 / 人口"),
        signal("村起数", "village", source="fraud", measure="count"),
    )
    assert found["率"] == {"990101": pytest.approx(1 / 900), "990102": None}


def test_a_signal_that_fails_is_named_and_takes_no_other_with_it(con: Connection) -> None:
    signals = [
        signal("好", source="fraud", measure="count"),
        signal("坏", source="fraud", measure="max", of="受理日期"),
        signal("靠坏", formula="坏 + 1"),
        signal("错配", "project", source="fraud", measure="count"),
    ]
    rules = [rule("r", when="好 > 0 and 靠坏 > 0"), rule("p", "project", when="错配 > 0")]
    rulebook = book(signals, rules)
    build_subjects(con, rulebook, NIGHT)
    wides = build_signals(con, rulebook, NIGHT)
    town = wides[Subject.TOWN]
    assert set(town.broken) == {"坏", "靠坏"}
    assert con.execute('SELECT "好", "坏", "靠坏" FROM wide_town ORDER BY subject').fetchall() == [
        (4, None, None),
        (1, None, None),
    ]
    assert set(wides[Subject.PROJECT].broken) == {"错配"}


def test_a_runtime_failure_in_one_signal_leaves_the_pass_to_the_others(con: Connection) -> None:
    records(
        con,
        "incident",
        """
        occurred_on  place  people
        06-30        9901   9000000000000000000
    """,
    )
    signals = [
        signal("好", source="incident", measure="count"),
        signal("溢出", source="incident", measure="max", of="涉及人数 + 涉及人数"),
        signal("公式", formula="好 * 2"),
    ]
    rulebook = book(signals)
    build_subjects(con, rulebook, NIGHT)
    town = build_signals(con, rulebook, NIGHT)[Subject.TOWN]
    assert set(town.broken) == {"溢出"}
    assert con.execute('SELECT "好", "溢出", "公式" FROM wide_town ORDER BY subject').fetchall() == [
        (1, None, 2),
        (0, None, 0),
    ]
