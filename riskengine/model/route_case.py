"""A case of the routes: warnings, many at once, and who should get them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from riskengine.model.noun import Noun, Sentence
from riskengine.model.subject import Subject

__all__ = ["RouteCase", "RouteExpect"]


class RouteExpect(Noun):
    """What should come out for each of the case's warnings; None is not compared. ``lead``, ``along``, ``copies`` are unit ids or
    ``township`` (the unit that has jurisdiction), ``lead`` also ``reporter``; ``route``: name or number in the file (``9.1``).
    """

    lead: str | None = None
    along: tuple[str, ...] | None = None
    copies: tuple[str, ...] | None = None
    route: str | None = None


class RouteCase(Noun):
    """Every theme with every type of subject, every level and every place makes one warning that is open on ``as_of``.

    ``levels`` empty: all levels; ``places`` (code or name) empty: the county. ``unit``: the subject, where it is a unit.
    ``merged_into``: a theme; the warnings are merged into one of that theme at the same place, which must change nothing.
    """

    case: Sentence
    as_of: date
    themes: tuple[str, ...] = Field(min_length=1)
    subjects: tuple[Subject, ...] = Field(min_length=1)
    levels: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unit: str | None = None
    merged_into: str | None = None
    expect: RouteExpect
