"""A clock: how long something may take, from which event on, in which days, and what may stop or lengthen it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["DELIVERY", "CalendarYear", "Clock", "ClockFor", "Extension"]

DELIVERY = "下发"
"""The start of every clock that a level of warnings runs on: the night whose list first carries the warning, never the signing."""


class Extension(Noun):
    """The one extension that a clock allows: at most ``amount`` more, in the clock's unit. ``approver``: which post or body may allow
    it, never a person's name. ``reason``: whether a reason must be written down.
    """

    amount: int = Field(ge=1, le=400)
    approver: Sentence
    reason: bool = True


class ClockFor(Noun):
    """Whose deadlines the clock sets: warnings of these levels, by name."""

    levels: tuple[str, ...] = Field(min_length=1)


class Clock(Noun):
    """One entry of ``rules/clocks.yaml``. The day of the event ``start`` does not count; the day after it is day 1.

    ``unit``: ``days`` counts calendar days, ``workdays`` those on which offices work (法定节假日 and weekends out, make-up days 调休 in).
    ``last_day`` of a clock in calendar days that ends on a day off: ``roll`` to the next working day, or ``keep``. ``pauses``:
    what may stop it, by name; such days are not counted. ``basis``: the article. ``serves`` (``for`` in the file): none for a clock that
    is only asked for by name.
    """

    id: Slug
    title: Sentence
    start: Sentence
    amount: int = Field(ge=1, le=400)
    unit: Literal["days", "workdays"]
    last_day: Literal["roll", "keep"] = "keep"
    extension: Extension | None = None
    pauses: tuple[Sentence, ...] = ()
    serves: Annotated[ClockFor | None, Field(alias="for")] = None
    basis: Sentence


class CalendarYear(Noun):
    """One entry of ``rules/calendar.yaml``: the days off and the make-up days of a year, laid over those that the library knows.

    ``holidays``: working days that are off; ``workdays``: days off that are worked. ``reference``: the notice that says so.
    """

    year: int = Field(ge=2000, le=2100)
    reference: Sentence
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
