"""Series whose end is known: real monthly counts from public records, and made ones of every kind from a seed."""

from __future__ import annotations

import math
import random
import tempfile
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from riskengine.rulebook.lunar import spring_festival

__all__ = ["Past", "made", "real"]

Years = Mapping[int, Sequence[float]]
"""Year → what each of its periods brought, or stood at."""


@dataclass(frozen=True)
class Past:
    """One series. ``figures``: what each period brought (counts, hits of a rate) or stood at (moments). ``cases``: of what the hits are
    hits. ``told``: how many of its last years are to be foretold; each has a year before it. ``sample``: answers of a survey.
    """

    kind: str
    figures: Years
    told: int = 1
    cases: Years | None = None
    sample: int | None = None

    @property
    def moments(self) -> bool:
        """Whether the figures stand for moments."""
        return self.sample is not None


def real(folder: Path) -> list[Past]:
    """Monthly counts of the public records in ``folder``; series of fewer than twelve a year are left out, save of places."""
    con = duckdb.connect()
    first, second = (str(folder / f"st_louis_incidents_{part}.csv.gz") for part in ("2011_2013_a", "2013_b"))
    con.execute(_ST_LOUIS, [first, second])
    con.execute(_CHICAGO, [str(folder / "chicago_311_sanitation_2011_2013.csv.gz")])
    con.execute(_CANADA, [str(folder / "cafc_fraud_reports_2021_2022.csv.gz")])
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write((folder / "taipei_bicycle_theft_cp950.csv").read_bytes().decode("cp950", errors="replace"))
        file.flush()
        con.execute(_TAIPEI, [file.name])
    found = []
    for kind, table, by, years, least, told in _REAL:
        rows = con.execute(_COUNTED.format(table=table, by=by), [years[0], years[-1]]).fetchall()
        found += [Past(kind, figures, told) for figures in _by_year(rows, years, least)]
    con.close()
    return found


def made(seed: int, each: int) -> Iterator[Past]:
    """``each`` series of every kind and size: season, Spring Festival, trend, drift, a sudden shift, over-dispersion."""
    for kind, levels in (("made_rare", (0.5, 3.0)), ("made_counts", (20.0, 100.0, 300.0))):
        for level in levels:
            yield from (_counted(kind, level, random.Random(f"{seed} {level} {nth}")) for nth in range(each))
    for level in (3.0, 20.0, 150.0):
        yield from (_rated(level, random.Random(f"{seed} rate {level} {nth}")) for nth in range(each))
    for per_year in (2, 4, 12):
        yield from (_surveyed(per_year, random.Random(f"{seed} survey {per_year} {nth}")) for nth in range(each))


def _counted(kind: str, level: float, chance: random.Random) -> Past:
    height, when = chance.choice((0.0, 0.15, 0.4)), chance.uniform(0, 12)
    noise = chance.choice((1.0, 1.3, 2.0, 4.0) if level >= 20 else (1.0, 1.3, 2.0))
    trend, drift = chance.choice((-0.1, 0.0, 0.0, 0.1)), chance.choice((0.0, 0.03, 0.06))
    festival, first, length = (
        chance.choice((0.3, 0.6, 1.0, 1.0, 2.0, 3.0)),
        chance.randint(-7, 0),
        chance.randint(7, 20),
    )
    shifted, shift = chance.choice((999, 999, chance.randint(12, 59))), chance.gauss(0, 0.3)
    figures: dict[int, list[float]] = {}
    walk = 0.0
    for nth in range(60):
        year, month = 2021 + nth // 12, nth % 12 + 1
        began = spring_festival(year) + timedelta(first)
        inside = sum((began + timedelta(day)).month == month for day in range(length))
        walk += chance.gauss(0, drift)
        busy = height * math.sin(2 * math.pi * (month - when) / 12) + trend * nth / 12 + walk + shift * (nth >= shifted)
        days = monthrange(year, month)[1] + (festival - 1) * inside
        figures.setdefault(year, []).append(_negative_binomial(chance, level * days / 30.4 * math.exp(busy), noise))
    return Past(kind, figures)


def _rated(level: float, chance: random.Random) -> Past:
    share = chance.choice((0.6, 0.85, 0.93, 0.98))
    place, drift, yearly = (
        math.log(share / (1 - share)),
        chance.choice((0.0, 0.05, 0.12)),
        chance.choice((0.0, 0.1, 0.3)),
    )
    alike, height, when = chance.choice((0.0, 0.01, 0.03)), chance.choice((0.0, 0.3)), chance.uniform(0, 12)
    hits: dict[int, list[float]] = {}
    cases: dict[int, list[float]] = {}
    for year in range(2022, 2026):
        place += chance.gauss(0, yearly)
        hits[year], cases[year] = [], []
        for month in range(12):
            place += chance.gauss(0, drift)
            now = 1 / (1 + math.exp(-place))
            if alike:
                now = chance.betavariate(now * (1 / alike - 1), (1 - now) * (1 / alike - 1))
            number = _negative_binomial(
                chance, level * math.exp(height * math.sin(2 * math.pi * (month - when) / 12)), 1.5
            )
            cases[year].append(number)
            hits[year].append(sum(chance.random() < now for _ in range(number)))
    return Past("made_rates", hits, cases=cases)


def _surveyed(per_year: int, chance: random.Random) -> Past:
    place, sample = chance.choice((70.0, 90.0, 95.0, 98.0)), chance.choice((400, 1000, 3000))
    step, drift = (
        chance.choice((0.1, 0.3, 0.8)) * math.sqrt(2 / per_year),
        chance.choice((0.0, 0.0, -0.3, 0.3)) * 2 / per_year,
    )
    season = [chance.gauss(0, chance.choice((0.0, 0.3))) for _ in range(per_year)]
    figures: dict[int, list[float]] = {}
    for year in range(2020, 2026):
        figures[year] = []
        for period in range(per_year):
            place = min(99.9, max(1.0, place + drift + chance.gauss(0, step)))
            true = min(99.9, max(0.1, place + season[period]))
            seen = chance.gauss(true, math.sqrt(true * (100 - true) / sample))
            figures[year].append(round(min(100.0, max(0.0, seen)), 2))
    return Past("made_surveys", figures, told=3, sample=sample)


def _negative_binomial(chance: random.Random, mean: float, noise: float) -> int:
    if mean <= 0:
        return 0
    return _poisson(chance, chance.gammavariate(mean / (noise - 1), noise - 1) if noise > 1 else mean)


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 200:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    number, left, stop = 0, chance.random(), math.exp(-mean)
    while left > stop:
        number, left = number + 1, left * chance.random()
    return number


def _by_year(rows: Iterable[tuple[str, date, float]], years: Sequence[int], least: int) -> Iterator[Years]:
    series: dict[str, dict[date, float]] = defaultdict(dict)
    for name, month, number in rows:
        series[name][month] = number
    for _, months in sorted(series.items()):
        if sum(months.values()) >= least * len(years):
            yield {year: [months.get(date(year, month, 1), 0) for month in range(1, 13)] for year in years}


_ST_LOUIS = """
CREATE TABLE st_louis AS
SELECT strptime(month, '%Y-%m')::DATE AS month, crime // 10000 AS crime, area, number FROM (
  SELECT "MonthReportedtoMSHP" AS month, "Crime"::INT AS crime, "Neighborhood" AS area, "Count"::INT AS number
  FROM read_csv($1, all_varchar = true)
  UNION ALL SELECT "CodedMonth", "Crime"::INT, "Neighborhood", "Count"::INT FROM read_csv($2, all_varchar = true))"""
_CHICAGO = """
CREATE TABLE chicago AS SELECT date_trunc('month', "Creation_Date"::DATE)::DATE AS month, "Ward" AS area, 1 AS number
FROM read_csv($1, all_varchar = true)"""
_CANADA = """
CREATE TABLE canada AS SELECT date_trunc('month', "Date Received / Date recue"::DATE)::DATE AS month, "Province/State" AS area,
  "Fraud and Cybercrime Thematic Categories" AS theme, 1 AS number
FROM read_csv($1, all_varchar = true, header = true, delim = ',', quote = '"', strict_mode = false)"""
_TAIPEI = """
CREATE TABLE taipei AS
SELECT make_date(day[:3]::INT + 1911, day[4:5]::INT, 1) AS month, replace(area, '台', '臺') AS area, 1 AS number FROM (
  SELECT lpad(trim("發生日期"), 7, '0') AS day, trim("發生地點")[:6] AS area FROM read_csv($1, all_varchar = true, header = true))
WHERE try_cast(day AS INT) IS NOT NULL AND day[4:5]::INT BETWEEN 1 AND 12"""
_COUNTED = """
SELECT {by} AS name, month, greatest(0, sum(number))::DOUBLE FROM {table} WHERE year(month) BETWEEN ? AND ? AND {by} IS NOT NULL
GROUP BY ALL ORDER BY ALL"""

_REAL = (
    # kind, table, one series for each, years, least a year, how many years are foretold
    ("st_louis_crimes", "st_louis", "crime::VARCHAR", range(2011, 2014), 0, 2),
    ("st_louis_areas", "st_louis", "area", range(2011, 2014), 0, 2),
    ("st_louis_both", "st_louis", "crime || ' ' || area", range(2011, 2014), 12, 2),
    ("chicago_wards", "chicago", "area", range(2011, 2014), 0, 2),
    ("canada_frauds", "canada", "theme", range(2021, 2023), 0, 1),
    ("canada_both", "canada", "area || ' ' || theme", range(2021, 2023), 12, 1),
    ("taipei", "taipei", "area", range(2015, 2026), 0, 10),
)
