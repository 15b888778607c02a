"""What came back after it was closed (反弹): raised by one level, and said so.

Whether a warning is such a one is decided where warnings live (:mod:`riskengine.assess.life`); here it is kept and worded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from riskengine.model.duty import Level
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["graver", "graver_ranks", "store_reopened"]


def graver_ranks(levels: Iterable[Level]) -> dict[int, int]:
    """Rank → the rank one level graver, for every level but the gravest."""
    ranks = sorted(level.rank for level in levels)
    return dict(zip(ranks[1:], ranks, strict=False))


def graver(levels: Iterable[Level], rank: str) -> str:
    """SQL of the rank one level graver than ``rank``; the gravest stays what it is."""
    steps = " ".join(f"WHEN {one} THEN {other}" for one, other in graver_ranks(levels).items())
    return f"CAST(CASE {rank} {steps} ELSE {rank} END AS TINYINT)" if steps else rank


def store_reopened(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``assess.reopened`` and leave temp table ``returned(id, said, told)``, one row each.

    ``said``: the sentence that comes before the reasons; ``told``: the same as JSON, what ``assess.state.why`` holds under ``rebound``.
    Expects ``reopened``, ``gathered``, ``opened`` and ``prior`` of the night. Mostly there is nothing to write.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE returned (id VARCHAR, said VARCHAR, told JSON)")
    if not con.execute("FROM reopened LIMIT 1").fetchone():
        return
    con.execute(_STORE, {"as_of": as_of})
    name = " ".join(f"WHEN {each.rank} THEN {literal(each.name)}" for each in rulebook.levels)
    units = {unit.id: unit.name for unit in rulebook.units.values()}
    con.execute(
        _RETURNED.format(by_rules=f"CASE r.level_by_rules {name} END", level=f"CASE g.level {name} END"),
        {"as_of": as_of, "units": list(units), "names": list(units.values())},
    )


_STORE = """
INSERT INTO assess.reopened
SELECT $as_of, i.id, r.of_id, r.closed_on, r.days, r.unit, g.level_by_rules
FROM reopened r
JOIN gathered g ON NOT g.trial AND g.lot = r.lot AND g.subject_type = r.subject_type AND g.subject = r.subject
JOIN (
  SELECT id, lot, subject_type, subject FROM opened WHERE NOT trial
  UNION ALL SELECT id, lot, subject_type, subject FROM prior WHERE NOT trial
) i ON i.lot = r.lot AND i.subject_type = r.subject_type AND i.subject = r.subject
ORDER BY i.id
"""

_RETURNED = """
INSERT INTO returned
SELECT r.id,
  '反弹：' || r.of_id || ' 于 ' || strftime(r.closed_on, '%Y-%m-%d') || coalesce(' 由' || coalesce(u.name, r.unit), '') || '销号后 '
    || r.days || ' 天再次出现，' || CASE WHEN g.level < r.level_by_rules THEN '按规则为' || {by_rules} || '，升一级为' || {level} || '。'
    ELSE '按规则已是最高的' || {level} || '，不再升级。' END,
  to_json({{'of': r.of_id, 'closed_on': strftime(r.closed_on, '%Y-%m-%d'), 'unit': r.unit, 'days': r.days,
    'level_by_rules': {by_rules}, 'level': {level}}})
FROM assess.reopened r JOIN living g ON g.id = r.id
LEFT JOIN (SELECT unnest($units::VARCHAR[]) AS unit, unnest($names::VARCHAR[]) AS name) u ON u.unit = r.unit
WHERE r.as_of = $as_of
"""
