"""Cases of the routes: warnings laid on empty tables in memory and routed by the night's own code, all cases of a night at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

from riskengine.cases.laid import CALLED, columns
from riskengine.contracts.place import PlaceNames
from riskengine.intervene.routing import current_places, own_unit, place_name, route
from riskengine.model.duty import Place
from riskengine.model.route_case import RouteCase
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory

__all__ = ["Given", "Tried", "run_route_cases"]


@dataclass(frozen=True)
class Given:
    """Who gets one warning of a case: units by id; ``route``: which of the book's, from 0. None where no route takes it."""

    says: str
    place: str
    subject: str
    lead: str | None
    along: tuple[str, ...]
    copies: tuple[str, ...]
    route: int | None


@dataclass(frozen=True)
class Tried:
    """A case and what came of its warnings. ``differences``: sentences, none where all came out as expected."""

    index: int
    case: RouteCase
    given: tuple[Given, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True)
class _Laid:
    id: str
    theme: str
    subject_type: str
    subject: str
    name: str
    place: str
    level: int


def run_route_cases(rulebook: Rulebook, scratch: Path) -> list[Tried]:
    """Every case of the routes, in order. Expects that the rule book and its cases were checked; writes nothing but below ``scratch``."""
    names, cases = PlaceNames(rulebook.places), rulebook.route_cases
    by_night: dict[date, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        by_night[case.as_of].append(index)
    found: dict[int, Tried] = {}
    with laboratory(None, scratch) as con:
        for as_of, indices in by_night.items():
            places = current_places(rulebook.places, as_of)
            laid = {at: _lay(at, cases[at], rulebook, names, places) for at in indices}
            _store(con, as_of, {at: (cases[at].merged_into, each) for at, each in laid.items()})
            route(con, rulebook, as_of)
            rows = _routed(con)
            for at in indices:
                given = tuple(_given(each, rows) for each in laid[at])
                found[at] = Tried(at, cases[at], given, tuple(_differences(cases[at], given, rulebook, places)))
    return [found[at] for at in range(len(cases))]


def _lay(
    index: int, case: RouteCase, rulebook: Rulebook, names: PlaceNames, places: Mapping[str, Place]
) -> list[_Laid]:
    ranks = {level.name: level.rank for level in rulebook.levels}
    where = [names.code(written) for written in case.places] or [
        next(code for code, each in places.items() if each.parent is None)
    ]
    laid = []
    every = product(case.themes, case.subjects, where, case.levels or ranks)
    for number, (theme, type_, place, level) in enumerate(every):
        key = f"用例-{index + 1:03d}-{number + 1:03d}"
        subject = case.unit or "" if type_ is Subject.UNIT else place if type_ in PLACES else key
        says = f"{theme}，{CALLED[type_]}，{place_name(place, places)}，{level}"
        laid.append(_Laid(key, theme, type_.value, subject, says, place, ranks[level]))
    return laid


def _store(con: Connection, as_of: date, laid: Mapping[int, tuple[str | None, list[_Laid]]]) -> None:
    """The warnings of one night, open, and those that they are merged into."""
    for table in ("warning", "state", "merged"):
        con.execute(f"DELETE FROM assess.{table}")
    every = [each for _, mine in laid.values() for each in mine]
    pairs = [(each, theme) for theme, mine in laid.values() for each in mine if theme is not None]
    parents = [
        _Laid(f"{each.id}-并", theme, "town", each.place, each.name, each.place, each.level) for each, theme in pairs
    ]
    rows = [(e.id, e.subject_type, e.subject, e.name, e.place, e.theme, as_of, e.level) for e in (*every, *parents)]
    if rows:
        listed = columns(rows, 8)
        con.execute(
            "INSERT INTO assess.warning BY NAME SELECT unnest($1::VARCHAR[]) AS id, unnest($2::VARCHAR[]) AS subject_type, "
            "unnest($3::VARCHAR[]) AS subject, unnest($4::VARCHAR[]) AS subject_name, unnest($5::VARCHAR[]) AS place, "
            "unnest($6::VARCHAR[]) AS theme, unnest($7::DATE[]) AS opened_on",
            listed[:7],
        )
        con.execute(
            "INSERT INTO assess.state BY NAME SELECT $1::DATE AS as_of, unnest($2::VARCHAR[]) AS id, '新增' AS change, "
            "unnest($3::TINYINT[]) AS level",
            [as_of, listed[0], listed[7]],
        )
    if pairs:
        con.execute(
            "INSERT INTO assess.merged SELECT $1::DATE, unnest($2::VARCHAR[]), unnest($3::VARCHAR[])",
            [as_of, [each.id for each, _ in pairs], [each.id for each in parents]],
        )


_Rows = Mapping[str, tuple[str | None, tuple[str, ...], tuple[str, ...], int | None]]


def _routed(con: Connection) -> _Rows:
    rows = con.execute(
        "SELECT w.id, max(r.unit) FILTER (r.role = '主办'), coalesce(list(r.unit ORDER BY r.unit) FILTER (r.role = '协办'), []), "
        "coalesce((SELECT list(c.unit ORDER BY c.unit) FROM copied c WHERE c.id = w.id), []), max(r.route) "
        "FROM assess.warning w LEFT JOIN routed r ON r.id = w.id GROUP BY w.id"
    ).fetchall()
    return {id_: (lead, tuple(along), tuple(copies), at) for id_, lead, along, copies, at in rows}


def _given(laid: _Laid, rows: _Rows) -> Given:
    return Given(laid.name, laid.place, laid.subject, *rows[laid.id])


def _differences(case: RouteCase, given: Sequence[Given], rulebook: Rulebook, places: Mapping[str, Place]) -> list[str]:
    """A sentence for each thing that came out otherwise, with the warnings that it is true of."""
    found: dict[str, list[str]] = defaultdict(list)
    units = {id_: unit.name for id_, unit in rulebook.units.items()}

    def named(ids: Sequence[str | None]) -> str:
        return "、".join(units.get(each or "", each or "没有") for each in ids) or "没有"

    for code in dict.fromkeys(each.place for each in given):
        place = places[code]
        if place.valid_until is not None and place.valid_until < case.as_of:
            into = places[place.merged_into or ""].name if place.merged_into in places else place.merged_into
            found[f"地区：{place.name}到 {place.valid_until} 为止，已并入{into}，这一天没有它。请改地区或日期"] = []
    expect = case.expect
    for each in given:
        own = own_unit(each.place, places)
        stands = {"township": own, "reporter": each.subject}

        def ids(written: Sequence[str], stands: Mapping[str, str | None] = stands) -> list[str | None]:
            return sorted({stands.get(unit, unit) for unit in written}, key=str)

        if expect.lead is not None and ids([expect.lead]) != [each.lead]:
            found[f"主办：应为{named(ids([expect.lead]))}，实为{named([each.lead])}"].append(each.says)
        for what, wanted, came in (("协办", expect.along, each.along), ("抄送", expect.copies, each.copies)):
            if wanted is not None and ids(wanted) != list(came):
                found[f"{what}：应为{named(ids(wanted))}，实为{named(came)}"].append(each.says)
        if expect.route is not None:
            took = () if each.route is None else (rulebook.route_number(each.route), rulebook.routes[each.route].name)
            if expect.route not in took:
                came_by = f"第{took[0]}条{f'“{took[1]}”' if took[1] else ''}" if took else "没有一条接住"
                found[f"派发：应为“{expect.route}”，实为{came_by}"].append(each.says)
    return [
        told + (f"（{len(those)}件：{'；'.join(those[:3])}{'……' if len(those) > 3 else ''}）" if those else "")
        for told, those in found.items()
    ]
