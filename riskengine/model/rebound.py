"""How long a closed warning is watched and what counts as coming back: ``rules/rebound.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from riskengine.model.noun import Noun, Sentence

__all__ = ["Doubts", "ListedPlace", "LookBack", "Rebound", "Rectified", "WatchFor"]


Outcome = Literal["属实", "误报", "已化解", "无法核实"]


class WatchFor(Noun):
    """How many days after closing (销号) warnings of these levels, as they stood at closing, are watched."""

    levels: tuple[str, ...] = Field(min_length=1)
    days: int = Field(ge=1, le=730)


class ListedPlace(Noun):
    """Of listed places of this category (整治类型) warnings of these themes count as well, where they are about the very village."""

    category: Sentence
    themes: tuple[str, ...] = Field(min_length=1)


class Rectified(Noun):
    """Places under rectification (重点整治) that were signed off. ``veto``: what comes back is marked for 一票否决."""

    days: int = Field(default=365, ge=1, le=1095)
    theme: str = "重点整治"
    veto: bool = True
    places: tuple[ListedPlace, ...] = ()


class Doubts(Noun):
    """What makes a closing doubtful (结而未解): closed within ``within`` days of delivery; words at least ``similar`` like an earlier
    receipt of the same unit, where both have ``least`` characters or more; back again within the watch. ``signs`` of the three, or
    with ``rebound_alone`` the third by itself.
    """

    within: int = Field(default=1, ge=0, le=90)
    similar: float = Field(default=0.8, gt=0, le=1)
    least: int = Field(default=8, ge=4, le=200)
    signs: int = Field(default=2, ge=1, le=3)
    rebound_alone: bool = False


class LookBack(Noun):
    """How many doubtful closings a month are looked at again (回头看), and in how many days. What is over waits for the next month."""

    monthly: int = Field(default=20, ge=1, le=1000)
    due: int = Field(default=10, ge=1, le=90)


class Rebound(Noun):
    """The whole file. A workspace without it watches nothing, and so raises and doubts nothing.

    ``raises``: a warning that opens while an earlier one of the same subject and theme is watched that was closed with one of these
    outcomes stands one level graver than its rules say, for its whole life. A false alarm (误报) that comes again is no relapse: rules
    that cry wolf are not to cry louder. ``keeps_clock``: it has the time that the closed one had left, not a clock of its own.
    """

    watch: tuple[WatchFor, ...] = ()
    raises: tuple[Outcome, ...] = ("属实", "已化解", "无法核实")
    keeps_clock: bool = True
    rectification: Rectified | None = None
    doubts: Doubts | None = None
    look_back: LookBack | None = None
