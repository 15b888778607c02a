"""What must hold at the end of the year, and whether it does, will, or cannot be told: the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite

from riskengine.assess.indicators.comparison import History
from riskengine.assess.indicators.noun import Forecast, Reading, Series
from riskengine.assess.indicators.spoken import is_county
from riskengine.model.figure import measure, number
from riskengine.model.indicator import Course, Indicator, Target
from riskengine.model.period import ends, previous

__all__ = ["OFF", "ON", "Aim", "Run", "aim_of", "asked_of_year", "control_of", "course_of", "in_force", "year_to_date"]

ON, OFF = 0.8, 0.2
"""From this chance on the target is on course; down to this one it is off; between them open."""

_SAME = 1e-9


@dataclass(frozen=True)
class Aim:
    """The target in force for the year of a reading. ``line``: in the indicator's unit, None where it cannot be formed (``lacks``: why).

    ``up``: met at or above the line, else at or below. ``percent`` and ``base``: of a change on last year. ``before``: what it was
    until ``since``, where it was changed within the year.
    """

    target: Target
    line: float | None
    up: bool
    since: date | None = None
    before: float | None = None
    percent: float | None = None
    base: float | None = None
    lacks: str | None = None

    def holds(self, value: float) -> bool:
        """Whether a year that ends on ``value`` meets it."""
        if self.line is None:
            return False
        if self.target.kind == "exactly":
            return abs(value - self.line) <= _SAME
        return value >= self.line - _SAME if self.up else value <= self.line + _SAME


@dataclass(frozen=True)
class Run:
    """Where the year runs. ``reached``: what is held against the line (since 1 January, or the newest); ``chance`` that the line
    holds at the end; ``over``: the year is over; ``final``: certain although it is not.
    """

    course: Course
    chance: float | None
    reached: float | None
    over: bool
    final: bool
    reason: str


def in_force(values: Mapping[date, float], day: date) -> float | None:
    """The newest of dated values that holds on ``day``; None before the first."""
    held = [each for each in values if each <= day]
    return values[max(held)] if held else None


def asked_of_year(values: Mapping[date, float], end: date, as_of: date) -> float | None:
    """What is asked of the year that ``end`` lies in, as the rules stood on the night ``as_of``: in January last year's readings are
    still held against last year's value.
    """
    return in_force(values, min(as_of, date(end.year, 12, 31)))


def aim_of(series: Series, history: History, reading: Reading, as_of: date) -> Aim | None:
    """The target in force: the newest value whose day is not after ``as_of`` nor after the year of the reading.

    None without a target, before its first value, and for a town where the target is a number of the whole county (10起, 前20位), or
    a change on so few cases of last year that a rise or a fall says nothing.
    """
    indicator, year = series.indicator, reading.end.year
    target = indicator.target
    if target is None:
        return None
    up = {"at_least": True, "at_most": False, "zero": False, "rank_within": False}.get(
        target.kind, indicator.better == "higher"
    )
    if target.kind == "zero":
        return Aim(target, 0.0, up)
    held = sorted(day for day in target.values if day <= min(as_of, date(year, 12, 31)))
    if not held or not (is_county(series) or _of_a_town(indicator)):
        return None
    value = target.values[held[-1]]
    before = target.values[held[-2]] if len(held) > 1 and held[-1] > date(year, 1, 1) else None
    before = None if before == value else before
    if target.kind != "change":
        return Aim(target, value, up, held[-1], before)
    base = _whole_year_before(series, history, reading)
    if base is not None and base < indicator.least and not is_county(series):
        return None
    line, lacks = None, None
    if base is None:
        lacks = f"{year - 1}年全年数未知"
    elif abs(base) > _SAME:
        line = base * (1 + value / 100)
    elif reading.value is not None and abs(reading.value) <= _SAME:
        line = 0.0
    else:
        lacks = f"{year - 1}年全年为0"
    return Aim(target, line, up, held[-1], before, value, base, lacks)


def control_of(series: Series, reading: Reading, as_of: date) -> float | None:
    """The control value in force; None for a town where it is a number of the whole county."""
    limit = series.indicator.control
    if limit is None or not (is_county(series) or measure(series.indicator) in ("share", "figure")):
        return None
    return asked_of_year(limit.values, reading.end, as_of)


def year_to_date(series: Series, history: History, reading: Reading) -> float | None:
    """What is held against the target: the reading itself, or what single periods came to since 1 January.

    Counts are summed; None where a period is missing. A share of single periods is put together from its cases where all are known, else
    the newest stands for the year.
    """
    indicator = series.indicator
    if indicator.covers != "period" or measure(indicator) not in ("count", "share"):
        return reading.value
    year = [history.usable.get(end) for end in ends(indicator.period, date(reading.end.year, 1, 1), reading.end)]
    known = [each for each in year if each is not None]
    if measure(indicator) == "count":
        return sum(each.value or 0 for each in known) if len(known) == len(year) else None
    cases = [(each.numerator, each.denominator) for each in known]
    whole = sum(below or 0 for _, below in cases)
    if len(known) < len(year) or not whole or any(None in case for case in cases):
        return reading.value
    return sum(above or 0 for above, _ in cases) / whole * (1000 if indicator.unit == "‰" else 100)


def course_of(series: Series, history: History, reading: Reading, aim: Aim, forecast: Forecast | None) -> Run:
    """Certain where nothing that may still come changes it; by the forecast else; open without one."""
    reached = year_to_date(series, history, reading)
    over = (reading.end.month, reading.end.day) == (12, 31)
    if aim.line is None:
        return Run("unknown", None, reached, over, False, f"{aim.lacks}，目标折算不出")
    counted = measure(series.indicator) == "count" and series.indicator.covers != "moment"
    so_far = _counted_so_far(series, history, reading) if counted else None
    if so_far is not None and not aim.up and so_far > aim.line + _SAME:
        return Run("missed", 0.0, so_far, over, not over, "年内累计已经超过目标，以后只会更多")
    if so_far is not None and aim.up and aim.target.kind != "exactly" and so_far >= aim.line - _SAME:
        return Run("met", 1.0, so_far, over, not over, "年内累计已经达到目标")
    if over:
        if reached is None:
            return Run("unknown", None, None, True, False, "年内有的月份没有读数，全年数未知")
        met = aim.holds(reached)
        return Run(
            "met" if met else "missed",
            float(met),
            reached,
            True,
            False,
            f"全年已过，{'达到' if met else '没有达到'}目标",
        )
    if forecast is None or forecast.year != reading.end.year:
        return Run("open", None, reached, False, False, "读数太少，不作年末预测；最近读数不等于年末")
    chance = forecast.at_least(aim.line) if aim.up else forecast.at_most(aim.line)
    course: Course = "on" if chance >= ON else "off" if chance <= OFF else "open"
    return Run(
        course,
        chance,
        reached,
        False,
        False,
        f"按{forecast.method}预测，年末达到目标的可能性为{number(chance * 100, 0)}%",
    )


def _counted_so_far(series: Series, history: History, reading: Reading) -> float | None:
    """What has been counted for certain, a month that is missing being nothing."""
    if series.indicator.covers == "year":
        return reading.value
    year = ends(series.indicator.period, date(reading.end.year, 1, 1), reading.end)
    return sum(history.value(end) or 0 for end in year)


def _of_a_town(indicator: Indicator) -> bool:
    target = indicator.target
    return target is not None and (target.kind in ("zero", "change") or measure(indicator) in ("share", "figure"))


def _whole_year_before(series: Series, history: History, reading: Reading) -> float | None:
    indicator, year = series.indicator, reading.end.year - 1
    last = date(year, 12, 31)
    if indicator.covers == "period" and measure(indicator) == "count":
        whole = [history.value(end) for end in ends(indicator.period, date(year, 1, 1), last)]
    else:
        whole = [history.value(last)]
        if whole == [None] and reading.end == previous("year", last, -1):
            whole = [history.year_before(reading)]
    if None in whole and measure(indicator) == "count":
        months = {day.month: value for day, value in series.steps.items() if day.year == year}
        whole = [months.get(month) for month in range(1, 13)]
    known = [each for each in whole if each is not None and isfinite(each)]
    return sum(known) if known and len(known) == len(whole) else None
