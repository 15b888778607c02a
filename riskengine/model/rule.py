"""A rule: a condition over signals, or over other rules' hits, with everything a unit needs to believe and to act on it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from riskengine.model.case import Case
from riskengine.model.noun import Name, Noun, Sentence, Slug
from riskengine.model.subject import Subject

__all__ = ["AtLeast", "Compound", "Evidence", "Feature", "Floor", "Parameter", "Persistence", "Rule"]

Band = tuple[float | None, float | None, float]
"""``[lower, upper, points]``: lower ≤ value < upper; null is −∞ or +∞."""


class Parameter(Noun):
    """A number of the rule as a dated history: in force is the newest value on or before the night; before the first, unknown.

    ``until``: the last day on which the document it stands on holds; after it the parameter is unknown again.
    """

    unit: str
    reference: Sentence
    values: dict[date, float] = Field(min_length=1)
    until: date | None = None


class Feature(Noun):
    """One line of the score: points by band of ``of``, and the sentence that is read aloud. ``{signal}`` shows a value."""

    feature: Sentence
    of: str
    bands: tuple[Band, ...] = Field(min_length=1)
    says: Sentence


class Floor(Noun):
    """Where ``when`` holds, the level is at least ``level`` whatever the score, and ``says`` why."""

    when: str
    level: str
    says: Sentence


class Persistence(Noun):
    """``for``: ``hits`` of the last ``nights`` known nights open a warning. ``keep``: clear nights before it is lifted."""

    hits: int = Field(ge=1, le=30)
    nights: int = Field(ge=1, le=30)
    keep: int = Field(ge=1, le=60)


class AtLeast(Noun):
    """``count`` or more of the rules ``of`` hit."""

    count: int = Field(ge=1, le=20)
    of: tuple[Slug, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _can_be_reached(self) -> AtLeast:
        if self.count > len(self.of):
            raise ValueError(f"要求至少{self.count}条命中，但 of 里只有{len(self.of)}条")
        return self


class Compound(Noun):
    """Over hits of other rules on the same subject (or on subjects within the same place): all, any, none, at least n; ``within``
    nights.
    """

    all: tuple[Slug, ...] = ()
    any: tuple[Slug, ...] = ()
    none: tuple[Slug, ...] = ()
    at_least: AtLeast | None = None
    within: int = Field(default=1, ge=1, le=60)

    @model_validator(mode="after")
    def _something_must_hold(self) -> Compound:
        if not self.all and not self.any and self.at_least is None:
            raise ValueError("复合规则的 all、any、at_least 不能都为空（只有 none 时什么都会命中）")
        return self

    @property
    def counted(self) -> tuple[str, ...]:
        """The members whose hits make it hold: of all, any and at_least, in this order, each once."""
        return tuple(dict.fromkeys((*self.all, *self.any, *(self.at_least.of if self.at_least else ()))))


class Evidence(Noun):
    """Which records are shown: rows of a kind at the subject, ``where`` they match, from the last ``window`` days, newest first."""

    source: Annotated[str, Field(alias="from")]
    where: str | None = None
    window: int | None = None
    rows: int = Field(default=10, ge=1, le=50)


class Rule(Noun):
    """One entry of a file in ``rules/warnings/<theme>/``; a plain rule has ``when``, a compound has ``compound``.

    ``adds``: points that a compound adds to the highest score among the members that hit. ``false_causes``: why it may be
    wrong without anybody being at fault, for the unit that checks. ``basis``: the document that lets us warn. ``until``: the
    last night of a trial. ``inhibits``: rules whose warnings on the same subject, or on subjects within its place, are merged
    into this rule's warning while that is open: shown under it, never hidden. ``cases``: examples that must come out as said.
    """

    id: Slug
    title: Sentence
    theme: str
    status: Literal["draft", "trial", "live", "retired"] = "live"
    until: date | None = None
    subject: Subject
    when: str | None = None
    compound: Compound | None = None
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    score: tuple[Feature, ...] = ()
    adds: float = Field(default=20, ge=0, le=100)
    floors: tuple[Floor, ...] = ()
    opens: Annotated[str, Field(alias="for", pattern=r"^\d+ of \d+$")] = "1 of 1"
    keep: int = Field(default=3, ge=1, le=60)
    evidence: Evidence | None = None
    inhibits: tuple[Slug, ...] = ()
    basis: Sentence
    action: Sentence
    false_causes: tuple[Sentence, ...] = Field(min_length=1)
    cases: tuple[Case, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        if (self.when is None) == (self.compound is None):
            raise ValueError("when 与 compound 须且只须写一个")
        if self.when is not None and not self.score:
            raise ValueError("写了 when 就要写 score（至少一项得分）")
        hits, nights = self.persistence.hits, self.persistence.nights
        if hits > nights:
            raise ValueError(f"for: {self.opens} 写反了：前一个数不能大于后一个数")
        if (self.status == "trial") != (self.until is not None):
            raise ValueError(
                "status: trial 要用 until 写明试运行到哪一天" if self.until is None else "until 只用于 status: trial"
            )
        return self

    @property
    def persistence(self) -> Persistence:
        """``for: 2 of 3`` and ``keep: 3`` as numbers."""
        hits, nights = (int(part) for part in self.opens.split(" of "))
        return Persistence(hits=hits, nights=nights, keep=self.keep)
