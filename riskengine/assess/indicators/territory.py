"""The county and its towns as they stand on a night, and what became of a place that was merged into another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.assess.indicators.spoken import county_called
from riskengine.assess.subjects import places_on
from riskengine.model.duty import Place
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Merger", "Territory", "lay_out_territory", "territory_on"]


@dataclass(frozen=True)
class Merger:
    """A place that was merged into another one. ``until``: its last day; ``into``: where its territory lies on the night."""

    code: str
    name: str
    until: date
    into: str

    @property
    def on(self) -> date:
        """The first day on which it was no place of its own."""
        return self.until + timedelta(1)


@dataclass(frozen=True)
class Territory:
    """``county``: code of the root. ``towns``: code → name, in the order of the table, those that stand on the night. ``town_of``:
    code of any place → the town in which its territory lies on the night (a merged town's lies in its successor), None for the county
    itself. ``mergers``: places that are merged by the night.
    """

    county: str
    called: str
    towns: Mapping[str, str]
    town_of: Mapping[str, str | None]
    mergers: Mapping[str, Merger]

    def name(self, code: str) -> str:
        """The place as a sentence names it: 全县, 清溪镇."""
        if code == self.county:
            return self.called
        return self.towns.get(code) or (self.mergers[code].name if code in self.mergers else code)

    @property
    def places(self) -> tuple[str, ...]:
        """The places that indicators speak of: the county, then its towns."""
        return (self.county, *self.towns)


def territory_on(rulebook: Rulebook, as_of: date) -> Territory | None:
    """The territory on the night; None where the rule book has no county."""
    places = {place.code: place for place in places_on(rulebook.places, as_of)}
    into = {each.code: each for each in rulebook.places if each.merged_into is not None}
    mergers = {
        code: Merger(code, place.name, place.valid_until, _standing(code, into, as_of))
        for code, place in into.items()
        if place.valid_until is not None and place.valid_until < as_of
    }
    county = next((place for place in places.values() if place.level == "county"), None)
    if county is None:
        return None
    town_of = {code: _town(code, places, mergers) for code in places}
    towns = {place.code: place.name for place in rulebook.places if place.level == "town" and place.code not in mergers}
    return Territory(county.code, county_called(county.name), towns, town_of, mergers)


def lay_out_territory(con: Connection, territory: Territory) -> None:
    """Temp table ``indicator_place(place, town)``; town NULL for the county itself."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE indicator_place AS "
        "SELECT unnest($1::VARCHAR[]) AS place, unnest($2::VARCHAR[]) AS town",
        [list(territory.town_of), list(territory.town_of.values())],
    )


def _standing(code: str, into: Mapping[str, Place], as_of: date) -> str:
    """Where a chain of mergers that have happened by the night ends."""
    seen = {code}
    while (place := into.get(code)) and place.merged_into and place.valid_until and place.valid_until < as_of:
        code = place.merged_into
        if code in seen:
            break
        seen.add(code)
    return code


def _town(code: str, places: Mapping[str, Place], mergers: Mapping[str, Merger]) -> str | None:
    seen: set[str] = set()
    while code in places and code not in seen:
        seen.add(code)
        if code in mergers:
            code = mergers[code].into
            continue
        if places[code].level == "town":
            return code
        code = places[code].parent or ""
    return None
