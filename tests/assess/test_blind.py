"""The monthly draw below the thresholds, from a night's tables filled by hand."""

from __future__ import annotations

import json
from datetime import date

import pytest

from riskengine.assess.blind import draw_below, first_of_month, score_below
from riskengine.model.duty import Level
from riskengine.model.learning import Learning, Sample
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.store.laboratory import laboratory

NIGHT = date(2026, 6, 1)
LEVELS = tuple(
    Level(name=name, rank=rank, code=code, colour="#C00000", score=score, handle_within=7)
    for name, rank, code, score in (("橙", 2, "II", 60), ("黄", 3, "III", 40), ("蓝", 4, "IV", None))
)


def rule(id_, when, bands, *, of="起数", status="live", theme="电信网络诈骗", floors=()):
    return Rule.model_validate(
        {
            "id": id_,
            "title": f"规则{id_}",
            "theme": theme,
            "status": status,
            **({"until": date(2026, 7, 1)} if status == "trial" else {}),
            "subject": "town",
            "when": when,
            "parameters": {"起数下限": {"unit": "起", "reference": "县方案", "values": {"2024-01-01": 5}}},
            "score": [{"feature": "起数", "of": of, "bands": bands, "says": "起数{起数}"}],
            "floors": list(floors),
            "basis": "县平安建设工作要点",
            "action": "核实近七日案件。",
            "false_causes": ["重复登记"],
        }
    )


SURGE = rule(
    "surge",
    "起数 >= 起数下限",
    [[None, 3, 20], [3, None, 45]],
    floors=({"when": "起数 >= 4", "level": "橙", "says": "起数较多"},),
)
LOSS = rule("loss", "损失 >= 9", [[None, 1, 10], [1, None, 30]], of="损失")
TRIAL = rule("tried", "起数 >= 20", [[None, None, 5]], status="trial")


def book(*rules, **sample):
    return Rulebook(
        sources={},
        signals={},
        rules={each.id: each for each in rules},
        levels=LEVELS,
        units={},
        places=(),
        routes=(),
        hash="ab" * 32,
        learning=Learning(sample=Sample(**sample)),
    )


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    with laboratory(None, tmp_path_factory.mktemp("scratch")) as con:
        yield con


def night(con, towns, rules, hits=(), open_=()):
    """``towns``: name → (起数, 损失). ``hits``: (rule, town) that is no clear verdict; ``open_``: towns with an open warning."""
    for table in ("blind", "verdict", "state", "warning", "night"):
        con.execute(f"DELETE FROM assess.{table}")
    rows = [(town, town, *values) for town, values in towns.items()]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE wide_town (as_of DATE, subject VARCHAR, place VARCHAR, 起数 DOUBLE, 损失 DOUBLE)"
    )
    con.executemany("INSERT INTO wide_town VALUES ('2026-06-01', ?, ?, ?, ?)", rows)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE subject AS SELECT 'town' AS subject_type, subject, subject || '镇' AS name FROM wide_town"
    )
    for name in ("verdict", "evaluated"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_tonight AS FROM assess.{name} LIMIT 0")
    for each in rules:
        con.execute("INSERT INTO evaluated_tonight (as_of, rule) VALUES (?, ?)", [NIGHT, each])
    for each, town in hits:
        row = [NIGHT, each, town, town]
        con.execute("INSERT INTO verdict_tonight VALUES (?, ?, 'town', ?, ?, 'hit', 50, 3, '{}')", row)
    con.execute("INSERT INTO assess.verdict FROM verdict_tonight")
    for town in open_:
        con.execute(
            "INSERT INTO assess.warning VALUES (?, 'town', ?, '', '', '电信网络诈骗', ?, NULL)", [town, town, NIGHT]
        )
        con.execute(
            "INSERT INTO assess.state VALUES (?, ?, '持续', 3, 50, ['surge'], FALSE, '{}', '[]')", [NIGHT, town]
        )


def drawn(con, rulebook):
    draw_below(con, rulebook, NIGHT, score_below(con, rulebook, NIGHT))
    return con.execute("SELECT * EXCLUDE (as_of) FROM assess.blind ORDER BY subject, rule").fetchall()


def test_a_clear_subject_is_kept_with_what_every_rule_of_the_theme_made_of_it(con):
    night(con, {"甲": (4, 0)}, ("surge", "loss", "tried"))
    loss, surge, tried = drawn(con, book(SURGE, LOSS, TRIAL, size=2))
    shared = ("电信网络诈骗", "town", "甲", "甲镇", "甲", True, 1, 1)
    assert surge[:8] == loss[:8] == tried[:8] == shared
    assert surge[8:11] == ("surge", 45, 2), "the floor of the rule raises the level that the score would have had"
    assert loss[8:11] == ("loss", 10, 4) and tried[8:11] == ("tried", 5, 4)
    assert json.loads(surge[11]) == {"起数": 4} and json.loads(loss[11]) == {"损失": 0}


def test_who_is_warned_of_or_was_hit_or_is_unknown_to_every_rule_is_not_in_the_population(con):
    towns = {name: (1, 0) for name in "甲乙丙丁戊"}
    hits = (("surge", "乙"), ("surge", "丁"), ("loss", "丁"))
    night(con, towns, ("surge", "loss"), hits, open_=("丙",))
    con.execute("UPDATE assess.verdict SET verdict = 'unknown' WHERE subject = '丁'")
    rows = drawn(con, book(SURGE, LOSS, size=50))
    assert {row[2] for row in rows} == {"甲", "戊"}
    assert {(row[5], row[6], row[7]) for row in rows} == {(False, 2, 2)}


def test_a_rule_on_trial_neither_puts_anybody_into_the_population_nor_takes_anybody_out(con):
    night(con, {name: (1, 0) for name in "甲乙"}, ("surge", "tried"), (("tried", "甲"), ("surge", "乙")))
    con.execute("UPDATE assess.verdict SET verdict = 'unknown' WHERE subject = '乙'")
    assert {(row[2], row[6]) for row in drawn(con, book(SURGE, TRIAL, size=2))} == {("甲", 1)}


def test_both_sides_are_drawn_from_and_each_counts_as_many_as_it_stands_for(con):
    near, far = {f"近{n}": (3, 0) for n in range(10)}, {f"远{n}": (0, 0) for n in range(30)}
    night(con, near | far, ("surge",))
    rows = drawn(con, book(SURGE, size=6, near=0.5))
    assert sorted((row[5], row[6], row[7]) for row in rows) == [(False, 30, 3)] * 3 + [(True, 10, 3)] * 3


def test_what_one_side_lacks_the_other_gives(con):
    night(con, {"近": (3, 0)} | {f"远{n}": (0, 0) for n in range(5)}, ("surge",))
    assert [(row[5], row[7]) for row in drawn(con, book(SURGE, size=4))] == [(True, 1), *[(False, 3)] * 3]
    night(con, {f"近{n}": (3, 0) for n in range(5)}, ("surge",))
    assert [row[7] for row in drawn(con, book(SURGE, size=4))] == [4] * 4


def test_the_draw_hangs_on_the_month_and_nothing_else(con):
    towns = {f"镇{n}": (0, 0) for n in range(40)}
    night(con, towns, ("surge",))
    first = drawn(con, book(SURGE, size=5))
    night(con, dict(reversed(towns.items())), ("surge",))
    assert drawn(con, book(SURGE, size=5)) == first
    con.execute("DELETE FROM assess.blind")
    draw_below(con, book(SURGE, size=5), date(2026, 7, 1), {})
    assert {row[0] for row in con.execute("SELECT subject FROM assess.blind").fetchall()} != {row[2] for row in first}


def test_every_subject_is_as_likely_as_any_other(con):
    """In 200 themes each of 20 towns is drawn one time in ten; the largest of 20 counts stays below 20 + 4.2 sd."""
    night(con, {f"镇{n}": (0, 0) for n in range(20)}, ("surge",))
    rulebook = book(SURGE, size=2)
    score_below(con, rulebook, NIGHT)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE below AS SELECT * REPLACE (theme || n AS theme) FROM below, range(200) AS _(n)"
    )
    draw_below(con, rulebook, NIGHT, {})
    counts = [row[0] for row in con.execute("SELECT count(*) FROM assess.blind GROUP BY subject").fetchall()]
    assert sum(counts) == 400 and len(counts) == 20 and max(counts) <= 20 + 4.2 * (200 * 0.1 * 0.9) ** 0.5


def test_a_rule_whose_points_fail_on_tonights_numbers_is_left_out_alone(con):
    bad = rule("bad", "起数 >= 9", [[None, None, 5]], of="缺的信号")
    night(con, {"甲": (1, 0)}, ("surge", "bad"))
    assert [row[8] for row in drawn(con, book(bad, SURGE, size=2))] == ["surge"]
    night(con, {"甲": (1, 0)}, ("loss",))
    assert [row[8] for row in drawn(con, book(SURGE, LOSS, size=2))] == ["loss"], "surge was a fault tonight"


def test_only_the_asked_themes_and_types_of_subjects_are_drawn(con):
    other = rule("other", "起数 >= 9", [[None, None, 5]], theme="信访")
    night(con, {"甲": (1, 0)}, ("surge", "other"))
    assert [row[8] for row in drawn(con, book(SURGE, other, size=2, themes=("信访",)))] == ["other"]
    night(con, {"甲": (1, 0)}, ("surge",))
    assert drawn(con, book(SURGE, size=2, subjects=("village",))) == []


def test_the_first_assessed_night_of_a_month_draws_whichever_day_it_is(con):
    con.execute("DELETE FROM assess.night")
    con.execute("INSERT INTO assess.night VALUES ('2026-05-31', '', 0)")
    assert first_of_month(con, book(size=2), date(2026, 6, 3))
    assert not first_of_month(con, book(size=0), date(2026, 6, 3)), "size 0: nothing is drawn"
    con.execute("INSERT INTO assess.night VALUES ('2026-06-01', '', 0)")
    assert not first_of_month(con, book(size=2), date(2026, 6, 3))
    con.execute("UPDATE assess.night SET as_of = '2026-06-03' WHERE as_of = '2026-06-01'")
    assert not first_of_month(con, book(size=2), date(2026, 6, 4))
    assert first_of_month(con, book(size=2), date(2026, 6, 3)), "the same night run again draws again"
