"""Which value is proposed: a pure function of what a curve counted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.model.proposal import Dismissed
from riskengine.tune.advise import advise
from riskengine.tune.grid import values_around
from riskengine.tune.noun import Curve, Point


def curve(*points: tuple[float, int, int, int], now: float = 4) -> Curve:
    """``points``: value, confirmed, false, lost; as many again are unanswered."""
    made = tuple(Point(value, 2 * (true + false), 1.0, true, false, lost) for value, true, false, lost in points)
    return Curve("fraud-surge", "下限", "起", now, 90, made)


CRIES_WOLF = curve((3, 11, 60, 0), (4, 10, 40, 0), (5, 10, 12, 0), (6, 9, 4, 1), (7, 4, 1, 6))


def test_a_rule_that_cries_wolf_gets_the_nearest_value_that_reaches_the_aim_and_loses_little():
    proposal, _ = advise(CRIES_WOLF, aim=0.6)
    assert proposal is not None
    assert (proposal.direction, proposal.before, proposal.value, proposal.judged) == ("tighter", 4, 6, 50)
    assert proposal.why == ("按过去90夜推算：查准率20%→69%（目标60%），预警100→26件（少74件），确有其事的多漏1件。")


def test_a_value_that_would_lose_more_than_a_tenth_of_what_was_true_is_not_proposed():
    proposal, said = advise(curve((4, 10, 40, 0), (5, 8, 2, 2)), aim=0.6)
    assert (proposal, said) == (
        None, "查准率20%，低于60%，但没有一个取值既能达到、又不多漏一成以上确有其事的，不提建议。",
    )  # fmt: skip


def test_a_rule_that_misses_while_it_is_surely_right_is_loosened():
    proposal, _ = advise(curve((3, 34, 6, 0), (4, 28, 2, 6), (5, 20, 0, 14)), aim=0.6)
    assert proposal is not None
    assert (proposal.direction, proposal.value) == ("looser", 3)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (((4, 1, 1, 0),), "有核查结果的只有2件（至少要5件），不提建议。"),
        (((4, 6, 4, 0), (5, 6, 0, 0)), "查准率60%（95%区间31%–83%），与60%分不出高低，不提建议。"),
    ],
)
def test_too_little_known_or_no_clear_difference_is_no_proposal(points, said):
    assert advise(curve(*points), aim=0.6) == (None, said)


def dismissed(judged: int, direction: str = "收紧") -> Dismissed:
    return Dismissed.model_validate(
        {
            "rule": "fraud-surge", "parameter": "下限", "direction": direction, "value": 6, "on": date(2026, 6, 1), "judged": judged,
            "by": "研判岗", "reason": "专项行动期间误报偏多",
        }
    )  # fmt: skip


def test_a_dismissed_proposal_is_not_made_again_until_twice_as_much_is_known():
    assert advise(CRIES_WOLF, 0.6, [dismissed(26)]) == (
        None,
        "收紧的建议2026-06-01已由研判岗否决（专项行动期间误报偏多），当时有26件核查结果，现在50件，满52件之前不再提。",
    )
    assert advise(CRIES_WOLF, 0.6, [dismissed(25)])[0] is not None
    assert advise(CRIES_WOLF, 0.6, [dismissed(26, "放宽")])[0] is not None, "the other way was not dismissed"


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 10)), min_size=11, max_size=11),
    st.floats(0.05, 0.99),
)
def test_whatever_is_counted_a_proposal_is_another_value_of_the_curve_and_goes_the_way_it_says(counted, aim):
    points = [(value, *each) for value, each in zip(range(1, 12), counted, strict=True)]
    proposal, said = advise(curve(*points), aim)
    assert said
    if proposal is not None:
        of = {point.value: point for point in curve(*points).points}
        assert proposal.value != proposal.before == 4
        fewer = of[proposal.value].given < of[4].given
        assert (proposal.direction == "tighter") == fewer == (proposal.saved > 0)


def test_a_number_below_nothing_is_stepped_around_itself():
    assert values_around(-3.0) == tuple(float(each) for each in range(-8, 3))


def test_how_few_outcomes_say_nothing_is_what_the_rules_say():
    few = Curve("fraud-surge", "下限", "起", 4, 90, (Point(4, 8, 1.0, 1, 3, 0, least=10),))
    assert advise(few, 0.6)[1] == "有核查结果的只有4件（至少要10件），不提建议。"
    assert Point(4, 8, 1.0, 1, 3, 0, least=4).precision == 0.25


@given(st.one_of(st.integers(1, 100_000).map(float), st.floats(0.001, 1000)))
def test_the_values_tried_hold_the_one_in_force_in_order_each_once_and_whole_numbers_stay_whole(now):
    tried = values_around(now)
    assert now in tried
    assert list(tried) == sorted(set(tried))
    assert len(tried) >= 5
    assert not now.is_integer() or all(each.is_integer() for each in tried)
