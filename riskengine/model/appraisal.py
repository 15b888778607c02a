"""How units are compared and what their yearly assessment deducts: ``rules/appraisal.yaml``."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pydantic import Field, model_validator

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["ABOUT_DUTIES", "COUNTED", "OF_DAYS", "Appraisal", "AppraisalItem", "Counted", "Spared"]

Counted = Literal[
    "late-signing", "overdue", "unanswered", "pressed", "rebound", "refused", "late-returns", "false-closing", "objections",
    "indicators", "veto",
]  # fmt: skip
"""What an item deducts for."""

COUNTED: tuple[Counted, ...] = get_args(Counted)
OF_DAYS: frozenset[Counted] = frozenset({"late-signing", "overdue", "unanswered", "late-returns"})
"""Those that are measured in days, so that ``over`` and ``every`` mean something."""

ABOUT_DUTIES: frozenset[Counted] = frozenset({"late-signing", "overdue", "unanswered"})
"""Those that are asked of 主办 and 协办 alike, so that ``roles`` means something."""


class AppraisalItem(Noun):
    """One thing that costs points.

    ``points``: for each time, or, ``by: share``, for each percentage point that the times have in the warnings the unit was given that
    year. ``most``: the item never costs more. ``over``: days that are let pass first, calendar days or working days as ``unit`` says;
    ``every``: so many days more cost ``points`` once more. ``least``: fewer times (``by: share``: fewer warnings) cost nothing.
    ``codes``: of refused receipts, ``papers``: of the papers that press; all where not written.
    """

    id: Slug
    name: Sentence
    counts: Counted
    applies: tuple[Literal["line", "township"], ...] = Field(default=("line", "township"), alias="for", min_length=1)
    points: float = Field(ge=0, le=100)
    most: float = Field(ge=0, le=100)
    over: int = Field(default=0, ge=0, le=400)
    unit: Literal["days", "workdays"] = "days"
    every: int | None = Field(default=None, ge=1, le=400)
    by: Literal["each", "share"] = "each"
    roles: tuple[Literal["主办", "协办"], ...] = ("主办", "协办")
    least: int = Field(default=1, ge=1, le=1000)
    codes: tuple[str, ...] = ()
    papers: tuple[str, ...] = ("督办函", "约谈通知")
    basis: Sentence | None = None


class Spared(Noun):
    """What is shown and not deducted, by somebody's decision: all of these conditions must hold, one at least is written.

    ``first`` and ``until``: days on which the thing happened, both included. ``approver``: a post or an office, never a name.
    """

    items: tuple[Slug, ...] = ()
    units: tuple[Slug, ...] = ()
    themes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    first: date | None = Field(default=None, alias="from")
    until: date | None = None
    reason: Sentence
    approver: Sentence

    @model_validator(mode="after")
    def _says_what(self) -> Spared:
        if not (self.items or self.units or self.themes or self.levels or self.first or self.until):
            raise ValueError(
                "一个条件也没有写，等于全部不扣分。请至少写 items、units、themes、levels、from、until 中的一项"
            )
        if self.first and self.until and self.until < self.first:
            raise ValueError(f"until {self.until} 早于 from {self.first}。请对调")
        return self


class Appraisal(Noun):
    """The whole file. A workspace without it deducts nothing and compares all the same.

    ``points``: what every unit starts with. ``least``: a unit with fewer warnings in the year is not ranked. ``kinds``: records that
    places are compared by. ``own``: sources that a place fills in itself (主动排查上报), which never count against it in a comparison.
    """

    points: float = Field(default=100, gt=0, le=1000)
    least: int = Field(default=5, ge=1, le=1000)
    items: tuple[AppraisalItem, ...] = ()
    spared: tuple[Spared, ...] = ()
    kinds: tuple[str, ...] = ("incident", "petition", "dispute", "fraud", "hazard")
    own: tuple[Slug, ...] = ()
