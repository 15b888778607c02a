"""The clock of a unit, told as nights."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskengine.errors import NotDelivered

FIRST = date(2026, 6, 10)


def day(n):
    return FIRST + timedelta(days=n)


def test_the_clock_starts_with_delivery_and_runs_calendar_days_by_level(stage):
    for level in (1, 2, 3, 4):
        id_ = f"YJ-2026-00000{level}"
        stage.warn(FIRST, id_, "新增", level, subject=f"S{level}")
    stage.run(FIRST)
    deadlines = {id_: deadline for (id_, unit), (_, _, deadline) in stage.duties(FIRST).items() if unit == "fanzha"}
    assert [deadlines[f"YJ-2026-00000{n}"] for n in (1, 2, 3, 4)] == [day(1), day(3), day(7), day(15)]


@pytest.mark.parametrize(
    ("nights", "deadline"),
    [
        ([("新增", 4), ("持续", 4), ("持续", 4)], 15),
        ([("新增", 4), ("升级", 2), ("持续", 2)], 1 + 3),
        ([("新增", 2), ("持续", 2), ("升级", 1)], 3),  # 2 + 1: the same day
        ([("新增", 3), ("降级", 4), ("持续", 4)], 7),  # a fall gives no more time
        ([("新增", 1), ("降级", 4), ("升级", 2)], 1),  # nor does a rise after it
        ([("新增", 3), ("持续", 3), ("解除", 3)], 7),
    ],
)
def test_a_rise_brings_the_deadline_nearer_and_nothing_moves_it_away(stage, nights, deadline):
    for n, (change, level) in enumerate(nights):
        stage.warn(day(n), "YJ-2026-000001", change, level)
        stage.run(day(n))
    last = day(len(nights) - 1)
    assert stage.duties(last)[("YJ-2026-000001", "fanzha")] == ("主办", FIRST, day(deadline))


def test_a_lifted_warning_stands_on_its_leads_list_until_it_is_closed_and_on_the_others_once_more(stage):
    stage.warn(day(0), "YJ-2026-000001", "新增", 1)
    stage.run(day(0))
    stage.warn(day(1), "YJ-2026-000001", "解除", 1)
    folder = stage.run(day(1))
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"反诈中心", "清溪镇人民政府"}
    folder = stage.run(day(2))
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["反诈中心"]
    stage.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, outcome, closed_on, closed_by) "
        "VALUES ($1, 'YJ-2026-000001', '销号', $1, '已化解', $1, 'fanzha')",
        [day(2)],
    )
    folder = stage.run(day(3))
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []
    assert {"index.html", "warnings.jsonl", "全县清单.xlsx"} <= {path.name for path in folder.iterdir()}


def test_a_unit_that_joins_later_gets_its_own_clock(stage):
    stage.warn(day(0), "YJ-2026-000001", "新增", 3, theme="信访", subject_type="petition", subject="X")
    stage.run(day(0))
    stage.warn(day(5), "YJ-2026-000001", "升级", 2, theme="信访", subject_type="petition", subject="X")
    stage.run(day(5))
    duties = stage.duties(day(5))
    assert duties[("YJ-2026-000001", "xinfang")] == ("主办", day(5), day(8))
    assert duties[("YJ-2026-000001", "town-01")] == ("协办", day(0), day(7))


def test_a_night_that_failed_while_writing_leaves_the_clock_untouched(stage, monkeypatch):
    stage.warn(day(0), "YJ-2026-000001", "新增", 1)
    stage.workspace.outbox.parent.mkdir(exist_ok=True)
    stage.workspace.outbox.write_text("a file where the folder should be")
    with pytest.raises(NotDelivered):
        stage.run(day(0))
    assert stage.duties(day(0)) == {}
    stage.workspace.outbox.unlink()
    stage.run(day(0))
    assert stage.duties(day(0))[("YJ-2026-000001", "fanzha")] == ("主办", day(0), day(1))
