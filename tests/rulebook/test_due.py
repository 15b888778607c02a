"""Clocks against an oracle that walks day by day, over the notices of 2004 to 2026 and the years that nobody has announced."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.model.clock import CalendarYear, Clock
from riskengine.rulebook.due import Deadline, Extended, Pause, due, level_clocks
from riskengine.rulebook.load import load
from riskengine.rulebook.workdays import PUBLISHED, Calendar
from riskengine.workspace import Workspace

CALENDAR = Calendar()
NOTICE_OF_2027 = CalendarYear(
    year=2027,
    reference="国务院办公厅通知（测试用）",
    holidays=tuple(date(2027, *each) for each in ((1, 1), (2, 5), (2, 8), (2, 9), (2, 10), (2, 11), (10, 1), (10, 4))),
    workdays=(date(2027, 2, 13), date(2027, 2, 20)),
)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Clock]:
    return dict(load(Workspace.at(Path(__file__).parents[2])).clocks)


def clock(amount: int, unit: str = "days", **more) -> Clock:
    written = {
        "id": "reply",
        "title": "答复",
        "start": "收到来信",
        "amount": amount,
        "unit": unit,
        "basis": "县办法",
        **more,
    }
    return Clock.model_validate(written)


def walked(asked: Clock, start: date, paused: set[date], longer: int) -> date:
    """What a clerk does with a wall calendar: strike out the first day, then tick days until there are enough."""
    day, ticked = start, 0
    while ticked < asked.amount + longer:
        day += timedelta(1)
        ticked += day not in paused and (asked.unit == "days" or is_workday(day))
    while asked.unit == "days" and asked.last_day == "roll" and not is_workday(day):
        day += timedelta(1)
    return day


starts = st.one_of(
    st.dates(date(2004, 1, 1), date(2025, 6, 30)),
    # just before the long holidays
    st.builds(
        lambda year, first, back: date(year, *first) - timedelta(back),
        st.integers(2004, 2025),
        st.sampled_from([(2, 18), (5, 5), (10, 8)]),
        st.integers(0, 25),
    ),
).filter(lambda day: day >= date(2004, 1, 1))
spans = st.lists(st.tuples(st.integers(-10, 80), st.integers(0, 20)), max_size=4)


@settings(max_examples=300, deadline=None)
@given(
    starts,
    st.integers(1, 90),
    st.sampled_from(["days", "workdays"]),
    st.sampled_from(["roll", "keep"]),
    spans,
    st.integers(0, 30),
)
def test_a_deadline_is_the_day_that_a_clerk_with_a_wall_calendar_finds(start, amount, unit, last_day, stops, longer):
    asked = clock(amount, unit, last_day=last_day, pauses=["听证"], extension={"amount": 30, "approver": "单位负责人"})
    pauses = [Pause("听证", start + timedelta(after), start + timedelta(after + length)) for after, length in stops]
    paused = {each.first + timedelta(n) for each in pauses for n in range((each.last - each.first).days + 1)}
    extension = Extended(longer, "局长办公会", "情况复杂") if longer else None
    found = due(asked, start, CALENDAR, pauses=pauses, extension=extension)
    assert found.day == walked(asked, start, paused, longer)
    assert not found.provisional
    assert found.steps[-1].count(found.day.isoformat()) or "不上班" in found.steps[-1]
    assert all(step.endswith("。") for step in found.steps)


@settings(max_examples=100, deadline=None)
@given(starts, st.integers(1, 60), st.sampled_from(["days", "workdays"]), st.integers(1, 30))
def test_starting_later_or_running_longer_never_ends_earlier(start, amount, unit, more):
    asked = clock(amount, unit, last_day="roll")
    assert due(asked, start, CALENDAR).day <= due(asked, start + timedelta(more), CALENDAR).day
    assert due(asked, start, CALENDAR).day <= due(clock(amount + more, unit, last_day="roll"), start, CALENDAR).day


@pytest.mark.parametrize(
    ("asked", "start", "day"),
    [
        (clock(1), date(2026, 6, 30), date(2026, 7, 1)),  # the day itself does not count
        (clock(5, "workdays"), date(2026, 2, 9), date(2026, 2, 14)),  # a Saturday made up for before Spring Festival
        (
            clock(5, "workdays"),
            date(2026, 2, 14),
            date(2026, 2, 28),
        ),  # nine days off, and a Saturday made up for behind
        (clock(5, "workdays"), date(2026, 9, 28), date(2026, 10, 10)),  # from within Golden Week on
        (clock(1, "workdays"), date(2026, 10, 3), date(2026, 10, 8)),
        (clock(30, last_day="roll"), date(2026, 9, 3), date(2026, 10, 8)),
        (clock(30, last_day="keep"), date(2026, 9, 3), date(2026, 10, 3)),
        (clock(10, last_day="roll"), date(2026, 10, 1), date(2026, 10, 12)),  # 11 October: a Sunday
        (clock(9, last_day="roll"), date(2026, 10, 1), date(2026, 10, 10)),  # 10 October: a Saturday that is worked
        (clock(1, "workdays"), date(2007, 12, 28), date(2007, 12, 29)),  # made up for by the notice of 2008
    ],
)
def test_days_that_can_be_looked_up(asked, start, day):
    assert due(asked, start, CALENDAR).day == day


def test_the_petition_clocks_are_those_of_the_regulation(shipped):
    petitions = {id_: each for id_, each in shipped.items() if id_.startswith("petition-")}
    told = {
        id_: (
            each.amount,
            each.unit,
            each.extension and each.extension.amount,
            each.pauses,
            each.basis.split("第", 1)[1],
        )
        for id_, each in petitions.items()
    }
    assert told == {
        "petition-transfer": (15, "days", None, (), "二十二条"),
        "petition-tell": (15, "days", None, (), "二十三条"),
        "petition-object": (5, "workdays", None, (), "二十三条"),
        "petition-finish": (60, "days", 30, (), "三十四条"),
        "petition-ask-review": (30, "days", None, (), "三十五条"),
        "petition-review": (30, "days", None, (), "三十五条"),
        "petition-ask-recheck": (30, "days", None, (), "三十六条"),
        "petition-recheck": (30, "days", None, ("听证",), "三十六条"),
    }


def test_the_petition_rules_count_as_the_clocks_do(shipped):
    """15, 60 and 90 also stand in a parameter and in a signal, where the nights of many petitions are counted at once."""
    book = load(Workspace.at(Path(__file__).parents[2]))
    limits = [each.parameters["受理期限"].values for each in book.rules.values() if "受理期限" in each.parameters]
    assert [max(values.items())[1] for values in limits] == [shipped["petition-tell"].amount]
    finish = shipped["petition-finish"]
    told = {int(number) for number in re.findall(r"\d+", book.signals["办理剩余天数"].of)}
    assert finish.extension and told == {finish.amount, finish.amount + finish.extension.amount}


def test_the_steps_can_be_read_aloud(shipped):
    hearing = [Pause("听证", date(2026, 3, 10), date(2026, 3, 12)), Pause("听证", date(2026, 3, 12), date(2026, 3, 13))]
    assert due(shipped["petition-recheck"], date(2026, 3, 1), CALENDAR, pauses=hearing).steps == (
        "提出复核意见：自收到复核请求之日起30日（自然日）。依据：信访工作条例第三十六条。",
        "收到复核请求之日 2026-03-01 不计入，从 2026-03-02 起算。",
        "听证 2026-03-10 至 2026-03-12 停止计算。",
        "听证 2026-03-12 至 2026-03-13 停止计算。",
        "停止计算的共4日，不计入期限。",
        "第30日是 2026-04-04。",
        "2026-04-04 不上班（清明），这一期限不因此顺延。",
    )
    longer = Extended(30, "局长办公会", "情况复杂")
    assert due(shipped["petition-finish"], date(2026, 5, 10), CALENDAR, extension=longer).steps[2:] == (
        "延长30日，批准：局长办公会（规定由本机关、单位负责人批准），理由：情况复杂，合计90日。",
        "第90日是 2026-08-08。",
        "2026-08-08 不上班（周六），这一期限不因此顺延。",
    )
    assert due(shipped["petition-object"], date(2026, 9, 28), CALENDAR).steps[2:] == (
        "其间不上班的7日不计入：国庆节7日。",
        "调休上班的周末照常计入：2026-10-10。",
        "第5个工作日是 2026-10-10。",
    )
    assert due(shipped["petition-ask-review"], date(2026, 9, 3), CALENDAR).steps[2:] == (
        "第30日是 2026-10-03。",
        "2026-10-03 不上班（国庆节），期限以其后第一个工作日 2026-10-08 为届满之日。",
    )


def test_a_hearing_after_the_last_day_changes_nothing(shipped):
    late = [Pause("听证", date(2026, 4, 1), date(2026, 4, 3))]
    found = due(shipped["petition-recheck"], date(2026, 3, 1), CALENDAR, pauses=late)
    assert found.day == date(2026, 3, 31)
    assert "听证 2026-04-01 至 2026-04-03 在期限届满之后，不影响。" in found.steps


@pytest.mark.parametrize("unit", ["days", "workdays"])
def test_a_clock_asked_for_2031_is_reckoned_on_plain_weekdays_and_marked_provisional(unit):
    found = due(clock(5, unit, last_day="roll"), date(2031, 9, 30), CALENDAR)
    assert found.provisional
    assert found.day == {"days": date(2031, 10, 6), "workdays": date(2031, 10, 7)}[unit]
    waits = {"days": "2031-10-05", "workdays": "2031-10-01"}[unit]
    assert found.steps[-1] == (
        f"暂定：2031年的放假调休安排还没有公布或录入，{waits} 起暂按周一至周五上班推算。安排公布后写入 rules/calendar.yaml，期限会重新计算。"
    )


def test_a_deadline_that_no_day_off_can_move_is_never_provisional():
    assert due(clock(60), date(2031, 1, 2), CALENDAR) == Deadline(
        date(2031, 3, 3),
        False,
        (
            "答复：自收到来信之日起60日（自然日）。依据：县办法。",
            "收到来信之日 2031-01-02 不计入，从 2031-01-03 起算。",
            "第60日是 2031-03-03。",
        ),
    )


def test_the_last_days_of_the_last_known_december_wait_for_the_next_notice():
    last = PUBLISHED[-1]
    assert not due(clock(5, "workdays"), date(last, 12, 14), CALENDAR).provisional
    assert due(clock(5, "workdays"), date(last, 12, 22), CALENDAR).provisional
    assert not due(clock(5, "workdays"), date(last - 1, 12, 22), CALENDAR).provisional


def test_a_notice_in_the_rule_book_settles_what_was_provisional():
    asked, start = clock(5, "workdays"), date(2027, 2, 3)
    before, after = due(asked, start, CALENDAR), due(asked, start, Calendar([NOTICE_OF_2027]))
    assert (before.day, before.provisional) == (date(2027, 2, 10), True)
    assert (after.day, after.provisional) == (date(2027, 2, 16), False)
    assert "其间不上班的8日不计入：放假5日、周末3日。" in after.steps
    assert "调休上班的周末照常计入：2027-02-13。" in after.steps


def test_a_local_holiday_is_laid_over_a_year_that_the_library_knows():
    local = CalendarYear(
        year=2026, reference="自治区关于三月三放假的通知", holidays=(date(2026, 4, 20), date(2026, 4, 21))
    )
    assert due(clock(1, "workdays"), date(2026, 4, 17), Calendar([local])).day == date(2026, 4, 22)
    back = CalendarYear(year=2026, reference="更正通知", workdays=(date(2026, 10, 7),))
    assert due(clock(1, "workdays"), date(2026, 9, 30), Calendar([back])).day == date(2026, 10, 7)


@pytest.mark.parametrize(
    ("pauses", "extension", "told"),
    [
        ([("鉴定", 3, 4)], None, "“复核”不因“鉴定”停止计算，可以不计入的只有：听证。请核对事由。"),
        ([("听证", 4, 3)], None, "“听证”的结束日 2026-03-03 早于开始日 2026-03-04。请对调。"),
        ([], Extended(31, "局长办公会", "复杂"), "“复核”延长应为1到30日，现写 31。请改正。"),
        ([], Extended(0, "局长办公会", "复杂"), "“复核”延长应为1到30日，现写 0。请改正。"),
        ([], Extended(30, " ", "复杂"), "“复核”延长须经单位负责人批准。请写明批准的岗位或单位。"),
        ([], Extended(30, "局长办公会"), "“复核”延长须写明理由。请补上。"),
    ],
)
def test_what_a_clock_does_not_allow_is_refused_with_a_sentence(pauses, extension, told):
    longer = {"amount": 30, "approver": "单位负责人"}
    asked = clock(30, title="复核", pauses=["听证"], extension=longer)
    stops = [Pause(why, date(2026, 3, first), date(2026, 3, last)) for why, first, last in pauses]
    with pytest.raises(ValueError, match="^" + told + "$"):
        due(asked, date(2026, 3, 1), CALENDAR, pauses=stops, extension=extension)


def test_a_clock_without_pauses_or_extension_allows_neither():
    with pytest.raises(ValueError, match="“答复”不因“听证”停止计算，没有不计入期限的事由。请核对事由。"):
        due(clock(3), date(2026, 3, 1), CALENDAR, pauses=[Pause("听证", date(2026, 3, 2), date(2026, 3, 2))])
    with pytest.raises(ValueError, match="“答复”不能延长。请去掉延长。"):
        due(clock(3), date(2026, 3, 1), CALENDAR, extension=Extended(1, "局长办公会", "复杂"))


def test_every_level_of_the_shipped_rules_has_its_clock_as_before():
    found = level_clocks(load(Workspace.at(Path(__file__).parents[2])))
    assert {rank: (each.id, each.amount, each.unit) for rank, each in found.items()} == {
        1: ("handle-red", 1, "days"),
        2: ("handle-orange", 3, "days"),
        3: ("handle-yellow", 7, "days"),
        4: ("handle-blue", 15, "days"),
    }


def test_a_level_that_no_clock_names_runs_its_calendar_days(workspace):
    (workspace.rules / "clocks.yaml").write_text(
        "clocks:\n  - {id: handle-red, title: 红色预警办理, start: 下发, amount: 2, unit: workdays, for: {levels: 红}, basis: 县规程}\n",
        encoding="utf-8",
    )
    found = level_clocks(load(workspace))
    assert [(found[rank].amount, found[rank].unit) for rank in (1, 2, 3, 4)] == [
        (2, "workdays"), (3, "days"), (7, "days"), (15, "days"),
    ]  # fmt: skip


def test_no_december_was_ever_irregular_before_the_day_from_which_we_wait():
    odd = [
        day
        for year in PUBLISHED
        for day in (date(year, 12, 1) + timedelta(n) for n in range(31))
        if is_workday(day) != (day.weekday() < 5)
    ]
    assert odd and min(day.day for day in odd) >= 25
