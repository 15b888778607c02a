"""All signals of one night or many: what is needed, the records as known, and from them one wide temp table a subject type.

``wide_<type>(as_of, subject, place, name, "<signal>" DOUBLE …)`` has one row for each row of ``subject`` of that type;
NULL = unknown. Places also have ``人口`` (residents on the night), units ``静默天数`` and ``静默来源数`` (who should have
reported and did not). Steps on the way stay as temp tables: ``known_<kind>`` (records as known, only needed
columns), ``kind_began(as_of, kind, first_on)`` (since when a kind is known at all), ``pass_…`` and ``own_…`` (measures), and
``bucket_…``, ``moment_…``, ``expected_…`` and ``usual_…`` (baselines, on their way from windows to values).

Build them outside any transaction: DuckDB gives up a whole transaction at its first error, and then one bad signal
takes all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.assess.events import linked_kinds, with_events
from riskengine.assess.measures import READINGS, Measured, compile_measured, subject_key, unit_column
from riskengine.assess.nights import Nights
from riskengine.assess.passes import measure, measure_usual
from riskengine.assess.subjects import evaluated_rules
from riskengine.assess.wide import Wide, widen
from riskengine.assess.windows import bucket_from, windowed_of
from riskengine.contracts import contract
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.rulebook.names import signals_needed
from riskengine.store.database import Connection
from riskengine.store.steps import Steps, literal

__all__ = ["build_signals"]


def build_signals(con: Connection, rulebook: Rulebook, nights: Nights) -> dict[Subject, Wide]:
    """Compute every signal that live and trial rules need. Data up to and including each night; needs
    ``build_subjects``.
    """
    needed = _needed(rulebook)
    wides = {type_: Wide(type_) for type_ in needed}
    linked = linked_kinds(con, nights, (each for signals in needed.values() for each in signals))
    measured = {type_: _compile(wides[type_], signals, nights, linked) for type_, signals in needed.items()}
    _know(con, needed, measured, nights, linked)
    for type_, signals in needed.items():
        reads = measure(con, wides[type_], measured[type_], nights)
        reads += measure_usual(con, wides[type_], signals, measured[type_], nights)
        widen(con, wides[type_], signals, reads, nights)
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


def _compile(wide: Wide, signals: list[Signal], nights: Nights, linked: frozenset[str]) -> dict[str, Measured]:
    compiled: dict[str, Measured] = {}
    for signal in signals:
        if signal.source is not None:
            try:
                subject_key(signal.source, wide.type_)
                compiled[signal.name] = compile_measured(signal, nights, wide.type_, linked)
            except (ExpressionError, ValueError) as error:
                wide.broken[signal.name] = str(error)
    return compiled


def _know(
    con: Connection,
    needed: Mapping[Subject, list[Signal]],
    measured: Mapping[Subject, Mapping[str, Measured]],
    nights: Nights,
    linked: frozenset[str],
) -> None:
    """One temp table ``known_<kind>`` a kind: only the columns and the days that some signal reads, of linked kinds also the event.
    For many nights one row a version that stands on any of them, with ``stands_from`` and ``stands_until``, see ``Nights.standing``.
    """
    columns: dict[str, dict[str, None]] = {}
    since: dict[str, list[date | None]] = {}
    for type_, signals in needed.items():
        for each in measured[type_].values():
            mine = columns.setdefault(each.kind, dict.fromkeys(("occurred_on", "place", "quantity")))
            mine |= dict.fromkeys(sorted(each.columns)) | dict.fromkeys(contract(each.kind).subject)
            if type_ is Subject.UNIT:
                mine[unit_column(each.kind)] = None
            if each.signal.measure in READINGS:
                mine |= dict.fromkeys(("known_at", "file_id", "row_no"))
            since.setdefault(each.kind, []).append(each.from_day)
        for signal in signals:
            base = measured[type_].get(windowed_of(signal) or "")
            if base is not None:
                since[base.kind].append(bucket_from(base, signal))
    steps = Steps()
    for kind, wanted in sorted(columns.items()):
        days = [day for day in since[kind] if day is not None]
        newer = f" AND r.occurred_on > {literal(min(days))}" if len(days) == len(since[kind]) else ""
        rows = f"SELECT {', '.join(wanted)}{nights.versions(kind)}{newer}"
        steps.add(f"known_{kind}", with_events(kind, list(wanted), nights, newer) if kind in linked else rows)
    began = " UNION ALL ".join(_began(kind, nights) for kind in sorted(columns))
    steps.add(
        "kind_began", began or "SELECT NULL::DATE AS as_of, NULL::VARCHAR AS kind, NULL::DATE AS first_on WHERE FALSE"
    )
    steps.as_tables(con)


def _began(kind: str, nights: Nights) -> str:
    """A row a night: since when the kind is known at all; NULL where it is not."""
    if nights.alone:
        rows = f"{nights.known(kind)} WHERE r.occurred_on <= {nights.day}"
        return f"SELECT {nights.day} AS as_of, '{kind}' AS kind, min(r.occurred_on) AS first_on FROM {rows}"
    versions = f"SELECT min(r.occurred_on) AS first_on{nights.versions(kind)} GROUP BY ALL"
    return (
        f"SELECT n.as_of, '{kind}' AS kind, min(v.first_on) AS first_on FROM night_now n"
        f" LEFT JOIN ({versions}) v ON v.stands_from <= n.as_of AND v.stands_until > n.as_of GROUP BY n.as_of"
    )
