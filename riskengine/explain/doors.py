"""Which of the records behind a rule are one event that came in by several doors, and counted once."""

from __future__ import annotations

import duckdb

from riskengine.assess.events import told_apart
from riskengine.assess.measures import compile_measured, rows_of, subject_key
from riskengine.assess.references import titled
from riskengine.explain.relive import Scene
from riskengine.explain.signals import signals_of
from riskengine.model.subject import PLACES
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.store.steps import literal

__all__ = ["counted_once"]

_SHOWN = 3


def counted_once(scene: Scene, subject: str) -> tuple[str, ...]:
    """A sentence a signal whose count holds events with more than one record; none where no event came in twice."""
    type_ = scene.rule.subject
    linked = told_apart(scene.con) if type_ in PLACES else frozenset()
    found: dict[str, str] = {}
    for signal in signals_of(scene):
        if signal.source is None or signal.source not in linked or signal.measure not in ("count", "sum", "share"):
            continue
        try:
            measured = compile_measured(signal, scene.nights, type_, linked)
            rows = scene.con.execute(
                f"SELECT r.event FROM {rows_of(f'known_{signal.source}', signal.source, type_)} "
                f"WHERE {subject_key(signal.source, type_)} = ? AND r.event IS NOT NULL AND {measured.at(type_)} "
                "GROUP BY r.event HAVING count(*) > 1 ORDER BY r.event",
                [subject],
            ).fetchall()
        except (ExpressionError, ValueError, duckdb.Error):  # told as broken among the signals
            continue
        if rows:
            named = "；".join(_records(scene, event, signal.source) for (event,) in rows[:_SHOWN])
            more = "等" if len(rows) > _SHOWN else ""
            says = f"“{signal.name}”里有{len(rows)}件事从几个渠道报来，各只计一次：{named}{more}"
            found.setdefault(says.split("里有", 1)[1], says)
    return tuple(found.values())


def _records(scene: Scene, event: str, kind: str) -> str:
    """``12345工单 RX2026-00001 与 信访事项 XF2026-00002`` of one event."""
    now = literal(scene.as_of)
    rows = scene.con.execute(
        f"SELECT {titled(scene.rulebook.sources, 'source')} || ' ' || key FROM sense.link WHERE event = ? AND kind = ? "
        f"AND as_of <= {now} AND (superseded_at IS NULL OR superseded_at > {now}) ORDER BY role DESC, day, source, key",
        [event, kind],
    ).fetchall()
    return " 与 ".join(text for (text,) in rows)
