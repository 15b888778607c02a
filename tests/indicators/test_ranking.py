"""Who stands where: by one indicator, in a group of surveys, and in the yearly assessment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.assess.indicators.assessment import charge, total
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.ranking import ranked
from riskengine.model.duty import Place
from riskengine.model.standing import Mark
from tests.indicators.said import COUNT, RANK, RATE, SURVEY, target
from tests.indicators.three_towns import (
    APRIL,
    COUNTY,
    MAY,
    MAY_BEFORE,
    NIGHT,
    PLACES,
    TWO_FOR_ONE,
    A,
    B,
    C,
    asked,
    marked,
    months,
    shares,
)

AT_92, TENTH_LESS, ZERO = target("at_least", ("2024-01-01", 92)), target("change", ("2024-01-01", -10)), target("zero")
MARCH = date(2026, 3, 31)


@given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(-5, 5), max_size=12))
def test_equals_share_the_better_place(keys: dict[str, int]) -> None:
    for code, found in ranked(keys).items():
        assert found.rank == 1 + sum(other < keys[code] for other in keys.values())
        assert found.tied == (sum(other == keys[code] for other in keys.values()) > 1)


def towns(of: Any, *values: float | None, before: tuple[float | None, ...] = (), **newest: Any) -> list[Series]:
    """One series for each town, the county's first."""
    earlier = [{APRIL: each} for each in before] or [{} for _ in values]
    named = zip((A, B, C), values, earlier, strict=False)
    return [
        months(of, COUNTY, {MAY: 90}),
        *(months(of, place, {**old, MAY: now}, **newest) for place, now, old in named),
    ]


def of_towns(found: dict[tuple[str, str | None], Mark], indicator: str | None = "tried") -> list[Mark]:
    return [found[place, indicator] for place in (A, B, C) if (place, indicator) in found]


def test_towns_are_ranked_by_their_reading_the_better_first_with_what_changed() -> None:
    found = of_towns(marked(towns(asked(RATE), 91, 95, 93, before=(96, 95, 94))))
    assert [(each.rank, each.rank_before, each.of, each.tied) for each in found] == [
        (3, 1, 3, False),
        (1, 2, 3, False),
        (2, 3, 3, False),
    ]
    assert found[0].why["rank_says"] == "91%，3个乡镇中第3名，较上期下降2位"


def test_equal_towns_are_tied_and_the_place_after_them_is_left_out() -> None:
    found = of_towns(marked(towns(asked(RATE), 95, 91, 95)))
    assert [(each.rank, each.tied) for each in found] == [(1, True), (3, False), (1, True)]


def test_a_town_without_a_reading_has_no_place_and_is_not_the_last() -> None:
    found = of_towns(marked(towns(asked(RATE), 91, None, 93)))
    assert [(each.rank, each.of, each.value) for each in found] == [(2, 2, 91), (None, 2, None), (1, 2, 93)]
    assert found[1].why["rank_says"] == "没有可用的读数，未知，不排名"


def test_a_town_with_few_cases_is_marked_and_not_ranked() -> None:
    of = asked(RATE, least=30)
    series = [shares(of, COUNTY, {MAY: (200, 400)}), shares(of, A, {MAY: (12, 12)}), shares(of, B, {MAY: (180, 300)})]
    first, second = of_towns(marked(series))
    assert (first.rank, first.small, first.value, first.of) == (None, True, 100, 1)
    assert first.why["rank_says"] == "100%，基数小，不排名"
    assert (second.rank, second.small) == (1, False)


def test_the_cases_of_a_ratio_of_sums_are_its_records_not_the_money() -> None:
    of = asked(
        RATE, AT_92, least=30, computed={"from": "fraud", "measure": "ratio", "of": "止付金额", "per": "损失金额"}
    )
    few, many = ({"numerator": 9.0, "denominator": 250000.0, "sample": count} for count in (12, 40))
    found = marked([months(of, COUNTY, {MAY: 7}), months(of, A, {MAY: 7}, **few), months(of, B, {MAY: 6}, **many)])
    assert [(found[place, "tried"].small, found[place, "tried"].rank) for place in (A, B)] == [(True, None), (False, 1)]
    assert found[A, "tried"].why["reason"] == "small"


def test_counts_are_ranked_by_residents_but_what_must_not_happen_at_all_is_not() -> None:
    by_head = of_towns(marked(towns(asked(COUNT), 40, 36, 30)))
    assert [(each.rank, each.value, each.why["figure"], each.why["ranked_by"]) for each in by_head] == [
        (1, 40, 10, "每万人口"), (2, 36, 12, "每万人口"), (3, 30, 15, "每万人口"),
    ]  # fmt: skip
    plain = of_towns(marked(towns(asked(COUNT, ZERO), 1, 0, 0)))
    assert [(each.rank, each.why["ranked_by"]) for each in plain] == [(3, "读数"), (1, "读数"), (1, "读数")]


def test_counts_are_ranked_as_they_are_where_residents_are_not_known() -> None:
    places = [place.model_copy(update={"population": None}) if place.code == B else place for place in PLACES]
    found = of_towns(marked(towns(asked(COUNT), 40, 36, 30), places=places))
    assert [(each.rank, each.why["ranked_by"]) for each in found] == [(3, "读数"), (2, "读数"), (1, "读数")]


def test_a_reading_that_came_early_counts_when_it_came_from_all() -> None:
    june = date(2026, 6, 30)
    early = towns(asked(RATE), 91, 95, 93)
    early[1] = months(early[1].indicator, A, {MAY: 91, june: 99})
    assert [each.rank for each in of_towns(marked(early, june))] == [3, 1, 2]
    early[2:] = [months(each.indicator, each.place, {MAY: 95, june: 98}) for each in early[2:]]
    assert [each.rank for each in of_towns(marked(early, june))] == [1, 2, 2]


def test_offices_are_ranked_by_what_surveys_of_one_group_say_of_them() -> None:
    kind = {**SURVEY, "period": "half"}
    police = asked(kind, id="police", group="两率一度", about="gongan", owner="gongan", name="公安机关满意率")
    court = asked(kind, id="court", group="两率一度", about="fayuan", owner="zhengfawei", name="法院满意率")
    lone = asked(kind, id="lone", group="平安三率", about="gongan", owner="gongan", name="治安满意率")
    half, before = date(2025, 12, 31), date(2025, 6, 30)
    found = marked([
        months(police, COUNTY, {before: 95, half: 96}), months(court, COUNTY, {before: 96, half: 94}), months(lone, COUNTY, {half: 90}),
    ])  # fmt: skip
    assert {key: (each.rank, each.rank_before, each.of) for key, each in found.items()} == {
        ("gongan", "police"): (1, 2, 2), ("fayuan", "court"): (2, 1, 2),
    }  # fmt: skip


CHARGES: list[tuple[str, Any, str, dict[str, Any], tuple[Any, ...]]] = [
    ("two points for each per cent that is missing", asked(RATE, AT_92), "place", {"value": 90.5}, (10, 3.0, 1.5, None)),
    ("six at most", asked(RATE, AT_92), "place", {"value": 80}, (10, 6, 12, None)),
    ("never more than the weight", asked(RATE, AT_92, weight=4), "place", {"value": 80}, (4, 4, 12, None)),
    ("nothing where it is met", asked(RATE, AT_92), "place", {"value": 92}, (10, 0, 0, None)),
    ("exactly means either side", asked({**RATE, "unit": "分"}, target("exactly", ("2024-01-01", 92))), "unit", {"value": 93},
     (10, 2, 1, None)),
    ("a change: by last year's same span", asked(COUNT, TENTH_LESS), "place", {"value": 92, "last_year": 100}, (10, 4, 2, None)),
    ("a change that is kept", asked(COUNT, TENTH_LESS), "place", {"value": 90, "last_year": 100}, (10, 0, 0, None)),
    ("a change from nothing cannot be formed", asked(COUNT, TENTH_LESS), "place", {"value": 3, "last_year": 0}, (0, 0, None, "no-base")),
    ("a change from an unknown year neither", asked(COUNT, TENTH_LESS), "unit", {"value": 3}, (0, 0, None, "no-base")),
    ("zero: each case", asked(COUNT, ZERO), "place", {"value": 2}, (10, 4, 2, None)),
    ("a number for the whole county is not a town's", asked(COUNT, target("at_most", ("2024-01-01", 1))), "place", {"value": 2},
     (0, 0, None, "county-only")),
    ("but it is the unit's", asked(COUNT, target("at_most", ("2024-01-01", 1))), "unit", {"value": 2}, (10, 2, 1, None)),
    ("a place among cities is the unit's", asked({**RANK, "period": "month"}, target("rank_within", ("2024-01-01", 20))), "unit",
     {"value": 22}, (10, 4, 2, None)),
    ("what may still come is counted at the end of the year", asked({**COUNT, "better": "higher"}, target("at_least", ("2024-01-01", 50))),
     "unit", {"value": 20}, (0, 0, None, "year-end")),
    ("no reading is unknown, not fulfilled", asked(RATE, AT_92), "place", {"value": None}, (0, 0, None, "unknown")),
    ("few cases are not charged to a town", asked(RATE, AT_92, least=30), "place", {"value": 50, "denominator": 4}, (0, 0, None, "small")),
    ("but to the unit that answers", asked(RATE, AT_92, least=30), "unit", {"value": 91, "denominator": 4}, (10, 2, 1, None)),
    ("a target that does not hold yet", asked(RATE, target("at_least", ("2027-01-01", 92))), "unit", {"value": 50},
     (0, 0, None, "no-target")),
    ("no target", asked(RATE, weight=10), "unit", {"value": 50}, (0, 0, None, "no-target")),
    ("no rule", asked(RATE, AT_92, deduct=None), "unit", {"value": 50}, (0, 0, None, "no-rule")),
    ("no weight", asked(RATE, AT_92, weight=0, deduct=None), "unit", {"value": 50}, (0, 0, None, "no-weight")),
]  # fmt: skip


@pytest.mark.parametrize("case", CHARGES, ids=[case[0] for case in CHARGES])
def test_what_an_indicator_costs(case: tuple[Any, ...]) -> None:
    _, of, scope, reading, (weight, deducted, missing, reason) = case
    small = reading.get("denominator", 30) < 30
    found = charge(of, scope, Reading(MAY, **reading), NIGHT, missed=False, small=small)
    assert (found.weight, found.deducted, found.why["gap"], found.left_out) == (weight, deducted, missing, reason)
    assert found.why["counted"] is (reason is None) and found.why["says"]


def test_a_target_raised_within_the_year_is_the_one_in_force_on_the_night() -> None:
    of = asked(RATE, target("at_least", ("2024-01-01", 92), ("2026-06-01", 95)))
    assert charge(of, "unit", Reading(MAY, 94), date(2026, 5, 31), missed=False).deducted == 0
    assert charge(of, "unit", Reading(MAY, 94), NIGHT, missed=False).why["target"] == 95
    assert charge(of, "unit", Reading(date(2025, 12, 31), 94), NIGHT, missed=False).deducted == 0, (
        "last year had the old one"
    )


def test_a_deduction_can_be_traced_to_its_reading() -> None:
    of = asked(RATE, AT_92, name="初次信访一次性化解率")
    found = charge(of, "place", Reading(MAY, 88.5), NIGHT, missed=False)
    assert found.why == {
        "counted": True, "reason": None, "reading": 88.5, "period": "2026-05", "target": 92, "target_kind": "at_least", "gap": 3.5,
        "formula": "3.5÷1×2＝7分，最多扣6分",
        "says": "初次信访一次性化解率：2026年1–5月88.5%，目标92%，相差3.5个百分点，扣6分（3.5÷1×2＝7分，最多扣6分）",
    }  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 20), st.floats(0, 130), st.booleans()), min_size=1, max_size=8))
def test_the_deductions_add_up_to_the_total(given_: list[tuple[int, float, bool]]) -> None:
    charges = [
        charge(asked(RATE, AT_92, id=f"i{at}", weight=weight), "unit", Reading(MAY, value if known else None), NIGHT, missed=False)
        for at, (weight, value, known) in enumerate(given_)
    ]  # fmt: skip
    found = total(charges, {each.indicator: weight for each, (weight, _, _) in zip(charges, given_, strict=True)})
    assert found.deducted == pytest.approx(sum(each.deducted for each in charges), abs=0.005)
    assert found.deducted == pytest.approx(sum(found.why["by"].values()), abs=0.005)
    assert found.counted == sum(weight for weight, _, known in given_ if known)
    assert found.why["available"] == sum(weight for weight, _, _ in given_)
    assert len(found.why["left_out"]) == sum(not known for _, _, known in given_)
    if found.score is None:
        assert not any(known for _, _, known in given_)
    else:
        assert 0 <= found.score <= 100
        assert found.score == pytest.approx((found.counted - found.deducted) / found.counted * 100, abs=0.006)


def test_in_all_the_unknown_is_left_out_of_the_sum_and_said() -> None:
    rate, other = asked(RATE, AT_92, id="one", name="化解率"), asked(RATE, AT_92, id="two", name="办结率")
    series = towns(rate, 90, 92, 93) + towns(other, None, 91, 95)
    first, second, third = of_towns(marked(series), None)
    assert [(each.value, each.weight, each.deducted, each.rank) for each in (first, second, third)] == [
        (60, 10, 4, 3), (90, 20, 2, 2), (100, 20, 0, 1),
    ]  # fmt: skip
    assert first.why["left_out"] == [["two", "unknown"]]
    assert first.why["says"] == "计分权重10分，扣4分，折合60分；扣分：化解率扣4分；未计分1项（10分）：办结率（未知）"


def test_where_less_than_half_can_be_counted_there_is_no_place() -> None:
    heavy = asked(RATE, AT_92, id="heavy", weight=30)
    found = of_towns(marked(towns(asked(RATE, AT_92), 95, 92, 90) + towns(heavy, None, 93, 93)), None)
    assert [(each.rank, each.small, each.of) for each in found] == [(None, True, 2), (1, False, 2), (2, False, 2)]
    assert found[0].value == 100 and "计分权重不足一半，不参加排名" in found[0].why["says"]


def test_a_veto_is_shown_and_ranks_last_whatever_the_score() -> None:
    deaths = asked(COUNT, ZERO, id="deaths", name="命案", weight=1, deduct={**TWO_FOR_ONE, "veto": True})
    series = towns(asked(RATE, AT_92, name="化解率"), 92, 89, 90) + towns(deaths, 1, 0, 0)
    found = of_towns(marked(series), None)
    assert [(each.veto, each.rank) for each in found] == [(True, 3), (False, 2), (False, 1)]
    assert found[0].value is not None and found[1].value is not None and found[0].value > found[1].value
    assert found[0].why["vetoes"] == ["deaths"] and "一票否决：命案" in found[0].why["says"]


def test_a_veto_needs_a_miss_that_is_certain() -> None:
    solved = asked(RATE, target("exactly", ("2024-01-01", 100)), deduct={**TWO_FOR_ONE, "veto": True})
    assert not any(each.veto for each in marked(towns(solved, 90, 100, 100)).values()), "the year is not over"
    over = [months(solved, COUNTY, {date(2025, 12, 31): 90})]
    assert marked(over, date(2026, 1, 20))["zhengfawei", "tried"].veto


def test_units_answer_for_the_countys_figure_of_what_they_own() -> None:
    police = asked(RATE, AT_92, id="solved", owner="gongan", name="破案率")
    others = asked(COUNT, TENTH_LESS, id="filings", owner="gongan", name="立案")
    series = [
        months(police, COUNTY, {MAY: 91}),
        months(others, COUNTY, {MAY_BEFORE: 100, MAY: 80}),
        months(police, A, {MAY: 50}),
    ]
    found = marked(series)
    assert (found["gongan", "solved"].deducted, found["gongan", "solved"].rank) == (2, None)
    everything = found["gongan", None]
    assert (everything.scope, everything.value, everything.weight, everything.deducted) == ("unit", 90, 20, 2)
    assert found[A, None].scope == "place" and ("zhengfawei", None) not in found


def test_the_place_before_is_by_what_was_due_at_the_end_of_the_month_before() -> None:
    """On 20 June May is due; on 31 May it was April, whose readings had come by the 15th."""
    series = towns(asked(RATE, AT_92), 92, 91, 90, before=(90, 92, 91))
    assert [(each.rank, each.rank_before) for each in of_towns(marked(series), None)] == [(1, 3), (2, 1), (3, 2)]
    assert [each.rank_before for each in of_towns(marked(series, date(2026, 7, 5)), None)] == [1, 2, 3], (
        "on 30 June May was in"
    )


def test_a_place_that_has_no_indicator_has_no_mark() -> None:
    found = marked(towns(asked(RATE, AT_92), 92, 91))
    assert (C, "tried") not in found and (C, None) not in found


def test_a_merged_or_unknown_town_is_not_ranked() -> None:
    series = [
        *towns(asked(RATE, AT_92), 92, 91, 90),
        replace(months(asked(RATE, AT_92), A, {MAY: 99}), place="990100109"),
    ]
    assert "990100109" not in {code for code, _ in marked(series)}


def test_a_county_without_towns_has_only_units() -> None:
    found = marked(
        towns(asked(RATE, AT_92))[:1], places=[Place(code=COUNTY, name="云川县", level="county", parent=None)]
    )
    assert {each.scope for each in found.values()} == {"unit"}
