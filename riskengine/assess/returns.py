"""Measures that cannot share a kind's one aggregate pass: chains of returns, and net distinct values."""

from __future__ import annotations

from riskengine.assess.measures import Measured, rows_of, subject_key
from riskengine.assess.subjects import newest_first
from riskengine.model.subject import Subject

__all__ = ["returns_sql"]


def returns_sql(table: str, type_: Subject, measured: Measured) -> str:
    """A SELECT of ``subject, value, n``; no row where the subject has no return. ``table``: the kind's records as
    known.

    * ``distinct``: how many values have a net count above 0.
    * ``busiest``: the net count of the day with the highest one.
    * ``previous``: ``of`` one return before the newest; NULL where there is only one.
    * ``streak``: for how many of the newest returns in a row the condition holds. NULL where it cannot be told for
      the newest one although there is an earlier one; any other return for which it cannot be told ends the streak.
    """
    subject = subject_key(measured.kind, type_)
    rows = f"FROM {rows_of(table, measured.kind, type_)} WHERE {measured.at(type_)}"
    match measured.signal.measure:
        case "distinct":
            return (
                f"SELECT subject, CAST(count(v) FILTER (WHERE net > 0) AS DOUBLE) AS value, count(*) AS n FROM ("
                f"SELECT {subject} AS subject, {measured.of} AS v, sum(r.quantity) AS net"
                f" {rows} GROUP BY 1, 2) GROUP BY 1"
            )
        case "busiest":
            return (
                "SELECT subject, CAST(max(net) AS DOUBLE) AS value, count(*) AS n FROM ("
                f"SELECT {subject} AS subject, r.occurred_on, sum(r.quantity) AS net {rows} GROUP BY 1, 2) GROUP BY 1"
            )
        case "previous":
            return (
                f"SELECT subject, arg_max_null(before, {newest_first('c')}) AS value, count(*) AS n FROM ("
                f"SELECT {subject} AS subject, r.occurred_on, r.known_at, r.file_id, r.row_no,"
                f" lag(CAST({measured.of} AS DOUBLE)) OVER"
                f" (PARTITION BY {subject} ORDER BY {newest_first('r')}) AS before"
                f" {rows} AND r.quantity > 0) c GROUP BY 1"
            )
        case "streak":
            before = "".join(f", lag(r.{name}) OVER chain AS previous_{name}" for name in sorted(measured.columns))
            chain = (
                f"SELECT {subject} AS subject, r.*{before} {rows} AND r.quantity > 0"
                f" WINDOW chain AS (PARTITION BY {subject} ORDER BY {newest_first('r')})"
            )
            held = (
                f"SELECT r.subject, ({measured.of}) AS holds,"
                f" row_number() OVER (PARTITION BY r.subject ORDER BY {newest_first('r')} DESC) AS back"
                f" FROM ({chain}) r"
            )
            return (
                "SELECT subject, CASE WHEN count(*) > 1 AND bool_or(back = 1 AND holds IS NULL) THEN NULL"
                " ELSE CAST(coalesce(min(back) FILTER (WHERE holds IS NOT TRUE) - 1, count(*)) AS DOUBLE) END AS value,"
                f" count(*) AS n FROM ({held}) GROUP BY 1"
            )
        case _:
            raise ValueError(f"{measured.signal.measure} is measured in the kind's one pass")
