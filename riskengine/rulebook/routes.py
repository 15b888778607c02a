"""The tree of rules/routes.yaml, written out as a list: what lies below a branch is asked before it, and the branch takes the rest.

A route below narrows the one above: its themes, subjects and levels are those that both name, its places those that lie in both;
lead, township and copies are the nearest that are written. Flat files are their own list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riskengine.model.duty import Branch, Route
from riskengine.model.subject import Subject
from riskengine.rulebook.entries import Entries, Entry

__all__ = ["CONDITIONS", "Written", "branches", "in_words", "written_out"]

CONDITIONS = ("themes", "subjects", "levels", "places")
"""What narrows a route."""


@dataclass(frozen=True)
class Written:
    """A branch and what it means. ``above``: the branch it stands below; ``excluded``: conditions of its own that nothing the branch
    above takes can meet, so that it never takes anything.
    """

    entry: Entry[Branch]
    number: str
    route: Route
    above: Written | None
    excluded: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether neither it nor a branch above it is excluded."""
        return not self.excluded and (self.above is None or self.above.reached)


def branches(entries: Entries) -> Iterator[Written]:
    """Every branch in the order in which they are asked: behind those below it."""
    parents = {entry.model.code: entry.model.parent for entry in entries.places}
    for number, entry in enumerate(entries.routes, start=1):
        yield from _branches(entry, str(number), None, parents)


def written_out(entries: Entries) -> list[Entry[Route]]:
    """The routes of the book in order, each where its branch stands. A branch that is excluded from above is left out."""
    return [Entry(each.route, each.entry.document, each.entry.at) for each in branches(entries) if each.reached]


def in_words(route: Route, units: Mapping[str, str], types: Mapping[Subject, str]) -> str:
    """A route as a person reads it; ``units``: id → name."""
    conditions = [
        f"主题{'、'.join(route.themes)}" if route.themes else "",
        f"对象{'、'.join(types[subject] for subject in route.subjects)}" if route.subjects else "",
        f"等级{'、'.join(route.levels)}" if route.levels else "",
        f"地区{'、'.join(route.places)}" if route.places else "",
    ]
    lead = {"township": "属地乡镇（街道）", "reporter": "应报送的单位"}.get(
        route.lead, units.get(route.lead, route.lead)
    )
    when = "，".join(filter(None, conditions)) or "其余全部"
    along = "，属地协办" if route.township and route.lead != "township" else ""
    told = "、".join("属地" if unit == "township" else units.get(unit, unit) for unit in route.copies)
    copies = f"，抄送{told}" if told else ""
    return f"{when} → {lead}主办{along}{copies}{'（兜底）' if route.catch_all else ''}"


def _branches(
    entry: Entry[Branch], number: str, above: Written | None, parents: Mapping[str, str | None]
) -> Iterator[Written]:
    branch = entry.model
    met: dict[str, Any] = {}
    excluded = []
    for key in CONDITIONS:
        own, wide = getattr(branch, key), getattr(above.route, key) if above is not None else ()
        met[key] = _within(own, wide, parents if key == "places" else {}) if own and wide else own or wide
        if own and wide and not met[key]:
            excluded.append(key)
    held = above.route if above is not None else Route(lead="")
    route = Route(
        name=branch.name or "",
        **met,
        lead=held.lead if branch.lead is None else branch.lead,
        township=held.township if branch.township is None else branch.township,
        copies=held.copies if branch.copies is None else branch.copies,
        catch_all=branch.catch_all,
    )
    found = Written(entry, number, route, above, tuple(excluded))
    for at, below in enumerate(branch.routes):
        yield from _branches(
            Entry(below, entry.document, (*entry.at, "routes", at)), f"{number}.{at + 1}", found, parents
        )
    yield found


def _within(own: Sequence[str], wide: Sequence[str], parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """What both name; of places, whichever of two lies below the other."""
    inner = [each for each in own if set(_line(each, parents)) & set(wide)]
    inner += [each for each in wide if each not in inner and set(_line(each, parents)) & set(own)]
    return tuple(dict.fromkeys(inner))


def _line(code: str, parents: Mapping[str, str | None]) -> list[str]:
    line: list[str] = []
    at: str | None = code
    while at is not None and at not in line:
        line.append(at)
        at = parents.get(at)
    return line
