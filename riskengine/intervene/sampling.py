"""Samples (抽查) of what stayed below the threshold: what recall is estimated from.

Who goes to look is told where and about what, and nothing of points or levels: an answer that knows the engine's opinion would
say how far it is believed, not how far it is right.
"""

from __future__ import annotations

from datetime import date, timedelta

from riskengine.intervene.routing import route_standing
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["draw_samples"]


def draw_samples(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's sample lines into ``intervene.errand``, one a subject that ``assess.blind`` drew tonight, for the unit that would
    lead a warning of its theme at the lightest level. ``about`` is the theme. A subject that no route takes gets no line.

    A line stands every night until its unit has said how it is, at the longest to the end of its month. The temporary tables
    ``standing`` and ``routed`` are what they were.
    """
    con.execute(_OPEN, {"as_of": as_of, "first": as_of.replace(day=1)})
    if con.execute("SELECT 1 FROM assess.blind WHERE as_of = $1 LIMIT 1", [as_of]).fetchone() is None:
        return
    for name in ("standing", "routed"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_aside AS FROM {name}")
    lightest = max(level.rank for level in rulebook.levels)
    con.execute(_STANDING, {"as_of": as_of, "month": f"{as_of:%Y-%m}", "level": lightest})
    route_standing(con, rulebook, [as_of])
    con.execute(_ERRANDS, {"due": as_of + timedelta(rulebook.learning.sample.within)})
    for name in ("standing", "routed"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_aside")


_OPEN = """
INSERT INTO intervene.errand (as_of, id, kind, unit, about, subject_type, subject, place, says, due)
SELECT $as_of, id, kind, unit, about, subject_type, subject, place, says, due FROM intervene.errand AS e
WHERE kind = '抽查' AND as_of >= $first AND as_of < $as_of AND NOT EXISTS (
  FROM intervene.reply AS r WHERE r.id = e.id AND r.unit = e.unit AND r.outcome IS NOT NULL AND r.as_of <= $as_of)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1
ORDER BY id
"""

# numbered by what tells nothing: theme and subject, not the stratum
_STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
SELECT $as_of::DATE AS as_of,
  'CJ-' || $month || '-' || lpad(row_number() OVER (ORDER BY theme, subject_type, subject)::VARCHAR, 3, '0') AS id,
  $level::TINYINT AS level, subject_type, subject, theme, place, name
FROM (SELECT DISTINCT theme, subject_type, subject, name, place FROM assess.blind WHERE as_of = $as_of)
"""

_ERRANDS = """
INSERT INTO intervene.errand (as_of, id, kind, unit, about, subject_type, subject, place, says, due)
SELECT s.as_of, s.id, '抽查', r.unit, s.theme, s.subject_type, s.subject, s.place,
  '抽查：请看一看' || coalesce(s.name, s.subject) || '眼下有没有需要处置的“' || s.theme || '”方面的问题或苗头。有，核查结果填“属实”；没有，填“误报”；'
    || '看不了，填“无法核实”并写明原因。抽查按随机抽取，不代表这里有问题，也不计入考核。',
  $due
FROM standing AS s JOIN routed AS r ON r.id = s.id AND r.role = '主办'
ORDER BY s.id
"""
