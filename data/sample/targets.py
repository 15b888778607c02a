"""What is reported on the yearly targets since 2023, with what is planted in it for the sample date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from data.sample.chance import stream
from data.sample.figures import MONTHS, Pair, filings, of_rate, steps, to_date, year_before
from data.sample.geography import COUNTY, TOWNS
from data.sample.office import Row, Version

__all__ = ["finance_targets", "reading", "targets"]

_NEWEST = MONTHS[-1]

# Months in which things happened that otherwise do not happen: indicator → month → how many
_EVENTS: dict[str, dict[date, int]] = {
    "生产安全较大事故": {
        date(2023, 6, 30): 1, date(2023, 9, 30): 1, date(2023, 12, 31): 1, date(2024, 7, 31): 1, date(2024, 10, 31): 1,
        date(2025, 8, 31): 1, date(2025, 11, 30): 1,
        # Nothing up to May of last year, three this year: there is no per cent of nothing.
        date(2026, 2, 28): 1, date(2026, 4, 30): 1, date(2026, 5, 31): 1,
    },
    "重特大事故": {},
    "重大森林火灾": {},
    "重大危化环境安全事件": {},
    # A flash flood in May: the target is zero, so the year is lost now.
    "因灾群死群伤事件": {date(2026, 5, 31): 1},
}  # fmt: skip

# Busy from February to May, quiet afterwards: a straight line through May sees a year that will not come.
_DEATHS_SEASON = (3, 5, 6, 5, 4, 1, 1, 1, 1.2, 1, 1, 1)
_DEATHS = {2023: 32, 2024: 33, 2025: 31, 2026: 19}

# 2026 falls against 2025, February and March most; most of what is left is fraud.
_CRIMES = {
    date(2025, 1, 31): 140, date(2025, 2, 28): 120, date(2025, 3, 31): 142, date(2025, 4, 30): 150, date(2025, 5, 31): 158,
    date(2026, 1, 31): 165, date(2026, 2, 28): 72, date(2026, 3, 31): 102, date(2026, 4, 30): 160, date(2026, 5, 31): 174,
}  # fmt: skip
_MISCOUNTED = 18
"""Filings too many in the first return for May; the office corrects it a week later."""

_OWN_COUNT = 14
"""Fraud filings that the statistics office has in May and the anti-fraud centre has not."""

# Homicides by month, all solved; each year has one in January, because there is no rate of none.
_HOMICIDES = {
    date(2023, 1, 31): 1, date(2023, 5, 31): 1, date(2023, 8, 31): 2, date(2023, 11, 30): 1, date(2024, 1, 31): 1,
    date(2024, 4, 30): 1, date(2024, 9, 30): 2, date(2025, 1, 31): 1, date(2025, 3, 31): 1, date(2025, 6, 30): 1,
    date(2025, 7, 31): 2, date(2025, 10, 31): 1, date(2026, 1, 31): 1, date(2026, 4, 30): 1,
}  # fmt: skip

_RANKS = {"平安指数": (18, 16, 15, 17, 14, 15, 13, 14, 13, 11, 12, 12, 17), "平安建设工作": (19, 17, 16, 15, 14, 12)}
"""By quarter and by half-year from 2023 on; the last 平安指数 falls by five places."""


# Disputes handed on after a call to 110, and the share of them that is settled.
_CALLS = {2023: 2_880, 2024: 3_000, 2025: 3_090, 2026: 3_060}
_SETTLED = {2023: 0.925, 2024: 0.932, 2025: 0.938, 2026: 0.941}


def reading(name: str, place: str, end: date, value: float, more: Row, number: str = "") -> Version:
    """One line of a return, known five days after the period; ``number`` tells a second line on the same period from the first."""
    row: Row = {"key": f"{name}-{place}-{end:%Y%m}{number}", "category": name, "place": place, "occurred_on": end}
    return Version(end + timedelta(days=5), {**row, "value": value, **more})


def _counts(name: str, values: Mapping[date, int], city: float | None = None) -> Iterator[Version]:
    for end, value in values.items():
        yield reading(name, COUNTY, end, value, {"last_year": year_before(values, end), "city_average": city})


def _rates(
    name: str, place: str, pairs: Mapping[date, Pair], city: float | None = None, shift: float = 0.0
) -> Iterator[Version]:
    """Rates in per cent with what they are made from; ``city``: the city's average, which moves a little."""
    rng = stream(f"average/{name}")
    values = {end: round(100 * good / whole, 2) for end, (good, whole) in pairs.items() if whole}
    for end, value in values.items():
        row: Row = {"numerator": pairs[end][0], "denominator": pairs[end][1], "last_year": year_before(values, end)}
        if city is not None:
            average = round(city + rng.uniform(-0.2, 0.2), 2)
            row |= {"city_average": average, "province_average": round(average + 0.35, 2)}
            row |= {"peers_average": round(average - shift, 2)}
        yield reading(name, place, end, value, row)


def _happened(events: Mapping[date, int]) -> dict[date, int]:
    return to_date({end: events.get(end, 0) for end in MONTHS})


def _crime() -> Iterator[Version]:
    earlier = steps("刑事立案", {2023: 1_905, 2024: 1_862, 2025: 1_780}, (1,) * 12, quiet=0.8)
    months = {end: _CRIMES.get(end, earlier.get(end, 0)) for end in MONTHS}
    frauds = filings()
    crimes, reported = to_date(months), to_date(frauds)
    yield from _counts("诈骗立案数", frauds, 64)
    for version in _counts("刑事立案数", crimes):
        if version.row["occurred_on"] == _NEWEST:
            yield Version(version.known_on, {**version.row, "value": crimes[_NEWEST] + _MISCOUNTED})
            yield Version(version.known_on + timedelta(days=7), version.row, only_in="更正")
        else:
            yield version
    yield from _counts("诈骗案件立案", {**reported, _NEWEST: reported[_NEWEST] + _OWN_COUNT})
    yield from _rates("电信网络诈骗立案占比", COUNTY, {end: (reported[end], crimes[end]) for end in MONTHS})


def _cleared() -> Iterator[Version]:
    homicides = _happened(_HOMICIDES)
    yield from _rates("现行命案破案率", COUNTY, {end: (n, n) for end, n in homicides.items() if n})
    for year, (half, whole) in {2023: (0.33, 0.82), 2024: (0.33, 0.66), 2025: (0.49, 0.98)}.items():
        for end, value, before in (
            (date(year, 6, 30), half, 0.33),
            (date(year, 12, 31), whole, 0.82 if year == 2024 else 0.66),
        ):
            row: Row = {"last_year": before if year > 2023 else None, "city_average": 0.71 if end.month == 12 else 0.36}
            yield reading("十万人命案发案率", COUNTY, end, value, row)
    found = steps("九类", {2023: 118, 2024: 124, 2025: 116, 2026: 112}, (1,) * 12, quiet=0.7)
    pairs = of_rate("九类", {2023: 0.33, 2024: 0.35, 2025: 0.36, 2026: 0.37}, found, 0.06)
    # The newest return leaves this line out.
    yield from _rates(
        "“九类”涉恶案件现案破案率", COUNTY, {end: pair for end, pair in pairs.items() if end < _NEWEST}, 33.5
    )


def _safety() -> Iterator[Version]:
    for name, events in _EVENTS.items():
        yield from _counts(name, _happened(events))
    yield from _counts("生产安全死亡人数", steps("生产安全死亡", _DEATHS, _DEATHS_SEASON), 2.1)


def _screened() -> Iterator[Version]:
    matters = steps("稳评", {2023: 22, 2024: 26, 2025: 24, 2026: 25}, (1,) * 12)
    yield from _rates("重大事项社会稳定风险评估率", COUNTY, {end: (n, n) for end, n in to_date(matters).items() if n})
    yield from _settled_after_calls("110接报警的矛盾纠纷排查化解率")


def _settled_after_calls(name: str) -> Iterator[Version]:
    """By town, some better than others, and the county as their sum; this year the county seat settles fewer, and the county loses six
    places in May.
    """
    whole = dict.fromkeys(MONTHS, (0, 0))
    for town in TOWNS:
        share = town.people / sum(each.people for each in TOWNS)
        calls = steps(f"110/{town.name}", {year: n * share for year, n in _CALLS.items()}, (1,) * 12)
        rng = stream(f"settled/{town.name}")
        better = rng.uniform(-0.045, 0.04)
        rate = {year: min(0.99, usual + better + rng.uniform(-0.01, 0.01)) for year, usual in _SETTLED.items()}
        if town == TOWNS[1]:
            rate = {**_SETTLED, 2026: _SETTLED[2026] - 0.06}
        pairs = of_rate(f"110/{town.name}", rate, calls, 0.02)
        yield from _rates(name, town.code, pairs, 92.0)
        whole = {end: (whole[end][0] + pairs[end][0], whole[end][1] + pairs[end][1]) for end in MONTHS}
    for version in _rates(name, COUNTY, whole, 92.0, 0.2):
        rank = 15 if version.row["occurred_on"] == _NEWEST else 9
        yield Version(version.known_on, {**version.row, "rank": rank})


def _ranked() -> Iterator[Version]:
    for name, ranks in _RANKS.items():
        months = 12 // (4 if name == "平安指数" else 2)
        ends = [end for end in MONTHS if end.month % months == 0]
        for n, (end, rank) in enumerate(zip(ends, ranks, strict=True)):
            before = ranks[n - 12 // months] if n >= 12 // months else None
            yield reading(name, COUNTY, end, rank, {"last_year": before, "rank": rank})
    # A second line on the same half-year, under another number, says something else.
    yield reading("平安建设工作", COUNTY, date(2025, 12, 31), 15, {"last_year": 15, "rank": 15}, "-2")


def targets() -> Iterator[Version]:
    """What the statistics office reports."""
    yield from _crime()
    yield from _cleared()
    yield from _safety()
    yield from _screened()
    yield from _ranked()


def finance_targets() -> Iterator[Version]:
    """What the finance office reports; of the housing projects it has a figure of its own, which is not its to report."""
    yield from _counts("政府性债务违约", _happened({}))
    yield reading("保交楼风险项目整体交付率", COUNTY, _NEWEST, 71.5, {})
