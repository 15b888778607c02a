"""Readings as offices sent them: which return belongs to which indicator, place and period, and which of several counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from riskengine.assess.indicators.findings import Findings, quoted
from riskengine.assess.indicators.territory import Territory
from riskengine.contracts.parse import half
from riskengine.model.figure import amount
from riskengine.model.indicator import Indicator
from riskengine.model.period import called, month_day, months_in
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection
from riskengine.store.schema import as_known, record_columns
from riskengine.store.steps import literal

__all__ = ["Return", "Said", "refused", "returns"]

_KINDS = ("indicator", "survey")
_YEARS = {"month": 4, "quarter": 6, "half": 8, "year": 10}
"""Readings are looked at from 1 January so many years back: enough for runs of periods and for the season."""

_RECENT = 366
"""Days: what is older is history, and nobody is asked about it any more."""

_SLACK = 10
"""A return that is dated so many days after a period's end, and arrived before the next one was over, speaks of the one before."""


class Return(NamedTuple):
    """One return as it is known on the night; ``versions``: how often it was sent. Columns that its kind does not have are None."""

    nth: int
    place: str
    end: date
    source: str
    key: str
    reporter: str | None
    value: float
    target: float | None
    last_year: float | None
    city: float | None
    province: float | None
    peers: float | None
    rank: int | None
    numerator: float | None
    denominator: float | None
    sample: int | None
    versions: int
    file: int


class Said(NamedTuple):
    """What counts of one period. ``value`` None: nothing can be used, and ``doubt`` says why."""

    value: float | None
    doubt: str | None
    row: Return


_REFUSED = """
SELECT f.source, coalesce(f.received_on, f.as_of) AS came
FROM (SELECT DISTINCT file_id, row_no FROM sense.reject) r JOIN sense.file f USING (file_id)
WHERE f.as_of <= $as_of AND f.kind IN (SELECT unnest($kinds::VARCHAR[])) AND came > $since
ORDER BY f.source, came"""

_COLUMNS = {
    "reporter": "reporter",
    "value": "value",
    "target": "target",
    "last_year": "last_year",
    "city": "city_average",
    "province": "province_average",
    "peers": "peers_average",
    "rank": "rank",
    "numerator": "numerator",
    "denominator": "denominator",
    "sample": "sample",
}

# A period is named by its last day; what is dated just after it and came before the next was over speaks of it.
_ROWS = """
WITH wanted AS (
  SELECT unnest($categories::VARCHAR[]) AS category, unnest($nths::INTEGER[]) AS nth, unnest($lengths::INTEGER[]) AS length,
    unnest($since::DATE[]) AS since),
sent AS (
  SELECT source, key, min(known_at) AS first, count(*) FILTER (WHERE NOT retracted) AS versions
  FROM sense.{kind} WHERE known_at <= $as_of GROUP BY source, key),
dated AS (
  SELECT w.nth, w.length, r.*, s.first, s.versions,
    make_date(year(r.occurred_on), ((month(r.occurred_on) - 1) // w.length) * w.length + 1, 1) AS begins
  FROM ({known}) r JOIN wanted w USING (category) JOIN sent s USING (source, key)
  WHERE r.occurred_on BETWEEN w.since AND $as_of AND r.quantity > 0),
placed AS (
  SELECT *, last_day(begins + to_months(CAST(length - 1 AS INTEGER))) AS over,
    CASE WHEN occurred_on < begins + {slack} AND first <= over AND occurred_on < over THEN CAST(begins - 1 AS DATE) ELSE over END AS ends
  FROM dated)
SELECT nth, place, ends, source, key, {columns}, versions, file_id FROM placed WHERE ends <= $as_of
ORDER BY nth, place, ends, known_at, file_id, row_no"""


def returns(
    con: Connection, rulebook: Rulebook, territory: Territory, as_of: date, findings: Findings
) -> tuple[dict[str, dict[str, dict[date, Said]]], list[str]]:
    """Indicator id → place → end of the period → what was said of it, as it was known on the night; and the 类别 of no indicator under
    which something came of the last year.

    A return belongs to the indicator whose name or alias is its 类别; of the county or a town, others are left aside. Findings: an office
    that is not the one that reports sent one too, the reporting office sent two figures, or one of a place that was merged.
    """
    indicators = list(rulebook.indicators.values())
    found: dict[str, dict[str, dict[date, Said]]] = defaultdict(lambda: defaultdict(dict))
    known = set(territory.places)
    offices = _Offices(rulebook)
    strays: list[str] = []
    for kind in _KINDS:
        names = {
            half(name): nth
            for nth, each in enumerate(indicators)
            if each.returns == kind
            for name in (each.name, *each.aliases)
        }
        categories = _categories(con, kind, as_of) if names else []
        wanted = [(text, names[half(text)]) for text, _ in categories if half(text) in names]
        since = as_of - timedelta(_RECENT)
        strays += [text for text, newest in categories if half(text) not in names and newest > since]
        rows_of_kind = _rows(con, kind, wanted, indicators, as_of) if wanted else []
        for (nth, place, end), group in groupby(rows_of_kind, key=attrgetter("nth", "place", "end")):
            rows, indicator = list(group), indicators[nth]
            if place in territory.mergers:
                _merged(indicator, rows, territory, offices, findings)
            elif place in known:
                if len(rows) == 1 and indicator.reports and indicator.reports == offices.of(rows[0], indicator):
                    found[indicator.id][place][end] = Said(rows[0].value, None, rows[0])
                elif (said := _weighed(indicator, rows, offices, findings)) is not None:
                    found[indicator.id][place][end] = said
    return found, strays


def refused(con: Connection, as_of: date) -> dict[str, list[date]]:
    """Source → the days on which rows of its indicator and survey returns came that were sent back, one a row, within the last year."""
    rows = con.execute(
        _REFUSED, {"as_of": as_of, "kinds": list(_KINDS), "since": as_of - timedelta(_RECENT)}
    ).fetchall()
    found: dict[str, list[date]] = defaultdict(list)
    for source, day in rows:
        found[source].append(day)
    return found


def _categories(con: Connection, kind: str, as_of: date) -> list[tuple[str, date]]:
    """Each 类别 that came, and the day of the newest reading under it."""
    known = as_known(kind, literal(as_of))
    query = f"SELECT category, max(occurred_on) FROM ({known}) WHERE category IS NOT NULL GROUP BY 1 ORDER BY 1"
    return con.execute(query).fetchall()


def _rows(
    con: Connection, kind: str, wanted: Sequence[tuple[str, int]], indicators: Sequence[Indicator], as_of: date
) -> list[Return]:
    """Rows of these categories, in the order of indicator, place and period, the newest last."""
    held = record_columns(kind)
    columns = ", ".join(f"{column if column in held else 'NULL'} AS {name}" for name, column in _COLUMNS.items())
    periods = [indicators[nth].period for _, nth in wanted]
    query = con.execute(
        _ROWS.format(kind=kind, known=as_known(kind, literal(as_of)), columns=columns, slack=_SLACK),
        {
            "as_of": as_of,
            "categories": [text for text, _ in wanted],
            "nths": [nth for _, nth in wanted],
            "lengths": [months_in(period) for period in periods],
            "since": [date(as_of.year - _YEARS[period], 1, 1) for period in periods],
        },
    )
    return [Return._make(row) for row in query.fetchall()]


class _Offices:
    """Which unit sent a return: the one that its 报送单位 names, else the one that answers for its source."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._names = {half(unit.name): unit.id for unit in rulebook.units.values()} | {
            id_: id_ for id_ in rulebook.units
        }
        self._sources = {each.source: each.reports.unit for each in rulebook.sources.values() if each.reports}
        self._unnumbered = {each.source for each in rulebook.sources.values() if not each.key}

    def of(self, row: Return, indicator: Indicator) -> str | None:
        """Its id; where nobody can tell, the one that reports the indicator."""
        named = self._names.get(half(row.reporter)) if row.reporter else None
        return named or self._sources.get(row.source) or indicator.reports

    def numbered(self, row: Return) -> bool:
        """Whether its source gives every row a number of its own, so that the number says which row it corrects."""
        return row.source not in self._unnumbered

    def standing(self, rows: Sequence[Return]) -> list[Return]:
        """Without what a later file of a source without numbers has corrected. ``rows``: of one period, the newest last."""
        files: dict[str, list[int]] = {}
        for row in rows:
            if not self.numbered(row) and row.file not in files.setdefault(row.source, []):
                files[row.source].append(row.file)
        return [
            row if row.source not in files else row._replace(versions=len(files[row.source]))
            for row in rows
            if row.source not in files or row.file == files[row.source][-1]
        ]


def _weighed(indicator: Indicator, rows: Sequence[Return], offices: _Offices, findings: Findings) -> Said | None:
    """What counts where several returns speak of one period, or another office than the one that reports. None: nothing at all."""
    rows = offices.standing(rows)
    ours = [row for row in rows if indicator.reports and offices.of(row, indicator) == indicator.reports]
    others = {offices.of(row, indicator): row for row in rows if row not in ours}
    place, end = rows[0].place, rows[0].end
    what, who = findings.of(indicator, place, end), findings.office(indicator.reports)
    doubt = None
    values = sorted({row.value for row in ours})
    if len(values) > 1:
        numbers = {row.key: f"（编号{row.key}）" if offices.numbered(row) else "" for row in ours}
        told = "、".join(f"{amount(indicator, row.value, 4)}{numbers[row.key]}" for row in ours)
        doubt = f"{who}报了{len(values)}个不同的数"
        how, mend = (
            ("用不同编号", "撤回其余的")
            if all(numbers.values())
            else ("对同一期", "撤回其余的；没有编号的，只留一行再报一次")
        )
        message = f"{what}{who}{how}报了不同的数：{told}。在确认之前按未知处理，请{who}确认哪一个有效，{mend}。"
        findings.add(indicator, place, end, "contradiction", indicator.reports, message)
    for unit, row in others.items():
        _other_office(indicator, row, unit, ours, findings)
    if not ours:
        if indicator.reports is None:
            return None
        sent = "、".join(
            f"{findings.office(unit)}报的{amount(indicator, row.value, 4)}" for unit, row in others.items()
        )
        return Said(None, f"应由{who}报送，只收到{sent}", rows[-1])
    return Said(None if doubt else ours[-1].value, doubt, ours[-1])


def _other_office(
    indicator: Indicator, row: Return, unit: str | None, ours: Sequence[Return], findings: Findings
) -> None:
    what, other = findings.of(indicator, row.place, row.end), findings.office(unit)
    theirs = amount(indicator, row.value, 4)
    if indicator.reports is None:
        message = f"{what}按本县记录计算，不由单位报送；{other}报送的{theirs}没有采用。请{other}不再报送，或由分析人员在规则里写明由谁报送。"
        findings.add(indicator, row.place, row.end, "other-office", unit, message)
        return
    who = findings.office(indicator.reports)
    if ours:
        told = (
            "两家的数一致"
            if ours[-1].value == row.value
            else f"两家的数不一致，以{who}的{amount(indicator, ours[-1].value, 4)}为准"
        )
        message = f"{what}应由{who}报送，{other}也报了{theirs}，{told}。请{other}与{who}核对，今后只由{who}报送。"
        findings.add(indicator, row.place, row.end, "other-office", unit, message)
    else:
        message = f"{what}应由{who}报送，至今没有收到；{other}报送的{theirs}不采用，按未知处理。请{who}补报，{other}不再报送。"
        findings.add(indicator, row.place, row.end, "other-office", indicator.reports, message)


def _merged(
    indicator: Indicator, rows: Sequence[Return], territory: Territory, offices: _Offices, findings: Findings
) -> None:
    """Readings up to the merger are the old place's history; what is sent for it afterwards belongs to nobody."""
    row = rows[-1]
    merger = territory.mergers[row.place]
    if row.end <= merger.until:
        return
    unit, on = offices.of(row, indicator), merger.on
    who, into = findings.office(unit), territory.name(merger.into)
    message = (
        f"{merger.name}已于{on.year}年{month_day(on)}并入{into}，{who}仍按原建制报送{quoted(indicator)}"
        f"{called(indicator.period, row.end)}的读数{amount(indicator, row.value, 4)}，没有采用。请{who}改按{into}报送。"
    )
    findings.add(indicator, row.place, row.end, "merged-place", unit, message)
