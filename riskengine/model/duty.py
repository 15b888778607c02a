"""Who answers, how gravely, by when: levels, units, routes, places."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from riskengine.model.noun import Noun, Sentence, Slug
from riskengine.model.subject import Subject

__all__ = ["Branch", "Level", "Place", "Route", "Unit"]


class Level(Noun):
    """One warning level; an internal work level, not a public alarm. ``rank`` 1 is the gravest. ``score``: from this many points.

    ``handle_within``: calendar days from delivery, where no clock in ``rules/clocks.yaml`` names the level.
    """

    name: str
    rank: int = Field(ge=1, le=9)
    code: str
    colour: str = Field(pattern=r"^#[0-9A-Fa-f]{6}$")
    score: float | None = None
    handle_within: int | None = Field(default=None, ge=1, le=90)


class Unit(Noun):
    """A responsible unit: a line department (条) or a township (块).

    ``weekly``: how many warnings it can take up in a week (Monday to Sunday) as lead; None: no limit. The gravest level never waits.
    """

    id: Slug
    name: Sentence
    type: Literal["line", "township"]
    sort: int = 0
    weekly: int | None = Field(default=None, ge=1, le=1000)


class Place(Noun):
    """A node of the place tree. ``population`` counts residents from ``valid_from`` on; ``unit`` has jurisdiction.

    A place that was merged into another one (``merged_into``, a code of the same level) ends with the day ``valid_until``.
    """

    code: str
    name: str
    level: Literal["county", "town", "village"]
    parent: str | None
    population: int | None = Field(default=None, ge=0)
    valid_from: date | None = None
    unit: Slug | None = None
    aliases: tuple[str, ...] = ()
    valid_until: date | None = None
    merged_into: str | None = None

    @model_validator(mode="after")
    def _ends_into_a_place(self) -> Place:
        if (self.valid_until is None) != (self.merged_into is None):
            raise ValueError("valid_until（原建制最后一天）与 merged_into（并入哪个地区）须一起写，或都不写")
        return self


class Branch(Noun):
    """A route as rules/routes.yaml says it; ``routes`` below it narrow it and are asked before it.

    A condition that is not written is the one above. ``lead``, ``township`` and ``copies`` are None where the branch does not say
    otherwise: what stands above holds, at the top ``township`` true and no copies. ``name``: what cases and people call it.
    """

    name: Sentence | None = None
    themes: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    levels: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    lead: str | None = None
    township: bool | None = None
    copies: tuple[str, ...] | None = None
    catch_all: bool = False
    routes: tuple[Branch, ...] = ()


class Route(Noun):
    """One line of the routes written out. First match wins, in order. ``lead`` answers; with ``township: true`` the place's own
    unit works along (协办); ``copies`` (unit ids, ``township``) are told and owe nothing (抄送).

    ``lead: township`` hands the warning to the place's unit; ``lead: reporter`` to the unit that is the subject.
    ``places`` narrows to places at or below these codes. An empty condition takes everything.
    """

    name: str = ""
    themes: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    levels: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    lead: str
    township: bool = True
    copies: tuple[str, ...] = ()
    catch_all: bool = False
