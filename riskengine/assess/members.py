"""The members of a block of compounds: which hits count for which subject on which night.

A hit counts for a subject that is its own, or, for a place, that lies above it; on a night from ``as_of − within +
1`` to ``as_of``. What is unknown counts on its own night alone.

Temp tables that are left behind:

* ``member(compound, nth, attribute, rule, title, blocks, within, own, until)``: a row for each rule that a compound of
  the block builds on. ``attribute``: its name in the dossiers; ``own``: it looks at the same type of subject, so its
  subject need not be named; ``until``: the last night on which both are evaluated.
* ``missed(as_of, …)``: the rows of ``member`` whose rule was not evaluated on the night, being broken. Whether there
  is a hit is then unknown for every subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from riskengine.assess.dossier import Clause
from riskengine.assess.nights import Nights
from riskengine.assess.strata import Block, feeds
from riskengine.model.rule import Rule
from riskengine.model.subject import PLACES, Subject
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["Sight", "lay_out"]


@dataclass(frozen=True)
class Sight:
    """SQL of what a block sees: verdicts ``v`` of members ``m`` that count on a night.

    ``joined`` stands behind ``FROM member m``, ``where`` behind WHERE; ``night`` is the night, ``target`` the subject
    that they count for.
    """

    joined: str
    where: str
    night: str
    target: str


def lay_out(con: Connection, block: Block, rules: Mapping[str, Rule], nights: Nights) -> tuple[Sight, list[Clause]]:
    """Create ``member`` and ``missed``; the block's compounds as clauses over generated short names.

    ``rules``: those that are evaluated. A member that is not among them, or that does not feed the compound, has a name
    in the clauses and never a hit.
    """
    names: dict[tuple[str, bool, int, bool], str] = {}
    rows: dict[tuple[str, str], tuple[str, int, str, str, str, bool, int, bool, date]] = {}

    def attributes(rule: Rule, of: Sequence[str], *, blocks: bool = False) -> tuple[str, ...]:
        assert rule.compound is not None
        named = []
        for each in dict.fromkeys(of):
            member = rules.get(each)
            key = (each, blocks, rule.compound.within, feeds(member, rule))
            name = names.setdefault(key, f"{'b' if blocks else 'h'}{len(names)}")
            named.append(name)
            if member is not None and feeds(member, rule):
                until = min(member.until or date.max, rule.until or date.max)
                own = member.subject is block.subject
                row = (rule.id, len(rows), name, each, member.title, blocks, rule.compound.within, own, until)
                rows.setdefault((rule.id, name), row)
        return tuple(named)

    asked = []
    for rule in block.rules:
        compound = rule.compound
        assert compound is not None
        clause = Clause(rule.id, attributes(rule, compound.all), attributes(rule, compound.any), ())
        if compound.at_least is not None:
            clause = replace(clause, of=attributes(rule, compound.at_least.of), count=compound.at_least.count)
        asked.append(replace(clause, none=attributes(rule, compound.none, blocks=True)))
    clauses = [
        replace(
            clause,
            sets=tuple(
                name for (rule, blocks, _, fed), name in names.items() if rule == clause.name and fed and not blocks
            ),
        )
        for clause in asked
    ]
    typed = ", ".join(f"unnest(?::{type_}[]) AS {name}" for name, type_ in _COLUMNS.items())
    columns = [[row[at] for row in rows.values()] for at in range(len(_COLUMNS))]
    con.execute(f"CREATE OR REPLACE TEMP TABLE member AS SELECT {typed}", columns)
    later = ", ".join(literal(rule.id) for rule in block.rules)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE missed AS
        SELECT w.* FROM (SELECT {nights.day} AS as_of, m.* FROM member m {nights.joined}) w
          ANTI JOIN assess.evaluated e ON e.as_of = w.as_of AND e.rule = w.rule
        WHERE w.as_of <= w.until AND w.rule NOT IN ({later})""")
    return _sight(block.subject, nights, max((row[6] for row in rows.values()), default=1)), clauses


_COLUMNS = {
    "compound": "VARCHAR", "nth": "INTEGER", "attribute": "VARCHAR", "rule": "VARCHAR", "title": "VARCHAR",
    "blocks": "BOOLEAN", "within": "INTEGER", "own": "BOOLEAN", "until": "DATE",
}  # fmt: skip


def _sight(subject: Subject, nights: Nights, widest: int) -> Sight:
    night, place = nights.day, subject in PLACES
    # A place lies within itself, so its own hits come the same way as those from below it.
    up = f"JOIN place_up u ON u.place = v.place AND u.level = {literal(subject.value)}" if place else ""
    first, last = literal(nights.days[0]), literal(nights.days[-1])
    return Sight(
        f"JOIN assess.verdict v ON v.rule = m.rule {nights.joined} {up}",
        f"v.as_of <= {last} AND v.as_of > {first} - {widest} AND {night} <= m.until AND v.as_of <= {night}"
        f" AND (v.verdict = 'hit' AND v.as_of > {night} - m.within OR v.verdict = 'unknown' AND v.as_of = {night})",
        night,
        "u.ancestor" if place else "v.subject",
    )
