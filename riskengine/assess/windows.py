"""A measured signal again, over earlier windows of its own length: what baselines and trends are made from, set-wise.

Window k of a night ends k windows before tonight's. ``series`` is the number of a :class:`Series`: one measure over the
windows of one span. All series of a subject type are in the same long tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.assess.measures import Measured, rows_of, subject_key
from riskengine.assess.nights import Nights
from riskengine.model.signal import WINDOWED, Signal
from riskengine.model.subject import Subject
from riskengine.store.database import Connection
from riskengine.store.steps import Steps, identifier

__all__ = [
    "Series",
    "Span",
    "bucket_from",
    "bucket_steps",
    "history_of",
    "span_of",
    "windowed_of",
    "windows_sql",
]

NEAR = 14
"""The season takes in windows that lie this many days from a whole number of years back, or a window's length."""

_WHAT = ("往常值", "趋势")
_ADDITIVE = ("count", "sum")


Span = tuple[str, int, str, int, int]
"""Kind, window, last day, gap and history: baselines that share these share one pass over the records."""


@dataclass(frozen=True)
class Series:
    """One measure over the earlier windows of one span. ``windows``: how many full ones of them there are, a number a
    night.
    """

    base: Measured
    span: Span
    windows: tuple[int, ...]

    @property
    def additive(self) -> bool:
        """A window without rows is a window with 0."""
        return self.base.signal.measure in _ADDITIVE

    def seasonal(self, windows: int) -> int:
        """How many of so many windows lie a whole number of years back."""
        _, window, _, gap, _ = self.span
        near = max(window, NEAR)
        days = (k * window for k in range(gap + 1, gap + 1 + windows))
        return sum(abs((day + 182) % 364 - 182) <= near and day > 182 for day in days)


def windowed_of(signal: Signal) -> str | None:
    """The name of the signal whose windows a ``usual``, ``upper`` or ``trend`` looks at; None for other forms."""
    return signal.usual or signal.upper or signal.trend


def bucket_from(base: Measured, signal: Signal) -> date | None:
    """The day before the oldest window that ``signal`` looks back to on the first night; None = all that is known."""
    window = base.signal.window
    return base.from_day - timedelta((_gap(signal) + signal.depth) * window) if base.from_day and window else None


def span_of(base: Measured, signal: Signal) -> Span:
    """What ``signal`` looks back over. Raises ValueError where the measure cannot be counted window by window."""
    if base.signal.measure not in WINDOWED or base.signal.window is None:
        raise ValueError(f"信号“{base.signal.name}”没有按窗口计数，不能求{_WHAT[signal.trend is not None]}")
    return (base.kind, base.signal.window, base.until, _gap(signal), signal.depth)


def _gap(signal: Signal) -> int:
    """Windows left out before tonight's; −1 for a trend, which looks at tonight's as well."""
    return -1 if signal.trend is not None else signal.gap


def windows_sql(spans: Sequence[Span]) -> str:
    """A SELECT of one row a night, in order: a column a span, how many full windows of history it has. Reads
    ``kind_began`` and ``night_now``.
    """
    columns = (
        f"greatest(0, least({history}, coalesce(max((({until} - first_on + 1) // {window}) - 1 - {gap})"
        f" FILTER (WHERE kind = '{kind}'), 0)))"
        for kind, window, until, gap, history in spans
    )
    return f"SELECT {', '.join(columns)} FROM night_now n LEFT JOIN kind_began b USING (as_of) GROUP BY n.as_of ORDER BY n.as_of"


def history_of(con: Connection, table: str, series: Sequence[Series], nights: Nights) -> None:
    """Create temp table ``table``, a row a night and series: ``upto`` (the oldest full window), ``windows`` (how many count,
    NULL where only those with rows do), ``weeks`` (those a whole number of years back, give or take ``near`` days), ``days``
    (of one window), ``additive``, ``half`` (a case for counts).
    """
    rows: list[tuple[date, int, int, int | None, int, int, int, bool, float]] = []
    for at, each in enumerate(series):
        _, days, _, gap, _ = each.span
        half = 0.5 if each.base.signal.measure == "count" else 0.0
        weeks = {windows: each.seasonal(windows) for windows in set(each.windows)}
        for night, full in zip(nights.days, each.windows, strict=True):
            counted = full if each.additive else None
            rows.append((night, at, gap + full, counted, weeks[full], days, max(days, NEAR), each.additive, half))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {identifier(table)} AS SELECT unnest(?::DATE[]) AS as_of, unnest(?::INTEGER[]) AS series,"
        " unnest(?::INTEGER[]) AS upto, unnest(?::BIGINT[]) AS windows, unnest(?::INTEGER[]) AS weeks, unnest(?::INTEGER[]) AS days,"
        " unnest(?::INTEGER[]) AS near, unnest(?::BOOLEAN[]) AS additive, unnest(?::DOUBLE[]) AS half",
        [list(column) for column in zip(*rows, strict=True)],
    )


def bucket_steps(buckets: str, type_: Subject, series: Sequence[Series], nights: Nights) -> Steps:
    """One step, ``buckets``: a row a night, subject, window with rows and series: ``as_of``, ``series`` (its place among
    them), ``subject``, ``k`` (windows before tonight's) and ``y``. Reads ``known_<kind>``; one pass a span.
    """
    passes: dict[tuple[Span, str], list[int]] = {}
    for at, each in enumerate(series):
        alone = each.base.signal.name if each.base.signal.measure == "distinct" else ""
        passes.setdefault((each.span, alone), []).append(at)
    steps = Steps()
    steps.add(buckets, "\nUNION ALL ".join(_windows(type_, series, ats, nights) for ats in passes.values()))
    return steps


def _windows(type_: Subject, series: Sequence[Series], ats: Sequence[int], nights: Nights) -> str:
    """One pass over the records of a span: rows of ``buckets``."""
    bases = [series[at].base for at in ats]
    kind, window, until, gap, history = series[ats[0]].span
    subject, back = subject_key(kind, type_), f"(({until} - r.occurred_on) // {window})"
    rows = nights.standing(rows_of(f"known_{kind}", kind, type_))
    newest, oldest = f"{until} - {(gap + 1) * window}", f"({until} - {(gap + history + 1) * window})"
    days = f"r.occurred_on <= {newest} AND r.occurred_on > {oldest} AND {subject} IS NOT NULL"
    own = f"{nights.day} AS as_of, {subject} AS subject, {back} AS k"
    if bases[0].signal.measure == "distinct":
        net = (
            f"SELECT {own}, {bases[0].of} AS v, sum(r.quantity) AS net FROM {rows}"
            f" WHERE {days} AND ({bases[0].where}) GROUP BY 1, 2, 3, 4"
        )
        counted = "CAST(count(v) FILTER (WHERE net > 0) AS DOUBLE)"
        return f"SELECT as_of, {ats[0]} AS series, subject, k, {counted} AS y FROM ({net}) GROUP BY 1, 3, 4"
    named = ", ".join(f"{base.aggregate(f'({base.where})')} AS y{at}" for at, base in zip(ats, bases, strict=True))
    anyone = " OR ".join(f"({base.where})" for base in bases)
    wide = f"SELECT {own}, {named} FROM {rows} WHERE {days} AND ({anyone}) GROUP BY 1, 2, 3"
    # a window that has rows of another base only says nothing of this one, unless it is counted
    each = ", ".join(
        f"greatest(y{at}, 0.0)" if series[at].additive else f"CASE WHEN y{at} < 0 THEN 0.0 ELSE y{at} END" for at in ats
    )
    return f"SELECT as_of, unnest({list(ats)}) AS series, subject, k, unnest([{each}]) AS y FROM ({wide})"
