"""Measured signals and baselines of one subject type, from ``known_<kind>`` into temp tables that :mod:`wide` joins.

A signal that fails does not take the others with it: it is named in ``Wide.broken`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import duckdb

from riskengine.assess.baseline import (
    Series,
    Span,
    bucket_steps,
    expected_steps,
    never,
    span_of,
    value_steps,
    windows_sql,
)
from riskengine.assess.measures import Measured, newer, rows_of, subject_key
from riskengine.assess.returns import APART, apart, returns_sql
from riskengine.assess.wide import Read, Wide
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import Step, StepFailed, Steps, identifier

__all__ = ["measure", "measure_usual"]

_T = TypeVar("_T", Measured, Signal)


def measure(con: Connection, wide: Wide, measured: Mapping[str, Measured]) -> list[Read]:
    """Run one aggregate pass a kind, plus one statement for those measures that cannot share it."""
    reads: list[Read] = []
    plain: dict[str, list[Measured]] = {}
    own: dict[tuple[str, ...], list[Measured]] = {}
    for each in measured.values():
        if each.signal.measure in APART:
            own.setdefault(apart(wide.type_, each), []).append(each)
        else:
            plain.setdefault(each.kind, []).append(each)
    for group in own.values():
        reads += _isolated(group, lambda some: _own(con, wide, some), wide)
    for group in plain.values():
        reads += _isolated(group, lambda some: _pass(con, wide, some), wide)
    return reads


def measure_usual(
    con: Connection, wide: Wide, signals: Sequence[Signal], measured: Mapping[str, Measured]
) -> list[Read]:
    """``usual`` and ``upper`` signals from their bases' earlier windows, all at once."""
    spans: dict[Span, list[Signal]] = {}
    for signal in signals:
        of = signal.usual or signal.upper
        if of is None:
            continue
        base = measured.get(of)
        if base is None or of in wide.broken:
            wide.broken[signal.name] = wide.broken.get(of, f"信号“{of}”不是从记录计算的信号，不能求往常值")
            continue
        try:
            spans.setdefault(span_of(base, signal), []).append(signal)
        except ValueError as error:
            wide.broken[signal.name] = str(error)
    together = [signal for group in spans.values() for signal in group]
    return _isolated(together, lambda some: _usual(con, wide, some, measured), wide) if together else []


def _isolated(group: Sequence[_T], build: Callable[[Sequence[_T]], list[Read]], wide: Wide) -> list[Read]:
    """Build a group at once; if that fails, each half of it, and whoever fails alone is broken."""
    try:
        return build(group)
    except (StepFailed, ExpressionError, ValueError) as error:
        if len(group) == 1:
            name = group[0].signal.name if isinstance(group[0], Measured) else group[0].name
            wide.broken[name] = error.reason if isinstance(error, StepFailed) else str(error)
            return []
        half = len(group) // 2
        return [read for part in (group[:half], group[half:]) for read in _isolated(part, build, wide)]


def _pass(con: Connection, wide: Wide, group: Sequence[Measured]) -> list[Read]:
    """All plain measures of one kind in one aggregate pass over its records."""
    kind = group[0].kind
    table = f"pass_{kind}_{wide.type_.value}_{group[0].signal.name}"
    parts, reads = [f"{subject_key(kind, wide.type_)} AS subject"], []
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
    if wide.type_ not in PLACES and wide.type_ is not Subject.UNIT:  # most matters ended long ago and are no subjects
        where += f" AND {subject_key(kind, wide.type_)} IN (SELECT subject FROM subject WHERE subject_type = '{wide.type_.value}')"
    steps = Steps()
    steps.add(
        table, f"SELECT {', '.join(parts)} FROM {rows_of(f'known_{kind}', kind, wide.type_)} WHERE {where} GROUP BY 1"
    )
    steps.as_tables(con)
    return reads


def _own(con: Connection, wide: Wide, group: Sequence[Measured]) -> list[Read]:
    """Measures that see the same rows in the same way."""
    table = f"own_{wide.type_.value}_{group[0].signal.name}"
    steps = Steps()
    steps.add(table, returns_sql(f"known_{group[0].kind}", wide.type_, group))
    steps.as_tables(con)
    return [
        Read(name, table, f"CASE WHEN {{t}}.subject IS NULL THEN {each.empty} ELSE {{t}}.{identifier(name)} END")
        for each in group
        for name in (each.signal.name,)
    ]


def _usual(con: Connection, wide: Wide, group: Sequence[Signal], measured: Mapping[str, Measured]) -> list[Read]:
    """Baselines of one subject type: the windows of each span once, then all signals from them."""
    of = {signal.name: measured[signal.usual or signal.upper or ""] for signal in group}
    span = {signal.name: span_of(of[signal.name], signal) for signal in group}
    windows = _windows(con, list(dict.fromkeys(span.values())))
    named = {(span[name], base.signal.name): Series(base, span[name], windows[span[name]]) for name, base in of.items()}
    numbers = {key: at for at, key in enumerate(named)}
    series = list(named.values())
    asked = [(signal, numbers[span[signal.name], of[signal.name].signal.name]) for signal in group]
    table = f"{wide.type_.value}_{group[0].name}"
    buckets, moments, expected = f"bucket_{table}", f"moment_{table}", f"expected_{table}"
    bucket_steps(buckets, wide.type_, series).as_tables(con)
    uppers = sorted({at for signal, at in asked if signal.upper is not None})
    expected_steps(moments, expected, buckets, series, uppers).as_tables(con)
    [(rows,)] = con.execute(f"SELECT count(*) FROM {identifier(moments)}").fetchall()
    many = max(1, _ROWS * len(series) // max(1, rows))
    reads = []
    for start in range(0, len(asked), many):
        part, values = asked[start : start + many], f"usual_{table}_{start}"
        value_steps(values, moments, expected, series, part).as_tables(con)
        for signal, at in part:
            value, zero = f"{{t}}.{identifier(signal.name)}", never(signal, series[at])
            reads.append(Read(signal.name, values, value if zero is None else f"coalesce({value}, {zero})"))
    return reads


def _windows(con: Connection, spans: Sequence[Span]) -> dict[Span, int]:
    """How many full windows of history each span has tonight."""
    step = Step("windows", windows_sql(spans))
    try:
        [found] = con.execute(step.sql).fetchall()
    except duckdb.Error as error:
        raise StepFailed(step, error) from error
    return dict(zip(spans, found, strict=True))


_ROWS = 20000
"""Signals times subjects that are bounded in one statement: each takes some ten to some hundred rows of memory there."""
