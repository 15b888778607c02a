"""Verdicts become the life of warnings, with what they are merged into and who would have got them: night by night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.assess.merge import merge
from riskengine.assess.nights import Nights
from riskengine.assess.walk import Closing, Standing, Suppression, walk
from riskengine.intervene.routing import route_standing
from riskengine.model.rulebook import Rulebook
from riskengine.plan.noun import Course, Night
from riskengine.plan.reach import Lot
from riskengine.plan.verdicts import Seen
from riskengine.store.database import Connection
from riskengine.store.watches import watches

__all__ = ["Side", "live"]


@dataclass(frozen=True)
class Side:
    """What one rule book makes of the nights: every warning that was open on one of them, hits that an exception kept
    from raising a warning, rules that failed.
    """

    courses: tuple[Course, ...]
    suppressed: tuple[Suppression, ...]
    faults: dict[str, str]


def live(
    con: Connection, book: Rulebook, seen: Seen, lots: frozenset[Lot], nights: Sequence[date], planned: Sequence[date]
) -> Side:
    """The life of the warnings of ``lots`` over ``nights`` (history and warm-up first); merged and routed over
    ``planned``.

    Leaves ``assess.warning``, ``assess.state`` and ``assess.merged`` of the laboratory filled with this side.
    """
    walked = walk(book, nights, seen.evaluated, seen.verdicts, _closings(con))
    standings = [each for each in walked.live if (each.theme, each.subject_type) in lots]
    ids = _store(con, standings)
    merge(con, book, Nights(tuple(planned)))
    parents = {
        (as_of, child): f"{name}（{theme}）"
        for as_of, child, name, theme in con.execute(
            "SELECT m.as_of, m.child, w.subject_name, w.theme "
            "FROM assess.merged m JOIN assess.warning w ON w.id = m.parent"
        ).fetchall()
    }
    units = _routed(con, book, planned)
    nights_of: dict[str, dict[date, Night]] = defaultdict(dict)
    lifted: dict[str, date] = {}
    for each, id_ in zip(standings, ids, strict=True):
        if each.change == "解除":
            lifted[id_] = each.as_of
            continue
        lead, others = units.get((each.as_of, id_), (None, ()))
        nights_of[id_][each.as_of] = Night(
            each.level, each.score, each.rules, each.stale, lead, others, parents.get((each.as_of, id_))
        )
    rows = con.execute(
        "SELECT id, subject_type, subject, subject_name, place, theme, opened_on FROM assess.warning ORDER BY id"
    ).fetchall()
    courses = [
        Course(type_, subject, name, place, theme, opened, lifted.get(id_), nights_of[id_])
        for id_, type_, subject, name, place, theme, opened in rows
    ]
    return Side(tuple(courses), walked.suppressed, seen.faults)


def _closings(con: Connection) -> list[Closing]:
    """What was closed and watched while the nights ran; under other rules it would have been closed on the same days."""
    rows = con.execute(
        f"SELECT as_of, id, subject_type, subject, theme, closed_on, until, outcome, undone FROM ({watches('kept.')}) WHERE kind = '办理'"
    ).fetchall()
    return [Closing(*row) for row in rows]


def _store(con: Connection, standings: Sequence[Standing]) -> list[str]:
    """Write the states and their warnings; the id of each standing's warning."""
    numbers: dict[tuple[str, str, str, date], str] = {}
    ids = [
        numbers.setdefault((e.subject_type, e.subject, e.theme, e.opened_on), f"{len(numbers) + 1:06d}")
        for e in standings
    ]
    for table in ("warning", "state", "merged"):
        con.execute(f"DELETE FROM assess.{table}")
    con.execute(
        "INSERT INTO assess.state BY NAME SELECT unnest($1::DATE[]) AS as_of, unnest($2::VARCHAR[]) AS id, "
        "unnest($3::VARCHAR[]) AS change, unnest($4::TINYINT[]) AS level, unnest($5::DOUBLE[]) AS score, "
        "unnest($6::VARCHAR[][]) AS rules, unnest($7::BOOLEAN[]) AS stale",
        [
            [e.as_of for e in standings],
            ids,
            [e.change for e in standings],
            [e.level for e in standings],
            [e.score for e in standings],
            [list(e.rules) for e in standings],
            [e.stale for e in standings],
        ],
    )
    keys = list(numbers)
    # where it lies is what the verdicts of its subject say, on the nearest night at or before it was opened
    con.execute(
        """
        INSERT INTO assess.warning BY NAME
        SELECT k.*, coalesce(n.name, k.subject) AS subject_name, v.place FROM (
          SELECT unnest($1::VARCHAR[]) AS id, unnest($2::VARCHAR[]) AS subject_type, unnest($3::VARCHAR[]) AS subject,
            unnest($4::VARCHAR[]) AS theme, unnest($5::DATE[]) AS opened_on) k
        LEFT JOIN (SELECT subject_type, subject, max(name) AS name FROM plan_subject GROUP BY ALL) n
          USING (subject_type, subject)
        ASOF LEFT JOIN (
          SELECT DISTINCT ON (as_of, subject_type, subject) as_of, subject_type, subject, place FROM assess.verdict
          WHERE verdict = 'hit') v
          ON v.subject_type = k.subject_type AND v.subject = k.subject AND v.as_of <= k.opened_on""",
        [
            list(numbers.values()),
            [key[0] for key in keys],
            [key[1] for key in keys],
            [key[2] for key in keys],
            [key[3] for key in keys],
        ],
    )
    return ids


def _routed(
    con: Connection, book: Rulebook, planned: Sequence[date]
) -> dict[tuple[date, str], tuple[str | None, tuple[str, ...]]]:
    """Lead and other units by night and warning."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE standing AS "
        "SELECT s.as_of, s.id, s.level, w.subject_type, w.subject, w.theme, w.place "
        "FROM assess.state s JOIN assess.warning w USING (id) WHERE s.change <> '解除' AND list_contains(?, s.as_of)",
        [list(planned)],
    )
    route_standing(con, book, planned)
    rows = con.execute(
        "SELECT as_of, id, max(unit) FILTER (role = '主办'), "
        "coalesce(list(unit ORDER BY unit) FILTER (role <> '主办'), []) "
        "FROM routed GROUP BY as_of, id"
    ).fetchall()
    return {(as_of, id_): (lead, tuple(others)) for as_of, id_, lead, others in rows}
