"""Which records of different doors are one event: ``rules/links.yaml``."""

from __future__ import annotations

from math import log2
from typing import Literal

from pydantic import Field, model_validator

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["Alike", "Links", "Meeting", "Needed", "Odds", "Transfer", "Weights"]

Needed = Literal["village", "people", "handler"]
"""What a pair may have to agree on: the village, the number of people, the unit that handles it."""


class Odds(Noun):
    """How often two records agree in this way: ``m`` of those that are one event, ``u`` of those that are not (0..1)."""

    m: float = Field(gt=0, lt=1)
    u: float = Field(gt=0, lt=1)

    @property
    def weight(self) -> float:
        """What the agreement says, in bits: above 0 for one event, below 0 against it."""
        return round(log2(self.m / self.u), 4)


class Meeting(Noun):
    """Two doors (sources) whose records may be one event, within so many days of each other; ``needs``: all of these must agree."""

    doors: tuple[Slug, Slug]
    within: int = Field(ge=0, le=90)
    needs: tuple[Needed, ...] = ()


class Alike(Noun):
    """Categories that may be the same matter, whatever door it comes in by."""

    name: Sentence
    words: tuple[Sentence, ...] = Field(min_length=2)


class Transfer(Noun):
    """When the same transfer number (转办编号) makes two records one event.

    ``within``: days between them. ``least``: how many of town and category must agree beside it, so that a slip of the pen links
    nothing. ``most``: a number that more records carry is a placeholder and links none of them.
    """

    within: int = Field(default=180, ge=0, le=400)
    least: int = Field(default=1, ge=0, le=2)
    most: int = Field(default=8, ge=2, le=50)


def _odds(m: float, u: float) -> Odds:
    return Odds(m=m, u=u)


class Weights(Noun):
    """Fellegi–Sunter: what each way of agreeing says. Only pairs of a town, a category and the days of their doors are weighed,
    so ``u`` is the share among such pairs. What one of the two does not say counts 0. The defaults are those that Splink's expectation
    maximisation finds on made records (``python -m benchmarks.links --estimate``).
    """

    same_village: Odds = _odds(0.73, 0.106)
    no_village: Odds = _odds(0.18, 0.186)
    other_village: Odds = _odds(0.09, 0.708)
    same_day: Odds = _odds(0.427, 0.04)
    next_day: Odds = _odds(0.239, 0.075)
    days_3: Odds = _odds(0.19, 0.135)
    days_7: Odds = _odds(0.135, 0.269)
    later: Odds = _odds(0.009, 0.481)
    same_word: Odds = _odds(0.293, 0.226)
    alike_word: Odds = _odds(0.707, 0.774)
    same_people: Odds = _odds(0.707, 0.222)
    other_people: Odds = _odds(0.293, 0.778)
    same_handler: Odds = _odds(0.826, 0.196)
    other_handler: Odds = _odds(0.174, 0.804)
    other_transfer: Odds = _odds(0.01, 0.9)


class Links(Noun):
    """The whole file. A workspace without it links nothing: it has no ``doors``.

    ``doors``: sources, the one that is told first of two that came on the same day first. ``prior``: which share of the pairs that are
    weighed is one event. ``threshold``: from which probability on a pair is linked.
    """

    doors: tuple[Slug, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    categories: tuple[Alike, ...] = ()
    transfer: Transfer = Transfer()
    prior: float = Field(default=0.05, gt=0, lt=1)
    threshold: float = Field(default=0.9, ge=0.5, lt=1)
    weights: Weights = Weights()

    @property
    def longest(self) -> int:
        """The most days that lie between two records that are weighed."""
        return max((each.within for each in self.meetings), default=0)

    @model_validator(mode="after")
    def _doors_beside_meetings(self) -> Links:
        if self.doors and not self.meetings:
            raise ValueError("写了 doors 就要写 meetings（哪两个渠道之间、相隔几天以内比对）")
        return self
