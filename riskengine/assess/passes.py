"""Measured signals and baselines of one subject type, from ``known_<kind>`` into temp tables that :mod:`wide` joins.

A signal that fails does not take the others with it: it is named in ``Wide.broken`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from riskengine.assess.baseline import Span, baseline_steps, bucket_steps, moment_steps, span_of
from riskengine.assess.measures import Measured, newer, rows_of, subject_key
from riskengine.assess.returns import returns_sql
from riskengine.assess.wide import Read, Wide
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import StepFailed, Steps, identifier

__all__ = ["measure", "measure_usual"]

_T = TypeVar("_T", Measured, Signal)


def measure(con: Connection, wide: Wide, measured: Mapping[str, Measured]) -> list[Read]:
    """Run one aggregate pass a kind, plus one statement for each measure that cannot share it."""
    reads: list[Read] = []
    plain: dict[str, list[Measured]] = {}
    for each in measured.values():
        if each.signal.measure in ("previous", "streak", "distinct", "busiest"):
            reads += _isolated([each], lambda one: _own(con, wide, one[0]), wide)
        else:
            plain.setdefault(each.kind, []).append(each)
    for group in plain.values():
        reads += _isolated(group, lambda some: _pass(con, wide, some), wide)
    return reads


def measure_usual(
    con: Connection, wide: Wide, signals: Sequence[Signal], measured: Mapping[str, Measured]
) -> list[Read]:
    """``usual`` and ``upper`` signals from their bases' earlier windows; those that look back over the same days
    share a pass.
    """
    spans: dict[tuple[Span, str], list[Signal]] = {}
    for signal in signals:
        of = signal.usual or signal.upper
        if of is None:
            continue
        base = measured.get(of)
        if base is None or of in wide.broken:
            wide.broken[signal.name] = wide.broken.get(of, f"信号“{of}”不是从记录计算的信号，不能求往常值")
            continue
        try:
            alone = of if base.signal.measure == "distinct" else ""
            spans.setdefault((span_of(base, signal), alone), []).append(signal)
        except ValueError as error:
            wide.broken[signal.name] = str(error)
    return [
        read
        for group in spans.values()
        for read in _isolated(group, lambda some: _usual(con, wide, some, measured), wide)
    ]


def _isolated(group: Sequence[_T], build: Callable[[Sequence[_T]], list[Read]], wide: Wide) -> list[Read]:
    """Build a group at once; if that fails, one by one, and whoever fails alone is broken."""
    try:
        return build(group)
    except (StepFailed, ExpressionError, ValueError) as error:
        if len(group) == 1:
            name = group[0].signal.name if isinstance(group[0], Measured) else group[0].name
            wide.broken[name] = error.reason if isinstance(error, StepFailed) else str(error)
            return []
        return [read for each in group for read in _isolated([each], build, wide)]


def _pass(con: Connection, wide: Wide, group: Sequence[Measured]) -> list[Read]:
    """All plain measures of one kind in one aggregate pass over its records."""
    kind = group[0].kind
    alone = f"_{group[0].signal.name}" if len(group) == 1 else ""
    table = f"pass_{kind}_{wide.type_.value}{alone}"
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


def _own(con: Connection, wide: Wide, measured: Measured) -> list[Read]:
    table = f"own_{wide.type_.value}_{measured.signal.name}"
    steps = Steps()
    steps.add(table, returns_sql(f"known_{measured.kind}", wide.type_, measured))
    steps.as_tables(con)
    return [
        Read(measured.signal.name, table, f"CASE WHEN {{t}}.subject IS NULL THEN {measured.empty} ELSE {{t}}.value END")
    ]


def _usual(con: Connection, wide: Wide, group: Sequence[Signal], measured: Mapping[str, Measured]) -> list[Read]:
    """Baselines of one span: the windows once, then each signal from them."""
    bases = {signal.name: measured[signal.usual or signal.upper or ""] for signal in group}
    buckets = f"bucket_{wide.type_.value}_{group[0].name}"
    distinct = {base.signal.name: base for base in bases.values()}
    bucket_steps(buckets, wide.type_, list(distinct.values()), group[0]).as_tables(con)
    for name, base in distinct.items():
        moment_steps(f"{buckets}_{name}", buckets, base).as_tables(con)
    reads = []
    for signal in group:
        name, base = f"own_{wide.type_.value}_{signal.name}", bases[signal.name]
        baseline_steps(name, f"{buckets}_{base.signal.name}", base, signal).as_tables(con)
        never = "NULL"
        if base.signal.measure in ("count", "sum"):  # a subject that never had a row had 0 in every window
            zero = 2.0 if signal.upper is not None and base.signal.measure == "count" else 0.0
            never = f"(SELECT CASE WHEN windows >= {signal.least} THEN {zero} END FROM {identifier(buckets + '_n')})"
        reads.append(Read(signal.name, name, f"CASE WHEN {{t}}.subject IS NULL THEN {never} ELSE {{t}}.value END"))
    return reads
