"""Cases of compounds: the members' verdicts laid down as if they had been judged, then the night's own inference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from riskengine.assess.compounds import judge_compounds
from riskengine.assess.nights import Nights
from riskengine.assess.worker import conclude
from riskengine.cases.laid import CALLED, Laid, columns, stand
from riskengine.model.duty import Level
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.case_series import Member, aligned, member_series
from riskengine.rulebook.checks.cases import members_asked
from riskengine.store.database import Connection

__all__ = ["chunks", "given_members", "judge_given"]

POINTS = 50.0
"""What a member that hits scores where the case does not say."""


def given_members(laid: Laid) -> dict[str, tuple[Member, ...]]:
    """Member → its verdicts on the nights of the case; one that is not written is clear."""
    written = aligned({name: member_series(series) for name, series in laid.case.members.items()})
    compound = laid.rule.compound
    assert compound is not None
    clear = (Member("clear"),) * laid.nights
    return {name: written.get(name, clear) for name in members_asked(compound)}


def chunks(batch: Sequence[Laid]) -> list[list[Laid]]:
    """Cases that may be judged together: a rule that is a member of another one's case is not judged beside it."""
    found: list[tuple[set[str], set[str], list[Laid]]] = []
    for laid in batch:
        compound = laid.rule.compound
        assert compound is not None
        members = set(members_asked(compound))
        for judged, given, cases in found:
            if laid.rule.id not in given and not members & judged:
                judged.add(laid.rule.id)
                given |= members
                cases.append(laid)
                break
        else:
            found.append(({laid.rule.id}, members, [laid]))
    return [cases for _, _, cases in found]


def judge_given(con: Connection, rulebook: Rulebook, batch: Sequence[Laid], nights: Nights) -> dict[str, str]:
    """Write the verdicts of the members as given and those of the batch's compounds as inferred; rule → why it failed.

    Each case stands on a place of its own, so that no hit of one is seen by another. Leaves ``subject`` and ``place_up``.
    """
    rules = {laid.rule.id: laid.rule for laid in batch}
    asked = {name for laid in batch for name in given_members(laid)}
    members = {name: _plain(rulebook.rules[name]) for name in sorted(asked) if name in rulebook.rules}
    nights.lay_out(con)
    subjects: dict[tuple[object, ...], None] = {}
    verdicts = []
    for laid in batch:
        for day in laid.days:
            subjects[day, laid.rule.subject.value, laid.marked, laid.name, laid.marked_place] = None
        for name, series in given_members(laid).items():
            member = members.get(name)
            if member is None:
                continue
            own = member.subject is laid.rule.subject
            subject = laid.marked if own else f"{CALLED[member.subject]}-{name}#{laid.number}"
            called = laid.name if own else f"某{CALLED[member.subject]}"
            for day, seen in zip(laid.days, series, strict=True):
                subjects[day, member.subject.value, subject, called, laid.marked_place] = None
                if seen.verdict != "clear":
                    verdicts.append(_verdict(member, seen, day, subject, laid.marked_place, rulebook.levels))
    stand(con, subjects)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_up AS SELECT unnest(?::VARCHAR[]) AS place, unnest(?::VARCHAR[]) AS ancestor,"
        " unnest(?::VARCHAR[]) AS level",
        [[laid.marked_place for laid in batch]] * 2 + [[laid.rule.subject.value for laid in batch]],
    )
    con.execute(
        "INSERT INTO assess.verdict SELECT unnest(?::DATE[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),"
        " unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::DOUBLE[]), unnest(?::TINYINT[]),"
        ' JSON \'{"features": [], "floors": [], "details": []}\'',
        columns(verdicts, 8),
    )
    con.execute(
        "INSERT INTO assess.evaluated SELECT d, r, 0, 0, 0 FROM (SELECT unnest(?::DATE[]) AS d), (SELECT unnest(?::VARCHAR[]) AS r)",
        [list(nights.days), list(members)],
    )
    judge_compounds(con, replace(rulebook, rules=members | rules), nights, conclude)
    # a compound was asked about all subjects of its type; each case is about its own rule alone
    con.execute(
        "DELETE FROM assess.verdict WHERE list_contains($rules, rule) AND NOT list_contains($own, rule || ' ' || subject)",
        {"rules": list(rules), "own": [f"{laid.rule.id} {laid.marked}" for laid in batch]},
    )
    faults = con.execute("SELECT rule, any_value(message) FROM assess.fault GROUP BY rule").fetchall()
    return dict(faults)


def _plain(rule: Rule) -> Rule:
    """A member as a plain live rule, because its verdicts are given."""
    return rule.model_copy(update={"status": "live", "until": None, "compound": None, "when": "TRUE"})


def _verdict(
    member: Rule, seen: Member, day: object, subject: str, place: str, levels: Iterable[Level]
) -> tuple[object, ...]:
    hit = seen.verdict == "hit"
    score = (POINTS if seen.score is None else seen.score) if hit else None
    return day, member.id, member.subject.value, subject, place, seen.verdict, score, _rank(score, levels)


def _rank(score: float | None, levels: Iterable[Level]) -> int | None:
    """The level of so many points, without floors."""
    ranks = [level.rank for level in levels if score is not None and (level.score is None or score >= level.score)]
    return min(ranks, default=None)
