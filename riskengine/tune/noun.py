"""What tuning speaks of: points of a curve, and a proposal that somebody takes or dismisses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riskengine.model.share import LEAST, wilson

__all__ = ["DIRECTIONS", "Curve", "Direction", "Point", "Proposal"]

Direction = Literal["tighter", "looser"]

DIRECTIONS: dict[Direction, str] = {"tighter": "收紧", "looser": "放宽"}
"""Which way a proposal goes, with the word that people read: fewer warnings, or more."""


@dataclass(frozen=True)
class Point:
    """What the rule would have given with one value of its parameter, over the nights that were played.

    ``given``: warnings it would have had a hand in; ``confirmed``, ``false``: those of them that a unit answered (属实 or 已化解; 误报);
    the others are unanswered or could not be checked. ``lost``: subjects that were found true and would not have been warned of.
    ``later``: days, on average, that those found true would have been warned of later than they were; None where there are none.
    ``weekly``: warnings a week. ``least``: fewer with an outcome than this say nothing of the precision.
    """

    value: float
    given: int
    weekly: float
    confirmed: int
    false: int
    lost: int
    later: float | None = None
    least: int = LEAST

    @property
    def judged(self) -> int:
        """How many have an outcome."""
        return self.confirmed + self.false

    @property
    def precision(self) -> float | None:
        """Share confirmed of those with an outcome, from 0 to 1; None below ``least`` of them."""
        return self.confirmed / self.judged if self.judged >= self.least else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the precision; None below ``least``."""
        return wilson(self.confirmed, self.judged) if self.judged >= self.least else None


@dataclass(frozen=True)
class Curve:
    """The points of one parameter in the order of its values. ``now``: the value in force. ``nights``: how many were played.

    ``tighter_up``: whether a higher value gives fewer warnings.
    """

    rule: str
    parameter: str
    unit: str
    now: float
    nights: int
    points: tuple[Point, ...]

    @property
    def current(self) -> Point:
        """The point of the value in force."""
        return next(point for point in self.points if point.value == self.now)

    @property
    def tighter_up(self) -> bool:
        """Whether a higher value gives fewer warnings; True where the value makes no difference."""
        return self.points[0].given >= self.points[-1].given


@dataclass(frozen=True)
class Proposal:
    """Another value, and why. ``saved``: warnings fewer in the nights that were played (negative: more)."""

    rule: str
    parameter: str
    direction: Direction
    before: float
    value: float
    judged: int
    saved: int
    why: str
