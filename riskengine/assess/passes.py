"""Measured signals and baselines of one subject type, from ``known_<kind>`` into temp tables that :mod:`wide` joins.

A signal that fails does not take the others with it: it is named in ``Wide.broken`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import duckdb

from riskengine.assess.baseline import expected_steps, never, value_steps
from riskengine.assess.measures import Measured, newer, rows_of, subject_key
from riskengine.assess.nights import Nights
from riskengine.assess.returns import APART, apart, returns_sql
from riskengine.assess.wide import Read, Wide
from riskengine.assess.windows import Series, Span, bucket_steps, history_of, span_of, windowed_of, windows_sql
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import Step, StepFailed, Steps, identifier, literal

__all__ = ["measure", "measure_usual"]

_T = TypeVar("_T", Measured, Signal)


def measure(con: Connection, wide: Wide, measured: Mapping[str, Measured], nights: Nights) -> list[Read]:
    """Run one aggregate pass a kind, plus one statement for those measures that cannot share it."""
    reads: list[Read] = []
    plain: dict[tuple[object, ...], list[Measured]] = {}
    own: dict[tuple[str, ...], list[Measured]] = {}
    for each in measured.values():
        if each.signal.measure in APART:
            own.setdefault(apart(wide.type_, each), []).append(each)
        else:
            # for many nights apart by lag as well, so that a pass meets no more days with nights than it must
            days = () if nights.alone else (each.signal.lag, each.since is None)
            plain.setdefault((each.kind, *days), []).append(each)
    for group in own.values():
        reads += _isolated(group, lambda some: _own(con, wide, some, nights), wide)
    for group in plain.values():
        reads += _isolated(group, lambda some: _pass(con, wide, some, nights), wide)
    return reads


def measure_usual(
    con: Connection, wide: Wide, signals: Sequence[Signal], measured: Mapping[str, Measured], nights: Nights
) -> list[Read]:
    """``usual``, ``upper`` and ``trend`` signals from the windows of their bases, all at once."""
    spans: dict[Span, list[Signal]] = {}
    for signal in signals:
        of = windowed_of(signal)
        if of is None:
            continue
        base = measured.get(of)
        if base is None or of in wide.broken:
            wide.broken[signal.name] = wide.broken.get(of, f"信号“{of}”不是从记录计算的信号，不能求往常值和趋势")
            continue
        try:
            spans.setdefault(span_of(base, signal), []).append(signal)
        except ValueError as error:
            wide.broken[signal.name] = str(error)
    together = [signal for group in spans.values() for signal in group]
    return _isolated(together, lambda some: _usual(con, wide, some, measured, nights), wide) if together else []


def _isolated(group: Sequence[_T], build: Callable[[Sequence[_T]], list[Read]], wide: Wide) -> list[Read]:
    """Build a group at once; if that fails, each half of it, and whoever fails alone is broken."""
    try:
        return build(group)
    except (StepFailed, ExpressionError, ValueError) as error:
        if len(group) == 1:
            name = group[0].signal.name if isinstance(group[0], Measured) else group[0].name
            if isinstance(error, StepFailed):
                wide.fails(name, error)
            else:
                wide.broken[name] = str(error)
            return []
        half = len(group) // 2
        return [read for part in (group[:half], group[half:]) for read in _isolated(part, build, wide)]


def _pass(con: Connection, wide: Wide, group: Sequence[Measured], nights: Nights) -> list[Read]:
    """All plain measures of one kind in one aggregate pass over its records."""
    kind = group[0].kind
    table = f"pass_{kind}_{wide.type_.value}_{group[0].signal.name}"
    subject = subject_key(kind, wide.type_)
    parts, reads = [f"{nights.day} AS as_of", f"{subject} AS subject"], []
    for each in group:
        name, within = each.signal.name, each.at(wide.type_)
        value, found = f"{{t}}.{identifier(name)}", f"{{t}}.{identifier(name + '#')}"
        parts.append(f"{each.aggregate(within)} AS {identifier(name)}")
        if each.empty == "NULL":
            reads.append(Read(name, table, value))
        elif each.signal.measure in ("count", "share", "days_since"):
            reads.append(Read(name, table, f"coalesce({value}, {each.empty})"))
        else:
            # rows were found, but none of them says the value: unknown, not the value for "no row"
            parts.append(f"count(*) FILTER (WHERE {within}) AS {identifier(name + '#')}")
            reads.append(Read(name, table, f"CASE WHEN coalesce({found}, 0) = 0 THEN {each.empty} ELSE {value} END"))
    where = newer({each.since for each in group}) or "TRUE"
    oldest = [each.from_day for each in group if each.from_day is not None]
    if not nights.alone and len(oldest) == len(group):
        newest = max(nights.latest(each.signal.lag) for each in group)
        where += f" AND r.occurred_on > {literal(min(oldest))} AND r.occurred_on <= {literal(newest)}"
    if wide.type_ not in PLACES and wide.type_ is not Subject.UNIT:  # most matters ended long ago and are no subjects
        of_type = f"FROM subject WHERE subject_type = {literal(wide.type_.value)}"
        where += (
            f" AND {subject} IN (SELECT subject {of_type})"
            if nights.alone
            else f" AND (n.as_of, {subject}) IN (SELECT (as_of, subject) {of_type})"
        )
    rows = nights.standing(rows_of(f"known_{kind}", kind, wide.type_))
    steps = Steps()
    steps.add(table, f"SELECT {', '.join(parts)} FROM {rows} WHERE {where} GROUP BY 1, 2")
    steps.as_tables(con)
    return reads


def _own(con: Connection, wide: Wide, group: Sequence[Measured], nights: Nights) -> list[Read]:
    """Measures that see the same rows in the same way."""
    table = f"own_{wide.type_.value}_{group[0].signal.name}"
    steps = Steps()
    steps.add(table, returns_sql(f"known_{group[0].kind}", wide.type_, group, nights))
    steps.as_tables(con)
    return [
        Read(name, table, f"CASE WHEN {{t}}.subject IS NULL THEN {each.empty} ELSE {{t}}.{identifier(name)} END")
        for each in group
        for name in (each.signal.name,)
    ]


def _usual(
    con: Connection, wide: Wide, group: Sequence[Signal], measured: Mapping[str, Measured], nights: Nights
) -> list[Read]:
    """Baselines of one subject type: the windows of each span once, then all signals from them."""
    of = {signal.name: measured[windowed_of(signal) or ""] for signal in group}
    span = {signal.name: span_of(of[signal.name], signal) for signal in group}
    windows = _windows(con, list(dict.fromkeys(span.values())))
    named = {(span[name], base.signal.name): Series(base, span[name], windows[span[name]]) for name, base in of.items()}
    numbers = {key: at for at, key in enumerate(named)}
    series = list(named.values())
    asked = [(signal, numbers[span[signal.name], of[signal.name].signal.name]) for signal in group]
    table = f"{wide.type_.value}_{group[0].name}"
    buckets, moments, expected, history = (f"{each}_{table}" for each in ("bucket", "moment", "expected", "history"))
    history_of(con, history, series, nights)
    bucket_steps(buckets, wide.type_, series, nights).as_tables(con)
    uppers = sorted({at for signal, at in asked if signal.upper is not None})
    expected_steps(moments, expected, buckets, history, uppers).as_tables(con)
    [(rows,)] = con.execute(f"SELECT count(*) FROM {identifier(moments)}").fetchall()
    many = max(1, _ROWS * len(series) // max(1, rows))
    reads = []
    for start in range(0, len(asked), many):
        part, values = asked[start : start + many], f"usual_{table}_{start}"
        value_steps(values, moments, expected, series, part).as_tables(con)
        for signal, at in part:
            value, zero = f"{{t}}.{identifier(signal.name)}", never(signal, series[at], nights)
            reads.append(Read(signal.name, values, value if zero is None else f"coalesce({value}, {zero})"))
    return reads


def _windows(con: Connection, spans: Sequence[Span]) -> dict[Span, tuple[int, ...]]:
    """How many full windows of history each span has on each night."""
    step = Step("windows", windows_sql(spans))
    try:
        found = con.execute(step.sql).fetchall()
    except duckdb.Error as error:
        raise StepFailed(step, error) from error
    return dict(zip(spans, zip(*found, strict=True), strict=True))


_ROWS = 20000
"""Signals times subjects that are bounded in one statement: each takes some ten to some hundred rows of memory there."""
