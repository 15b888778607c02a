"""What the units would have on their desks: warnings newly given to them, week by week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.plan.noun import Course

__all__ = ["WEEK", "Burden", "Load", "burdens", "open_by_night"]

WEEK = 7


@dataclass(frozen=True)
class Load:
    """Warnings newly given to a unit: all, mean in seven nights, most in any seven days and their last night;
    ``open``: mean on its list a night.
    """

    given: int
    mean: float
    worst: int
    worst_until: date | None
    open: float


@dataclass(frozen=True)
class Burden:
    """One unit, before and after."""

    unit: str
    before: Load
    after: Load

    @property
    def differs(self) -> bool:
        """Whether the change touches this unit."""
        return self.before != self.after


def burdens(old: Iterable[Course], new: Iterable[Course], planned: Sequence[date]) -> tuple[Burden, ...]:
    """Every unit that has a warning on either side, the one with most after the change first.

    A warning counts for a unit on the first planned night it stands on the unit's list by itself (not merged), unless
    it was open before the planned nights; 主办 and 协办 alike.
    """
    sides = [_given(courses, planned) for courses in (old, new)]
    units = sorted({*sides[0], *sides[1]})
    found = [Burden(unit, *(_load(side.get(unit, ([], 0)), planned) for side in sides)) for unit in units]
    return tuple(sorted(found, key=lambda each: (-each.after.given, -each.before.given, each.unit)))


def open_by_night(courses: Iterable[Course], planned: Sequence[date]) -> dict[date, int]:
    """Warnings open on each planned night."""
    counted = Counter(day for course in courses for day in course.nights)
    return {day: counted[day] for day in planned}


def _given(courses: Iterable[Course], planned: Sequence[date]) -> dict[str, tuple[list[date], int]]:
    """Unit → nights on which it was given a warning, and nights times warnings on its list."""
    given: dict[str, list[date]] = defaultdict(list)
    stood: Counter[str] = Counter()
    for course in courses:
        seen: set[str] = set()
        before = course.opened < planned[0]
        for day in sorted(day for day in course.nights if planned[0] <= day <= planned[-1]):
            night = course.nights[day]
            if night.merged is not None:
                continue
            for unit in night.units:
                stood[unit] += 1
                if unit not in seen and not (before and day == planned[0]):
                    given[unit].append(day)
                seen.add(unit)
    return {unit: (given[unit], stood[unit]) for unit in stood}


def _load(side: tuple[list[date], int], planned: Sequence[date]) -> Load:
    days, stood = side
    given = Counter(days)
    weeks = ((sum(given[last - timedelta(days=back)] for back in range(WEEK)), last) for last in planned)
    worst, until = max(weeks, key=lambda each: each[0])
    mean = len(days) * WEEK / max(WEEK, len(planned))
    return Load(len(days), round(mean, 2), worst, until if worst else None, round(stood / len(planned), 2))
