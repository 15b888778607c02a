"""How outcomes are learnt from: what is sampled below the thresholds, what counts as a grave event, what is compared with what:
``rules/learning.yaml``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riskengine.model.noun import Noun, Sentence
from riskengine.model.proposal import Dismissed
from riskengine.model.share import LEAST
from riskengine.model.subject import Subject

__all__ = ["Effect", "Grave", "Learning", "MeasureKind", "Sample"]


class Sample(Noun):
    """The monthly draw (抽查) of subjects that were weighed and not warned of.

    ``size``: subjects a theme and month, 0 = no draw, else 2 or more, so that both sides are looked at. ``near``: which part of them
    from those to which some rule gave more points than everybody has (rounded up; what one side lacks the other gives).
    ``themes``: empty = all that have a rule. ``subjects``: types that a unit can go and look at. ``within``: calendar days to
    answer in.
    """

    size: int = Field(default=0, ge=0, le=50)
    near: float = Field(default=0.5, gt=0, lt=1)
    themes: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = Field(
        default=(
            Subject.TOWN,
            Subject.VILLAGE,
            Subject.PETITION,
            Subject.DISPUTE,
            Subject.HAZARD,
            Subject.PROJECT,
            Subject.RECTIFICATION,
        ),
        min_length=1,
    )
    within: int = Field(default=7, ge=1, le=60)


class Grave(Noun):
    """Records that are an event of themselves: each should have been warned of. ``source`` (``from`` in the file): the kind;
    ``where``: the condition over its columns, none = every record. ``themes``: warnings of any of these count; they must have
    been open on one of the ``before`` days up to the day before the event.
    """

    title: Sentence
    source: Annotated[str, Field(alias="from")]
    where: str | None = None
    themes: tuple[str, ...] = Field(min_length=1)
    before: int = Field(default=30, ge=1, le=365)


class MeasureKind(Noun):
    """A kind of measure, known by any of ``words`` in what the unit wrote as 处置措施; the first that fits is it."""

    title: Sentence
    words: tuple[Sentence, ...] = Field(min_length=1)


class Effect(Noun):
    """Before and after: ``days`` on each side of the handling. ``counts``: theme → the record kind that is counted at the place; a
    theme that is not named cannot be compared. ``apart``: how far, in records, the level before may differ from that of the
    place compared with. ``measures``: what measures are told apart; none = all alike.
    """

    days: int = Field(default=30, ge=7, le=180)
    counts: dict[str, str] = Field(default_factory=dict)
    apart: int = Field(default=2, ge=0, le=1000)
    measures: tuple[MeasureKind, ...] = ()


class Learning(Noun):
    """The whole file. A workspace without it draws no samples, knows no grave events and compares nothing.

    ``least``: fewer answers than this say nothing (样本不足). ``window``: calendar days that the review looks back over.
    ``aim``: the precision that ``riskengine tune`` tunes for, from 0 to 1; ``dismissed``: its proposals that were not taken.
    """

    least: int = Field(default=LEAST, ge=2, le=1000)
    window: int = Field(default=365, ge=30, le=3660)
    sample: Sample = Field(default_factory=Sample)
    graves: tuple[Grave, ...] = ()
    effect: Effect = Field(default_factory=Effect)
    aim: float = Field(default=0.6, ge=0.05, le=0.99)
    dismissed: tuple[Dismissed, ...] = ()
