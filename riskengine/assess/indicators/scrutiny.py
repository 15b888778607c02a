"""What a whole series shows that one reading does not: nothing came, two figures differ, the target has nothing to stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from riskengine.assess.indicators.findings import Findings
from riskengine.assess.indicators.noun import Series
from riskengine.assess.indicators.reported import Said
from riskengine.assess.indicators.target import asked_of_year, in_force
from riskengine.assess.indicators.territory import Territory
from riskengine.model.figure import amount, measure
from riskengine.model.indicator import Indicator
from riskengine.model.period import ends, previous
from riskengine.model.rulebook import Rulebook

__all__ = ["Work", "look", "tolerance"]

_TOLERANCE = 0.05
"""Percentage points that a reported share may differ from the computed one without a word, where the rule file says nothing: rounding."""


@dataclass(frozen=True)
class Work:
    """What the steps of one night share."""

    rulebook: Rulebook
    territory: Territory
    as_of: date
    findings: Findings
    refused: Mapping[str, Sequence[date]] = field(default_factory=dict)
    """Source → the days on which rows of it came that were sent back, one a row."""


def tolerance(indicator: Indicator) -> float:
    """How far a reported figure may lie from the computed one without a word, in the indicator's unit."""
    if indicator.tolerance is not None:
        return indicator.tolerance + 1e-9
    return _TOLERANCE if measure(indicator) == "share" else 1e-9


def look(
    work: Work,
    indicator: Indicator,
    series: Sequence[Series],
    own: Mapping[str, Mapping[date, Said]],
    by: date,
    due: date,
    strays: Sequence[str],
) -> None:
    """Findings that need the whole series of an indicator: what is missing, what differs, what the target cannot be formed from."""
    county = work.territory.county
    if indicator.reports is not None:
        _missing(work, indicator, series, own, by, due, strays)
    _differs(work, indicator, series)
    if (said := max(own.get(county, {}).values(), key=lambda each: each.row.end, default=None)) is not None:
        _target_differs(work, indicator, said)
    if indicator.target is not None and indicator.target.kind == "change":
        for each in series[:1]:
            _base(work, indicator, each)


def _missing(
    work: Work,
    indicator: Indicator,
    series: Sequence[Series],
    own: Mapping[str, Mapping[date, Said]],
    by: date,
    due: date,
    strays: Sequence[str],
) -> None:
    """The county, or towns that reported within the year before; where the county is missing its towns need no word of their own."""
    gone = [each for each in series if due not in own.get(each.place, {})]
    if gone and gone[0].place == work.territory.county:
        stand_in = next((each.computed for each in gone[0].readings if each.end == due), None)
        near = get_close_matches(indicator.name, strays, n=1, cutoff=0.75)
        work.findings.missing(indicator, [gone[0].place], due, by, stand_in, near, _refused(work, indicator, due))
        return
    year = previous("year", due)
    lately = [each.place for each in gone if any(year <= end < due for end in own.get(each.place, {}))]
    if lately:
        work.findings.missing(indicator, lately, due, by, None, ())


def _refused(work: Work, indicator: Indicator, due: date) -> int:
    """How many rows of the reporting office's returns of this kind were sent back since the period was over."""
    sources = [
        each.source
        for each in work.rulebook.sources.values()
        if each.kind == indicator.returns and each.reports is not None and each.reports.unit == indicator.reports
    ]
    return sum(day > due for source in sources for day in work.refused.get(source, ()))


def _differs(work: Work, indicator: Indicator, series: Sequence[Series]) -> None:
    """The newest period of which the county has both; that of towns likewise, in one finding, without those of too few cases."""
    if indicator.computed is None:
        return
    sources = [
        each.reports.unit
        for each in work.rulebook.sources.values()
        if each.kind == indicator.computed.source and each.reports
    ]
    records = "、".join(dict.fromkeys(work.findings.office(unit) for unit in sources)) or "来源单位"
    apart: dict[date, list[tuple[str, float, float]]] = {}
    for each in series:
        both = next(
            (one for one in reversed(each.readings) if one.reported is not None and one.computed is not None), None
        )
        if both is None or both.reported is None or both.computed is None:
            continue
        cases = both.sample if both.denominator is None else both.denominator
        small = each.place != work.territory.county and cases is not None and cases < indicator.least
        if both.doubt is None and not small and abs(both.reported - both.computed) > tolerance(indicator):
            found = (each.place, both.reported, both.computed)
            if each.place == work.territory.county:
                work.findings.differs(indicator, [found], both.end, records)
            else:
                apart.setdefault(both.end, []).append(found)
    if apart:
        work.findings.differs(indicator, apart[max(apart)], max(apart), records)


def _target_differs(work: Work, indicator: Indicator, said: Said) -> None:
    target, sent = indicator.target, said.row.target
    if target is None or sent is None or target.kind == "change":
        return
    held = [in_force(target.values, said.row.end), asked_of_year(target.values, said.row.end, work.as_of)]
    held = [0.0] if target.kind == "zero" else held
    if held[-1] is None or any(each is not None and abs(each - sent) < 1e-9 for each in held):
        return
    who = work.findings.office(indicator.reports)
    message = (
        f"{work.findings.of(indicator, said.row.place, said.row.end)}{who}报表里的目标值是{amount(indicator, sent)}，"
        f"规则里是{amount(indicator, held[-1])}，按规则判断。请{who}更正报表；目标若已调整，请分析人员写进规则文件。"
    )
    work.findings.add(indicator, said.row.place, said.row.end, "target-differs", indicator.reports, message)


def _base(work: Work, indicator: Indicator, series: Series) -> None:
    """A change on last year needs last year's whole year, and one that is not 0."""
    if series.newest is None or indicator.target is None:
        return
    percent = asked_of_year(indicator.target.values, series.newest.end, work.as_of)
    year = series.newest.end.year - 1
    within = [each for each in series.readings if each.end.year == year]
    values = [each.value for each in within]
    if indicator.covers != "period" or measure(indicator) != "count":
        values = [each.value for each in within if (each.end.month, each.end.day) == (12, 31)]
    elif len(within) < len(ends(indicator.period, date(year, 1, 1), date(year, 12, 31))):
        values = []
    known = [each for each in values if each is not None]
    base = sum(known) if known and len(known) == len(values) else None
    if percent is not None and not base and (base is None or series.newest.value):
        work.findings.no_base(indicator, year, percent, base)
