"""Lead time: how long before a thing showed itself its unit had been told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.share import LEAST
from riskengine.store.database import Connection

__all__ = ["LeadTime", "Quartiles", "lead_times"]


@dataclass(frozen=True)
class Quartiles:
    """Days: the number of warnings that have one, and the median with the quartiles, None below the least number."""

    n: int
    first: float | None
    median: float | None
    third: float | None


@dataclass(frozen=True)
class LeadTime:
    """One rule's confirmed warnings. ``to_record``: days from the first delivery to the first later record among the warning's
    evidence (the thing went on as was said); ``to_answer``: to the day of the feedback that confirmed it.
    """

    rule: str
    confirmed: int
    to_record: Quartiles
    to_answer: Quartiles


def lead_times(con: Connection, as_of: date, least: int = LEAST) -> list[LeadTime]:
    """Every rule with a confirmed warning, in the order of the rules' names; a warning counts for all rules that had a part in it.

    Reads the temp tables ``credit`` and ``outcome`` (see :mod:`riskengine.review.credit`). Quartiles are those between which a
    quarter of the values lie, interpolated (Hyndman and Fan 1996, type 7). Evidence that is known later only widens what is seen.
    """
    rows = con.execute(_LEAD, {"as_of": as_of}).fetchall()
    return [
        LeadTime(rule, confirmed, _quartiles(least, *records), _quartiles(least, *answers))
        for rule, confirmed, records, answers in ((row[0], row[1], row[2:6], row[6:10]) for row in rows)
    ]


def _quartiles(least: int, n: int, first: float | None, median: float | None, third: float | None) -> Quartiles:
    return Quartiles(n, first, median, third) if n >= least else Quartiles(n, None, None, None)


_LEAD = """
WITH confirmed AS (
  SELECT o.id, o.on_day, min(d.delivered_on) AS delivered_on
  FROM outcome AS o JOIN intervene.duty AS d ON d.id = o.id AND d.as_of <= $as_of
  WHERE o.outcome IN ('属实', '已化解') GROUP BY o.id, o.on_day
), shown AS (
  SELECT s.id, unnest(from_json(s.evidence, '[{"columns":["VARCHAR"],"rows":[["VARCHAR"]]}]')) AS part
  FROM assess.state AS s SEMI JOIN confirmed AS c ON c.id = s.id WHERE s.as_of <= $as_of
), dated AS (
  SELECT DISTINCT id, try_cast(row[list_position(columns, '日期')] AS DATE) AS day
  FROM (SELECT id, part.columns AS columns, unnest(part.rows) AS row FROM shown)
), lead AS (
  SELECT c.id, min(r.day) - c.delivered_on AS to_record, c.on_day - c.delivered_on AS to_answer
  FROM confirmed AS c LEFT JOIN dated AS r ON r.id = c.id AND r.day > c.delivered_on
  GROUP BY c.id, c.delivered_on, c.on_day
)
SELECT k.rule, count(*),
  count(l.to_record), quantile_cont(l.to_record, 0.25), median(l.to_record), quantile_cont(l.to_record, 0.75),
  count(l.to_answer), quantile_cont(l.to_answer, 0.25), median(l.to_answer), quantile_cont(l.to_answer, 0.75)
FROM credit AS k JOIN lead AS l ON l.id = k.id GROUP BY k.rule ORDER BY k.rule
"""
