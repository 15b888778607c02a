"""What a missed indicator is made of: against what, by what, and that the parts add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.assess.indicators.composition import with_differences
from riskengine.assess.indicators.contributions import Slice, counted, rated, rated_on_last_year, shares, weighed
from riskengine.assess.indicators.decompose import REST, SHIFT, difference_of, parts
from riskengine.assess.indicators.noun import Series
from riskengine.model.standing import Part, Standing
from riskengine.store.database import Connection
from tests.indicators import three_towns as county
from tests.indicators.county import put
from tests.indicators.said import COUNT, MONTHLY, RANK, RATE, SURVEY, target
from tests.indicators.three_towns import APRIL, COUNTY, MAY, MAY_BEFORE, NIGHT, A, B, C, asked, judged, months

AT_92, TENTH_LESS = target("at_least", ("2024-01-01", 92)), target("change", ("2024-01-01", -10))
_whole = st.integers(0, 500)


@st.composite
def _slices(draw: st.DrawFn) -> list[Slice]:
    """Two to eight parts with cases in both years."""
    found = []
    for at in range(draw(st.integers(2, 8))):
        below, below_before = draw(_whole), draw(_whole)
        above, above_before = draw(st.integers(0, below)), draw(st.integers(0, below_before))
        found.append(
            Slice(str(at), "", above, above_before, above, below, above_before, below_before, draw(_whole) + 1.0)
        )
    return [*found, Slice("sure", "", 1, 1, 1, 2, 1, 2, 1.0)]


@given(_slices(), st.floats(0, 100))
def test_what_the_parts_make_adds_up_to_the_whole(slices: list[Slice], base: float) -> None:
    above, below = sum(each.numerator or 0 for each in slices), sum(each.denominator or 0 for each in slices)
    above_before = sum(each.numerator_before or 0 for each in slices)
    below_before = sum(each.denominator_before or 0 for each in slices)
    assert sum(rated(slices, base, below)) == pytest.approx(100 * above / below - base, abs=1e-6)
    own, shift = rated_on_last_year(slices)
    assert sum(own) + shift == pytest.approx(100 * above / below - 100 * above_before / below_before, abs=1e-6)
    assert sum(counted(slices, 0.9)) == pytest.approx(above - 0.9 * above_before, abs=1e-6)
    weight = sum(each.weight or 0 for each in slices)
    mean = sum((each.weight or 0) * (each.value or 0) for each in slices) / weight
    assert sum(weighed(slices, base, weight)) == pytest.approx(mean - base, abs=1e-6)


@given(st.lists(st.floats(-1000, 1000).filter(lambda each: abs(each) > 1e-3), min_size=1, max_size=30))
def test_shares_add_up_to_a_hundred_to_the_last_digit(differences: list[float]) -> None:
    found, whole = shares(differences), sum(differences)
    if abs(whole) < 0.01:
        return
    assert round(sum(found), 6) == 100
    for share, difference in zip(found, differences, strict=True):
        assert abs(share - difference / whole * 100) < 0.1 + 1e-6
        assert share * difference * whole >= 0 or abs(share) <= 0.1


def test_a_rate_that_stood_still_makes_nothing_although_its_weight_changed() -> None:
    slices = [
        Slice("a", "", numerator=50, denominator=100, numerator_before=80, denominator_before=100),
        Slice("b", "", numerator=300, denominator=300, numerator_before=100, denominator_before=100),
    ]
    own, shift = rated_on_last_year(slices)
    assert own == [pytest.approx(-11.25), 0]
    assert sum(own) + shift == pytest.approx(87.5 - 90)


def test_a_part_that_had_no_cases_in_one_of_the_years_makes_nothing_of_its_own() -> None:
    slices = [
        Slice("a", "", numerator=90, denominator=100, numerator_before=80, denominator_before=100),
        Slice("b", "", numerator=50, denominator=100, numerator_before=0, denominator_before=0),
    ]
    own, shift = rated_on_last_year(slices)
    assert own == [pytest.approx(7.5), 0]
    assert sum(own) + shift == pytest.approx(70 - 80)


def rates(of: Any, now: Sequence[tuple[float, float]], then: Sequence[tuple[float, float]] = ()) -> list[Series]:
    """The county and its towns, the county being their sum."""
    places = (A, B, C)
    towns = [county.shares(of, place, {MAY: each} | ({MAY_BEFORE: then[at]} if then else {}))
             for at, (place, each) in enumerate(zip(places, now, strict=False))]  # fmt: skip
    whole = {MAY: tuple(map(sum, zip(*now, strict=True)))}
    if then:
        whole[MAY_BEFORE] = tuple(map(sum, zip(*then, strict=True)))
    return [county.shares(of, COUNTY, whole), *towns]  # type: ignore[arg-type]


def split(con: Connection, series: Sequence[Series], *, lamp: str | None = None) -> list[Part]:
    return parts(con, county.book(series[0].indicator), NIGHT, series, _lit(series, lamp))


def _lit(series: Sequence[Series], lamp: str | None) -> list[Standing]:
    return [replace(each, lamp=lamp) if lamp else each for each in judged(series)]  # type: ignore[arg-type]


def by(found: Sequence[Part], key: str = "difference") -> dict[str, float]:
    return {each.part: round(getattr(each, key), 4) for each in found}


def test_a_missed_rate_is_held_against_its_target(con: Connection) -> None:
    found = split(con, rates(asked(RATE, AT_92), [(80, 100), (96, 100), (90, 100)]))
    assert by(found) == {A: -4, B: pytest.approx(1.3333, abs=1e-3), C: pytest.approx(-0.6667, abs=1e-3)}
    assert by(found, "share") == {A: 120.0, C: 20.0, B: -40.0}
    assert [each.part for each in found] == [A, C, B], "what makes most of it first, what pulls the other way last"
    assert [(each.value, each.base) for each in found][0] == (80, 92)


def test_a_count_is_held_against_what_the_target_allows_by_now(con: Connection) -> None:
    of = asked(COUNT, TENTH_LESS)
    series = [
        months(of, COUNTY, {MAY_BEFORE: 100, MAY: 120}),
        months(of, A, {MAY_BEFORE: 60, MAY: 84}),
        months(of, B, {MAY_BEFORE: 40, MAY: 36}),
    ]
    found = split(con, series, lamp="红")
    assert by(found) == {A: 30}, "白石镇 kept to its tenth less and makes nothing"
    assert (found[0].value, found[0].base, found[0].share) == (84, 54, 100.0)


def test_single_months_are_put_together_before_they_are_held_against_the_year(con: Connection) -> None:
    of = asked(MONTHLY, target("zero"))
    series = [
        months(of, COUNTY, {date(2026, 1, 31): 1, date(2026, 2, 28): 0, date(2026, 3, 31): 2, APRIL: 0, MAY: 0}),
        months(of, A, {date(2026, 1, 31): 1, date(2026, 2, 28): 0, date(2026, 3, 31): 1, APRIL: 0, MAY: 0}),
        months(of, B, {date(2026, 1, 31): 0, date(2026, 2, 28): 0, date(2026, 3, 31): 1, APRIL: 0, MAY: 0}),
    ]
    found = split(con, series, lamp="红")
    assert by(found) == {A: 2, B: 1}
    assert by(found, "share") == {A: 66.7, B: 33.3}


def test_surveys_weigh_towns_by_their_residents_and_leave_a_rest(con: Connection) -> None:
    of = asked({**SURVEY, "period": "month"}, target("at_least", ("2024-01-01", 98)))
    series = [
        months(of, COUNTY, {MAY: 97}), months(of, A, {MAY: 96}), months(of, B, {MAY: 98}), months(of, C, {MAY: 97}),
    ]  # fmt: skip
    found = split(con, series, lamp="红")
    assert by(found) == {A: round(-2 * 4 / 9, 4), C: round(-1 * 2 / 9, 4), REST: pytest.approx(0.1111, abs=1e-3)}
    assert found[-1].part == REST and found[-1].name == "其他（不能分解）" and found[-1].value is None
    assert sum(each.difference for each in found) == pytest.approx(-1)
    assert round(sum(each.share for each in found), 6) == 100


@pytest.mark.parametrize(("said", "rest"), [(97, []), (97.98, [REST])])
def test_what_rounding_leaves_is_no_part_of_its_own_unless_it_is_much_of_the_whole(
    con: Connection, said: float, rest: list[str]
) -> None:
    of = asked({**SURVEY, "period": "month"}, target("at_least", ("2024-01-01", 98)))
    towns = [months(of, place, {MAY: said - 0.004}) for place in (A, B, C)]
    found = split(con, [months(of, COUNTY, {MAY: said}), *towns], lamp="红")
    assert [each.part for each in found if each.part == REST] == rest
    assert sum(each.difference for each in found) == pytest.approx(said - 98)


def test_a_town_whose_last_year_is_not_known_is_left_in_the_rest(con: Connection) -> None:
    of = asked(COUNT)
    series = [
        months(of, COUNTY, {MAY_BEFORE: 100, MAY: 130}),
        months(of, A, {MAY_BEFORE: 50, MAY: 70}),
        months(of, B, {MAY: 60}),
    ]
    assert by(split(con, series, lamp="黄")) == {A: 20, REST: 10}


def test_a_change_of_rates_tells_apart_what_the_weights_alone_make(con: Connection) -> None:
    now, then = [(50, 100), (300, 300), (0, 0)], [(80, 100), (100, 100), (0, 0)]
    found = split(con, rates(asked(RATE), now, then), lamp="黄")
    assert by(found) == {A: -11.25, SHIFT: 8.75}
    assert (found[0].value, found[0].base) == (50, 80)


def test_parts_that_speak_of_something_else_are_not_shown(con: Connection) -> None:
    of = asked({**SURVEY, "period": "month"}, target("at_least", ("2024-01-01", 98)))
    towns = [months(of, place, {MAY: 99.9}) for place in (A, B, C)]
    assert not split(con, [months(of, COUNTY, {MAY: 97}), *towns], lamp="红")


@pytest.mark.parametrize("lamp", ["绿", "灰"])
def test_nothing_is_taken_apart_where_nothing_is_wrong_or_known(con: Connection, lamp: str) -> None:
    assert not split(con, rates(asked(RATE, AT_92), [(80, 100), (96, 100), (90, 100)]), lamp=lamp)


AGAINST: list[tuple[str, dict[str, str], dict[str, Any], dict[str, Any], tuple[str, float, float] | None]] = [
    ("the target, where it is missed", RATE, {"aim": AT_92}, {}, ("target", 92, -2)),
    ("the control value, where the target is met", {**RATE, "better": "lower"},
     {"aim": target("at_most", ("2024-01-01", 95)), "control": {"values": {"2024-01-01": 85}, "reference": "控制指标"}}, {},
     ("control", 85, 5)),
    ("last year, where there is no target", RATE, {}, {"last_year": 91.5}, ("last_year", 91.5, -1.5)),
    ("the city, where last year was worse", RATE, {}, {"last_year": 80, "city": 91}, ("city", 91, -1)),
    ("nothing, where it is better than all of them", RATE, {}, {"last_year": 80, "city": 85}, None),
    ("nothing, of a place in a ranking", RANK | {"period": "month"}, {"aim": target("rank_within", ("2024-01-01", 20))}, {}, None),
    ("what the change allows, of a count", COUNT, {"aim": TENTH_LESS}, {"last_year": 95}, ("change", 85.5, 4.5)),
    ("last year, where the change is kept so far", COUNT, {"aim": TENTH_LESS}, {"last_year": 120}, None),
    ("nothing at all, where zero is asked for", COUNT, {"aim": target("zero")}, {"last_year": 95}, ("zero", 0, 90)),
    ("last year, of a count over its limit", COUNT, {"aim": target("at_most", ("2024-01-01", 50))}, {"last_year": 80},
     ("last_year", 80, 10)),
    ("nothing at all, of one whose last year is unknown", COUNT, {"aim": target("at_most", ("2024-01-01", 50))}, {},
     ("zero", 0, 90)),
    ("nothing, of one that is past no limit and whose last year is unknown", COUNT, {}, {}, None),
    ("last year, where no change is asked for yet", COUNT, {"aim": target("change", ("2027-01-01", -10))}, {"last_year": 80},
     ("last_year", 80, 10)),
]  # fmt: skip


@pytest.mark.parametrize("case", AGAINST, ids=[case[0] for case in AGAINST])
def test_against_what_the_county_is_held(case: tuple[Any, ...]) -> None:
    _, kind, rules, newest, expected = case
    series = months(asked(kind, **rules), COUNTY, {MAY: 90}, **newest)
    found = difference_of(replace(judged([series])[0], lamp="红"), series, NIGHT)
    assert (found and (found.kind, found.base, pytest.approx(found.whole))) == expected


def test_in_january_the_year_that_is_over_is_held_against_the_change_that_was_asked_of_it() -> None:
    of, night = asked(COUNT, target("change", ("2024-01-01", -10), ("2027-01-01", -50))), date(2027, 1, 20)
    series = months(of, COUNTY, {date(2025, 12, 31): 100, date(2026, 12, 31): 95})
    found = difference_of(judged([series], night)[0], series, night)
    assert found is not None and (found.kind, found.base) == ("change", pytest.approx(90))


def test_records_break_a_figure_down_by_theme_and_unit(con: Connection) -> None:
    of = asked(
        {**COUNT, "name": "诈骗案件立案"}, TENTH_LESS, reports=None,
        computed={"from": "fraud", "measure": "count", "by": ["类别"]},
    )  # fmt: skip
    for place, category, day, n in (
        (A, "刷单返利", "2026-03-01", 8), (A, "虚假投资", "2026-03-02", 2), (B, "刷单返利", "2026-05-02", 4), (COUNTY, None, "2026-05-03", 1),
        (A, "刷单返利", "2025-03-01", 4), (B, "虚假投资", "2025-04-01", 6), (B, "虚假投资", "2025-12-01", 9),
    ):  # fmt: skip
        for _ in range(n):
            put(con, "fraud", occurred_on=day, place=place, category=category)
    series = [months(of, COUNTY, {MAY_BEFORE: 10, MAY: 15}), months(of, A, {MAY_BEFORE: 4, MAY: 10})]
    series[0] = replace(
        series[0], readings=tuple(replace(each, origin="计算", computed=each.value) for each in series[0].readings)
    )
    found = split(con, series, lamp="红")
    towns = [each for each in found if each.by == "乡镇"]
    themes = [each for each in found if each.by == "类别"]
    assert by(towns) == {A: 6.4, COUNTY: 1, B: -1.4}
    assert {each.part: each.name for each in towns}[COUNTY] == "未落到乡镇"
    assert {each.name: round(each.difference, 4) for each in themes} == {"刷单返利": 8.4, "未填写": 1, "虚假投资": -3.4}
    assert [round(sum(each.share for each in group), 6) for group in (towns, themes)] == [100, 100]
    told = tuple(replace(each, origin="报送", computed=None) for each in series[0].readings)
    assert not split(con, [replace(series[0], readings=told)], lamp="红"), "records that do not reach back a year"


@pytest.mark.parametrize(
    ("towns", "said"),
    [
        (3, "白石镇占33.4%、东湾镇占33.3%、清溪镇占33.3%"),
        (4, "白石镇占25%、东湾镇占25%、北关镇占25%，其余1个合占25%"),
    ],
)
def test_three_are_named_and_the_others_told_together(towns: int, said: str) -> None:
    names = ("白石镇", "东湾镇", "清溪镇") if towns == 3 else ("白石镇", "东湾镇", "北关镇", "清溪镇")
    made = shares([-1.0] * towns)
    found = [Part("tried", "乡镇", name, name, 91, 92, -1, share) for name, share in zip(names, made, strict=True)]
    series = months(asked(RATE, AT_92), COUNTY, {MAY: 91})
    lit = [replace(each, lamp="红") for each in judged([series])]
    [told] = with_differences(county.book(series.indicator), NIGHT, [series], lit, found)  # type: ignore[arg-type]
    assert told.why["difference"]["text"] == f"比目标92%低1个百分点。按乡镇：{said}"


def test_the_sentence_names_what_makes_the_difference(con: Connection) -> None:
    series = rates(asked(RATE, AT_92), [(80, 100), (96, 100), (90, 100)])
    rules, lit = county.book(series[0].indicator), judged(series)
    [told, *towns] = with_differences(rules, NIGHT, series, lit, parts(con, rules, NIGHT, series, lit))
    difference = told.why["difference"]
    assert (difference["kind"], difference["base"], round(difference["value"], 2)) == ("target", 92, -3.33)
    assert (
        difference["text"] == "比目标92%低3.33个百分点。按乡镇：清溪镇占120%、东湾镇占20%；另有1个往好的方向拉（−40%）"
    )
    assert all(each.why["difference"] is None for each in towns)


SAID = [
    (months(asked(COUNT, TENTH_LESS), COUNTY, {MAY_BEFORE: 322, MAY: 327}),
     "去年同期322起，按目标下降10%应为289.8起，今年327起，多37.2起；没有各乡镇的读数，不能分解"),
    (months(asked(COUNT, target("zero")), COUNTY, {MAY: 1}), "要求零发生，共1起；没有各乡镇的读数，不能分解"),
    (months(asked(COUNT), COUNTY, {MAY_BEFORE: 100, MAY: 130}), "比去年同期100起多30起；没有各乡镇的读数，不能分解"),
    (months(asked(RATE), COUNTY, {MAY: 90}, city=91), "比全市平均91%低1个百分点；没有各乡镇的读数，不能分解"),
]  # fmt: skip


@pytest.mark.parametrize(("series", "text"), SAID, ids=[text[:12] for _, text in SAID])
def test_the_sentence_tells_against_what(series: Series, text: str) -> None:
    lit = [replace(each, lamp="红") for each in judged([series])]
    [told] = with_differences(county.book(series.indicator), NIGHT, [series], lit, [])
    assert told.why["difference"]["text"] == text
