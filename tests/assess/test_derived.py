"""Rate, trend, rank and the lunar year before, against plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations
from random import Random
from statistics import median

import pytest

from riskengine.model.signal import Signal
from riskengine.store.database import Connection
from tests.assess.conftest import Values
from tests.assess.test_baseline import weeks
from tests.assess.tiny import NIGHT, PLACES, records, signal

COUNT = signal("起数", source="fraud", measure="count", window=7)
LARGEST = signal("最大", source="fraud", measure="max", of="损失金额", window=7)


def theil_sen(windows: Mapping[int, float]) -> float:
    """Median slope per window; keys say how many windows ago."""
    pairs = combinations(sorted(windows), 2)
    return median((windows[newer] - windows[older]) / (older - newer) for newer, older in pairs)


def trend(of: str = "起数", **fields: int) -> Signal:
    return signal("走势", trend=of, **fields)


def test_trend_is_the_median_slope_over_the_newest_windows_tonights_included(con: Connection, values: Values) -> None:
    counts = [9, 2, 7, 7, 3, 4, 1, 2, 50, 60, 1]  # the last two are beyond the eight that are looked at
    weeks(con, "9901", counts)
    found = values(COUNT, trend())["走势"]
    assert found["9901"] == pytest.approx(theil_sen(dict(enumerate(counts[:8]))), abs=1e-6)
    assert found["9902"] == 0, "a place without any case goes nowhere"


def test_one_bulk_entry_does_not_turn_a_trend(con: Connection, values: Values) -> None:
    weeks(con, "9901", [8, 7, 6, 5, 90, 3, 2, 1, 1])
    assert 0 < values(COUNT, trend())["走势"]["9901"] <= 1


@pytest.mark.parametrize(("history", "least", "known"), [(8, 8, False), (6, None, True), (8, 5, True), (6, 6, True)])
def test_trend_is_unknown_below_the_least_number_of_windows(
    con: Connection, values: Values, history: int, least: int | None, known: bool
) -> None:
    weeks(con, "9901", [3, 2, 5, 1, 4, 2, 9])  # the week of the first case is not a whole one, so six are
    written = {"history": history} | ({} if least is None else {"least": least})
    assert (values(COUNT, trend(**written))["走势"]["9901"] is not None) is known


def test_trend_of_readings_leaves_out_windows_without_any(con: Connection, values: Values) -> None:
    rows = [(0, 5), (7, 9), (21, 2), (35, 8), (49, 1), (60, 0)]
    lines = "\n".join(f"{NIGHT - timedelta(back)} 9901 {loss}" for back, loss in rows)
    records(con, "fraud", f"occurred_on place loss\n{lines}")
    found = values(LARGEST, trend("最大", least=4))["走势"]
    assert found["9901"] == pytest.approx(theil_sen({0: 5, 1: 9, 3: 2, 5: 8, 7: 1}), abs=1e-6)
    assert found["9902"] is None


def test_trend_agrees_with_plain_python_on_random_counts(con: Connection, values: Values) -> None:
    random = Random(7)
    drawn = {place: [random.randint(0, 9) for _ in range(13)] for place in ("9901", "9902")}
    for place, counts in drawn.items():
        weeks(con, place, [*counts, 1])
    found = values(COUNT, trend(history=12))["走势"]
    assert found == {place: pytest.approx(theil_sen(dict(enumerate(c[:12]))), abs=1e-6) for place, c in drawn.items()}


def test_a_formula_may_use_a_trend_and_a_rank_may_rank_it(con: Connection, values: Values) -> None:
    weeks(con, "9901", [8, 7, 6, 5, 4, 3, 2, 1, 1])
    found = values(COUNT, trend(), signal("倍", formula="走势 * 10"), signal("名次", rank="倍"))
    assert found["倍"] == {"9901": 10, "9902": 0}
    assert found["名次"] == {"9901": 1, "9902": 2}


def test_rate_is_per_ten_thousand_residents_and_unknown_without_a_population(con: Connection, values: Values) -> None:
    records(con, "fraud", "occurred_on place quantity\n06-30 990101 9\n06-30 990102 9")
    count = signal("村起数", "village", source="fraud", measure="count", window=7)
    found = values(count, signal("每万人", "village", rate="村起数"))
    assert found["每万人"] == {"990101": 100, "990102": None}


def test_rank_gives_equals_the_better_place_and_leaves_the_unknown_out(con: Connection, values: Values) -> None:
    records(con, "fraud", "occurred_on place loss\n06-30 990101 5\n06-30 9902 5")
    latest = signal("村损失", "village", source="fraud", measure="max", of="损失金额", window=7)
    assert values(latest, signal("名次", "village", rank="村损失"))["名次"] == {"990101": 1, "990102": None}
    largest = signal("镇损失", source="fraud", measure="max", of="损失金额", window=7)
    assert values(largest, signal("镇名次", rank="镇损失"))["镇名次"] == {"9901": 1, "9902": 1}


def test_rank_among_parent_compares_only_places_with_the_same_parent(con: Connection, values: Values) -> None:
    random, villages = Random(3), [place.code for place in PLACES if place.level == "village"]
    drawn = {village: random.randint(1, 3) for village in villages}
    lines = "\n".join(f"06-30 {village} {n}" for village, n in drawn.items())
    records(con, "fraud", f"occurred_on place quantity\n{lines}")
    count = signal("村起数", "village", source="fraud", measure="count", window=7)
    parent = {place.code: place.parent for place in PLACES}
    found = values(count, signal("名次", "village", rank="村起数", among="parent"))["名次"]
    assert found == {
        village: 1 + sum(drawn[other] > n for other in villages if parent[other] == parent[village])
        for village, n in drawn.items()
    }


def test_matters_rank_among_those_whose_place_has_the_same_parent(con: Connection, values: Values) -> None:
    records(
        con,
        "dispute",
        """
        key  occurred_on  place   people
        A    06-01        990101  3
        B    06-01        990102  9
        C    06-01        9902    1
        D    06-01        -       5
    """,
    )
    people = signal("人数", "dispute", source="dispute", measure="latest", of="涉及人数")
    among = signal("名次", "dispute", rank="人数", among="parent")
    assert values(people, among)["名次"] == {"A": 2, "B": 1, "C": 1, "D": None}, "D lies nowhere, so it has no peers"


def test_a_window_of_the_lunar_year_before_ends_on_the_same_holiday(con: Connection, values: Values) -> None:
    records(con, "fraud", "occurred_on place\n2025-01-29 9901\n2025-01-23 9901\n2025-01-22 9901\n2025-02-17 9901")
    spring_festival = date(2026, 2, 17)
    found = values(
        signal("去年春节前", source="fraud", measure="count", window=7, lag="lunar"),
        signal("去年同日前", source="fraud", measure="count", window=7, lag="1y"),
        as_of=spring_festival,
    )
    assert found["去年春节前"]["9901"] == 2, "seven days that end on 29 January 2025, the first day of that lunar year"
    assert found["去年同日前"]["9901"] == 1
