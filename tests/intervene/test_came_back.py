"""The leader's page says in one line whose closings came back."""

from __future__ import annotations

import json
from datetime import date, timedelta

from riskengine.intervene.columns import county_columns
from riskengine.intervene.jsonl import as_json_lines
from riskengine.intervene.leader.came_back import came_back
from riskengine.intervene.leader.urgent import grave
from riskengine.intervene.lines import entries

FIRST = date(2026, 6, 1)


def on(n: int) -> date:
    return FIRST + timedelta(n)


def watched(stage) -> None:
    stage.con.execute(
        "INSERT INTO review.watch (as_of, id, unit, kind, closed_on, until) VALUES (?, 'YJ-2026-000001', 'fanzha', '办理', ?, ?)",
        [FIRST, FIRST, on(30)],
    )


def back(stage, night: date, id_: str, unit: str, *, veto: bool = False, outcome: str | None = "已化解") -> None:
    stage.con.execute(
        "INSERT INTO review.rebound (as_of, id, of_id, unit, days, kind, closed_on, veto, outcome) VALUES (?, ?, 'x', ?, 3, '办理', ?, ?, ?)",
        [night, id_, unit, FIRST, veto, outcome],
    )


def test_units_stand_with_the_warnings_that_came_back_the_most_first(stage):
    watched(stage)
    back(stage, on(3), "YJ-2026-000003", "town-01", veto=True, outcome=None)
    back(stage, on(4), "YJ-2026-000004", "fanzha")
    stage.warn(on(5), "YJ-2026-000005", "新增", 2)
    stage.con.execute(
        "INSERT INTO assess.reopened VALUES (?, 'YJ-2026-000005', 'YJ-2026-000001', ?, 5, 'fanzha', 3)", [on(5), FIRST]
    )
    found = entries(stage.con, stage.rulebook, on(5))
    link = '<a href="%E9%A2%84%E8%AD%A6.html#YJ-2026-000005">YJ-2026-000005</a>'
    assert came_back(stage.con, stage.rulebook, found, on(5)) == (
        f"<p><b>销号后又反弹</b>（近30夜，共 3 件）：反诈中心 2 件（YJ-2026-000004、{link}）；"
        "清溪镇人民政府 1 件（YJ-2026-000003，1 件是重点整治摘牌后反弹（一票否决））。</p>"
    )


def test_false_alarms_and_what_is_long_ago_are_not_told(stage):
    watched(stage)
    back(stage, on(3), "YJ-2026-000003", "fanzha", outcome="误报")
    back(stage, on(3), "YJ-2026-000004", "fanzha")
    assert "共 1 件" in came_back(stage.con, stage.rulebook, [], on(32))
    assert came_back(stage.con, stage.rulebook, [], on(33)) == ""


def test_where_nothing_was_ever_watched_there_is_no_line(stage):
    assert came_back(stage.con, stage.rulebook, [], on(3)) == ""


def test_a_list_marks_what_came_back(stage):
    told = {"sentence": "反弹：YJ-2026-000001 于 …再次出现。近7日诈骗12起。", "rebound": {"of": "YJ-2026-000001"}}
    stage.warn(FIRST, "YJ-2026-000002", "新增", 2)
    stage.con.execute("UPDATE assess.state SET why = json_merge_patch(why, ?)", [json.dumps(told)])
    [entry] = entries(stage.con, stage.rulebook, FIRST)
    assert entry.rebound_of == "YJ-2026-000001"
    state = next(column for column in county_columns(FIRST) if column.title == "状态")
    assert state.text(entry) == "新增\n反弹"
    [line] = as_json_lines([entry], FIRST).splitlines()
    assert json.loads(line)["rebound_of"] == "YJ-2026-000001"
    page = grave([entry], stage.rulebook, FIRST)
    assert '<b title="反弹：YJ-2026-000001 于 …再次出现">反弹</b> 近7日诈骗12起。' in page
