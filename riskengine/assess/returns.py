"""Measures that cannot share a kind's one aggregate pass: chains of returns, and net distinct values."""

from __future__ import annotations

from collections.abc import Sequence

from riskengine.assess.measures import Measured, rows_of, subject_key
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import newest_first
from riskengine.model.subject import Subject
from riskengine.store.steps import identifier

__all__ = ["APART", "apart", "returns_sql"]

APART = ("previous", "streak", "distinct", "busiest")
"""Measures that need a statement of their own."""


def apart(type_: Subject, measured: Measured) -> tuple[str, ...]:
    """What two measures must have in common to share such a statement: the measure and the rows that it sees."""
    values = str(measured.of) if measured.signal.measure == "distinct" else ""
    return (str(measured.signal.measure), measured.kind, measured.at(type_), values)


def returns_sql(table: str, type_: Subject, group: Sequence[Measured], nights: Nights) -> str:
    """A SELECT of ``as_of``, ``subject`` and a column a measure, by name; no row where the subject has no return on the
    night. All of ``group`` must agree in :func:`apart`. ``table``: the kind's records as known.

    * ``distinct``: how many values have a net count above 0.
    * ``busiest``: the net count of the day with the highest one.
    * ``previous``: ``of`` one return before the newest; NULL where there is only one.
    * ``streak``: for how many of the newest returns in a row the condition holds. NULL where it cannot be told for
      the newest one although there is an earlier one; any other return for which it cannot be told ends the streak.
    """
    first = group[0]
    subject = subject_key(first.kind, type_)
    own = f"{nights.day} AS as_of, {subject} AS subject"
    rows = f"FROM {nights.standing(rows_of(table, first.kind, type_))} WHERE {first.at(type_)}"
    chain = f"chain AS (PARTITION BY {nights.day}, {subject} ORDER BY {newest_first('r')})"
    names = [identifier(each.signal.name) for each in group]
    match first.signal.measure:
        case "distinct":
            value = "CAST(count(v) FILTER (WHERE net > 0) AS DOUBLE)"
            return (
                f"SELECT as_of, subject, {', '.join(f'{value} AS {name}' for name in names)} FROM ("
                f"SELECT {own}, {first.of} AS v, sum(r.quantity) AS net {rows} GROUP BY 1, 2, 3) GROUP BY 1, 2"
            )
        case "busiest":
            return (
                f"SELECT as_of, subject, {', '.join(f'CAST(max(net) AS DOUBLE) AS {name}' for name in names)} FROM ("
                f"SELECT {own}, r.occurred_on, {first.counted()} AS net {rows} GROUP BY 1, 2, 3) GROUP BY 1, 2"
            )
        case "previous":
            before = "".join(
                f", lag(CAST({each.of} AS DOUBLE)) OVER chain AS before{at}" for at, each in enumerate(group)
            )
            found = "".join(
                f", arg_max_null(before{at}, {newest_first('c')}) AS {name}" for at, name in enumerate(names)
            )
            return (
                f"SELECT as_of, subject{found} FROM ("
                f"SELECT {own}, r.occurred_on, r.known_at, r.file_id, r.row_no{before}"
                f" {rows} AND r.quantity > 0 WINDOW {chain}) c GROUP BY 1, 2"
            )
        case "streak":
            columns = sorted(frozenset().union(*(each.columns for each in group)))
            before = "".join(f", lag(r.{name}) OVER chain AS previous_{name}" for name in columns)
            returns = f"SELECT {own}, r.*{before} {rows} AND r.quantity > 0 WINDOW {chain}"
            holds = "".join(f", ({each.of}) AS holds{at}" for at, each in enumerate(group))
            night = "" if nights.alone else " JOIN night_now n ON n.as_of = r.as_of"  # the condition may speak of it
            held = (
                f"SELECT r.as_of, r.subject{holds},"
                f" row_number() OVER (PARTITION BY r.as_of, r.subject ORDER BY {newest_first('r')} DESC) AS back"
                f" FROM ({returns}) r{night}"
            )
            found = "".join(
                f", CASE WHEN count(*) > 1 AND bool_or(back = 1 AND holds{at} IS NULL) THEN NULL ELSE"
                f" CAST(coalesce(min(back) FILTER (WHERE holds{at} IS NOT TRUE) - 1, count(*)) AS DOUBLE) END AS {name}"
                for at, name in enumerate(names)
            )
            return f"SELECT as_of, subject{found} FROM ({held}) GROUP BY 1, 2"
        case _:
            raise ValueError(f"{first.signal.measure} is measured in the kind's one pass")
