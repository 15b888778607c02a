"""A standing of an indicator as the curve that its chart shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from riskengine.intervene.leader.charts import Curve
from riskengine.intervene.leader.readings import Standing
from riskengine.model.figure import measure
from riskengine.model.indicator import Indicator
from riskengine.model.period import Period, end_of

__all__ = ["curve"]

_SIGNS = {"at_least": "目标≥", "at_most": "目标≤", "exactly": "目标", "zero": "目标", "rank_within": "目标前"}


def curve(standing: Standing, indicator: Indicator, *, width: int = 340, height: int = 150) -> Curve:
    """The readings that ``why`` keeps, held against the target of the year that the newest lies in.

    Readings that speak of the year so far are drawn over its months; so are counts of single periods, added up, because that is what
    the target speaks of. All others run through time. A forecast is left out once the year is over.
    """
    columns = list(standing.why.get("columns") or ())
    points: list[tuple[date, float | None]] = []
    if "end" in columns and "value" in columns:
        end, value = columns.index("end"), columns.index("value")
        for row in standing.why.get("series") or ():
            points.append((date.fromisoformat(row[end]), row[value]))
    newest = standing.period_end or (points[-1][0] if points else date(2000, 1, 1))
    within = indicator.period != "year"
    adds_up = within and indicator.covers == "period" and measure(indicator) == "count"
    running = adds_up or (within and indicator.covers == "year")
    forecast = None
    if standing.forecast is not None and standing.low is not None and standing.high is not None and newest.month < 12:
        forecast = (standing.forecast, standing.low, standing.high)
    sign = _SIGNS.get(standing.target_kind or "", "目标≥" if indicator.better == "higher" else "目标≤")
    return Curve(
        name=indicator.name,
        unit=indicator.unit,
        points=tuple(_added_up(points, indicator.period) if adds_up else points),
        year=newest.year,
        running=running,
        target=standing.target,
        target_text=sign,
        control=standing.control,
        forecast=forecast,
        places=standing.target_kind == "rank_within",
        width=width,
        height=height,
    )


def _added_up(points: Iterable[tuple[date, float | None]], period: Period) -> list[tuple[date, float | None]]:
    """Counts of single periods as the year so far; behind a gap nothing is known until the next year."""
    found: list[tuple[date, float | None]] = []
    so_far: float | None = 0.0
    year = None
    for end, value in points:
        if end.year != year:
            # a year whose first periods are not there cannot be added up either
            so_far, year = (0.0 if end == end_of(period, date(end.year, 1, 1)) else None), end.year
        so_far = None if so_far is None or value is None else so_far + value
        found.append((end, so_far))
    return found
