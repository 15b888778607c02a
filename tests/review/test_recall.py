"""What is missed: estimated from samples below the threshold, counted from grave events without a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.model.learning import Grave, Learning
from riskengine.model.share import wilson
from riskengine.review.graves import grave_recall
from riskengine.review.recall import Stratum, missed_share, sampled_recall

FIRST = date(2026, 6, 1)


def day(n):
    return FIRST + timedelta(days=n)


answered = st.integers(0, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
strata = st.lists(
    st.tuples(st.integers(1, 50), answered).map(lambda s: Stratum(s[0] * s[1][0] or s[0], *s[1])),
    min_size=1,
    max_size=5,
)


@given(strata)
def test_the_estimate_is_that_of_writing_every_answer_down_as_often_as_it_stands_for(many):
    written = [
        answer
        for each in many
        if each.answered
        for answer in [1] * each.true + [0] * (each.answered - each.true)
        for _ in range(int(each.population) // each.answered)
    ]
    found = missed_share(many)
    assert (found is None) == (not written)
    if found is not None:
        share, low, high = found
        assert share == pytest.approx(sum(written) / len(written))
        assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1


def test_one_stratum_alone_is_a_plain_share_with_wilsons_interval():
    assert missed_share([Stratum(500, 20, 1)]) == pytest.approx((0.05, *wilson(1, 20)))


def test_no_answer_that_was_true_is_not_said_to_be_nothing():
    share, low, high = missed_share([Stratum(900, 5, 0), Stratum(100, 5, 0)])
    assert (share, low) == (0, 0)
    assert high == pytest.approx(wilson(0, 1000**2 / (900**2 / 5 + 100**2 / 5))[1])


def draw(ledger, month, theme, near, population, outcomes):
    night = date(2026, month, 1)
    for n, outcome in enumerate(outcomes):
        subject, id_ = f"{theme}{month}{near}{n}", f"CJ-{theme}-{month}-{near}-{n}"
        for rule in ("surge", "loss"):  # a subject stands once, however many rules weighed it
            ledger.con.execute(
                "INSERT INTO assess.blind VALUES (?, ?, 'town', ?, ?, '990100101', ?, ?, ?, ?, 20, 4, '{}')",
                [night, theme, subject, subject, near, population, len(outcomes), rule],
            )
        ledger.con.execute(
            "INSERT INTO intervene.errand VALUES (?, ?, '抽查', 'fanzha', ?, 'town', ?, '990100101', '', ?)",
            [night, id_, theme, subject, night + timedelta(7)],
        )
        if outcome:
            ledger.reply(id_, "fanzha", night + timedelta(3), outcome)


def test_recall_from_two_months_of_samples_by_hand(ledger):
    """Near: 40 a month, 1 of 4 true; far: 160 a month, 0 of 4: 10 of 200 missed. Found: 6 standing a draw, 4 of 5 judged true."""
    for month, near in ((6, ["误报", "误报"]), (7, ["属实", "误报"])):
        draw(ledger, month, "信访", True, 40, near)
        draw(ledger, month, "信访", False, 160, ["误报", "误报"])
    draw(ledger, 7, "欠薪", True, 10, ["无法核实", None])
    for n, outcome in enumerate(["属实", "已化解", "属实", "误报", "属实", "无法核实"]):
        ledger.warn(f"YJ-{n}", date(2026, 6, 1), "2" + "." * 29 + "2", subject=f"S{n}", theme="信访")
        ledger.reply(f"YJ-{n}", "fanzha", date(2026, 6, 3), outcome)
    wages, petitions = sorted(sampled_recall(ledger.con, date(2026, 7, 9)), key=lambda each: each.theme, reverse=True)
    assert (petitions.draws, petitions.sent, petitions.answered, petitions.true, petitions.population) == (
        2,
        8,
        8,
        1,
        200,
    )
    number = 200**2 / (40**2 / 4 + 160**2 / 4)
    assert (petitions.share, petitions.low, petitions.high) == pytest.approx((0.05, *wilson(0.05 * number, number)))
    assert petitions.missed == pytest.approx(10)
    assert petitions.found == pytest.approx(6 * 0.8)
    assert petitions.recall == pytest.approx(4.8 / 14.8)
    assert petitions.recall_low == pytest.approx(4.8 / (4.8 + 200 * petitions.high))
    assert petitions.recall_low < petitions.recall < petitions.recall_high
    assert (wages.sent, wages.answered, wages.unclear, wages.uncovered, wages.share) == (2, 0, 1, 10, None)


def test_a_warning_that_stands_at_many_draws_is_one_judged_warning(ledger):
    for month in (6, 7):
        draw(ledger, month, "信访", True, 40, ["误报", "误报", "属实"])
    ledger.warn("YJ-1", date(2026, 6, 1), "2" * 31, subject="S1", theme="信访")
    ledger.reply("YJ-1", "fanzha", date(2026, 6, 3), "属实")
    (one,) = sampled_recall(ledger.con, date(2026, 7, 9), 2)
    assert (one.share, one.recall) == (pytest.approx(1 / 3), None)
    assert sampled_recall(ledger.con, date(2026, 7, 9), 1)[0].found == 1, "on average of the draws"


def test_open_warnings_count_as_found_by_the_types_that_a_draw_may_fall_on(ledger):
    """Villages are below the threshold too, only chance drew none; counties are never drawn. What is drawn later is not known yet."""
    draw(ledger, 6, "信访", True, 40, ["误报"])
    for n, type_ in enumerate(("town", "village", "county")):
        ledger.warn(f"YJ-{n}", date(2026, 6, 1), "22", subject_type=type_, subject=f"S{n}", theme="信访")
        ledger.reply(f"YJ-{n}", "fanzha", date(2026, 6, 3), "属实")
    drawn = [sampled_recall(ledger.con, date(2026, 6, 9), 1)[0].found]
    drawn.append(sampled_recall(ledger.con, date(2026, 6, 9), 1, None, [("信访", "village")])[0].found)
    ledger.con.execute(
        "INSERT INTO assess.blind SELECT * REPLACE (DATE '2026-07-01' AS as_of, 'county' AS subject_type) FROM assess.blind"
    )
    drawn.append(sampled_recall(ledger.con, date(2026, 6, 9), 1)[0].found)
    assert drawn == [1, 2, 1]


def test_a_stratum_that_nobody_answered_from_is_left_out_of_what_was_missed(ledger):
    draw(ledger, 6, "信访", True, 40, ["误报", "属实"])
    draw(ledger, 6, "信访", False, 160, [None, "无法核实"])
    ledger.warn("YJ-1", date(2026, 6, 1), "22", subject="S1", theme="信访")
    ledger.reply("YJ-1", "fanzha", date(2026, 6, 3), "属实")
    (one,) = sampled_recall(ledger.con, date(2026, 6, 9), 1)
    assert (one.population, one.uncovered, one.missed, one.recall) == (200, 160, 20, pytest.approx(1 / 21))


def test_fewer_answers_than_the_least_say_nothing(ledger):
    draw(ledger, 6, "信访", True, 40, ["误报", "误报", "属实", "误报"])
    (few,) = sampled_recall(ledger.con, date(2026, 6, 9))
    assert (few.answered, few.true, few.share, few.recall, few.missed) == (4, 1, None, None, None)
    (enough,) = sampled_recall(ledger.con, date(2026, 6, 9), 4)
    assert enough.share == 0.25 and enough.recall is None, "no open warning was judged: found is not known"
    assert sampled_recall(ledger.con, date(2026, 5, 31)) == [], "an earlier night is told as it was"


def test_a_units_newest_word_on_a_sample_counts(ledger):
    draw(ledger, 6, "信访", True, 40, ["误报"])
    ledger.reply("CJ-信访-6-True-0", "fanzha", date(2026, 6, 8), "属实")
    ledger.reply("CJ-信访-6-True-0", "town-01", date(2026, 6, 9), "误报")  # not the one that was asked
    assert sampled_recall(ledger.con, date(2026, 6, 9), 1)[0].true == 1


def incident(ledger, key, on, place, deaths, quantity=1):
    ledger.con.execute(
        "INSERT INTO sense.incident (source, known_at, retracted, file_id, row_no, key, occurred_on, place, quantity, deaths) "
        "VALUES ('incidents', ?, FALSE, 1, 1, ?, ?, ?, ?, ?)",
        [on, key, on, place, quantity, deaths],
    )


def test_a_grave_event_is_found_where_its_place_or_town_had_been_warned_of_in_time(ledger):
    grave = Grave.model_validate(
        {"title": "有人死亡", "from": "incident", "where": "死亡人数 >= 1", "themes": ["公共安全"], "before": 10}
    )
    book = replace(ledger.rulebook, learning=Learning(graves=(grave,), least=5))
    ledger.con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [FIRST])
    village, elsewhere = "990100101001", "990100102"
    ledger.warn("YJ-1", day(1), "22x", theme="公共安全")  # the town, lifted on day 3
    ledger.warn("YJ-2", day(1), "22", theme="公共安全", subject_type="county", subject="990100", place="990100")
    ledger.warn("YJ-3", day(1), "22", theme="信访", subject=elsewhere, place=elsewhere)
    incident(ledger, "old", FIRST, village, 1)  # the engine had not begun
    incident(ledger, "none", day(4), village, 0)
    incident(ledger, "taken-back", day(4), village, 1, quantity=-1)
    incident(ledger, "found", day(5), village, 1)
    incident(ledger, "same-day", day(1), village, 1)  # a warning of the very night was too late
    incident(ledger, "long-over", day(13), village, 1)  # lifted more than ten days before
    incident(ledger, "other-theme", day(6), elsewhere, 2)  # the county's warning is none of this place
    incident(ledger, "found-too", day(12), village, 1)
    (recall,) = grave_recall(ledger.con, book, day(20))
    assert [(each.key, each.warning) for each in recall.events] == [
        ("same-day", None),
        ("found", "YJ-1"),
        ("other-theme", None),
        ("found-too", "YJ-1"),
        ("long-over", None),
    ]
    assert (recall.found, len(recall.missed), recall.recall) == (2, 3, 0.4)
    assert (recall.low, recall.high) == pytest.approx(wilson(2, 5))
    assert recall.events[0].place_name == "清溪镇东湾村"
    (before,) = grave_recall(ledger.con, book, day(5))  # an earlier night is told as it was
    assert (len(before.events), before.recall) == (2, None)


def test_a_grave_event_of_a_matter_is_found_by_a_warning_on_the_matter_itself(ledger):
    grave = Grave.model_validate(
        {"title": "群体性事件", "from": "project", "where": "group_incidents >= 1", "themes": ["欠薪"]}
    )
    ledger.con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [FIRST])
    ledger.warn("YJ-1", day(1), "22", theme="欠薪", subject_type="project", subject="P-1")
    for project in ("P-1", "P-2"):
        ledger.con.execute(
            "INSERT INTO sense.project (source, known_at, retracted, file_id, row_no, key, occurred_on, place, quantity, project, "
            "group_incidents) VALUES ('wages', ?, FALSE, 1, 1, ?, ?, '990100102', 1, ?, 1)",
            [day(5), f"{project}-06", day(5), project],
        )
    (recall,) = grave_recall(ledger.con, replace(ledger.rulebook, learning=Learning(graves=(grave,))), day(9))
    assert [(each.key, each.warning) for each in recall.events] == [("P-1-06", "YJ-1"), ("P-2-06", None)]
