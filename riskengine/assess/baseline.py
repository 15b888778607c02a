"""What was usual, and from when on it is unusual: ``usual`` and ``upper`` of a measured signal, set-wise.

The signal is measured again over earlier windows of its own length, k = gap+1 … gap+history, window k ending k
windows before tonight's. A window without rows counts as 0 for counts and sums, from the first day that the kind is
known at all; for other measures it says nothing. With m and v the mean and variance of these n windows:

* ``usual`` = m.
* ``upper`` for counts: the smallest u with P(Y > u) ≤ alarm, Y negative binomial. Past outbreaks are first cut at m
  + 3 sd, twice (the part that down-weighting plays in Noufaily et al. 2013, Stat. Med. 32:1206); the mean is that
  of the cut windows with half a case more (Jeffreys), times the season; the over-dispersion φ = max(1, v/m) of
  Farrington et al. 1996 (JRSS A 159:547) widens it, and (1 + 1/n) is the doubt about the mean. Up to a mean of 60
  the tail is summed exactly, above that it is Farrington's 2/3-power bound. Never below 2: two cases in a village
  that had none are no finding.
* ``upper`` for sums: the same mean and φ in the 2/3-power bound. For other measures: m + z·sd·√(1 + 1/n).
* Season (counts and sums): the same weeks of earlier years against all weeks, of the whole county, and of the
  subject itself as far as its own numbers carry that (8 windows' worth of trust in the county). It raises the bound
  up to 4 times, it never lowers it.

Both are NULL, unknown, below ``least`` windows.

All baselines of a subject type are computed at once, in long tables: a statement for each signal would be planned for
longer than it runs. ``series`` is the number of a :class:`Series`, ``nth`` that of a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from riskengine.assess.measures import Measured, rows_of, subject_key
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.store.steps import Steps, identifier, literal

__all__ = [
    "BASES",
    "Series",
    "Span",
    "bucket_since",
    "bucket_steps",
    "expected_steps",
    "never",
    "span_of",
    "value_steps",
    "windows_sql",
]

BASES = ("count", "sum", "share", "max", "min", "distinct")
"""Measures that have a usual value."""

_ADDITIVE = ("count", "sum")
_COUNTS = ("count", "distinct")
_EXACT = 60


Span = tuple[str, int, str, int, int]
"""Kind, window, last day, gap and history: baselines that share these share one pass over the records."""


@dataclass(frozen=True)
class Series:
    """One measure over the earlier windows of one span. ``windows``: how many full ones of them there are."""

    base: Measured
    span: Span
    windows: int

    @property
    def additive(self) -> bool:
        """A window without rows is a window with 0."""
        return self.base.signal.measure in _ADDITIVE

    def seasonal(self) -> int:
        """How many of the windows lie a whole number of years back."""
        _, window, _, gap, _ = self.span
        near = max(window, _NEAR)
        days = (k * window for k in range(gap + 1, gap + 1 + self.windows))
        return sum(abs((day + 182) % 364 - 182) <= near and day > 182 for day in days)


def bucket_since(base: Measured, signal: Signal) -> str:
    """SQL of the day before the oldest window that ``signal`` looks back to."""
    return f"({base.until} - {(signal.gap + signal.history + 1) * (base.signal.window or 1)})"


def span_of(base: Measured, signal: Signal) -> Span:
    """What ``signal`` looks back over. Raises ValueError where the measure has no usual value."""
    if base.signal.measure not in BASES or base.signal.window is None:
        raise ValueError(f"信号“{base.signal.name}”没有按窗口计数，不能求往常值")
    return (base.kind, base.signal.window, base.until, signal.gap, signal.history)


def windows_sql(spans: Sequence[Span]) -> str:
    """A SELECT of one row: a column a span, how many full windows of history it has. Reads ``kind_began``."""
    columns = (
        f"greatest(0, least({history}, coalesce(max((({until} - first_on + 1) // {window}) - 1 - {gap})"
        f" FILTER (WHERE kind = '{kind}'), 0)))"
        for kind, window, until, gap, history in spans
    )
    return f"SELECT {', '.join(columns)} FROM kind_began"


def bucket_steps(buckets: str, type_: Subject, series: Sequence[Series]) -> Steps:
    """One step, ``buckets``: a row a subject, window with rows and series: ``series`` (its place among them), ``subject``,
    ``k`` (windows before tonight's) and ``y``. Reads ``known_<kind>``; one pass a span.
    """
    passes: dict[tuple[Span, str], list[int]] = {}
    for at, each in enumerate(series):
        alone = each.base.signal.name if each.base.signal.measure == "distinct" else ""
        passes.setdefault((each.span, alone), []).append(at)
    steps = Steps()
    steps.add(buckets, "\nUNION ALL ".join(_windows(type_, series, ats) for ats in passes.values()))
    return steps


def _windows(type_: Subject, series: Sequence[Series], ats: Sequence[int]) -> str:
    """One pass over the records of a span: rows of ``buckets``."""
    bases = [series[at].base for at in ats]
    kind, window, until, gap, history = series[ats[0]].span
    subject, back = subject_key(kind, type_), f"(({until} - r.occurred_on) // {window})"
    rows = rows_of(f"known_{kind}", kind, type_)
    newest, oldest = f"{until} - {(gap + 1) * window}", f"({until} - {(gap + history + 1) * window})"
    days = (
        f"r.occurred_on <= {newest} AND r.occurred_on > {oldest} AND {back} <= {gap + series[ats[0]].windows}"
        f" AND {subject} IS NOT NULL"
    )
    if bases[0].signal.measure == "distinct":
        net = (
            f"SELECT {subject} AS subject, {back} AS k, {bases[0].of} AS v, sum(r.quantity) AS net FROM {rows}"
            f" WHERE {days} AND ({bases[0].where}) GROUP BY 1, 2, 3"
        )
        counted = "CAST(count(v) FILTER (WHERE net > 0) AS DOUBLE)"
        return f"SELECT {ats[0]} AS series, subject, k, {counted} AS y FROM ({net}) GROUP BY 2, 3"
    named = ", ".join(f"{base.aggregate(f'({base.where})')} AS y{at}" for at, base in zip(ats, bases, strict=True))
    anyone = " OR ".join(f"({base.where})" for base in bases)
    wide = f"SELECT {subject} AS subject, {back} AS k, {named} FROM {rows} WHERE {days} AND ({anyone}) GROUP BY 1, 2"
    # a window that has rows of another base only says nothing of this one, unless it is counted
    each = ", ".join(
        f"greatest(y{at}, 0.0)" if series[at].additive else f"CASE WHEN y{at} < 0 THEN 0.0 ELSE y{at} END" for at in ats
    )
    return f"SELECT unnest({list(ats)}) AS series, subject, k, unnest([{each}]) AS y FROM ({wide})"


def expected_steps(moments: str, expected: str, buckets: str, series: Sequence[Series], uppers: Sequence[int]) -> Steps:
    """``moments``: what is usual, a row a series and subject that ever had rows. ``expected``, of the series
    ``uppers`` alone: what the bounds have in common.
    """
    steps = Steps()
    steps.add(moments, _moments(buckets, series))
    if uppers:
        listed = ", ".join(map(str, uppers))
        cut = _cut(_cut(f"(SELECT * FROM {identifier(moments)} WHERE series IN ({listed}))"))
        steps.add(f"{expected}_s", _seen(cut, [(at, series[at]) for at in uppers]))
        steps.add(expected, _expected(f"{expected}_s"))
    return steps


def value_steps(
    table: str, moments: str, expected: str, series: Sequence[Series], signals: Sequence[tuple[Signal, int]]
) -> Steps:
    """The last step, ``table``: ``subject`` and a column a signal (DOUBLE), by name. ``signals`` come with the number
    of their series.
    """
    usual = [(nth, at, signal) for nth, (signal, at) in enumerate(signals) if signal.usual is not None]
    upper = [(nth, at, signal) for nth, (signal, at) in enumerate(signals) if signal.usual is None]
    parts, steps = [], Steps()
    if usual:
        asked = ", ".join(f"({nth}, {at}, {signal.least})" for nth, at, signal in usual)
        parts.append(
            f"SELECT s.nth, m.subject, CASE WHEN m.n >= s.least THEN round(m.mean, 6) END AS value"
            f" FROM {identifier(moments)} m JOIN (VALUES {asked}) s(nth, series, least) USING (series)"
        )
    if upper:
        asked = ", ".join(_asked(nth, at, signal, series[at].base) for nth, at, signal in upper)
        columns = "nth, series, least, form, alarm, below, z"
        steps.add(
            f"{table}_e",
            f"SELECT e.*, s.* EXCLUDE (series), mu * (phi + 1.0 / nullif(n, 0)) AS v"
            f" FROM {identifier(expected)} e JOIN (VALUES {asked}) s({columns}) USING (series)",
        )
        parts.append(_bound(f"{table}_e"))
    # a map and its values: an aggregate a signal, each with its own FILTER, takes five times as long
    columns = ", ".join(f"found[{nth}] AS {identifier(signal.name)}" for nth, (signal, _) in enumerate(signals))
    steps.add(
        table,
        f"SELECT subject, {columns} FROM (SELECT subject, map_from_entries(list((nth, value))) AS found"
        f" FROM ({' UNION ALL '.join(parts)}) GROUP BY subject)",
    )
    return steps


def never(signal: Signal, series: Series) -> str | None:
    """SQL of the value for a subject that never had a row: it had 0 in every window. None where that says nothing.

    Where this has a value, a subject that had rows has one, too.
    """
    if not series.additive or series.windows < signal.least:
        return None
    return literal(2.0 if signal.upper is not None and series.base.signal.measure == "count" else 0.0)


def _moments(buckets: str, series: Sequence[Series]) -> str:
    """One row a series and subject that ever had rows: ``n`` windows, ``ys`` and their ``ks``, ``mean`` and ``sd`` with
    the empty windows.
    """
    full = ", ".join(f"({at}, {each.windows if each.additive else 'NULL'})" for at, each in enumerate(series))
    # lists add up in their order, so that the last digit does not hang on the order of rows
    return f"""
SELECT series, subject, n, ys, ks, mean, sqrt(greatest(0.0, (squares - total * mean) / nullif(n - 1, 0))) AS sd
FROM (SELECT *, total / nullif(n, 0) AS mean FROM (
  SELECT series, subject, coalesce(CAST(w.windows AS BIGINT), found) AS n, ys, ks, list_sum(ys) AS total,
    list_sum(list_transform(ys, lambda y: y * y)) AS squares
  FROM (
    SELECT series, subject, count(*) AS found, list(y ORDER BY k) AS ys, list(k ORDER BY k) AS ks
    FROM {identifier(buckets)} WHERE y IS NOT NULL GROUP BY series, subject)
  JOIN (VALUES {full}) w(series, windows) USING (series)))"""


def _cut(source: str) -> str:
    """The same windows with what is above mean + 3 sd cut down to it."""
    return f"""(
SELECT series, subject, n, ks, ys, total / nullif(n, 0) AS mean,
  sqrt(greatest(0.0, (squares - total * total / nullif(n, 0)) / nullif(n - 1, 0))) AS sd
FROM (SELECT *, list_sum(ys) AS total, list_sum(list_transform(ys, lambda y: y * y)) AS squares FROM (
  SELECT series, subject, n, ks,
    list_transform(ys, lambda y: least(y, c.mean + 3 * greatest(c.sd, sqrt(c.mean)))) AS ys
  FROM {source} c)))"""


def _seen(cut: str, series: Sequence[tuple[int, Series]]) -> str:
    """The windows ``cut`` with ``seen``, what it had in the windows that lie a whole number of years back, give or take ``near``
    days, and ``weeks``, how many of these there are; ``half`` a case for counts.
    """
    known = ", ".join(
        f"({at}, {each.additive}, {each.span[1]}, {max(each.span[1], _NEAR)}, {each.seasonal()},"
        f" {literal(0.5 if each.base.signal.measure == 'count' else 0.0)})"
        for at, each in series
    )
    same = "abs(((c.ks[i] * p.days + 182) % 364) - 182) <= p.near AND c.ks[i] * p.days > 182"
    return f"""
SELECT c.series, c.subject, c.n, c.mean, c.sd, p.additive, p.weeks, p.half,
  list_sum(list_filter(c.ys, lambda y, i: {same})) AS seen
FROM {cut} c JOIN (VALUES {known}) p(series, additive, days, near, weeks, half) USING (series)"""


def _expected(seen: str) -> str:
    """One row a series and subject: ``n``, ``phi``, ``sd``, and ``mu``, the mean expected for tonight."""
    return f"""
WITH county AS (
  SELECT series, (sum(seen ORDER BY subject) / nullif(any_value(weeks), 0)) / nullif(sum(mean ORDER BY subject), 0) AS factor
  FROM {identifier(seen)} GROUP BY series)
SELECT series, c.subject, c.n, c.sd,
  CASE WHEN additive THEN greatest(1.0, coalesce(c.sd * c.sd / nullif(c.mean, 0), 1.0)) ELSE 1.0 END AS phi,
  CASE WHEN additive THEN (c.mean + c.half / nullif(c.n, 0)) * least(4.0, greatest(1.0, coalesce(
    (coalesce(c.seen, 0.0) + 8 * f.factor * c.mean) / nullif((c.weeks + 8) * c.mean, 0), 1.0))) ELSE c.mean END AS mu
FROM {identifier(seen)} c JOIN county f USING (series)"""


def _asked(nth: int, at: int, signal: Signal, base: Measured) -> str:
    """What an ``upper`` asks for, as a row of VALUES."""
    form = "tail" if base.signal.measure in _COUNTS else "power" if base.signal.measure == "sum" else "normal"
    numbers = (signal.alarm, 1 - signal.alarm, NormalDist().inv_cdf(1 - signal.alarm))
    return f"({nth}, {at}, {signal.least}, '{form}', {', '.join(literal(number) for number in numbers)})"


def _bound(asked: str) -> str:
    """The upper bounds from ``mu``, ``phi``, ``sd`` and ``n``."""
    power = "coalesce(mu * pow(1 + (2.0 / 3) * z * sqrt(v) / nullif(mu, 0), 1.5), 0.0)"
    source = identifier(asked)
    # Cantelli: no distribution has more than ``alarm`` of its mass beyond mean + sd/√alarm, so the sum may stop there.
    return f"""
SELECT nth, e.subject, CASE WHEN n >= least THEN CASE form
    WHEN 'power' THEN round({power}, 6)
    WHEN 'normal' THEN round(mu + z * sd * sqrt(1 + 1.0 / nullif(n, 0)), 6)
    ELSE greatest(2.0, coalesce(x.u, ceil({power}))) END END AS value
FROM {source} e LEFT JOIN (
  SELECT nth, subject, CAST(count(*) FILTER (WHERE mass < below) AS DOUBLE) AS u FROM (
    SELECT nth, subject, below,
      sum(exp(lgamma(j + size) - lgamma(size) - lgamma(j + 1) + size * ln(p) + j * ln(1 - p)))
      OVER (PARTITION BY nth, subject ORDER BY j ROWS UNBOUNDED PRECEDING) AS mass
    FROM (
      SELECT nth, subject, below, mu / (v / mu - 1) AS size, mu / v AS p,
        unnest(range(0, CAST(ceil(mu + sqrt(v / alarm)) AS BIGINT) + 1)) AS j
      FROM {source} WHERE form = 'tail' AND n >= least AND mu > 0 AND mu <= {_EXACT}))
  GROUP BY nth, subject) x USING (nth, subject)"""


_NEAR = 14
"""The season takes in windows that lie this many days from a whole number of years back, or a window's length."""
