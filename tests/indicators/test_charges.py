"""Who is charged for what in the yearly assessment, and by how much."""

from __future__ import annotations

import pytest

from tests.indicators.said import COUNT, SURVEY, target
from tests.indicators.three_towns import COUNTY, MAY, MAY_BEFORE, asked, marked, months


def test_the_unit_that_a_survey_asks_about_is_charged_only_for_what_it_owns() -> None:
    rules = {"aim": target("at_least", ("2024-01-01", 98)), "group": "政法满意率"}
    police = asked({**SURVEY, "period": "month"}, about="gongan", owner="zhengfawei", id="police", **rules)
    court = asked({**SURVEY, "period": "month"}, about="fayuan", owner="fayuan", id="court", **rules)
    found = marked([months(police, COUNTY, {MAY: 96}), months(court, COUNTY, {MAY: 97})])
    told = {key: (mark.rank, mark.weight, mark.deducted) for key, mark in found.items() if key[1]}
    assert told == {
        ("gongan", "police"): (2, 0, 0), ("zhengfawei", "police"): (None, 10, 4), ("fayuan", "court"): (1, 10, 2),
    }  # fmt: skip


def test_a_change_that_is_asked_for_upwards_costs_what_is_missing_below_it() -> None:
    more = asked({**COUNT, "better": "higher"}, target("change", ("2024-01-01", 10)))
    for value, gap in ((108, 2), (112, 0)):
        found = marked([months(more, COUNTY, {MAY_BEFORE: 100, MAY: value})])["zhengfawei", "tried"]
        assert (found.why["target"], found.why["gap"]) == (pytest.approx(110), gap)
