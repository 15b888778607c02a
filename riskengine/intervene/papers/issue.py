"""Who gets which paper tonight and under which number; the rows that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.intervene.routing import line_of, own_unit
from riskengine.model.duty import Place
from riskengine.model.ladder import MARKS, Ladder
from riskengine.model.paper import KINDS, PaperKind
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Wanted", "chinese_day", "issue", "recipient"]


@dataclass(frozen=True)
class Wanted:
    """A paper that something asks for. ``id``: of the warning or the plate; ``rank``: of its level; ``to``, ``copies``: units.

    ``ladder``, ``rung``: of the rung that was reached, None where none was (a closing, a plate).
    """

    kind: PaperKind
    id: str
    place: str | None
    rank: int
    to: str
    copies: tuple[str, ...]
    why: str
    answer_within: int | None
    ladder: str | None = None
    rung: int | None = None


def chinese_day(day: date | None) -> str:
    """``2026年6月30日``; nothing for None."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


def recipient(word: str, ladder: Ladder, lead: str | None, place: str | None, places: Mapping[str, Place]) -> str:
    """The unit that ``word`` of a rung stands for; the issuing office where there is none, so that no paper is lost.

    ``above``: the next unit behind the lead on the line village → town → county's leaders; for a lead that is not on it, the leaders.
    """
    office = ladder.office or ""
    below = {code: each for code, each in places.items() if each.level != "county"}
    if word == "lead":
        return lead or office
    if word == "township":
        return own_unit(place, below) or office
    if word == "above":
        line = list(dict.fromkeys(unit for code in line_of(place, below) if (unit := below[code].unit)))
        behind = line[line.index(lead) + 1 :] if lead in line else []
        return behind[0] if behind else ladder.leaders or office
    if word == "office":
        return office
    if word == "leaders":
        return ladder.leaders or office
    return word


def issue(con: Connection, rulebook: Rulebook, as_of: date, wanted: Iterable[Wanted]) -> None:
    """Number the papers and write tonight's rows of ``intervene.rung`` and ``intervene.paper`` (path and sha256 still NULL).

    One paper a unit and warning: what several rungs ask for on one night is said in the gravest of them, and one that is lighter than what
    the unit has had about the warning is not written any more (its rung keeps no number). Numbers run from 1 within a kind and a year,
    over the nights before this one and then by kind, level and warning, so that a night made again gives the same.
    """
    asked: dict[tuple[str, str, bool], list[Wanted]] = {}
    for each in wanted:
        to = each.to if each.to in rulebook.units else rulebook.ladder.office or ""  # a unit that is no more
        asked.setdefault((each.id, to, each.kind == "销号回执"), []).append(each)
    if not asked:
        return
    used: dict[str, int] = dict(con.execute(_USED, {"as_of": as_of}).fetchall())
    known = {"as_of": as_of, "ids": [id_ for id_, _, _ in asked]}
    had = {(id_, unit, kind) for id_, unit, kind in con.execute(_HAD, known).fetchall()}
    rungs: list[tuple[object, ...]] = []
    papers: list[tuple[object, ...]] = []
    for (id_, unit, _), alike in sorted(asked.items(), key=lambda each: (_order(each[1]), each[0])):
        gravest = max(alike, key=lambda each: KINDS.index(each.kind))
        kind, number = gravest.kind, None
        if not any((id_, unit, graver) in had for graver in KINDS[KINDS.index(kind) + 1 : KINDS.index("销号回执")]):
            used[kind] = used.get(kind, 0) + 1
            number = f"{rulebook.ladder.marks.get(kind, MARKS[kind])}〔{as_of.year}〕{used[kind]}号"
            papers += _copies(rulebook, as_of, number, kind, unit, alike)
        rungs += [
            (as_of, each.ladder, each.rung, id_, each.place, unit, kind, number, each.why)
            for each in alike
            if each.rung is not None
        ]
    _insert(con, "paper", ("as_of", "number", "kind", "id", "place", "unit", "role", "why", "answer_by"), papers)
    _insert(con, "rung", ("as_of", "ladder", "rung", "id", "place", "unit", "paper", "number", "says"), rungs)


def _copies(
    rulebook: Rulebook, as_of: date, number: str, kind: PaperKind, unit: str, alike: Sequence[Wanted]
) -> Iterator[tuple[object, ...]]:
    """A row a unit that gets it."""
    why = "；".join(dict.fromkeys(each.why for each in alike))
    within = min((each.answer_within for each in alike if each.answer_within), default=None)
    answer_by = None if within is None else as_of + timedelta(within)
    copies = dict.fromkeys(copy for each in alike for copy in each.copies if copy != unit and copy in rulebook.units)
    for to, role in ((unit, "主送"), *((copy, "抄送") for copy in copies)):
        yield (as_of, number, kind, alike[0].id, alike[0].place, to, role, why, answer_by)


def _order(alike: Sequence[Wanted]) -> tuple[int, int]:
    return max(KINDS.index(each.kind) for each in alike), min(each.rank for each in alike)


def _insert(con: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        marks = ", ".join([f"({', '.join('?' * len(columns))})"] * len(rows))
        values = [value for row in rows for value in row]
        con.execute(f"INSERT INTO intervene.{table} ({', '.join(columns)}) VALUES {marks}", values)


_USED = """
SELECT kind, count(DISTINCT number) FROM intervene.paper WHERE as_of < $as_of AND year(as_of) = year($as_of::DATE) GROUP BY kind
"""

_HAD = """
SELECT DISTINCT id, unit, kind FROM intervene.paper
WHERE as_of < $as_of AND role = '主送' AND list_contains($ids::VARCHAR[], id)
"""
