"""Whatever the towns report: nothing raises, the parts add up, no rank is given twice without a tie, and all of it can be stored."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.assess.indicators.composition import with_differences
from riskengine.assess.indicators.decompose import parts
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.ranking import marks
from riskengine.store.database import Connection
from tests.indicators import three_towns as county
from tests.indicators.said import COUNT, MONTHLY, RANK, RATE, SURVEY, target
from tests.indicators.three_towns import APRIL, COUNTY, MAY, MAY_BEFORE, NIGHT, TOWNS, asked, judged

_TARGETS = [
    None,
    target("zero"),
    *(target(kind, ("2024-01-01", 5)) for kind in ("at_least", "at_most", "exactly", "rank_within")),
]
_TARGETS += [target("change", ("2024-01-01", -10)), target("at_least", ("2026-02-01", 90), ("2026-05-01", 95))]
_KINDS = [RATE, COUNT, MONTHLY, RANK | {"period": "month"}, SURVEY | {"period": "month"}, COUNT | {"better": "higher"}]
_value = st.none() | st.sampled_from([0.0, 1.0, 5.0, 97.93]) | st.floats(0, 1e9)


@st.composite
def _counties(draw: st.DrawFn) -> list[Series]:
    aim = draw(st.sampled_from(_TARGETS))
    more: dict[str, Any] = {"least": draw(st.sampled_from([0, 30]))}
    if draw(st.booleans()):
        more["control"] = {"values": {"2024-01-01": 5}, "reference": "控制指标"}
    of = asked(draw(st.sampled_from(_KINDS)), aim, **more)
    found = []
    for place in (COUNTY, *draw(st.sets(st.sampled_from(sorted(TOWNS))))):
        readings = []
        for end in (MAY_BEFORE, APRIL, MAY):
            below = draw(st.none() | st.floats(0, 1e6))
            above = None if below is None else below * draw(st.floats(0, 1))
            readings.append(
                Reading(
                    end, draw(_value), draw(st.sampled_from(["报送", "计算"])), numerator=above, denominator=below,
                    last_year=draw(_value), city=draw(_value), sample=draw(st.none() | st.integers(0, 1000)),
                )
            )  # fmt: skip
        found.append(Series(of, place, TOWNS.get(place, "全县"), tuple(readings), MAY))
    return found


@settings(max_examples=60)
@given(_counties())
def test_whatever_is_reported(database: Connection, series: list[Series]) -> None:
    rules, standings = county.book(series[0].indicator), judged(series)
    made = parts(database, rules, NIGHT, series, standings)
    told = with_differences(rules, NIGHT, series, standings, made)
    if made:
        whole = told[0].why["difference"]["value"]
        assert math.isclose(math.fsum(each.difference for each in made), whole, rel_tol=1e-6, abs_tol=1e-6)
        assert round(math.fsum(each.share for each in made), 4) == 100
    found = marks(rules, NIGHT, series, standings)
    for rank, times in Counter(each.rank for each in found if each.indicator and each.scope == "place").items():
        assert rank is None or times == 1 or all(each.tied for each in found if each.rank == rank and each.indicator)
    for mark in found:
        assert (mark.rank or 1) <= max(mark.of, 1) and 0 <= mark.deducted <= mark.weight
    text = json.dumps([[each.why for each in (*told, *found)], [vars(each) for each in made]], allow_nan=False)
    assert "None" not in text
