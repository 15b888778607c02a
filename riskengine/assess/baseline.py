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
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

from riskengine.assess.measures import Measured, rows_of, subject_key
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.store.steps import Steps, identifier

__all__ = ["BASES", "Span", "baseline_steps", "bucket_since", "bucket_steps", "moment_steps", "span_of"]

BASES = ("count", "sum", "share", "max", "min", "distinct")
"""Measures that have a usual value."""

_ADDITIVE = ("count", "sum")
_COUNTS = ("count", "distinct")
_EXACT = 60


Span = tuple[str, int, str, int, int]
"""Kind, window, last day, gap and history: baselines that share these share one pass over the records."""


def bucket_since(base: Measured, signal: Signal) -> str:
    """SQL of the day before the oldest window that ``signal`` looks back to."""
    return f"({base.until} - {(signal.gap + signal.history + 1) * (base.signal.window or 1)})"


def span_of(base: Measured, signal: Signal) -> Span:
    """What ``signal`` looks back over. Raises ValueError where the measure has no usual value."""
    if base.signal.measure not in BASES or base.signal.window is None:
        raise ValueError(f"信号“{base.signal.name}”没有按窗口计数，不能求往常值")
    return (base.kind, base.signal.window, base.until, signal.gap, signal.history)


def bucket_steps(buckets: str, type_: Subject, bases: Sequence[Measured], signal: Signal) -> Steps:
    """Two steps: ``<buckets>_n`` (``windows``: how many full windows of history there are, one row) and
    ``buckets``.

    ``buckets`` has a row a subject and window with rows: ``subject``, ``k`` (windows before tonight's) and a column
    a base, by name. All ``bases`` must have the span of ``signal``. Reads ``known_<kind>`` and ``kind_began``.
    """
    kind, window, until, gap, history = span_of(bases[0], signal)
    steps = Steps()
    full = f"(({until} - first_on + 1) // {window}) - 1 - {gap}"
    steps.add(
        f"{buckets}_n",
        f"SELECT greatest(0, least({history}, coalesce(max({full}), 0))) AS windows"
        f" FROM kind_began WHERE kind = '{kind}'",
    )
    subject, back = subject_key(kind, type_), f"(({until} - r.occurred_on) // {window})"
    rows = rows_of(f"known_{kind}", kind, type_)
    whole = f"{back} <= {gap} + (SELECT windows FROM {identifier(buckets + '_n')})"
    newest, oldest = f"{until} - {(gap + 1) * window}", bucket_since(bases[0], signal)
    days = f"r.occurred_on <= {newest} AND r.occurred_on > {oldest} AND {whole}"
    if bases[0].signal.measure == "distinct":
        base = bases[0]
        net = (
            f"SELECT {subject} AS subject, {back} AS k, {base.of} AS v, sum(r.quantity) AS net FROM {rows}"
            f" WHERE {days} AND ({base.where}) GROUP BY 1, 2, 3"
        )
        counted = f"CAST(count(v) FILTER (WHERE net > 0) AS DOUBLE) AS {identifier(base.signal.name)}"
        steps.add(buckets, f"SELECT subject, k, {counted} FROM ({net}) WHERE subject IS NOT NULL GROUP BY 1, 2")
        return steps
    columns = ", ".join(
        f"greatest({base.aggregate(f'({base.where})')}, 0.0) AS {identifier(base.signal.name)}" for base in bases
    )
    anyone = " OR ".join(f"({base.where})" for base in bases)
    steps.add(
        buckets,
        f"SELECT {subject} AS subject, {back} AS k, {columns} FROM {rows}"
        f" WHERE {days} AND ({anyone}) AND {subject} IS NOT NULL GROUP BY 1, 2",
    )
    return steps


def moment_steps(moments: str, buckets: str, base: Measured) -> Steps:
    """One step, ``moments``: what the usual values and the bounds of one base have in common."""
    steps = Steps()
    steps.add(moments, _moments(buckets, base))
    return steps


def baseline_steps(name: str, moments: str, base: Measured, signal: Signal) -> Steps:
    """Steps over ``moments``; the last one, ``name``, has ``subject`` and ``value`` (DOUBLE): ``signal``, a usual
    or an upper.
    """
    steps = Steps()
    if signal.usual is not None:
        value = f"CASE WHEN n >= {signal.least} THEN round(mean, 6) END"
        steps.add(name, f"SELECT subject, {value} AS value FROM {identifier(moments)}")
        return steps
    steps.add(f"{name}_c", _cut(_cut(identifier(moments))))
    steps.add(f"{name}_e", _expected(f"{name}_c", base, signal))
    steps.add(name, _bound(f"{name}_e", base, signal))
    return steps


def _moments(buckets: str, base: Measured) -> str:
    """One row a subject that ever had rows: ``n`` windows, ``ys`` and their ``ks``, ``mean`` and ``sd`` with the
    empty windows.
    """
    n = f"(SELECT windows FROM {identifier(buckets + '_n')})" if base.signal.measure in _ADDITIVE else "count(*)"
    # counts are whole numbers and add up to the same in any order, other doubles do not
    order = "" if base.signal.measure in _COUNTS else " ORDER BY k"
    return f"""
SELECT subject, n, ys, ks, mean, sqrt(greatest(0.0, (squares - total * mean) / nullif(n - 1, 0))) AS sd
FROM (SELECT *, total / nullif(n, 0) AS mean FROM (
  SELECT subject, {n} AS n, list(y ORDER BY k) AS ys, list(k ORDER BY k) AS ks, sum(y{order}) AS total,
    sum(y * y{order}) AS squares
  FROM (SELECT subject, k, {identifier(base.signal.name)} AS y FROM {identifier(buckets)})
  WHERE y IS NOT NULL GROUP BY subject))"""


def _cut(source: str) -> str:
    """The same windows with what is above mean + 3 sd cut down to it."""
    return f"""(
SELECT subject, n, ks, ys, total / nullif(n, 0) AS mean,
  sqrt(greatest(0.0, (squares - total * total / nullif(n, 0)) / nullif(n - 1, 0))) AS sd
FROM (SELECT subject, n, ks, ys, list_sum(ys) AS total, list_sum(list_transform(ys, lambda y: y * y)) AS squares FROM (
  SELECT subject, n, ks, list_transform(ys, lambda y: least(y, c.mean + 3 * greatest(c.sd, sqrt(c.mean)))) AS ys
  FROM {source} c)))"""


def _expected(cut: str, base: Measured, signal: Signal) -> str:
    """One row a subject: ``n``, ``phi``, ``sd``, and ``mu``, the mean expected for tonight."""
    if base.signal.measure not in _ADDITIVE:
        return f"SELECT subject, n, mean AS mu, sd, 1.0 AS phi FROM {identifier(cut)}"
    window = base.signal.window or 1
    near = max(window, 14)
    # windows that lie a whole number of years back, give or take ``near`` days
    same = f"abs(((k * {window} + 182) % 364) - 182) <= {near} AND k * {window} > 182"
    half = "0.5" if base.signal.measure == "count" else "0.0"
    return f"""
WITH season AS (
  SELECT c.subject, sum(y) FILTER (WHERE {same}) AS seen
  FROM (SELECT subject, unnest(ks) AS k, unnest(ys) AS y FROM {identifier(cut)}) c
  GROUP BY 1),
weeks AS (
  SELECT count(*) AS n FROM (
    SELECT {signal.gap} + unnest(range(1, 1 + coalesce((SELECT max(n) FROM {identifier(cut)}), 0))) AS k)
  WHERE {same}),
county AS (
  SELECT (sum(s.seen) / nullif(any_value(w.n), 0)) / nullif(sum(c.mean), 0) AS factor
  FROM {identifier(cut)} c LEFT JOIN season s USING (subject) CROSS JOIN weeks w)
SELECT c.subject, c.n, c.sd, greatest(1.0, coalesce(c.sd * c.sd / nullif(c.mean, 0), 1.0)) AS phi,
  (c.mean + {half} / nullif(c.n, 0)) * least(4.0, greatest(1.0, coalesce(
    (coalesce(s.seen, 0.0) + 8 * f.factor * c.mean) / nullif((w.n + 8) * c.mean, 0), 1.0))) AS mu
FROM {identifier(cut)} c LEFT JOIN season s USING (subject) CROSS JOIN weeks w CROSS JOIN county f"""


def _bound(expected: str, base: Measured, signal: Signal) -> str:
    """The upper bound from ``mu``, ``phi``, ``sd`` and ``n``."""
    z = NormalDist().inv_cdf(1 - signal.alarm)
    spread = "mu * (phi + 1.0 / nullif(n, 0))"
    power = f"coalesce(mu * pow(1 + (2.0 / 3) * {z!r} * sqrt({spread}) / nullif(mu, 0), 1.5), 0.0)"
    known = f"n >= {signal.least}"
    source = identifier(expected)
    if base.signal.measure == "sum":
        return f"SELECT subject, CASE WHEN {known} THEN round({power}, 6) END AS value FROM {source}"
    if base.signal.measure not in _COUNTS:
        plain = f"mu + {z!r} * sd * sqrt(1 + 1.0 / nullif(n, 0))"
        return f"SELECT subject, CASE WHEN {known} THEN round({plain}, 6) END AS value FROM {source}"
    # Cantelli: no distribution has more than ``alarm`` of its mass beyond mean + sd/√alarm, so the sum may stop there.
    return f"""
SELECT e.subject, CASE WHEN {known} THEN greatest(2.0, coalesce(x.u, ceil({power}))) END AS value
FROM {source} e LEFT JOIN (
  SELECT subject, CAST(count(*) FILTER (WHERE below < {1 - signal.alarm!r}) AS DOUBLE) AS u FROM (
    SELECT subject, sum(exp(lgamma(j + size) - lgamma(size) - lgamma(j + 1) + size * ln(p) + j * ln(1 - p)))
      OVER (PARTITION BY subject ORDER BY j ROWS UNBOUNDED PRECEDING) AS below
    FROM (
      SELECT subject, mu / (v / mu - 1) AS size, mu / v AS p,
        unnest(range(0, CAST(ceil(mu + sqrt(v / {signal.alarm!r})) AS BIGINT) + 1)) AS j
      FROM (SELECT subject, mu, {spread} AS v FROM {source} WHERE mu > 0 AND mu <= {_EXACT} AND n > 0)))
  GROUP BY subject) x USING (subject)"""
