"""Before and after the handling, beside a place that was as bad and was not warned of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.model.duty import Place
from riskengine.model.learning import Effect, Learning, MeasureKind
from riskengine.review.effect import Pair, effects, matched_pairs, measure_of, spread
from riskengine.review.outcomes import lay_out_outcomes

HANDLED = date(2026, 6, 15)
MEASURES = (MeasureKind(title="宣传", words=("宣传", "劝阻")), MeasureKind(title="巡防", words=("巡防",)))
TOWNS = tuple(Place(code=f"9901001{n:02}", name=f"{n}镇", level="town", parent="990100") for n in range(1, 13))


def day(n):
    return HANDLED + timedelta(days=n)


def county(ledger, *, least=2, apart=2):
    wanted = Effect(days=7, counts={"电信网络诈骗": "fraud"}, apart=apart, measures=MEASURES)
    return replace(
        ledger.rulebook,
        places=(Place(code="990100", name="云川县", level="county", parent=None), *TOWNS),
        learning=Learning(least=least, effect=wanted),
    )


def cases(ledger, town, before, after):
    # the day of the handling is on neither side, nor are the days before and after those that are looked at
    for offset, number in ((-8, 40 + town), (-7, before), (0, 9), (7, after), (8, 60 - town)):
        if number:
            ledger.con.execute(
                "INSERT INTO sense.fraud (source, known_at, retracted, file_id, row_no, key, occurred_on, place, quantity) "
                "VALUES ('fraud', ?, FALSE, 1, 1, ?, ?, ?, ?)",
                [day(offset), f"{town}{offset}", day(offset), f"9901001{town:02}", number],
            )


def handled(ledger, town, measure="开展反诈宣传", outcome="属实", levels="22x"):
    code = f"9901001{town:02}"
    ledger.warn(f"YJ-{town}", day(-3), levels, subject=code, place=code)
    ledger.reply(f"YJ-{town}", "fanzha", HANDLED, outcome, fed_back_on=HANDLED, measure=measure)


def test_the_difference_in_differences_of_three_towns_by_hand(ledger):
    """Handled: 10→2, 9→3, 8→5; beside them 10→7, 9→6, 8→8. Changes −8 −6 −3 against −3 −3 0: the effect is −11/3."""
    for town, before, after in ((1, 10, 2), (2, 9, 3), (3, 8, 5)):
        handled(ledger, town, measure="巡防值守" if town == 3 else "反诈宣传")
        cases(ledger, town, before, after)
    for town, before, after in ((4, 10, 7), (5, 9, 6), (6, 8, 8), (7, 30, 1)):
        cases(ledger, town, before, after)
    lay_out_outcomes(ledger.con, day(20))
    report = effects(ledger.con, county(ledger), day(20))
    whole, true, talks, patrol = report.groups
    assert (whole.pairs, whole.unmatched) == (3, 0)
    assert whole.change == pytest.approx(-17 / 3) and whole.natural == pytest.approx(-2)
    assert whole.effect == pytest.approx(-11 / 3) and whole.natural_share == pytest.approx(6 / 17)
    assert (whole.low, whole.high) == pytest.approx(spread([-5, -3, -3])[1:])
    assert (true.name, true.effect) == ("属实", whole.effect)
    assert (talks.name, talks.pairs, talks.effect) == ("宣传", 2, pytest.approx(-4))
    assert (patrol.name, patrol.pairs, patrol.effect) == ("巡防", 1, None), "one pair is too few"


def test_the_place_beside_is_the_nearest_that_was_quiet_in_all_those_days(ledger):
    handled(ledger, 1)
    cases(ledger, 1, 6, 1)
    ledger.warn("YJ-2", day(7), "22", subject="990100102", place="990100102")
    cases(ledger, 2, 6, 0)  # as bad, but warned of in the days after
    ledger.warn("YJ-5", day(-8), "22x", subject="990100105", place="990100105")
    cases(ledger, 5, 6, 0)  # as bad, but warned of until the days before
    cases(ledger, 3, 5, 4)
    cases(ledger, 4, 4, 4)
    lay_out_outcomes(ledger.con, day(20))
    (pair,) = matched_pairs(ledger.con, county(ledger), day(20))
    assert (pair.control, pair.before, pair.after, pair.changes) == ("990100103", 6, 1, (-5, -1))
    (alone,) = matched_pairs(ledger.con, county(ledger, apart=0), day(20))
    assert (alone.control, alone.changes) == (None, None)


def test_a_place_that_was_merged_meanwhile_is_compared_with_nobody(ledger):
    handled(ledger, 1)
    for town in (1, 2, 3):
        cases(ledger, town, 6, 6 - town)
    gone = {"990100102": day(6), "990100103": day(7)}
    book = county(ledger)
    places = [
        each.model_copy(update={"valid_until": gone[each.code], "merged_into": "990100101"})
        if each.code in gone
        else each
        for each in book.places
    ]
    lay_out_outcomes(ledger.con, day(20))
    (pair,) = matched_pairs(ledger.con, replace(book, places=tuple(places)), day(20))
    assert pair.control == "990100103"


def test_what_cannot_be_compared_is_counted(ledger):
    handled(ledger, 1)
    ledger.warn("YJ-9", day(-3), "22", theme="信访", subject_type="petition", subject="XF1")
    ledger.reply("YJ-9", "fanzha", HANDLED, "已化解")
    ledger.warn("YJ-8", day(-3), "22", theme="信访", subject="990100108")
    ledger.reply("YJ-8", "fanzha", HANDLED, "误报")
    lay_out_outcomes(ledger.con, day(6))
    report = effects(ledger.con, county(ledger), day(6))
    assert (report.groups, report.incomparable, report.too_fresh) == ((), 1, 1)
    assert effects(ledger.con, county(ledger), day(7)).too_fresh == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=30))
def test_groups_that_fare_alike_show_no_effect(places):
    pairs = [Pair("", "", "", HANDLED, "属实", b, a, "X", b, a, "") for b, a in places]
    mean, low, high = spread([own - other for own, other in (pair.changes for pair in pairs)])
    assert (mean, low, high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("n", "quantile"),
    [(2, 12.706), (3, 4.303), (4, 3.182), (5, 2.776), (6, 2.571), (11, 2.228), (31, 2.042), (121, 1.980)],
)
def test_the_interval_is_students_against_the_printed_table(n, quantile):
    values = [float(each) for each in range(n)]
    mean, low, high = spread(values)
    error = (sum((each - mean) ** 2 for each in values) / (n - 1) / n) ** 0.5
    assert (high - mean) / error == pytest.approx(quantile, abs=0.01)
    assert mean - low == pytest.approx(high - mean)


def test_a_measure_is_known_by_its_words():
    assert measure_of("上门劝阻并巡防", MEASURES) == "宣传"
    assert measure_of("夜间巡防", MEASURES) == "巡防"
    assert measure_of("已处理", MEASURES) == "其他措施"
    assert measure_of(" ", MEASURES) == measure_of(None, MEASURES) == "没有写措施"
