"""Grave events that nobody was warned of: the other half of what is known about misses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.contracts import contract
from riskengine.model.learning import Grave
from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST, wilson
from riskengine.review.places import lay_out_places
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.names import columns_of
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import literal

__all__ = ["GraveEvent", "GraveRecall", "grave_recall"]


@dataclass(frozen=True)
class GraveEvent:
    """One grave record: its number, day and place (code, and name with its town), and the warning that had been open before it, None =
    missed.
    """

    key: str
    on: date
    place: str
    place_name: str
    warning: str | None


@dataclass(frozen=True)
class GraveRecall:
    """Events of one kind that ``rules/learning.yaml`` calls grave. ``recall``: share of them with a warning before, ``low``–``high``
    Wilson's interval (95 %), None below the least number of events.
    """

    title: str
    themes: tuple[str, ...]
    before: int
    events: tuple[GraveEvent, ...]
    recall: float | None
    low: float | None
    high: float | None

    @property
    def found(self) -> int:
        """Events with a warning before."""
        return sum(each.warning is not None for each in self.events)

    @property
    def missed(self) -> tuple[GraveEvent, ...]:
        """Events without one."""
        return tuple(each for each in self.events if each.warning is None)


def grave_recall(con: Connection, rulebook: Rulebook, as_of: date, since: date | None = None) -> list[GraveRecall]:
    """One record for each entry of ``graves`` in its order, of the records known on ``as_of``.

    Only events after the first assessed night, and from ``since`` on, could have been warned of. A warning counts that is of one of the
    entry's themes, on the place, on a place above it below the county, or on the very matter, and that was open on one of the ``before``
    days up to the day before the event. Two records of one event count as two.
    """
    if not rulebook.learning.graves:
        return []
    lay_out_places(con, rulebook)
    return [_recall(con, each, as_of, since or date.min, rulebook.learning.least) for each in rulebook.learning.graves]


def _recall(con: Connection, grave: Grave, as_of: date, since: date, least: int = LEAST) -> GraveRecall:
    names = {name: f"r.{column}" for name, column in columns_of(grave.source).items()} | {"as_of": literal(as_of)}
    where = compile_expression(grave.where, names, boolean=True).sql if grave.where else "TRUE"
    own = " || '@' || ".join(f"r.{column}" for column in contract(grave.source).subject) or "NULL::VARCHAR"
    sql = _EVENTS.format(known=as_known(grave.source, literal(as_of)), where=where, own=own)
    asked = {"themes": list(grave.themes), "before": grave.before, "kind": grave.source, "as_of": as_of, "since": since}
    events = tuple(GraveEvent(*row) for row in con.execute(sql, asked).fetchall())
    found = sum(each.warning is not None for each in events)
    share: tuple[float | None, float | None, float | None] = (None, None, None)
    if len(events) >= least:
        share = (found / len(events), *wilson(found, len(events)))
    return GraveRecall(grave.title, grave.themes, grave.before, events, *share)


_EVENTS = """
WITH event AS (
  SELECT r.key, r.occurred_on, r.place, {own} AS own FROM ({known}) AS r
  WHERE r.occurred_on > (SELECT min(as_of) FROM assess.night) AND r.occurred_on BETWEEN $since AND $as_of
    AND r.quantity > 0 AND TRY({where})
  QUALIFY row_number() OVER (PARTITION BY r.key ORDER BY r.occurred_on, r.source) = 1
), warned AS (
  SELECT w.id, w.subject_type, w.subject, w.opened_on, w.lifted_on FROM assess.warning AS w
  WHERE list_contains($themes::VARCHAR[], w.theme) AND w.opened_on <= $as_of
), met AS (
  SELECT e.key, w.id, w.opened_on FROM event AS e
  JOIN lineage AS l ON l.place = e.place AND l.level <> 'county'
  JOIN warned AS w ON w.subject = l.ancestor AND w.subject_type = l.level
    AND w.opened_on < e.occurred_on AND coalesce(w.lifted_on > e.occurred_on - $before, TRUE)
  UNION ALL
  SELECT e.key, w.id, w.opened_on FROM event AS e JOIN warned AS w ON w.subject = e.own AND w.subject_type = $kind
    AND w.opened_on < e.occurred_on AND coalesce(w.lifted_on > e.occurred_on - $before, TRUE)
), first AS (SELECT key, arg_min(id, (opened_on, id)) AS id FROM met GROUP BY key)
SELECT e.key, e.occurred_on, e.place, coalesce(n.name, e.place), f.id
FROM event AS e LEFT JOIN first AS f ON f.key = e.key LEFT JOIN (
  SELECT place, coalesce(string_agg(name, '' ORDER BY level) FILTER (level <> 'county'), any_value(name)) AS name
  FROM lineage GROUP BY place  -- 'town' before 'village'
) AS n ON n.place = e.place
ORDER BY e.occurred_on, e.key
"""
