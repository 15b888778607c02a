"""Credit: an outcome belongs to every rule that had a part in the warning, by the share of the points that it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.share import LEAST, wilson
from riskengine.review.outcomes import lay_out_outcomes
from riskengine.store.database import Connection

__all__ = ["Record", "lay_out_credit", "records_by"]


@dataclass(frozen=True)
class Record:
    """How often what is called ``name`` was right, in warnings that were opened in the window.

    ``confirmed`` (属实, 已化解) and ``false`` (误报) are judged; ``unclear`` (无法核实) and ``open`` (no answer yet) stay out of every
    share. ``precision`` with its Wilson interval ``low``–``high`` (95 %), 0 to 1, None below the least number of judged ones.
    """

    name: str
    warnings: int
    confirmed: int
    false: int
    unclear: int
    precision: float | None
    low: float | None
    high: float | None

    @property
    def judged(self) -> int:
        """Warnings of which somebody said whether they were true."""
        return self.confirmed + self.false

    @property
    def open(self) -> int:
        """Warnings without an answer."""
        return self.warnings - self.judged - self.unclear


def lay_out_credit(con: Connection, as_of: date, since: date | None = None) -> None:
    """Temp table ``credit(id, rule, share, theme, level, opened_on, outcome, cause, known_on)``: a row a warning that was open on
    ``since`` or later (None = ever) and rule that was part of it, up to the night that knew the answer.

    ``share``: of all the points that the rules gave on those nights, the rule's; equal parts where nobody gave any. The shares of
    a warning add up to 1. ``level``: the gravest it had by then. ``outcome``, ``cause`` and ``known_on`` are NULL without an answer.
    Leaves ``outcome`` behind as well.
    """
    lay_out_outcomes(con, as_of)
    con.execute(_CREDIT, {"as_of": as_of, "since": since or date.min})


def records_by(con: Connection, what: str, least: int = LEAST) -> list[Record]:
    """Records by ``theme`` or ``level`` (its rank as text) of the temp table ``credit``, each warning once, in that order."""
    column = {"theme": "theme", "level": "level::VARCHAR"}[what]
    rows = con.execute(_RECORDS.format(column=column)).fetchall()
    return [_record(least, *row) for row in rows]


def _record(least: int, name: str, warnings: int, confirmed: int, false: int, unclear: int) -> Record:
    judged = confirmed + false
    if judged < least:
        return Record(name, warnings, confirmed, false, unclear, None, None, None)
    return Record(name, warnings, confirmed, false, unclear, confirmed / judged, *wilson(confirmed, judged))


_CREDIT = """
CREATE OR REPLACE TEMP TABLE credit AS
WITH counted AS (
  SELECT s.id, s.as_of, s.level, s.rules, s.why, w.theme, w.opened_on, o.outcome, o.cause, o.known_on
  FROM assess.state AS s JOIN assess.warning AS w ON w.id = s.id LEFT JOIN outcome AS o ON o.id = s.id
  WHERE s.as_of <= coalesce(o.known_on, $as_of) AND s.change <> '解除' AND coalesce(w.lifted_on > $since, TRUE)
), told AS (
  SELECT id, as_of, each ->> 'rule' AS rule, (each ->> 'score')::DOUBLE AS score
  FROM (SELECT id, as_of, unnest(from_json(why -> 'rules', '["JSON"]')) AS each FROM counted)
), part AS (
  SELECT c.id, c.rule, count(*) AS nights, coalesce(sum(greatest(t.score, 0)), 0) AS points
  FROM (SELECT id, as_of, unnest(rules) AS rule FROM counted) AS c
  LEFT JOIN told AS t ON t.id = c.id AND t.as_of = c.as_of AND t.rule = c.rule
  GROUP BY c.id, c.rule
), whole AS (
  SELECT id, any_value(theme) AS theme, min(level) AS level, any_value(opened_on) AS opened_on, any_value(outcome) AS outcome,
    any_value(cause) AS cause, any_value(known_on) AS known_on
  FROM counted GROUP BY id
)
SELECT p.id, p.rule,
  if(sum(p.points) OVER everything > 0, p.points / sum(p.points) OVER everything, p.nights / sum(p.nights) OVER everything) AS share,
  w.* EXCLUDE (id)
FROM part AS p JOIN whole AS w ON w.id = p.id
WINDOW everything AS (PARTITION BY p.id)
"""

_RECORDS = """
SELECT {column} AS name, count(*), count(*) FILTER (outcome IN ('属实', '已化解')), count(*) FILTER (outcome = '误报'),
  count(*) FILTER (outcome = '无法核实')
FROM (SELECT DISTINCT id, theme, level, outcome FROM credit)
GROUP BY name ORDER BY name
"""
