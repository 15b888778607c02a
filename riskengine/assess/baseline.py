"""What was usual, from when on it is unusual, and where it goes: ``usual``, ``upper`` and ``trend`` of a measured signal.

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

``trend`` looks at the windows k = 0 … history−1, tonight's included, and is the median of the slopes between all pairs of
them (Theil–Sen), per window: one bulk entry among eight windows does not turn it.

All are NULL, unknown, below ``least`` windows.

All baselines of a subject type are computed at once, in long tables: a statement for each signal would be planned for
longer than it runs. ``series`` is the number of a :class:`Series`, ``nth`` that of a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

from riskengine.assess.measures import Measured
from riskengine.assess.nights import Nights
from riskengine.assess.windows import Series
from riskengine.model.signal import Signal
from riskengine.store.steps import Steps, identifier, literal

__all__ = ["expected_steps", "never", "value_steps"]

_COUNTS = ("count", "distinct")
_EXACT = 60


def expected_steps(moments: str, expected: str, buckets: str, history: str, uppers: Sequence[int]) -> Steps:
    """``moments``: what is usual, a row a night, series and subject that ever had rows. ``expected``, of the series
    ``uppers`` alone: what the bounds have in common. ``history``: the table of :func:`history_of`.
    """
    steps = Steps()
    steps.add(moments, _moments(buckets, history))
    if uppers:
        listed = ", ".join(map(str, uppers))
        cut = _cut(_cut(f"(SELECT * FROM {identifier(moments)} WHERE series IN ({listed}))"))
        steps.add(f"{expected}_s", _seen(cut, history))
        steps.add(expected, _expected(f"{expected}_s"))
    return steps


def value_steps(
    table: str, moments: str, expected: str, series: Sequence[Series], signals: Sequence[tuple[Signal, int]]
) -> Steps:
    """The last step, ``table``: ``as_of``, ``subject`` and a column a signal (DOUBLE), by name. ``signals`` come with the number
    of their series.
    """
    usual = [(nth, at, signal) for nth, (signal, at) in enumerate(signals) if signal.usual is not None]
    upper = [(nth, at, signal) for nth, (signal, at) in enumerate(signals) if signal.upper is not None]
    trend = [(nth, at, signal) for nth, (signal, at) in enumerate(signals) if signal.trend is not None]
    parts, steps = [], Steps()
    if usual:
        asked = ", ".join(f"({nth}, {at}, {signal.least})" for nth, at, signal in usual)
        parts.append(
            f"SELECT m.as_of, s.nth, m.subject, CASE WHEN m.n >= s.least THEN round(m.mean, 6) END AS value"
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
    if trend:
        asked = ", ".join(f"({nth}, {at}, {signal.enough}, {series[at].additive})" for nth, at, signal in trend)
        parts.append(_SLOPE.format(moments=identifier(moments), asked=asked))
    # a map and its values: an aggregate a signal, each with its own FILTER, takes five times as long
    columns = ", ".join(f"found[{nth}] AS {identifier(signal.name)}" for nth, (signal, _) in enumerate(signals))
    steps.add(
        table,
        f"SELECT as_of, subject, {columns} FROM (SELECT as_of, subject, map_from_entries(list((nth, value))) AS found"
        f" FROM ({' UNION ALL '.join(parts)}) GROUP BY as_of, subject)",
    )
    return steps


def never(signal: Signal, series: Series, nights: Nights) -> str | None:
    """SQL of the value for a subject (row ``s``) that never had a row: it had 0 in every window. None where that says nothing.

    Where this has a value, a subject that had rows has one, too.
    """
    full = zip(nights.days, series.windows, strict=True)
    when = frozenset(day for day, windows in full if windows >= signal.enough) if series.additive else frozenset()
    if not when:
        return None
    zero = literal(2.0 if signal.upper is not None and series.base.signal.measure == "count" else 0.0)
    known = nights.among("s.as_of", when)
    return zero if known == "TRUE" else f"CASE WHEN {known} THEN {zero} END"


def _moments(buckets: str, history: str) -> str:
    """One row a night, series and subject that ever had rows: ``n`` windows, ``ys`` and their ``ks``, ``mean`` and ``sd``
    with the empty windows.
    """
    # lists add up in their order, so that the last digit does not hang on the order of rows
    return f"""
SELECT as_of, series, subject, n, ys, ks, mean, sqrt(greatest(0.0, (squares - total * mean) / nullif(n - 1, 0))) AS sd
FROM (SELECT *, total / nullif(n, 0) AS mean FROM (
  SELECT as_of, series, subject, coalesce(windows, found) AS n, ys, ks, list_sum(ys) AS total,
    list_sum(list_transform(ys, lambda y: y * y)) AS squares
  FROM (
    SELECT as_of, series, subject, any_value(h.windows) AS windows, count(*) AS found, list(y ORDER BY k) AS ys,
      list(k ORDER BY k) AS ks
    FROM {identifier(buckets)} JOIN {identifier(history)} h USING (as_of, series)
    WHERE y IS NOT NULL AND k <= h.upto GROUP BY as_of, series, subject)))"""


def _cut(source: str) -> str:
    """The same windows with what is above mean + 3 sd cut down to it."""
    return f"""(
SELECT as_of, series, subject, n, ks, ys, total / nullif(n, 0) AS mean,
  sqrt(greatest(0.0, (squares - total * total / nullif(n, 0)) / nullif(n - 1, 0))) AS sd
FROM (SELECT *, list_sum(ys) AS total, list_sum(list_transform(ys, lambda y: y * y)) AS squares FROM (
  SELECT as_of, series, subject, n, ks,
    list_transform(ys, lambda y: least(y, c.mean + 3 * greatest(c.sd, sqrt(c.mean)))) AS ys
  FROM {source} c)))"""


def _seen(cut: str, history: str) -> str:
    """The windows ``cut`` with ``seen``, what it had in the windows that lie a whole number of years back; and of
    ``history``: ``additive``, ``weeks``, ``half``.
    """
    same = "abs(((c.ks[i] * p.days + 182) % 364) - 182) <= p.near AND c.ks[i] * p.days > 182"
    return f"""
SELECT c.as_of, c.series, c.subject, c.n, c.mean, c.sd, p.additive, p.weeks, p.half,
  list_sum(list_filter(c.ys, lambda y, i: {same})) AS seen
FROM {cut} c JOIN {identifier(history)} p USING (as_of, series)"""


def _expected(seen: str) -> str:
    """One row a night, series and subject: ``n``, ``phi``, ``sd``, and ``mu``, the mean expected for the night."""
    return f"""
WITH county AS (
  SELECT as_of, series,
    (sum(seen ORDER BY subject) / nullif(any_value(weeks), 0)) / nullif(sum(mean ORDER BY subject), 0) AS factor
  FROM {identifier(seen)} GROUP BY as_of, series)
SELECT as_of, series, c.subject, c.n, c.sd,
  CASE WHEN additive THEN greatest(1.0, coalesce(c.sd * c.sd / nullif(c.mean, 0), 1.0)) ELSE 1.0 END AS phi,
  CASE WHEN additive THEN (c.mean + c.half / nullif(c.n, 0)) * least(4.0, greatest(1.0, coalesce(
    (coalesce(c.seen, 0.0) + 8 * f.factor * c.mean) / nullif((c.weeks + 8) * c.mean, 0), 1.0))) ELSE c.mean END AS mu
FROM {identifier(seen)} c JOIN county f USING (as_of, series)"""


def _asked(nth: int, at: int, signal: Signal, base: Measured) -> str:
    """What an ``upper`` asks for, as a row of VALUES."""
    form = "tail" if base.signal.measure in _COUNTS else "power" if base.signal.measure == "sum" else "normal"
    numbers = (signal.alarm, 1 - signal.alarm, NormalDist().inv_cdf(1 - signal.alarm))
    return f"({nth}, {at}, {signal.least}, '{form}', {', '.join(literal(number) for number in numbers)})"


def _bound(asked: str) -> str:
    """The upper bounds from ``mu``, ``phi``, ``sd`` and ``n``."""
    power = "coalesce(mu * pow(1 + (2.0 / 3) * z * sqrt(v) / nullif(mu, 0), 1.5), 0.0)"
    source = identifier(asked)
    # Many subjects share the very same numbers, so the sum is done once for each of these. It may stop where Chernoff's bound
    # is below ``alarm``, tried at so many sd above the mean; and at the latest where Cantelli's is, at mean + sd/√alarm.
    top = "(mu + c * sqrt(v))"
    chernoff = f"size * ln(p * ({top} + size) / size) + {top} * ln((1 - p) * ({top} + size) / {top})"
    return f"""
SELECT as_of, nth, e.subject, CASE WHEN n >= least THEN CASE form
    WHEN 'power' THEN round({power}, 6)
    WHEN 'normal' THEN round(mu + z * sd * sqrt(1 + 1.0 / nullif(n, 0)), 6)
    ELSE greatest(2.0, coalesce(x.u, ceil({power}))) END END AS value
FROM {source} e LEFT JOIN (
  SELECT mu, v, alarm, CAST(count(*) FILTER (WHERE mass < below) AS DOUBLE) AS u FROM (
    SELECT mu, v, alarm, below,
      sum(exp(lgamma(j + size) - lgamma(size) - lgamma(j + 1) + size * ln(p) + j * ln(1 - p)))
      OVER (PARTITION BY mu, v, alarm ORDER BY j ROWS UNBOUNDED PRECEDING) AS mass
    FROM (
      SELECT *, unnest(range(0, CAST(ceil(mu + sqrt(v) * coalesce(
        list_filter([3.0, 4.0, 6.0, 9.0, 14.0], lambda c: {chernoff} <= ln(alarm) - 0.01)[1], 1 / sqrt(alarm))) AS BIGINT) + 1)) AS j
      FROM (SELECT DISTINCT mu, v, alarm, below, mu / (v / mu - 1) AS size, mu / v AS p FROM {source}
        WHERE form = 'tail' AND n >= least AND mu > 0 AND mu <= {_EXACT})))
  GROUP BY mu, v, alarm) x USING (mu, v, alarm)"""


# A counted window without rows is a window with 0. k counts backwards, so an older window has the greater one.
_SLOPE = """
SELECT as_of, nth, subject, round(list_median(flatten(list_transform(range(1, len(ks) + 1), lambda i:
  list_transform(range(i + 1, len(ks) + 1), lambda j: (ys[i] - ys[j]) / (ks[j] - ks[i]))))), 6) AS value
FROM (
  SELECT as_of, nth, subject,
    CASE WHEN additive THEN list_transform(range(n), lambda k: coalesce(m.ys[list_position(m.ks, k)], 0.0)) ELSE ys END AS ys,
    CASE WHEN additive THEN range(n) ELSE ks END AS ks
  FROM {moments} m JOIN (VALUES {asked}) s(nth, series, least, additive) USING (series) WHERE n >= least)"""
