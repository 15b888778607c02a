"""Sample lines: who is asked to look, and that nothing of the score is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from riskengine.intervene.routing import route
from riskengine.intervene.sampling import draw_samples
from riskengine.model.learning import Learning, Sample

NIGHT = date(2026, 6, 1)


def drawn(stage, theme, subject_type, subject, name, place, rules=("surge",), night=NIGHT):
    for rule in rules:
        stage.con.execute(
            "INSERT INTO assess.blind VALUES (?, ?, ?, ?, ?, ?, TRUE, 40, 2, ?, 37.5, 4, '{\"起数\": 4}')",
            [night, theme, subject_type, subject, name, place, rule],
        )


def lines(stage, night=NIGHT):
    book = replace(stage.rulebook, learning=Learning(sample=Sample(size=2, within=5)))
    route(stage.con, book, night)
    before = stage.con.execute("FROM routed ORDER BY ALL").fetchall(), stage.con.execute("FROM standing").fetchall()
    draw_samples(stage.con, book, night)
    after = stage.con.execute("FROM routed ORDER BY ALL").fetchall(), stage.con.execute("FROM standing").fetchall()
    assert after == before, "the warnings' own routing stands as it was"
    asked = "SELECT id, kind, unit, about, subject_type, subject, place, says, due FROM intervene.errand WHERE as_of = ? ORDER BY id"
    return stage.con.execute(asked, [night]).fetchall()


def test_each_drawn_subject_is_one_line_for_the_unit_that_would_lead_its_warning(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 2)
    drawn(stage, "电信网络诈骗", "town", "990100102", "白石镇", "990100102", rules=("surge", "loss"))
    drawn(stage, "信访", "petition", "XF-7", "信访事项 XF-7（劳动，东湾村）", "990100101001")
    drawn(stage, "重点整治", "rectification", "ZZ-1", "客运站周边", "990100101")
    found = lines(stage)
    assert [(row[0], row[2], row[3], row[5]) for row in found] == [
        ("CJ-2026-06-001", "town-01", "信访", "XF-7"),
        ("CJ-2026-06-002", "fanzha", "电信网络诈骗", "990100102"),
        ("CJ-2026-06-003", "zongzhi", "重点整治", "ZZ-1"),
    ]
    assert {row[1] for row in found} == {"抽查"} and {row[8] for row in found} == {date(2026, 6, 6)}


def test_the_line_says_where_to_look_for_what_and_nothing_of_points_or_levels(stage):
    drawn(stage, "电信网络诈骗", "town", "990100102", "白石镇", "990100102")
    says = lines(stage)[0][7]
    assert says == (
        "抽查：请看一看白石镇眼下有没有需要处置的“电信网络诈骗”方面的问题或苗头。有，核查结果填“属实”；没有，填“误报”；看不了，填“无法核实”并写明原因。"
        "抽查按随机抽取，不代表这里有问题，也不计入考核。"
    )


def test_the_number_does_not_tell_on_which_side_of_the_draw_a_subject_stands(stage):
    for near, subject in ((True, "B"), (False, "A"), (True, "C")):
        drawn(stage, "信访", "petition", subject, subject, "990100101")
        stage.con.execute("UPDATE assess.blind SET near = ? WHERE subject = ?", [near, subject])
    assert [(row[0][-1], row[5]) for row in lines(stage)] == [("1", "A"), ("2", "B"), ("3", "C")]


def test_a_line_stands_until_it_is_answered_and_at_the_longest_to_the_end_of_its_month(stage):
    for subject in ("A", "B", "C"):
        drawn(stage, "信访", "petition", subject, subject, "990100101")
    first = lines(stage)
    reply = "INSERT INTO intervene.reply (as_of, id, unit, outcome) VALUES ('2026-06-03', ?, 'town-01', ?)"
    stage.con.execute(reply, ["CJ-2026-06-001", "误报"])
    stage.con.execute(reply, ["CJ-2026-06-002", None])  # only signed
    stage.con.execute(reply.replace("town-01", "fanzha"), ["CJ-2026-06-003", "误报"])  # not the one that was asked
    assert lines(stage, date(2026, 6, 2)) == first
    assert lines(stage, date(2026, 6, 5)) == first[1:], "also past the day it was due"
    assert lines(stage, date(2026, 7, 1)) == []


def test_a_night_without_a_draw_has_no_lines_and_touches_nothing(stage):
    drawn(stage, "信访", "petition", "XF-7", "XF-7", "990100101", night=date(2026, 5, 1))
    assert lines(stage) == []
