"""What the night said of indicators, as the pages read it: standings, what a miss is made of, rankings, findings, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from riskengine.contracts.parse import half
from riskengine.intervene.routing import current_places, place_name
from riskengine.model import standing
from riskengine.model.period import end_of
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding, Part
from riskengine.store.database import Connection
from riskengine.store.standings import rows_of

__all__ = ["Correction", "Mark", "Readings", "Standing", "readings", "text_of"]


@dataclass(frozen=True)
class Standing(standing.Standing):
    """With the place's name. ``why`` is laid out in ``assess/indicators/judge.py``."""

    place_name: str = ""


@dataclass(frozen=True)
class Mark(standing.Mark):
    """With the name of the town or unit. ``indicator`` None: all together."""

    name: str = ""


@dataclass(frozen=True)
class Correction:
    """One version of a figure that was sent more than once."""

    known_on: date
    value: float | None
    retracted: bool


@dataclass(frozen=True)
class Readings:
    """A night's indicators. ``county``: the county's own standings, ``towns``: those of places below it, by indicator, all in the order of
    the rule files. ``corrections``: (indicator, place, end of period) → its versions, oldest first, where there is more than one.
    """

    county: Mapping[str, Standing] = field(default_factory=dict)
    towns: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()
    corrections: Mapping[tuple[str, str, date], tuple[Correction, ...]] = field(default_factory=dict)


def readings(con: Connection, rulebook: Rulebook, as_of: date) -> Readings:
    """Read ``assess.standing``, ``part``, ``mark`` and ``finding`` of the night, and the versions of readings that were corrected."""
    if not rulebook.indicators:
        return Readings()
    places = current_places(rulebook.places, as_of)
    root = next((code for code, place in places.items() if place.parent is None), "")
    order = {id_: at for at, id_ in enumerate(rulebook.indicators)}

    def called(code: str) -> str:
        return place_name(code, places) or code

    county: dict[str, Standing] = {}
    towns: dict[str, list[Standing]] = {}
    for row in rows_of(con, standing.Standing, as_of):
        own = Standing(**vars(row), place_name=called(row.place))
        if own.place == root:
            county[own.indicator] = own
        else:
            towns.setdefault(own.indicator, []).append(own)
    parts: dict[str, list[Part]] = {}
    for part in rows_of(con, Part, as_of):
        parts.setdefault(part.indicator, []).append(part)

    def who(mark: standing.Mark) -> str:
        unit = rulebook.units.get(mark.code) if mark.scope == "unit" else None
        return unit.name if unit else called(mark.code)

    marks = tuple(Mark(**vars(mark), name=who(mark)) for mark in rows_of(con, standing.Mark, as_of))
    return Readings(
        county={id_: county[id_] for id_ in sorted(county, key=lambda each: order.get(each, len(order)))},
        towns={id_: tuple(sorted(own, key=lambda each: each.place)) for id_, own in towns.items()},
        parts={id_: tuple(own) for id_, own in parts.items()},
        marks=marks,
        findings=tuple(rows_of(con, Finding, as_of)),
        corrections=_corrections(con, rulebook, as_of),
    )


def text_of(why: Mapping[str, Any], *keys: str) -> str:
    """The text at the end of ``keys``; empty where there is none."""
    found: Any = why
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _corrections(
    con: Connection, rulebook: Rulebook, as_of: date
) -> dict[tuple[str, str, date], tuple[Correction, ...]]:
    named = {
        (each.returns, half(name)): each for each in rulebook.indicators.values() for name in (each.name, *each.aliases)
    }
    found: dict[tuple[str, str, date], list[Correction]] = {}
    for kind in sorted({each.returns for each in rulebook.indicators.values()}):
        for category, place, day, known, value, retracted in con.execute(
            _VERSIONS.format(kind=kind), {"as_of": as_of}
        ).fetchall():
            indicator = named.get((kind, half(category or "")))
            if indicator is not None and day is not None:
                key = (indicator.id, place, end_of(indicator.period, day))
                version = Correction(known, None if value is None else float(value), retracted)
                found.setdefault(key, []).append(version)
    return {key: tuple(versions) for key, versions in found.items()}


_VERSIONS = """
SELECT category, place, occurred_on, known_at, value, retracted
FROM sense.{kind}
WHERE known_at <= $as_of
QUALIFY count(*) OVER (PARTITION BY source, key) > 1
ORDER BY source, key, known_at, file_id, row_no
"""
