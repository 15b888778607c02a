"""Deadlines that the rule book's clocks set: working days, days off nobody has announced yet, and an older rule book."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from riskengine.model.clock import CalendarYear, Clock

ID = "YJ-2026-000001"
NOTICE = CalendarYear(
    year=2027,
    reference="国务院办公厅通知（测试用）",
    holidays=tuple(date(2027, 2, day) for day in (5, 8, 9, 10, 11)),
    workdays=(date(2027, 2, 13),),
)


def clock(level: str, amount: int, unit: str = "workdays") -> Clock:
    written = {"id": f"handle-{amount}", "title": f"{level}级办理", "start": "下发", "amount": amount, "unit": unit}
    return Clock.model_validate(written | {"for": {"levels": [level]}, "basis": "县规程"})


def lay(stage, *clocks: Clock, calendar: tuple[CalendarYear, ...] = ()) -> None:
    stage.rulebook = replace(stage.rulebook, clocks={each.id: each for each in clocks}, calendar=calendar)


def duty(stage, as_of: date) -> tuple[date, bool, str, date]:
    rows = stage.con.execute(
        "SELECT deadline, provisional, clock, counted_from FROM intervene.duty WHERE as_of = ? AND id = ? AND unit = 'fanzha'",
        [as_of, ID],
    )
    return rows.fetchone()


def told(stage, as_of: date) -> dict:
    lines = (stage.workspace.night(as_of) / "warnings.jsonl").read_text(encoding="utf-8").splitlines()
    return json.loads(lines[0])["duties"][0]


def test_working_days_pass_over_a_long_holiday_and_count_the_days_made_up_for(stage):
    lay(stage, clock("橙", 3))
    stage.warn(date(2026, 9, 29), ID, "新增", 2)
    stage.run(date(2026, 9, 29))
    assert duty(stage, date(2026, 9, 29)) == (date(2026, 10, 9), False, "handle-3", date(2026, 9, 29))


def test_a_level_that_no_clock_names_keeps_the_days_of_the_level_table(stage):
    lay(stage, clock("橙", 3))
    stage.warn(date(2026, 9, 29), ID, "新增", 3)
    stage.run(date(2026, 9, 29))
    assert duty(stage, date(2026, 9, 29)) == (date(2026, 10, 6), False, "handle-within-3", date(2026, 9, 29))


@pytest.mark.parametrize(
    ("raised_on", "deadline", "clock_id", "counted_from"),
    [
        (date(2026, 9, 29), date(2026, 9, 30), "handle-1", date(2026, 9, 29)),
        (date(2026, 9, 30), date(2026, 10, 8), "handle-1", date(2026, 9, 30)),  # over the holiday
        (date(2026, 10, 9), date(2026, 10, 10), "handle-5", date(2026, 9, 28)),  # no nearer than it was
    ],
)
def test_a_rise_is_reckoned_by_the_new_levels_clock_and_counts_where_that_is_nearer(
    stage, raised_on, deadline, clock_id, counted_from
):
    lay(stage, clock("黄", 5), clock("红", 1))
    first = date(2026, 9, 28)
    stage.warn(first, ID, "新增", 3)
    stage.run(first)
    assert duty(stage, first) == (date(2026, 10, 10), False, "handle-5", first)
    stage.warn(raised_on, ID, "升级", 1)
    stage.run(raised_on)
    assert duty(stage, raised_on) == (deadline, False, clock_id, counted_from)


def test_a_deadline_among_unannounced_days_off_is_provisional_wherever_it_is_read(stage):
    lay(stage, clock("黄", 5))
    night = date(2027, 2, 3)
    stage.warn(night, ID, "新增", 3)
    folder = stage.run(night)
    assert duty(stage, night)[:2] == (date(2027, 2, 10), True)
    assert (told(stage, night)["deadline"], told(stage, night)["provisional"]) == ("2027-02-10", True)
    for name in ("清单.html", "预警.html"):
        assert "剩7天（暂定）" in (folder / name).read_text(encoding="utf-8"), name
    assert "“暂定”的期限要用到还没有公布的放假调休安排" in (folder / "预警.html").read_text(encoding="utf-8")
    book = load_workbook(folder / "反诈中心" / f"反诈中心预警清单_{night}.xlsx")
    assert "2027-02-10\n剩7天（暂定）" in [cell.value for cell in book["预警清单"][5]]
    guide = [row[1].value for row in book["填写说明"].iter_rows() if row[1].value]
    assert "黄（III级）：下发后5个工作日内办结反馈。" in guide and "红（I级）：下发后1日（自然日）内办结反馈。" in guide
    assert any("“暂定”" in text for text in guide)


def test_once_the_days_off_are_announced_it_is_reckoned_anew_from_the_day_it_was_counted_from(stage):
    lay(stage, clock("黄", 5))
    first = date(2027, 2, 3)
    stage.warn(first, ID, "新增", 3)
    stage.run(first)
    stage.warn(first + timedelta(1), ID, "持续", 3)
    stage.run(first + timedelta(1))
    assert duty(stage, first + timedelta(1)) == (date(2027, 2, 10), True, "handle-5", first), "nobody has said yet"
    lay(stage, clock("黄", 5), calendar=(NOTICE,))
    for n, change in ((2, "持续"), (3, "解除")):
        stage.warn(first + timedelta(n), ID, change, 3)
        stage.run(first + timedelta(n))
        assert duty(stage, first + timedelta(n)) == (date(2027, 2, 16), False, "handle-5", first)
    assert "暂定" not in (stage.workspace.night(first + timedelta(2)) / "清单.html").read_text(encoding="utf-8")


def test_a_settled_deadline_stays_although_clock_and_calendar_change(stage):
    lay(stage, clock("黄", 5))
    first = date(2026, 9, 28)
    stage.warn(first, ID, "新增", 3)
    stage.run(first)
    off = CalendarYear(year=2026, reference="县里另放一天", holidays=(date(2026, 9, 30),))
    lay(stage, clock("黄", 2), calendar=(off,))
    stage.warn(first + timedelta(1), ID, "持续", 3)
    stage.run(first + timedelta(1))
    assert duty(stage, first + timedelta(1)) == (date(2026, 10, 10), False, "handle-5", first)


def test_a_duty_that_an_older_release_wrote_goes_on_as_it_was(stage):
    night = date(2026, 6, 10)
    stage.warn(night, ID, "新增", 3)
    stage.run(night)
    stage.con.execute("UPDATE intervene.duty SET provisional = NULL, clock = NULL, counted_from = NULL")
    stage.warn(night + timedelta(1), ID, "持续", 3)
    stage.run(night + timedelta(1))
    assert duty(stage, night + timedelta(1)) == (night + timedelta(7), None, None, None)
    assert told(stage, night + timedelta(1))["provisional"] is False
