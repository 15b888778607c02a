"""The indicators of a night for programs: stable keys, numbers as numbers, null for what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from riskengine.model.indicator import Indicator
from riskengine.model.standing import Mark, Standing
from riskengine.standings.read import Said

__all__ = ["record", "standing_record"]


def record(said: Said, indicator: Indicator | None = None, place: str | None = None) -> dict[str, Any]:
    """``as_of``; ``indicators``: one object an indicator, with ``id name unit better group theme owner owner_name``, ``standings`` (the
    county's first, every column of the night and ``place_name``), ``parts``, ``marks``, ``findings``; ``totals``: the assessment in all.

    ``indicator`` and ``place`` narrow it. Days are ISO texts; ``why`` is an object.
    """
    ids = list(dict.fromkeys([each.indicator for each in said.standings] + [each.indicator for each in said.findings]))
    if indicator is not None:
        ids = [indicator.id]
    return {
        "as_of": said.as_of.isoformat(),
        "indicators": [_one(said, id_, place) for id_ in ids],
        "totals": [
            _mark(said, each)
            for each in said.marks
            if each.indicator is None and indicator is None and place in (None, each.code)
        ],
    }


def standing_record(each: Standing) -> dict[str, Any]:
    """Every column of a standing."""
    return _plain(asdict(each))


def _one(said: Said, id_: str, place: str | None) -> dict[str, Any]:
    found = said.indicator(id_)
    owner = found.owner if found else None
    return {
        "id": id_,
        "name": said.name(id_),
        "unit": found.unit if found else None,
        "better": found.better if found else None,
        "group": found.group if found else None,
        "theme": found.theme if found else None,
        "owner": owner,
        "owner_name": said.who(owner) if owner else None,
        "standings": [
            {**standing_record(each), "place_name": said.place(each.place)}
            for each in said.standings
            if each.indicator == id_ and place in (None, each.place)
        ],
        "parts": [_plain(asdict(each)) for each in _of(said.parts, id_) if place is None],
        "marks": [_mark(said, each) for each in _of(said.marks, id_) if place in (None, each.code)],
        "findings": [_plain(asdict(each)) for each in _of(said.findings, id_) if place in (None, each.place)],
    }


def _of(rows: Iterable[Any], id_: str) -> Iterable[Any]:
    return (each for each in rows if each.indicator == id_)


def _mark(said: Said, each: Mark) -> dict[str, Any]:
    return {**_plain(asdict(each)), "name": said.who(each.code)}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
