"""Which readings are not believed: outside what is plausible, or a hundred times off, as where the point or the per-cent sign was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from riskengine.model.figure import amount
from riskengine.model.indicator import Indicator

__all__ = ["Doubt", "doubted", "plausible"]

_NEIGHBOURS = 4
"""A reading is held against so many on either side: a rate that grows all year is far from its own beginning."""

_LEAST = 4
"""Fewer neighbours than this say nothing."""


_HALF = 50.0


@dataclass(frozen=True)
class Doubt:
    """``why``: what is wrong with the value, for the middle of a sentence; ``meant``: what was meant, None where nobody can tell."""

    why: str
    meant: float | None

    def told(self, indicator: Indicator) -> str:
        """``不在合理范围50%至100%之内，是否应为97.93%？``."""
        return self.why if self.meant is None else f"{self.why}，是否应为{amount(indicator, self.meant)}？"


def plausible(indicator: Indicator, value: float) -> bool:
    """Whether the value lies within what the rule file calls plausible."""
    low, high = indicator.plausible
    return (low is None or value >= low) and (high is None or value <= high)


def doubted(indicator: Indicator, values: Sequence[float | None]) -> Mapping[int, Doubt]:
    """Which of the reported values of one series, oldest first (None: nothing came), are not believed: index → why.

    Only a share in per cent is held against its neighbours: a count may be a hundredfold of the usual, and is then the news. The first few,
    which have none, are held against the target instead, where that is at least half of all.
    """
    good = [each for each in values if each is not None and plausible(indicator, each)]
    middle = median(good) if good else None
    asked = _asked(indicator) if len(good) <= _LEAST else None
    found: dict[int, Doubt] = {}
    for at, value in enumerate(values):
        if value is None:
            continue
        if not plausible(indicator, value):
            found[at] = Doubt(_range(indicator), _meant(indicator, value, middle))
        elif indicator.unit == "%" and middle and value and not middle / 10 <= value <= middle * 10:
            near = _near(indicator, values, at)
            meant = _meant(indicator, value, near) if near else None
            if meant is not None:
                found[at] = Doubt(f"与前后各期相差约百倍（前后各期一般为{amount(indicator, near or 0)}）", meant)
        if at not in found and asked and 0 < value <= 1 and (meant := _meant(indicator, value, asked)) is not None:
            found[at] = Doubt(f"与{amount(indicator, asked)}的目标相差约百倍", meant)
    return found


def _asked(indicator: Indicator) -> float | None:
    """The newest target of a share that should be at least half of all; a smaller one may well begin below 1 %."""
    target = indicator.target
    if indicator.unit != "%" or target is None or target.kind not in ("at_least", "exactly"):
        return None
    newest = max(target.values.items(), default=None)
    return newest[1] if newest is not None and newest[1] >= _HALF else None


def _near(indicator: Indicator, values: Sequence[float | None], at: int) -> float | None:
    """The median of the readings before and after; None where there are too few."""
    before = [each for each in values[:at] if each is not None and plausible(indicator, each)][-_NEIGHBOURS:]
    after = [each for each in values[at + 1 :] if each is not None and plausible(indicator, each)][:_NEIGHBOURS]
    return median(before + after) if len(before) + len(after) >= _LEAST else None


def _meant(indicator: Indicator, value: float, near: float | None) -> float | None:
    """The hundredfold or the hundredth, where it is plausible and within twice of the other readings; without others only a share's."""
    for each in (round(value * 100, 6), round(value / 100, 6)):
        if not plausible(indicator, each):
            continue
        if (near and near / 2 <= each <= near * 2) or (near is None and indicator.unit == "%" and each >= 1):
            return each
    return None


def _range(indicator: Indicator) -> str:
    low, high = indicator.plausible
    if low is not None and high is not None:
        return f"不在合理范围{amount(indicator, low)}至{amount(indicator, high)}之内"
    return (
        f"低于合理的下限{amount(indicator, low)}"
        if low is not None
        else f"高于合理的上限{amount(indicator, high or 0)}"
    )
