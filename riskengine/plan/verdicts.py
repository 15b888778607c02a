"""The verdicts of both rule books over the same nights, in a laboratory: what both decide alike is weighed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from riskengine.assess import verdicts
from riskengine.assess.compounds import judge_compounds
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects
from riskengine.assess.walk import Sighting
from riskengine.assess.worker import conclude
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.plan.reach import Reach
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["HISTORY", "NEW", "OLD", "Seen", "see"]

OLD, NEW = "plan_old", "plan_new"
"""Temp tables: the rows of ``assess.verdict`` that each rule book gives, history included."""

HISTORY = 120
"""So many days before the first night are remembered: twice the longest ``keep`` and ``within``."""

_AGAIN = "+"
"""A changed rule that is weighed in one go with its old self goes under its id and this, which no rule may be
called.
"""

_TABLES = ("verdict", "evaluated", "fault")


@dataclass(frozen=True)
class Seen:
    """One side: what :func:`~riskengine.assess.walk.walk` takes, and rules that could not be weighed (id →
    sentence).
    """

    evaluated: tuple[tuple[date, str], ...]
    verdicts: tuple[Sighting, ...]
    faults: dict[str, str]


def see(con: Connection, reach: Reach, nights: Sequence[date]) -> tuple[Seen, Seen]:
    """The verdicts of the old and of the new rules over ``nights``, in order; before them stands what was kept.

    ``con`` is a laboratory. Leaves the temp tables ``OLD`` and ``NEW``, and ``plan_subject(subject_type, subject,
    name)``. Raises EngineFault where the inference dies.
    """
    days = Nights(tuple(nights))
    played = {*reach.old.rules, *reach.new.rules}
    _remember(con, played, nights[0])
    con.execute(  # a subject is named as its newest night names it; one that is gone, as it was when it was warned of
        "CREATE OR REPLACE TEMP TABLE plan_subject AS "
        "SELECT subject_type, subject, max(subject_name) AS name FROM kept.assess.warning GROUP BY ALL"
    )
    fresh = {id_: rule for id_, rule in reach.new.rules.items() if id_ not in reach.shared}
    plain = {id_: rule for id_, rule in fresh.items() if rule.compound is None}
    together = reach.one_pass
    verdicts.weigh(con, _both(reach, plain) if together else reach.old, days)
    if together:
        for table in _TABLES:
            told = f", replace(message, rule, rtrim(rule, '{_AGAIN}')) AS message" if table == "fault" else ""
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {table}_again AS "
                f"SELECT * REPLACE (rtrim(rule, '{_AGAIN}') AS rule{told}) "
                f"FROM {table}_tonight WHERE ends_with(rule, '{_AGAIN}')"
            )
            con.execute(f"DELETE FROM {table}_tonight WHERE ends_with(rule, '{_AGAIN}')")
    verdicts.store(con)
    _conclude(con, reach.old, days)
    old = _seen(con, OLD)
    if not fresh and {*reach.old.rules} == {*reach.new.rules}:
        return old, _seen(con, NEW)
    compounds = [rule for rule in reach.new.rules.values() if rule.compound is not None]
    again = any(rule.id not in reach.shared for rule in compounds)
    kept = reach.shared - {rule.id for rule in compounds if again}
    for table in _TABLES:
        con.execute(
            f"DELETE FROM assess.{table} WHERE as_of >= {literal(nights[0])} AND NOT list_contains(?, rule)",
            [sorted(kept)],
        )
    if together:
        for table in _TABLES:
            con.execute(f"INSERT INTO assess.{table} FROM {table}_again")
    elif plain:
        verdicts.weigh(con, replace(reach.new, rules=plain), days)
        verdicts.store(con)
    if again:
        if not together:
            build_subjects(con, reach.new, days)
        _conclude(con, reach.new, days)
    return old, _seen(con, NEW)


def _both(reach: Reach, plain: dict[str, Rule]) -> Rulebook:
    """The old rules, and beside each changed one its new self under another id."""
    again = {id_ + _AGAIN: rule.model_copy(update={"id": id_ + _AGAIN}) for id_, rule in plain.items()}
    return replace(reach.old, signals={**reach.old.signals, **reach.new.signals}, rules={**reach.old.rules, **again})


def _remember(con: Connection, rules: Iterable[str], first: date) -> None:
    """What was kept of these rules from the nights before the first: compounds and life look back at it."""
    since = first - timedelta(days=HISTORY)
    for table in ("verdict", "evaluated"):
        con.execute(
            f"INSERT INTO assess.{table} BY NAME "
            f"SELECT * FROM kept.assess.{table} "
            f"WHERE as_of < {literal(first)} AND as_of >= {literal(since)} AND list_contains(?, rule)",
            [sorted(rules)],
        )


def _conclude(con: Connection, book: Rulebook, days: Nights) -> None:
    if any(rule.compound is not None for rule in book.rules.values()):
        judge_compounds(con, book, days, conclude)


def _seen(con: Connection, name: str) -> Seen:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM assess.verdict")
    con.execute(f"CREATE INDEX {name}_subject ON {name} (subject)")  # every reason asks for one subject
    con.execute(
        "INSERT INTO plan_subject SELECT s.subject_type, s.subject, arg_max(s.name, s.as_of) FROM subject s "
        "SEMI JOIN (SELECT DISTINCT subject_type, subject FROM assess.verdict WHERE verdict = 'hit') v "
        "USING (subject_type, subject) GROUP BY ALL"
    )
    evaluated = con.execute("SELECT as_of, rule FROM assess.evaluated ORDER BY ALL").fetchall()
    sightings = con.execute(
        f"SELECT as_of, rule, subject_type, subject, verdict, level, score FROM {name} v "
        f"SEMI JOIN (SELECT DISTINCT rule, subject_type, subject FROM {name} WHERE verdict = 'hit') h "
        "USING (rule, subject_type, subject) ORDER BY ALL"
    ).fetchall()
    faults = con.execute("SELECT rule, max_by(message, as_of) FROM assess.fault GROUP BY rule ORDER BY rule").fetchall()
    return Seen(tuple(evaluated), tuple(sightings), dict(faults))
