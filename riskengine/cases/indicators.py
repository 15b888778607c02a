"""Cases of indicators: a small table of readings, judged by the night's own code, held against what must be said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.promise import COURSES, LAMPS
from riskengine.assess.indicators.spoken import county_called
from riskengine.cases.outcome import Difference
from riskengine.contracts.place import PlaceNames
from riskengine.model.indicator import Course, Indicator, IndicatorCase, IndicatorExpect
from riskengine.model.period import ends
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Standing
from riskengine.rulebook.case_tables import read_readings

__all__ = ["IndicatorResult", "WantedIndicator", "differences", "published", "run_indicator_cases", "series_of"]

WantedIndicator = Callable[[Indicator, int], bool]
"""Whether an indicator's case at an index is to be run."""

_GROUPS = {"city": "全市平均", "province": "全省平均", "peers": "同类平均"}


@dataclass(frozen=True)
class IndicatorResult:
    """A case that was run. ``index``: its place among the indicator's cases."""

    indicator: Indicator
    index: int
    standing: Standing
    differences: tuple[Difference, ...]

    @property
    def case(self) -> IndicatorCase:
        """The case as written."""
        return self.indicator.cases[self.index]

    @property
    def passed(self) -> bool:
        """Everything came out as expected."""
        return not self.differences


def run_indicator_cases(
    rulebook: Rulebook, wanted: WantedIndicator = lambda indicator, index: True
) -> list[IndicatorResult]:
    """Run the wanted cases of all indicators, in the order of the files. Reads nothing but the rule book, writes nothing."""
    found = []
    for indicator in rulebook.indicators.values():
        for index, case in enumerate(indicator.cases):
            if wanted(indicator, index):
                series, complaints = series_of(rulebook, indicator, case)
                standing = judge(series, year_end(series, case.as_of), case.as_of)
                unread = [Difference("读数表", "能读", says) for says in complaints]
                told = (*unread, *differences(case.expect, standing))
                found.append(IndicatorResult(indicator, index, standing, told))
    return found


def published(rulebook: Rulebook) -> list[tuple[Indicator, IndicatorCase, Standing]]:
    """What is said of every case of every indicator, in the order of the files."""
    return [(each.indicator, each.case, each.standing) for each in run_indicator_cases(rulebook)]


def series_of(rulebook: Rulebook, indicator: Indicator, case: IndicatorCase) -> tuple[Series, list[str]]:
    """The readings of a case as a series, and what is wrong with the table.

    What is due is the period of the last line: a line with ``_`` says that it should be there and is not. A period between two lines
    that has none is a gap.
    """
    given, complaints = read_readings(case.readings, indicator.period, case.as_of)
    by_end = {each.end: each for each in given}
    periods = ends(indicator.period, given[0].end, given[-1].end) if given else []
    readings = []
    for end in periods:
        each = by_end.get(end)
        if each is None or each.value is None:
            readings.append(Reading(end, None))
        else:
            readings.append(Reading(**asdict(each), origin="报送", reported=each.value))
    code, called = _place(rulebook, case.place)
    series = Series(indicator, code, called, tuple(readings), periods[-1] if periods else None)
    return series, [each.message for each in complaints]


def differences(expect: IndicatorExpect, standing: Standing) -> tuple[Difference, ...]:
    """Everything that is written in ``expect`` and came out otherwise; figures are the same to half a hundredth."""
    return tuple(_differences(expect, standing))


def _differences(expect: IndicatorExpect, standing: Standing) -> Iterator[Difference]:
    if expect.lamp is not None and expect.lamp != standing.lamp:
        yield Difference("灯", LAMPS[expect.lamp], LAMPS[standing.lamp])
    if expect.course is not None and expect.course != standing.course:
        yield Difference("进度", _course(expect.course), _course(standing.course))
    if expect.value is not None and (standing.value is None or abs(expect.value - standing.value) > 0.005):
        yield Difference("读数", f"{expect.value:.10g}", _figure(standing.value))
    if expect.falls is not None and expect.falls != standing.fall_periods:
        yield Difference("连续变差期数", str(expect.falls), _figure(standing.fall_periods))
    came = {
        "city": standing.below_city_periods,
        "province": standing.below_province_periods,
        "peers": standing.below_peers_periods,
    }
    for group, periods in expect.below.items():
        if periods != came[group]:
            yield Difference(f"连续不如{_GROUPS[group]}期数", str(periods), _figure(came[group]))
    if expect.forecast is not None:
        low, high = expect.forecast
        if standing.forecast is None or not low <= standing.forecast <= high:
            yield Difference("年末预测", f"{low:.10g} 至 {high:.10g}", _figure(standing.forecast, "没有预测"))
    for text in expect.says:
        if text not in standing.says:
            yield Difference("一句话", f"含“{text}”", f"“{standing.says}”")
    for text in expect.silent:
        if text in standing.says:
            yield Difference("一句话", f"不含“{text}”", f"“{standing.says}”")


def _place(rulebook: Rulebook, written: str | None) -> tuple[str, str]:
    """Code of the place and how a sentence names it; the county where nothing is written or the name is not known."""
    places = rulebook.places
    county = next((place for place in places if place.parent is None), None)
    code = PlaceNames(places).known.get(written) if written is not None else None
    named = next((place for place in places if place.code == code), county)
    if named is None:
        return "", county_called("")
    return named.code, county_called(named.name) if named is county else named.name


def _course(course: Course) -> str:
    return f"{course}（{COURSES[course]}）"


def _figure(value: float | None, nothing: str = "未知") -> str:
    return nothing if value is None else f"{value:.10g}"
