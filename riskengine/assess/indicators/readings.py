"""Readings, reported and computed, as they were known on a night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from riskengine.assess.indicators.belief import Doubt, doubted, plausible
from riskengine.assess.indicators.computed import Figure, Figures, compute
from riskengine.assess.indicators.findings import Findings, quoted
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.reported import Said, refused, returns
from riskengine.assess.indicators.scrutiny import Work, look
from riskengine.assess.indicators.territory import territory_on
from riskengine.model.figure import amount, number
from riskengine.model.indicator import Indicator
from riskengine.model.period import Period, end_of, ends, months_in, previous
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding
from riskengine.store.database import Connection

__all__ = ["collect", "due_on"]

_GRACE = 15
"""Days after a period's end by which a reading should be in, where no source says it."""

_GROUPS = {"city": "全市平均", "province": "全省平均", "peers": "同类平均", "last_year": "去年同期"}


def collect(con: Connection, rulebook: Rulebook, as_of: date) -> tuple[list[Series], list[Finding]]:
    """One series an indicator and place that has ever had a reading (the county always), in the order of the rule files, county first.

    A series runs from the first period that has a reading to the newest that should be in (its end and the reporter's grace past), or
    that is in although it need not be yet; a period without one, or with one that cannot be used, has a reading without a value. A town
    that was merged by the night has none. Where records give the figure and an office reports it too, the reported one is the value.
    """
    territory = territory_on(rulebook, as_of)
    if territory is None:
        return [], []
    work = Work(rulebook, territory, as_of, Findings(rulebook, territory, as_of), refused(con, as_of))
    said, strays = returns(con, rulebook, territory, as_of, work.findings)
    figures = compute(con, [each for each in rulebook.indicators.values() if each.computed], territory, as_of)
    series: list[Series] = []
    for indicator in rulebook.indicators.values():
        own, counted = said.get(indicator.id, {}), figures.get(indicator.id, Figures())
        if counted.fault is not None:
            message = (
                f"{quoted(indicator)}没有按记录算出来：{counted.fault}。请分析人员检查规则文件里这个指标的 computed。"
            )
            work.findings.add(indicator, None, None, "fault", None, message)
        due, by = due_on(rulebook, indicator, as_of)
        mine = [
            found
            for place in territory.places
            if (found := _series(work, indicator, place, own.get(place, {}), counted, due)) is not None
        ]
        look(work, indicator, mine, own, by, due, strays)
        series += mine
    return series, work.findings.all()


def due_on(rulebook: Rulebook, indicator: Indicator, as_of: date) -> tuple[date, date]:
    """End of the newest period whose reading should be in on the night, and the day by which it should have been.

    The grace is that of the sources by which the reporting unit sends this kind. Where the figure is only computed: that of the kind's
    sources, and for those that send every few days the time until the next file as well, since a period's last records come with it.
    """
    kind = indicator.returns if indicator.reports else (indicator.computed.source if indicator.computed else "")
    graces = [
        each.reports.grace + (each.reports.every if indicator.reports is None and each.reports.every < 28 else 0)
        for each in rulebook.sources.values()
        if each.reports is not None
        and each.kind == kind
        and indicator.reports in (None, each.reports.unit)
        and (each.reports.until is None or each.reports.until >= as_of)
    ]
    grace = max(graces, default=_GRACE)
    last = as_of - timedelta(grace + 1)
    end = end_of(indicator.period, last)
    due = end if end == last else previous(indicator.period, end)
    return due, due + timedelta(grace)


@lru_cache(maxsize=256)
def _ends(period: Period, first: date, last: date) -> tuple[date, ...]:
    return tuple(ends(period, first, last))


def _series(
    work: Work, indicator: Indicator, place: str, own: Mapping[date, Said], counted: Figures, due: date
) -> Series | None:
    """None: a town of which nothing was ever heard."""
    figures = counted.periods.get(place, {})
    over = {end: figure for end, figure in figures.items() if end <= due}
    if not own and place != work.territory.county and not any(figure.records for figure in over.values()):
        return None
    told = [end for end, figure in over.items() if figure.value is not None]
    last = max([due, *own])
    first = min([*own, *told], default=due)
    row = _ends(indicator.period, min(first, last), last)
    doubts = doubted(indicator, [said.value if (said := own.get(end)) else None for end in row])
    year = 12 // months_in(indicator.period)
    readings: list[Reading] = []
    for at, end in enumerate(row):
        said, figure, before = own.get(end), figures.get(end), readings[at - year].value if at >= year else None
        if said is None:
            readings.append(_counted(indicator, end, figure, before))
            continue
        doubt = said.doubt
        if at in doubts:
            doubt = f"报为{amount(indicator, said.row.value, 4)}，{doubts[at].told(indicator)}"
            _implausible(work, indicator, said, doubt, doubts[at])
        readings.append(_reported(work, indicator, end, said, doubt, figure, before))
    steps = {month: value for month, value in counted.steps.get(place, {}).items() if month <= last}
    return Series(indicator, place, work.territory.name(place), tuple(readings), due, steps)


def _counted(indicator: Indicator, end: date, figure: Figure | None, before: float | None) -> Reading:
    """A period of which no office said anything."""
    if figure is None:
        return Reading(end, None, last_year=before)
    return Reading(
        end,
        figure.value,
        "计算" if figure.value is not None else None,
        computed=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        sample=_records(indicator, figure),
        last_year=before,
        doubt=figure.doubt,
    )


def _records(indicator: Indicator, figure: Figure) -> int | None:
    """Of a ratio of sums how many records are behind it, since its denominator is no number of cases."""
    return figure.records if indicator.computed is not None and indicator.computed.measure == "ratio" else None


def _reported(
    work: Work,
    indicator: Indicator,
    end: date,
    said: Said,
    doubt: str | None,
    figure: Figure | None,
    before: float | None,
) -> Reading:
    row, computed = said.row, figure.value if figure else None
    used = said.value if doubt is None else None
    sample = row.sample
    if figure and figure.denominator and row.denominator is None and sample is None:
        sample = figure.records
    groups = {"city": row.city, "province": row.province, "peers": row.peers, "last_year": row.last_year}
    odd = {name: value for name, value in groups.items() if value is not None and not plausible(indicator, value)}
    groups |= dict.fromkeys(odd)
    if odd and doubt is None:
        _beside(work, indicator, said, odd)
    return Reading(
        end,
        used,
        "报送" if used is not None else None,
        said.row.value if said.value is not None else None,
        computed,
        row.numerator if used is not None else None,
        row.denominator if used is not None else None,
        sample,
        before if groups["last_year"] is None else groups["last_year"],
        groups["city"],
        groups["province"],
        groups["peers"],
        row.rank or None,
        row.versions,
        doubt,
    )


def _implausible(work: Work, indicator: Indicator, said: Said, doubt: str, why: Doubt) -> None:
    findings, who = work.findings, work.findings.office(indicator.reports)
    where = findings.of(indicator, said.row.place, said.row.end)
    mark = "" if doubt.endswith("？") else "。"
    message = f"{where}{doubt}{mark}更正之前按未知处理，请{who}核对后按原编号更正重报。"
    value = said.row.value
    if indicator.unit == "%" and why.meant is not None and abs(value) < abs(why.meant):
        message += (
            f"Excel 里设成百分比格式的格子，存的是{number(value, 4)}：请改成常规格式，直接写{number(why.meant)}。"
        )
    findings.add(indicator, said.row.place, said.row.end, "implausible", indicator.reports, message)


def _beside(work: Work, indicator: Indicator, said: Said, odd: Mapping[str, float]) -> None:
    findings, who = work.findings, work.findings.office(indicator.reports)
    where = findings.of(indicator, said.row.place, said.row.end)
    told = "、".join(f"{_GROUPS[name]}报为{amount(indicator, value, 4)}" for name, value in odd.items())
    message = f"{where}的{told}，不在合理范围之内，没有采用。请{who}核对后按原编号更正重报。"
    findings.add(indicator, said.row.place, said.row.end, "implausible", indicator.reports, message, "beside")
