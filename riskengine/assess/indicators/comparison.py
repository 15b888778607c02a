"""A reading beside others: last year's same period, the periods before it, the city and the province, its place in the city.

Pure arithmetic over a series; nothing is compared with what is missing or doubted, and nothing is called a fall on few cases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial
from math import isfinite
from typing import Literal

from riskengine.assess.indicators.noun import Reading, Series
from riskengine.model.figure import accumulates, amount, difference, measure, number, points_of
from riskengine.model.indicator import Indicator
from riskengine.model.period import Period, previous
from riskengine.rulebook.lunar import LUNAR_YEARS, spring_festival

__all__ = [
    "GROUPS",
    "Change",
    "Falls",
    "Group",
    "History",
    "alike",
    "change",
    "falls",
    "few",
    "groups",
    "ranks",
    "worse",
]

GROUPS = {"city": "全市", "province": "全省", "peers": "同类"}
"""Comparison groups in the words of an office: 低于全市平均."""

_SAME = 1e-9
_SAME_SHARE = 0.005
_HOLIDAY = 7  # New Year's Eve and the first week


@dataclass(frozen=True)
class Change:
    """Against last year's same period. ``value`` in ``unit`` (百分点, %, 位 …), None where no figure can be given:
    ``text`` says why.

    ``absolute``: in the indicator's unit. ``better``: None: neither better nor worse, or not known. ``told``: worth a place in
    the sentence.
    """

    value: float | None
    unit: str | None
    absolute: float | None
    text: str
    better: bool | None = None
    told: bool = True


@dataclass(frozen=True)
class Falls:
    """Worse than the one before for so many periods running; None: not to be seen. ``every``: what is one period."""

    periods: int | None
    every: Literal["period", "year"]


@dataclass(frozen=True)
class Group:
    """A comparison group's figure; ``margin`` = reading - group; ``periods``: on its bad side for so many running (None:
    not to be judged).
    """

    key: str
    value: float
    margin: float
    periods: int | None
    bad: bool


class History:
    """The readings of a series by the end of their period, those alone that can be used."""

    def __init__(self, series: Series) -> None:
        self.indicator = series.indicator
        self.known = {reading.end: reading for reading in series.readings}
        self.usable = {reading.end: reading for reading in series.readings if _usable(reading)}

    def value(self, end: date) -> float | None:
        """The reading of the period that ends on ``end``; None where there is none that can be used."""
        found = self.usable.get(end)
        return None if found is None else found.value

    def year_before(self, reading: Reading) -> float | None:
        """Last year's same period: as the return has it, else our own reading of that time."""
        if reading.last_year is not None and isfinite(reading.last_year):
            return reading.last_year
        return self.value(previous("year", reading.end))

    def before(self, end: date) -> date:
        """The end of the period before."""
        return _before(self.indicator.period, end)


@lru_cache(maxsize=4096)
def _before(period: Period, end: date) -> date:
    return previous(period, end)


def worse(indicator: Indicator, value: float, than: float) -> bool:
    """Whether ``value`` is on the bad side of ``than``; equals are not."""
    if alike(indicator, value, than):
        return False
    return value < than if indicator.better == "higher" else value > than


def alike(indicator: Indicator, value: float, than: float) -> bool:
    """Whether two readings are the same as they are written: shares, which records give to many decimals, to a hundredth."""
    return abs(value - than) < (_SAME_SHARE if measure(indicator) == "share" else _SAME)


def few(history: History, reading: Reading) -> bool:
    """Too few cases for a rise or a fall to mean anything: the denominator or the sample of a share; of a count this year's and last
    year's alike. Where zero is asked for every case counts; a share that came without its cases is taken as it is.
    """
    indicator = history.indicator
    if indicator.target is not None and indicator.target.kind == "zero":
        return False
    if measure(indicator) == "count":
        last = history.year_before(reading) or 0
        return reading.value is not None and reading.value < indicator.least and last < indicator.least
    # the denominator of a ratio of sums is money or the like: its cases are the records behind it
    ratio = indicator.computed is not None and indicator.computed.measure == "ratio"
    cases = reading.sample if ratio or reading.denominator is None else reading.denominator
    return cases is not None and cases < indicator.least


def change(history: History, reading: Reading) -> Change:
    """How the reading stands to last year's same period; Spring Festival moved, see :func:`_festival_apart`."""
    indicator, value, last = history.indicator, reading.value, history.year_before(reading)
    assert value is not None
    merged = ""
    if measure(indicator) == "count" and (apart := _festival_apart(indicator, reading.end)):
        before = history.usable.get(history.before(reading.end))
        if reading.end.month == 1 or before is None or before.value is None:
            return Change(None, None, None, f"{apart}，1月、2月不单独同比，1–2月合并后再比", told=False)
        earlier = history.year_before(before)
        value, last = value + before.value, None if last is None or earlier is None else last + earlier
        merged = "1–2月合并"
    if last is None:
        return Change(None, None, None, "去年同期没有读数，升降未知", told=False)
    absolute = value - last
    better = None if alike(indicator, value, last) else not worse(indicator, value, last)
    if measure(indicator) == "rank":
        if better is None:
            return Change(0.0, indicator.unit, 0.0, "与去年同期名次持平", told=False)
        moved = difference(indicator, absolute)
        return Change(
            absolute, indicator.unit, absolute, f"{merged}比去年同期{'上升' if better else '下降'}{moved}", better
        )
    way = "上升" if absolute > 0 else "下降"
    if measure(indicator) == "share":
        points = difference(indicator, absolute)
        text = "与去年同期持平" if better is None else f"{merged}比去年同期{way}{points}"
        return Change(absolute, points_of(indicator), absolute, text, better, better is not None)
    return _relative(indicator, value, last, merged, way, better)


def _relative(indicator: Indicator, value: float, last: float, merged: str, way: str, better: bool | None) -> Change:
    """Of counts: in per cent of last year; from zero no per cent can be formed."""
    absolute = value - last
    now, then = (number(each) if measure(indicator) == "figure" else amount(indicator, each) for each in (value, last))
    both = f"（{now}，去年{then}）"
    if better is None:
        return Change(
            0.0 if last else None,
            "%" if last else None,
            0.0,
            f"{merged}与去年同期持平（{amount(indicator, value)}）",
            None,
            False,
        )
    if abs(last) < _SAME or not isfinite(absolute / last):
        moved = "增加" if absolute > 0 else "减少"
        text = f"去年为{number(last)}，今年{amount(indicator, value)}，{moved}{difference(indicator, absolute)}，不计算百分比"
        return Change(None, None, absolute, text, better)
    percent = absolute / abs(last) * 100
    if number(abs(percent), 1) == "0" or abs(percent) < 0.05:
        return Change(percent, "%", absolute, f"{merged}与去年同期基本持平{both}", better, told=False)
    return Change(percent, "%", absolute, f"{merged}比去年同期{way}{_percent(percent)}%{both}", better)


def _percent(value: float) -> str:
    return number(abs(round(value, 1)), 1)


def _festival_apart(indicator: Indicator, end: date) -> str | None:
    """Why a count of January or February alone cannot be held against last year's: Spring Festival (from New Year's Eve on
    for a week) touches it in one of the two years only. From February on, what is counted since 1 January holds both months and
    can be compared.
    """
    alone = indicator.period == "month" and (end.month == 1 or (end.month == 2 and indicator.covers == "period"))
    if not alone or end.year not in LUNAR_YEARS or end.year - 1 not in LUNAR_YEARS:
        return None
    now, then = _festival_months(end.year), _festival_months(end.year - 1)
    if now == then:
        return None
    return f"春节假期去年在{_spoken(then)}、今年在{_spoken(now)}"


def _festival_months(year: int) -> tuple[int, ...]:
    first = spring_festival(year) - timedelta(1)
    return tuple(sorted({first.month, (first + timedelta(_HOLIDAY)).month}))


def _spoken(months: tuple[int, ...]) -> str:
    return "和".join(f"{month}月" for month in months)


def falls(history: History, end: date) -> Falls:
    """For how many periods running, up to the one that ends on ``end``, each was worse than the one before it.

    What is counted since 1 January rises by itself: there each year's same period is compared with the year before. A share since
    1 January is not compared over the turn of the year. A gap or a doubted reading ends the run, which is then counted as far as seen.
    """
    indicator = history.indicator
    yearly = accumulates(indicator) and indicator.period != "year"
    since_new_year = indicator.covers == "year" and indicator.period != "year" and not yearly
    count, seen = 0, False
    while (reading := history.usable.get(end)) is not None and reading.value is not None:
        earlier = previous("year", end) if yearly else history.before(end)
        than = history.value(earlier)
        if than is None and earlier not in history.known and (yearly or indicator.period == "year"):
            than = history.year_before(reading)
        if than is None or (since_new_year and earlier.year != end.year):
            break
        seen = True
        if not worse(indicator, reading.value, than):
            break
        count, end = count + 1, earlier
    return Falls(count if seen else None, "year" if yearly else "period")


def groups(history: History, reading: Reading, *, small: bool) -> dict[str, Group]:
    """The comparison groups that the indicator is held against and whose figure came with the reading."""
    found: dict[str, Group] = {}
    for key in GROUPS:
        than = _of(reading, key)
        if key not in history.indicator.compare or than is None or reading.value is None:
            continue
        bad = worse(history.indicator, reading.value, than)
        periods = None if small else _beside(history, reading.end, partial(_of, key=key))
        found[key] = Group(key, than, reading.value - than, periods, bad)
    return found


def _beside(history: History, end: date, of: Callable[[Reading], float | None]) -> int:
    count = 0
    while (reading := history.usable.get(end)) is not None and reading.value is not None:
        than = of(reading)
        if than is None or not worse(history.indicator, reading.value, than):
            break
        count, end = count + 1, history.before(end)
    return count


def ranks(history: History, reading: Reading) -> tuple[int | None, int | None]:
    """The place in the city now and one period before; of an indicator that is a place itself, the reading."""
    return _rank(history.indicator, reading), _rank(history.indicator, history.known.get(history.before(reading.end)))


def _rank(indicator: Indicator, reading: Reading | None) -> int | None:
    if reading is None or not _usable(reading):
        return None
    if measure(indicator) == "rank" and reading.value is not None and abs(reading.value) < 1e6:
        return round(reading.value)
    return reading.rank


def _of(reading: Reading, key: str) -> float | None:
    figures: Mapping[str, float | None] = {"city": reading.city, "province": reading.province, "peers": reading.peers}
    found = figures[key]
    return found if found is not None and isfinite(found) else None


def _usable(reading: Reading) -> bool:
    return reading.value is not None and isfinite(reading.value) and reading.doubt is None
