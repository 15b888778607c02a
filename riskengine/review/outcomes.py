"""One outcome a warning and one a sample line: whose word counts, and since when it is known."""

from __future__ import annotations

from datetime import date

from riskengine.store.database import Connection

__all__ = ["CONFIRMED", "FALSE", "lay_out_outcomes", "lay_out_samples"]

CONFIRMED = ("属实", "已化解")
"""Outcomes that say: it was true."""

FALSE = "误报"
"""The outcome that says: there was nothing. 无法核实 says neither."""


def lay_out_outcomes(con: Connection, as_of: date) -> None:
    """Temp table ``outcome(id, unit, outcome, cause, measure, known_on, on_day)``: at most one row a warning, by the night ``as_of``.

    The lead's word counts, the newest where it said several things; what its handling could not take (two words for one day that
    contradict each other) does not. Any other unit's where the lead said nothing. ``known_on``: the night that first knew it,
    ``on_day``: the day of the feedback, else that night. Lines that are no warnings (drill, sample, look-back) are not among them.
    """
    con.execute(_OUTCOMES, {"as_of": as_of})


def lay_out_samples(con: Connection, as_of: date) -> None:
    """Temp table ``sampled(id, as_of, theme, subject_type, subject, near, population, drawn, outcome)``: one row a sample line that was
    sent by ``as_of``; ``outcome`` is the newest word of its unit, NULL while it has not answered. ``as_of``: the night of the draw.
    """
    con.execute(_SAMPLED, {"as_of": as_of})


_OUTCOMES = """
CREATE OR REPLACE TEMP TABLE outcome AS
WITH part AS (
  SELECT id, unit, arg_max(role, as_of) = '主办' AS lead FROM intervene.duty WHERE as_of <= $as_of GROUP BY id, unit
), handled AS (
  SELECT id, arg_max_null(outcome, as_of) AS outcome FROM intervene.handling WHERE as_of <= $as_of GROUP BY id
)
SELECT o.id, o.unit, o.outcome, o.cause, o.measure, o.as_of AS known_on, coalesce(o.fed_back_on, o.as_of) AS on_day
FROM intervene.reply AS o
JOIN part AS p ON p.id = o.id AND p.unit = o.unit
JOIN assess.warning AS w ON w.id = o.id
LEFT JOIN handled AS h ON h.id = o.id
WHERE o.as_of <= $as_of AND o.outcome IS NOT NULL AND (h.id IS NULL OR NOT p.lead OR o.outcome = h.outcome)
QUALIFY row_number() OVER (PARTITION BY o.id ORDER BY p.lead DESC, o.as_of DESC, o.file_id DESC, o.row_no DESC) = 1
"""

_SAMPLED = """
CREATE OR REPLACE TEMP TABLE sampled AS
WITH drawn AS (
  SELECT DISTINCT as_of, theme, subject_type, subject, near, population, drawn FROM assess.blind WHERE as_of <= $as_of
), said AS (
  SELECT o.id, arg_max(o.outcome, (o.as_of, o.file_id, o.row_no)) AS outcome
  FROM intervene.reply AS o JOIN intervene.errand AS e ON e.id = o.id AND e.unit = o.unit AND e.kind = '抽查'
  WHERE o.as_of <= $as_of AND o.outcome IS NOT NULL GROUP BY o.id
), sent AS (
  SELECT DISTINCT id, about, subject_type, subject, min(as_of) OVER (PARTITION BY id) AS as_of
  FROM intervene.errand WHERE kind = '抽查' AND as_of <= $as_of
)
SELECT e.id, d.as_of, d.theme, d.subject_type, d.subject, d.near, d.population, d.drawn, s.outcome
FROM drawn AS d
JOIN sent AS e ON e.as_of = d.as_of AND e.about = d.theme AND e.subject_type = d.subject_type AND e.subject = d.subject
LEFT JOIN said AS s ON s.id = e.id
"""
