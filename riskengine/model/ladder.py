"""The persistence ladder: how long at which level leads to which paper for whom: ``rules/ladder.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from riskengine.model.noun import Noun, Sentence, Slug
from riskengine.model.paper import PaperKind
from riskengine.model.subject import Subject

__all__ = ["MARKS", "PERIODS", "RECIPIENTS", "Climb", "Counts", "Ladder", "Plate", "Rung"]

Counts = Literal["nights", "weeks", "ten-days", "months", "overdue", "unanswered"]
"""What a ladder counts, up to the night that asks. ``nights``: complete nights in a row at its level or graver; ``weeks``, ``ten-days``
(旬) and ``months``: whole periods in a row whose last complete night was; ``overdue``: days past the lead's deadline; ``unanswered``: days
since delivery without the lead having come to ``step``.
"""

PERIODS: frozenset[str] = frozenset({"nights", "weeks", "ten-days", "months"})
"""Of :data:`Counts` those that count how long a level lasts; the others count how long the lead takes."""

RECIPIENTS = ("lead", "township", "above", "office", "leaders")
"""Words that stand for a unit: the lead (主办); the unit of the place; the rung above on the line village → town → county's leaders; the
office that issues the papers; the unit that stands for the county's leaders. Anything else is a unit of units.yaml.
"""


MARKS: dict[PaperKind, str] = {
    "风险提示函": "综治提示",
    "督办函": "综治督办",
    "约谈通知": "综治约谈",
    "销号回执": "综治回执",
}
"""What stands before the year in the number (文号) of each kind of paper where the file does not say."""


class Rung(Noun):
    """From ``after`` on (nights, periods or days) ``paper`` goes to ``to``, with copies (抄送) to ``copies``.

    ``answer_within``: days from the paper's date by which an answer is asked for.
    """

    after: int = Field(ge=1, le=400)
    paper: PaperKind
    to: Slug = "lead"
    copies: tuple[Slug, ...] = ()
    answer_within: int = Field(default=5, ge=1, le=90)


class Climb(Noun):
    """One ladder. ``level``: counts warnings at this level or graver; needed by the counts of :data:`PERIODS`.
    ``gravest``: what is graver than this tonight is left to other ladders. ``step``: only of
    ``unanswered``. An empty ``themes`` or ``subjects`` takes all.
    """

    id: Slug
    title: Sentence
    counts: Counts
    level: str | None = None
    gravest: str | None = None
    step: Literal["签收", "核查", "处置", "反馈", "销号"] | None = None
    themes: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    rungs: tuple[Rung, ...]


class Plate(Noun):
    """A place is listed for supervision (挂牌) with ``warnings`` open ones at ``level`` or graver at once, at the place or below it, or with
    at least one on each of ``nights`` complete nights in a row. None of one: it does not list.

    After ``clear`` complete nights in a row without any, ``checks`` are asked for, one level after the other; the last one that passes
    takes the plate off (摘牌). ``rectify_within``: days for putting it right, said in the paper that goes with the plate, if any.
    """

    id: Slug
    title: Sentence
    places: Literal["village", "town"]
    themes: tuple[str, ...] = ()
    level: str
    warnings: int | None = Field(default=None, ge=2, le=100)
    nights: int | None = Field(default=None, ge=2, le=400)
    clear: int = Field(default=30, ge=1, le=400)
    checks: tuple[Literal["village", "town", "county"], ...] = ("village", "town", "county")
    paper: PaperKind | None = None
    copies: tuple[Slug, ...] = ()
    rectify_within: int = Field(default=30, ge=1, le=400)


class Ladder(Noun):
    """The whole file. A workspace without it writes no papers and lists no places.

    ``office``: the unit that issues the papers; ``signature``: its full name below them, else county and unit. ``leaders``: the unit that
    stands for the county's leaders. ``marks``: of the kinds whose number begins otherwise than :data:`MARKS` says. ``receipt_levels``:
    closing a warning that was ever at one of these levels is confirmed to its lead by a 销号回执.
    """

    office: Slug | None = None
    signature: Sentence | None = None
    leaders: Slug | None = None
    marks: dict[PaperKind, Sentence] = Field(default_factory=dict)
    receipt_levels: tuple[str, ...] = ()
    ladders: tuple[Climb, ...] = ()
    plates: tuple[Plate, ...] = ()
