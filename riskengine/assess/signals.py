"""All signals of a night: what is needed, the records as known, and from them one wide temp table a subject type.

``wide_<type>(subject, place, name, "<signal>" DOUBLE …)`` has one row for each row of ``subject`` of that type;
NULL = unknown. Places also have ``人口`` (residents on the night), units ``静默天数`` and ``静默来源数`` (who should have
reported and did not). Steps on the way stay as temp tables: ``known_<kind>`` (records as known, only needed
columns), ``kind_began(kind, first_on)`` (since when a kind is known at all), ``pass_…`` and ``own_…`` (measures), and
``bucket_…``, ``moment_…``, ``expected_…`` and ``usual_…`` (baselines, on their way from windows to values).

Build them outside any transaction: DuckDB gives up a whole transaction at its first error, and then one bad signal
takes all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.assess.baseline import bucket_since
from riskengine.assess.measures import READINGS, Measured, compile_measured, newer, subject_key, unit_column
from riskengine.assess.passes import measure, measure_usual
from riskengine.assess.subjects import evaluated_rules
from riskengine.assess.wide import Wide, widen
from riskengine.contracts import contract
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.rulebook.expression import ExpressionError
from riskengine.rulebook.names import signals_needed
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import Steps, literal

__all__ = ["build_signals"]


def build_signals(con: Connection, rulebook: Rulebook, as_of: date) -> dict[Subject, Wide]:
    """Compute every signal that live and trial rules need. Data up to and including ``as_of``; needs
    ``build_subjects``.
    """
    needed = _needed(rulebook)
    wides = {type_: Wide(type_) for type_ in needed}
    measured = {type_: _compile(wides[type_], signals, as_of) for type_, signals in needed.items()}
    _know(con, needed, measured, literal(as_of))
    for type_, signals in needed.items():
        reads = measure(con, wides[type_], measured[type_])
        reads += measure_usual(con, wides[type_], signals, measured[type_])
        widen(con, wides[type_], signals, reads, as_of)
    return wides


def _needed(rulebook: Rulebook) -> dict[Subject, list[Signal]]:
    """Signals a subject type, a signal after those it is made of."""
    found: dict[Subject, dict[str, Signal]] = {}
    for rule in evaluated_rules(rulebook):
        if rule.compound is None:
            mine = found.setdefault(rule.subject, {})
            for signal in signals_needed(rulebook, rule):
                mine.setdefault(signal.name, signal)
    return {type_: list(signals.values()) for type_, signals in found.items()}


def _compile(wide: Wide, signals: list[Signal], as_of: date) -> dict[str, Measured]:
    compiled: dict[str, Measured] = {}
    for signal in signals:
        if signal.source is not None:
            try:
                subject_key(signal.source, wide.type_)
                compiled[signal.name] = compile_measured(signal, as_of)
            except (ExpressionError, ValueError) as error:
                wide.broken[signal.name] = str(error)
    return compiled


def _know(
    con: Connection,
    needed: Mapping[Subject, list[Signal]],
    measured: Mapping[Subject, Mapping[str, Measured]],
    as_of: str,
) -> None:
    """One temp table ``known_<kind>`` a kind: only the columns and the days that some signal reads."""
    columns: dict[str, dict[str, None]] = {}
    since: dict[str, set[str | None]] = {}
    for type_, signals in needed.items():
        for each in measured[type_].values():
            mine = columns.setdefault(each.kind, dict.fromkeys(("occurred_on", "place", "quantity")))
            mine |= dict.fromkeys(sorted(each.columns)) | dict.fromkeys(contract(each.kind).subject)
            if type_ is Subject.UNIT:
                mine[unit_column(each.kind)] = None
            if each.signal.measure in READINGS:
                mine |= dict.fromkeys(("known_at", "file_id", "row_no"))
            since.setdefault(each.kind, set()).add(each.since)
        for signal in signals:
            base = measured[type_].get(signal.usual or signal.upper or "")
            if base is not None:
                since[base.kind].add(bucket_since(base, signal))
    steps = Steps()
    for kind, wanted in sorted(columns.items()):
        where = newer(since[kind]) or "TRUE"
        steps.add(
            f"known_{kind}",
            f"SELECT {', '.join(wanted)} FROM ({as_known(kind, as_of)}) r WHERE r.occurred_on <= {as_of} AND {where}",
        )
    began = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, min(occurred_on) AS first_on FROM ({as_known(kind, as_of)})"
        f" WHERE occurred_on <= {as_of}"
        for kind in sorted(columns)
    )
    steps.add("kind_began", began or "SELECT NULL::VARCHAR AS kind, NULL::DATE AS first_on WHERE FALSE")
    steps.as_tables(con)
