"""A night in a few lines: what is overdue first, then new, raised, due soon; the rest is counted."""

from __future__ import annotations

import pytest

from riskengine.delivery.digest import unit_digest
from riskengine.delivery.letters import letters
from riskengine.intervene.lines import entries, lines_by_unit
from tests.delivery.county import LEVELS, NIGHT, book, folder, warn, warn_many


@pytest.fixture
def con(here):
    return here.con


def text(con, unit="fanzha", **more):
    to = {unit: "data/delivered"}
    return next(each.text for each in letters(con, book(folder(to=to, **more)), NIGHT) if each.key == unit)


def test_what_is_overdue_comes_first_then_new_then_raised_then_what_is_due_in_three_days(con):
    warn(con, "YJ-2026-000011", "持续", 3, "fanzha", late=-3)
    warn(con, "YJ-2026-000012", "持续", 4, "fanzha", late=2)
    warn(con, "YJ-2026-000013", "升级", 2, "fanzha")
    warn(con, "YJ-2026-000014", "持续", 3, "fanzha", late=-4)
    warn(con, "YJ-2026-000015", "解除", 3, "fanzha")
    assert text(con).splitlines() == [
        "反诈中心　2026-06-30 办理提示",
        "在办 5 件：红 1、橙 1、黄 2、蓝 1；解除 1 件（等级为内部工作等级）。",
        "【已超期】1 件",
        "· 蓝　YJ-2026-000012　清溪镇 电信网络诈骗：近7日诈骗12起，往常3.1起（主办，期限 2026-06-28，已超 2 日）",
        "【新增】1 件",
        "· 红　YJ-2026-000001　清溪镇 电信网络诈骗：近7日诈骗12起，往常3.1起（主办，期限 2026-07-05）",
        "【升级】1 件",
        "· 橙　YJ-2026-000013　清溪镇 电信网络诈骗：近7日诈骗12起，往常3.1起（主办，期限 2026-07-05）",
        "【3 日内到期】1 件",
        "· 黄　YJ-2026-000011　清溪镇 电信网络诈骗：近7日诈骗12起，往常3.1起（主办，期限 2026-07-03）",
        "其余 1 件见清单。",
    ]


def test_a_line_that_the_unit_has_answered_is_neither_late_nor_due(con):
    warn(con, "YJ-2026-000012", "持续", 4, "fanzha", late=2)
    con.execute(
        "INSERT INTO intervene.reply (as_of, id, unit, signed_on, outcome) VALUES (?, 'YJ-2026-000012', 'fanzha', ?, '属实')",
        [NIGHT, NIGHT],
    )
    assert "已超期" not in text(con) and "其余 1 件见清单。" in text(con)


def test_what_is_closed_is_told_no_more(con):
    warn(con, "YJ-2026-000012", "持续", 4, "fanzha", late=2)
    con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, outcome, closed_on) VALUES ($1, 'YJ-2026-000012', '销号', $1, '属实', $1)",
        [NIGHT],
    )
    assert "在办 1 件：红 1" in text(con) and "YJ-2026-000012" not in text(con)


def test_what_waits_errands_and_copies_are_told_below(con):
    con.execute("INSERT INTO intervene.waiting (as_of, id, unit) VALUES (?, 'YJ-2026-000020', 'fanzha')", [NIGHT])
    con.execute("INSERT INTO intervene.copied VALUES (?, 'YJ-2026-000002', 'fanzha')", [NIGHT])
    con.execute(
        "INSERT INTO intervene.errand (as_of, id, kind, unit, says, due) "
        "VALUES (?, 'YL-2026-06-001', '演练', 'fanzha', '演练：请只签收。', ?)", [NIGHT, NIGHT]
    )  # fmt: skip
    assert text(con).splitlines()[-3:] == [
        "【演练】YL-2026-06-001，2026-06-30 前：请只签收。",
        "候办 1 件，轮到时另行通知，现在不计期限。",
        "另有抄送，只供知晓，不需回执。",
    ]


def test_the_county_is_told_which_units_are_late_and_what_is_new(con):
    warn(con, "YJ-2026-000012", "持续", 4, "fanzha", late=2)
    warn(con, "YJ-2026-000013", "持续", 4, "fanzha", late=1)
    warn(con, "YJ-2026-000014", "持续", 4, "xinfang", late=1)
    lines = text(con, "county").splitlines()
    assert lines[:5] == [
        "云川县　2026-06-30 研判摘要",
        "在办 6 件：红 1、橙 1、黄 1、蓝 3（等级为内部工作等级）。",
        "【已超期】2 个单位",
        "· 反诈中心 2 件",
        "· 信访局 1 件",
    ]
    assert lines[5] == "【新增】3 件" and lines[-1] == "其余 3 件见清单。"


def test_never_a_heading_with_nothing_below_it_and_never_longer_than_there_is_room(con):
    warn_many(con, 30, 59, "fanzha", changes="if(n % 2 = 1, '升级', '新增')")
    [letter] = letters(con, book(folder(to={"fanzha": "x"})), NIGHT)
    assert letter.text.count("\n· ") == 31
    lines = lines_by_unit(entries(con, book(), NIGHT))["fanzha"]
    digest = unit_digest("反诈中心", lines, LEVELS, NIGHT)
    for room in range(250, 3000, 37):
        cut = digest.text(room, "附件")
        assert len(cut.encode()) <= room
        assert cut.count("\n· ") + int(cut.rpartition("其余 ")[2].split(" ")[0]) == 31
        assert not cut.splitlines()[-2].startswith("【")
