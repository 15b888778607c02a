"""The assessment of a year, put together from the tables as one night knew them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.model.duty import Place
from riskengine.model.rulebook import Rulebook
from riskengine.review.appraisal.duties import build_duties, duty_hits, warnings_of
from riskengine.review.appraisal.happenings import happenings
from riskengine.review.appraisal.noun import Sheet
from riskengine.review.appraisal.places import place_rates
from riskengine.review.appraisal.score import entries_of, standings_of
from riskengine.review.appraisal.shares import unit_shares
from riskengine.store.database import Connection

__all__ = ["appraise"]


def appraise(con: Connection, rulebook: Rulebook, year: int, as_of: date) -> Sheet:
    """What the year cost every unit, and how units and places compare, from nothing but what the night ``as_of`` knew.

    The rules are those of ``rulebook``: who assesses decides by which. Writes temporary tables only.
    """
    levels = {level.rank: level.name for level in rulebook.levels}
    _names(con, rulebook)
    build_duties(con, as_of)
    warnings = warnings_of(con, year)
    hits = duty_hits(con, rulebook, year, as_of) + happenings(con, rulebook, year, as_of)
    entries = entries_of(rulebook.appraisal, rulebook.units, hits, warnings, levels)
    return Sheet(
        year=year,
        as_of=as_of,
        rules=rulebook.hash,
        appraisal=rulebook.appraisal,
        standings=tuple(standings_of(rulebook.appraisal, rulebook.units, entries, warnings)),
        entries=tuple(entries),
        shares=tuple(unit_shares(con, rulebook, year, as_of)),
        places=tuple(place_rates(con, rulebook, year, as_of)),
        unit_names={id_: unit.name for id_, unit in rulebook.units.items()},
        place_names={place.code: place.name for place in rulebook.places},
        level_names=levels,
    )


def _names(con: Connection, rulebook: Rulebook) -> None:
    """Temp tables ``unit_name(unit, name)``, ``town_unit(place, unit)`` and ``town_of(place, town)``."""
    places = {place.code: place for place in rulebook.places}
    towns = {code: town for code in places if (town := _town(code, places)) is not None}
    named = {unit.id: unit.name for unit in rulebook.units.values()}
    owned = {code: place.unit for code, place in places.items() if place.level == "town" and place.unit}
    for table, columns, rows in (
        ("unit_name", ("unit", "name"), named),
        ("town_unit", ("place", "unit"), owned),
        ("town_of", ("place", "town"), towns),
    ):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS "
            f"SELECT unnest($1::VARCHAR[]) AS {columns[0]}, unnest($2::VARCHAR[]) AS {columns[1]}",
            [list(rows), list(rows.values())],
        )


def _town(code: str, places: Mapping[str, Place]) -> str | None:
    """The town that a place lies in today; a place that was merged goes with the one it was merged into."""
    seen: set[str] = set()
    while code in places and code not in seen:
        seen.add(code)
        place = places[code]
        if place.merged_into is not None:
            code = place.merged_into
        elif place.level == "town":
            return code
        elif place.parent is None:
            return None
        else:
            code = place.parent
    return None
