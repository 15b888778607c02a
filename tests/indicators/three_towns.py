"""A county of three towns and its readings: what the tests of composition, ranking and assessment are written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.ranking import marks
from riskengine.model.duty import Place, Unit
from riskengine.model.indicator import Indicator
from riskengine.model.period import previous
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Mark, Standing
from tests.indicators.said import indicator

NIGHT, MAY, APRIL, MAY_BEFORE = date(2026, 6, 20), date(2026, 5, 31), date(2026, 4, 30), date(2025, 5, 31)
COUNTY, A, B, C = "990100", "990100101", "990100102", "990100103"
TOWNS = {A: "清溪镇", B: "白石镇", C: "东湾镇"}
PLACES = (
    Place(code=COUNTY, name="云川县", level="county", parent=None, population=90000),
    Place(code=A, name="清溪镇", level="town", parent=COUNTY, population=40000),
    Place(code=B, name="白石镇", level="town", parent=COUNTY, population=30000),
    Place(code=C, name="东湾镇", level="town", parent=COUNTY, population=20000),
)
UNITS = {id_: Unit(id=id_, name=name, type="line") for id_, name in
         (("zhengfawei", "政法委"), ("gongan", "公安局"), ("fayuan", "法院"), ("tongji", "统计局"))}  # fmt: skip
TWO_FOR_ONE = {"each": 1, "points": 2, "most": 6}
"""Two points for one per cent (one case) that is missing, six at most."""


def book(*indicators: Indicator, places: Sequence[Place] = PLACES) -> Rulebook:
    return Rulebook(
        sources={}, signals={}, rules={}, levels=(), units=UNITS, places=tuple(places), routes=(), hash="0" * 64,
        indicators={each.id: each for each in indicators},
    )  # fmt: skip


def asked(kind: Mapping[str, str], aim: Mapping[str, Any] | None = None, **more: Any) -> Indicator:
    """An indicator with a weight of 10 and :data:`TWO_FOR_ONE`, where it has a target."""
    rule = {"weight": 10, "deduct": TWO_FOR_ONE} if aim else {}
    return indicator(dict(kind), target=aim, **({"least": 0} | rule | more))


def months(of: Indicator, place: str, values: Mapping[date, float | None], **newest: Any) -> Series:
    """Readings by the end of their period; ``newest``: what else is known of the last one."""
    readings, end, first = [], max(values), min(values)
    while end >= first:
        value = values.get(end)
        more = newest if end == max(values) else {}
        readings.append(Reading(end, value, "报送" if value is not None else None, **more))
        end = previous(of.period, end)
    name = TOWNS.get(place, "全县")
    return Series(of, place, name, tuple(reversed(readings)), max(values))


def shares(of: Indicator, place: str, cases: Mapping[date, tuple[float, float]]) -> Series:
    """Readings by numerator and denominator."""
    made = [
        Reading(end, n / d * 100 if d else None, "报送", numerator=n, denominator=d) for end, (n, d) in cases.items()
    ]
    return Series(of, place, TOWNS.get(place, "全县"), tuple(sorted(made, key=lambda each: each.end)), max(cases))


def judged(series: Sequence[Series], day: date = NIGHT) -> list[Standing]:
    return [judge(each, None, day) for each in series]


def marked(series: Sequence[Series], day: date = NIGHT, **more: Any) -> dict[tuple[str, str | None], Mark]:
    """Marks by code and indicator (None: in all)."""
    indicators = dict.fromkeys(each.indicator.id for each in series)
    rules = book(*({each.indicator.id: each.indicator for each in series}[id_] for id_ in indicators), **more)
    return {(each.code, each.indicator): each for each in marks(rules, day, series, judged(series, day))}
