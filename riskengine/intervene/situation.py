"""How far tonight's picture can be trusted: silent sources, data problems, rules that failed, the row account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from riskengine.intervene.decisions import Decisions, decisions
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Account", "Situation", "situation"]


@dataclass(frozen=True)
class Account:
    """The night's rows: read = stored + updated + unchanged + retracted + rejected.

    ``broken``: files that were refused, unreadable or claimed by no source.
    """

    files: int
    broken: int
    read: int
    stored: int
    updated: int
    unchanged: int
    retracted: int
    rejected: int


@dataclass(frozen=True)
class Situation:
    """``silences``: (source title, unit name, last day or None, days, message). ``problems``: (source title, message).

    ``faults``: (rule title, message). ``unrouted``: open warnings that no unit answers for. ``caught``: those that only
    a catch-all took. ``decided``: what exceptions and trials did.
    """

    account: Account
    silences: tuple[tuple[str, str, date | None, int | None, str], ...]
    problems: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]
    unrouted: int
    caught: int
    decided: Decisions = field(default_factory=Decisions)


def situation(con: Connection, rulebook: Rulebook, as_of: date) -> Situation:
    """Read ``sense.*`` and ``assess.fault`` of the night; titles come from the rule book, an unknown id stays."""
    night = {"as_of": as_of}
    titles = {name: source.title for name, source in rulebook.sources.items()}
    units = {name: unit.name for name, unit in rulebook.units.items()}
    account = con.execute(_ACCOUNT, night).fetchone()
    silences = con.execute(_SILENCES, night).fetchall()
    problems = con.execute(_PROBLEMS, night).fetchall()
    faults = con.execute("SELECT rule, message FROM assess.fault WHERE as_of = $as_of ORDER BY rule", night).fetchall()
    unrouted, caught = con.execute(_ROUTES, night).fetchone() or (0, 0)
    return Situation(
        account=Account(*(account or (0,) * 8)),
        silences=tuple(
            (titles.get(source, source), units.get(unit, unit or ""), last, days, message)
            for source, unit, last, days, message in silences
        ),
        problems=tuple((titles.get(source, source or "收件箱"), message) for source, message in problems),
        faults=tuple((rulebook.rules[rule].title if rule in rulebook.rules else rule, text) for rule, text in faults),
        unrouted=unrouted,
        caught=caught,
        decided=decisions(con, rulebook, as_of),
    )


_ACCOUNT = """
SELECT count(*), count(*) FILTER (status IN ('refused', 'unreadable', 'unclaimed')),
  coalesce(sum(rows_read), 0)::BIGINT, coalesce(sum(stored), 0)::BIGINT, coalesce(sum(updated), 0)::BIGINT,
  coalesce(sum(unchanged), 0)::BIGINT, coalesce(sum(retracted), 0)::BIGINT, coalesce(sum(rejected), 0)::BIGINT
FROM sense.file WHERE as_of = $as_of
"""

# One silent reporter may stand in several rows (one a place); the page says it once.
_SILENCES = """
SELECT source, unit, max(last_on), max(days), message
FROM sense.silence WHERE as_of = $as_of
GROUP BY source, unit, reporter, message
ORDER BY max(days) DESC NULLS LAST, source, message
"""

_PROBLEMS = """
SELECT source, message FROM sense.issue
WHERE as_of = $as_of AND code NOT IN ('late-source', 'silent-reporter')
GROUP BY source, message ORDER BY source NULLS FIRST, message
"""

_ROUTES = """
SELECT count(*) FILTER (d.id IS NULL), count(*) FILTER (d.catch_all)
FROM assess.state AS s
LEFT JOIN (
  SELECT id, bool_or(catch_all) AS catch_all FROM intervene.duty WHERE as_of = $as_of GROUP BY id
) AS d ON d.id = s.id
WHERE s.as_of = $as_of AND s.change <> '解除'
"""
