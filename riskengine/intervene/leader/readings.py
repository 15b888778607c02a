"""What the night said of indicators, as the pages read it: standings, what a miss is made of, rankings, findings, corrections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from riskengine.intervene.leader.charts import plain
from riskengine.intervene.routing import current_places, place_name
from riskengine.model.indicator import Course, Lamp
from riskengine.model.period import end_of
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Correction", "Finding", "Mark", "Part", "Readings", "Standing", "readings", "said", "text_of"]


@dataclass(frozen=True)
class Standing:
    """A row of ``assess.standing`` (see there), with the place's name. ``why`` is laid out in ``assess/indicators/judge.py``."""

    indicator: str
    place: str
    owner: str
    period: str | None
    period_end: date | None
    value: float | None
    origin: str | None
    reported: float | None
    computed: float | None
    last_year: float | None
    rank: int | None
    rank_before: int | None
    target_kind: str | None
    target: float | None
    control: float | None
    course: Course
    lamp: Lamp
    forecast: float | None
    low: float | None
    high: float | None
    chance: float | None
    method: str | None
    small: bool
    says: str
    why: Mapping[str, Any]
    place_name: str = ""


@dataclass(frozen=True)
class Part:
    """A row of ``assess.part``: ``difference`` in the indicator's unit, ``share`` in per cent of the whole difference."""

    indicator: str
    by: str
    part: str
    name: str
    value: float | None
    base: float | None
    difference: float
    share: float


@dataclass(frozen=True)
class Mark:
    """A row of ``assess.mark``, with the name of the town or unit. ``indicator`` None: all together."""

    scope: str
    code: str
    indicator: str | None
    value: float | None
    rank: int | None
    rank_before: int | None
    tied: bool
    of: int
    small: bool
    weight: float
    deducted: float
    veto: bool
    why: Mapping[str, Any]
    name: str = ""


@dataclass(frozen=True)
class Finding:
    """A row of ``assess.finding``, with the place's name, empty where it is of no one place."""

    indicator: str
    place: str | None
    period: str | None
    code: str
    unit: str | None
    message: str
    place_name: str = ""


@dataclass(frozen=True)
class Correction:
    """One version of a figure that was sent more than once. ``until``: the night on which a newer one came, None: this one counts."""

    known_on: date
    until: date | None
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

    def called(code: str | None) -> str:
        return place_name(code, places) if code else ""

    county: dict[str, Standing] = {}
    towns: dict[str, list[Standing]] = {}
    for row in _rows(con, "standing", Standing, as_of):
        standing = Standing(**{**row, "why": _json(row["why"]), "place_name": called(row["place"]) or row["place"]})
        if standing.place == root:
            county[standing.indicator] = standing
        else:
            towns.setdefault(standing.indicator, []).append(standing)
    parts: dict[str, list[Part]] = {}
    for row in _rows(con, "part", Part, as_of):
        parts.setdefault(row["indicator"], []).append(Part(**row))
    units = {id_: unit.name for id_, unit in rulebook.units.items()}
    marks = tuple(
        Mark(
            **{
                **row,
                "why": _json(row["why"]),
                "name": (units.get(row["code"]) if row["scope"] == "unit" else called(row["code"])) or row["code"],
            }
        )
        for row in _rows(con, "mark", Mark, as_of)
    )
    findings = tuple(Finding(**row, place_name=called(row["place"])) for row in _rows(con, "finding", Finding, as_of))
    return Readings(
        county={id_: county[id_] for id_ in sorted(county, key=lambda each: order.get(each, len(order)))},
        towns={id_: tuple(sorted(own, key=lambda each: each.place)) for id_, own in towns.items()},
        parts={id_: tuple(own) for id_, own in parts.items()},
        marks=marks,
        findings=findings,
        corrections=_corrections(con, rulebook, as_of),
    )


def said(value: float | None, unit: str) -> str:
    """``97.93%``, ``12起``, ``第12位``; 未知 without a value."""
    if value is None:
        return "未知"
    return f"第{plain(value)}位" if unit == "位" else f"{plain(value)}{unit}"


def text_of(why: Mapping[str, Any], *keys: str) -> str:
    """The text at the end of ``keys``; empty where there is none."""
    found: Any = why
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _rows(con: Connection, table: str, shape: type, as_of: date) -> list[dict[str, Any]]:
    names = [
        each.name
        for each in fields(shape)
        if each.name not in ("place_name", "name") or (table, each.name) == ("part", "name")
    ]
    found = con.execute(
        f"SELECT {', '.join(_quoted(names))} FROM assess.{table} WHERE as_of = ? ORDER BY rowid", [as_of]
    )
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _quoted(names: list[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _json(text: str | None) -> Mapping[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _corrections(
    con: Connection, rulebook: Rulebook, as_of: date
) -> dict[tuple[str, str, date], tuple[Correction, ...]]:
    named = {
        (each.returns, name.strip()): each
        for each in rulebook.indicators.values()
        for name in (each.name, *each.aliases)
    }
    found: dict[tuple[str, str, date], list[Correction]] = {}
    for kind in sorted({each.returns for each in rulebook.indicators.values()}):
        for category, place, day, known, until, value, retracted in con.execute(
            _VERSIONS.format(kind=kind), {"as_of": as_of}
        ).fetchall():
            indicator = named.get((kind, str(category or "").strip()))
            if indicator is not None and day is not None:
                key = (indicator.id, place, end_of(indicator.period, day))
                version = Correction(known, until, None if value is None else float(value), retracted)
                found.setdefault(key, []).append(version)
    return {key: tuple(versions) for key, versions in found.items()}


_VERSIONS = """
SELECT category, place, occurred_on, known_at, if(superseded_at <= $as_of, superseded_at, NULL), value, retracted
FROM sense.{kind}
WHERE known_at <= $as_of
QUALIFY count(*) OVER (PARTITION BY source, key) > 1
ORDER BY source, key, known_at, file_id, row_no
"""
