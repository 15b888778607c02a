"""From objections that were accepted to a patch of rules/routes.yaml: what is sent back again and again is routed there at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from typing import Any

from ruamel.yaml import YAML

from riskengine.exchange.patch import NotAList, Patch, Step, Value
from riskengine.intervene.handling.gather import standing
from riskengine.intervene.routing import current_places, line_of, place_name
from riskengine.model.duty import Place, Route
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.store.database import Connection

__all__ = ["Proposal", "patch_of", "patched", "proposals"]


@dataclass(frozen=True)
class Proposal:
    """A branch for one route. ``route``: its number in the file; ``branch``: what to write below it; ``warnings``: the ids it rests on;
    ``says``: a sentence. ``beside``: it cannot stand below (a catch-all has no branches), so it is written before it.
    """

    route: str
    branch: Mapping[str, Value]
    warnings: tuple[str, ...]
    says: str
    beside: bool


def proposals(con: Connection, rulebook: Rulebook, as_of: date, types: Mapping[Subject, str]) -> list[Proposal]:
    """One for each kind of objection (route, theme, kind of subject, new unit) accepted often enough by the night ``as_of``, and
    for at least
    half of the warnings of that kind that the unit was given: a few that were sent astray are no reason to send all of them elsewhere.

    Where all of them come from one town, or only one town has so many, the branch is for that town alone. Routes that have changed since
    are left alone. ``types``: what kinds of subjects are called.
    """
    newest = standing("intervene.objection", "id, unit, on_day, file_id, row_no", "as_of <= $as_of")
    rows = con.execute(_ACCEPTED.format(objection=newest), {"as_of": as_of}).fetchall()
    places = current_places(rulebook.places, as_of)
    towns = {place: next((c for c in line_of(place, places) if places[c].level == "town"), None) for *_, place in rows}
    kinds: dict[tuple[str, str, str, str], list[tuple[str, str | None]]] = defaultdict(list)
    senders: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for id_, unit, number, new, theme, subject_type, place in rows:
        at = _at(rulebook, number)
        if at is not None and rulebook.routes[at].lead in (unit, "township", "reporter") and new in rulebook.units:
            kinds[number, new, theme, subject_type].append((id_, towns[place]))
            senders[number, new, theme, subject_type].add(unit)
    given = _given(con, places, as_of)
    least = rulebook.handling.objections.propose_after
    found = []
    for (number, new, theme, subject_type), every in kinds.items():
        units = senders[number, new, theme, subject_type]
        own = [town for unit, of, type_, town in given if unit in units and (of, type_) == (theme, subject_type)]
        for town, held in _narrowed(every, own, least):
            found.append(_proposal(rulebook, places, types, rows, (number, new, theme, subject_type, town), held))
    return found


def _given(con: Connection, places: Mapping[str, Place], as_of: date) -> list[tuple[str, str, str, str | None]]:
    """Every warning that a unit ever led: unit, theme, type of subject, town."""
    rows = con.execute(_GIVEN, {"as_of": as_of}).fetchall()
    return [
        (unit, theme, type_, next((c for c in line_of(place, places) if places[c].level == "town"), None))
        for unit, theme, type_, place in rows
    ]


def _narrowed(
    every: Sequence[tuple[str, str | None]], given: Sequence[str | None], least: int
) -> Iterator[tuple[str | None, list[tuple[str, str | None]]]]:
    """The town (None: all of them) and its objections, where they are ``least`` or more and half of what was given there."""
    towns = {town for _, town in every}
    if len(every) >= least and 2 * len(every) >= len(given) and len(towns) > 1:
        yield None, list(every)
        return
    for town in sorted(towns, key=str):
        held = [each for each in every if each[1] == town]
        if len(held) >= least and 2 * len(held) >= given.count(town):
            yield town, held


def _proposal(
    rulebook: Rulebook,
    places: Mapping[str, Place],
    types: Mapping[Subject, str],
    rows: Sequence[tuple[Any, ...]],
    kind_of: tuple[str, str, str, str, str | None],
    held: Sequence[tuple[str, str | None]],
) -> Proposal:
    number, new, theme, subject_type, town = kind_of
    route = rulebook.routes[_at(rulebook, number) or 0]
    branch = _branch(route, theme, subject_type, town, new)
    kind = types[Subject(subject_type)]
    where = place_name(town, places) + "的" if town else ""
    says = (
        f"第{number}条派发给{'、'.join(sorted({_name(rulebook, row[1]) for row in rows if row[0] in dict(held)}))}的"
        f"{where}{theme}（{kind}）预警，被接受的退回已有{len(held)}次，都改由{_name(rulebook, new)}办理。建议直接派给它。"
    )
    return Proposal(number, branch, tuple(id_ for id_, _ in held), says, route.catch_all)


def patched(text: str, found: Sequence[Proposal]) -> str:
    """rules/routes.yaml (``text``) with all proposals written in; everything else stays as it is."""
    patch = Patch(text)
    for each in sorted(found, key=lambda proposal: [int(part) for part in proposal.route.split(".")], reverse=True):
        path: list[Step] = ["routes"]
        for part in each.route.split("."):
            path += [int(part) - 1, "routes"]
        if each.beside:
            _insert(patch, path[:-2], int(each.route.split(".")[-1]) - 1, each.branch)
        else:
            _insert(patch, path, 0, each.branch)
    return patch.text


def patch_of(text: str, found: Sequence[Proposal]) -> str:
    """:func:`patched` as a unified diff."""
    before, after = text.splitlines(keepends=True), patched(text, found).splitlines(keepends=True)
    return "".join(unified_diff(before, after, "a/rules/routes.yaml", "b/rules/routes.yaml"))


def _insert(patch: Patch, path: Sequence[Step], at: int, branch: Mapping[str, Value]) -> None:
    """The branch as entry ``at`` of the list at ``path``, which may not be there yet."""
    held = YAML(typ="safe", pure=True).load(patch.text)
    for step in path:
        held = held.get(step, ()) if isinstance(held, dict) else held[step]
    if not held:
        patch.put(path[:-1], "routes", [branch])
        return
    order: list[int | Mapping[str, Value]] = list(range(len(held)))
    try:
        patch.arrange(path, [*order[:at], branch, *order[at:]])
    except NotAList:
        patch.replace(path, [*held[:at], branch, *held[at:]])


def _at(rulebook: Rulebook, number: str | None) -> int | None:
    numbers = [rulebook.route_number(at) for at in range(len(rulebook.routes))]
    return numbers.index(number) if number in numbers else None


def _branch(route: Route, theme: str, subject_type: str, town: str | None, new: str) -> dict[str, Value]:
    """What narrows the route to this kind, and no more than that."""
    branch: dict[str, Value] = {}
    if route.themes != (theme,):
        branch["themes"] = [theme]
    if tuple(map(str, route.subjects)) != (subject_type,):
        branch["subjects"] = [subject_type]
    if town is not None and route.places != (town,):
        branch["places"] = [town]
    return {**branch, "lead": new}


def _name(rulebook: Rulebook, unit: Any) -> str:
    return rulebook.units[unit].name if unit in rulebook.units else str(unit)


_GIVEN = """
SELECT DISTINCT ON (d.unit, d.id) d.unit, w.theme, w.subject_type, w.place
FROM intervene.duty AS d JOIN assess.warning AS w ON w.id = d.id
WHERE d.role = '主办' AND d.as_of <= $as_of ORDER BY d.unit, d.id
"""

_ACCEPTED = """
SELECT o.id, o.unit, o.route, o.new_unit, w.theme, w.subject_type, w.place
FROM ({objection}) AS o JOIN assess.warning AS w ON w.id = o.id
WHERE o.decided = '接受' AND o.role = '主办' AND o.new_unit IS NOT NULL AND o.new_unit <> o.unit
ORDER BY o.route, w.theme, w.subject_type, o.new_unit, o.id
"""
