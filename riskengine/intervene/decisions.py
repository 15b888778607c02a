"""What people decided about the rules and what it did tonight: hits that exceptions suppressed, rules on trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.contracts import contract
from riskengine.intervene.routing import current_places, place_name
from riskengine.model.duty import Level, Place
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.store.database import Connection

__all__ = ["Decisions", "Held", "decisions"]


@dataclass(frozen=True)
class Held:
    """A hit that raised no warning tonight because of an exception; ``left``: nights the exception still has."""

    rule: str
    subject: str
    level: Level
    who: str
    why: str
    until: date
    left: int


@dataclass(frozen=True)
class Decisions:
    """``exceptions``: in force tonight, ``expired``: those that are over. ``trials``: rules on trial tonight, ``opened``:
    warnings that they would have opened tonight; ``over``: (title, last night) of trials that have come to their end.
    """

    held: tuple[Held, ...] = ()
    exceptions: int = 0
    expired: int = 0
    trials: int = 0
    opened: int = 0
    over: tuple[tuple[str, date], ...] = ()


def decisions(con: Connection, rulebook: Rulebook, as_of: date) -> Decisions:
    """Read the rule book, ``assess.suppressed`` and ``assess.trial_state`` of the night; gravest first."""
    levels = {level.rank: level for level in rulebook.levels}
    places = current_places(rulebook.places, as_of)
    held = con.execute(
        "SELECT rule, subject_type, subject, level, who, why, until FROM assess.suppressed WHERE as_of = $1 "
        "ORDER BY level, rule, subject_type, subject",
        [as_of],
    ).fetchall()
    opened = con.execute(
        "SELECT count(*) FROM assess.trial_state WHERE as_of = $1 AND change = '新增'", [as_of]
    ).fetchall()
    trials = [rule for rule in rulebook.rules.values() if rule.status == "trial" and rule.until is not None]
    in_force = sum(as_of <= each.until for each in rulebook.exemptions)
    return Decisions(
        held=tuple(
            Held(
                rule=rulebook.rules[rule].title if rule in rulebook.rules else rule,
                subject=_named(type_, subject, rulebook, places),
                level=levels[rank],
                who=who,
                why=why,
                until=until,
                left=(until - as_of).days,
            )
            for rule, type_, subject, rank, who, why, until in held
            if rank in levels
        ),
        exceptions=in_force,
        expired=len(rulebook.exemptions) - in_force,
        trials=sum(rule.until is not None and as_of <= rule.until for rule in trials),
        opened=opened[0][0],
        over=tuple((rule.title, rule.until) for rule in trials if rule.until is not None and rule.until < as_of),
    )


def _named(type_: str, subject: str, rulebook: Rulebook, places: Mapping[str, Place]) -> str:
    """``清溪镇（990100101）``: what the lists call it, and what an exception is written with."""
    if type_ == Subject.UNIT:
        name = rulebook.units[subject].name if subject in rulebook.units else ""
    elif type_ in {str(each) for each in PLACES}:
        name = place_name(subject, places)
    else:
        name = contract(type_).title
    return f"{name}（{subject}）" if name else subject
