"""The warnings of two rule books side by side: which are one and the same, and what became of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.plan.noun import KINDS, Course, Difference, Kind, Night, Stretch

__all__ = ["Pair", "contrast", "pairs"]

_Nights = Mapping[date, Night]


@dataclass(frozen=True)
class Pair:
    """One matter as each rule book sees it: the nights on which it is warned of on a subject and theme, as far as they
    hang together. Either side may be empty. ``old`` and ``new`` hold planned nights only.
    """

    theme: str
    subject_type: str
    subject: str
    name: str
    old: _Nights
    new: _Nights


def pairs(old: Iterable[Course], new: Iterable[Course], planned: Sequence[date]) -> Iterator[Pair]:
    """Courses on the same subject and theme that share a night belong together, also through others. In order of the
    first planned night, then of theme and subject.
    """
    sides: dict[tuple[str, str, str], list[tuple[int, Course]]] = defaultdict(list)
    for number, courses in enumerate((old, new)):
        for course in courses:
            sides[course.key].append((number, course))
    shown = set(planned)
    found: list[tuple[date, Pair]] = []
    for key, mine in sides.items():
        for group in _together(mine):
            nights = [
                {day: night for which, c in group if which == number for day, night in c.nights.items() if day in shown}
                for number in (0, 1)
            ]
            if days := [*nights[0], *nights[1]]:
                found.append((min(days), Pair(*key, group[-1][1].name, *nights)))
    yield from (pair for _, pair in sorted(found, key=lambda each: (each[0], each[1].theme, each[1].subject)))


def _together(courses: list[tuple[int, Course]]) -> Iterator[list[tuple[int, Course]]]:
    """Groups of courses that overlap; two of one side never do."""
    group: list[tuple[int, Course]] = []
    until = date.min
    for number, course in sorted(courses, key=lambda each: (each[1].opened, each[0])):
        if group and course.opened > until:
            yield group
            group = []
        group.append((number, course))
        until = max(until if len(group) > 1 else date.min, *course.nights)
    if group:
        yield group


def contrast(found: Iterable[Pair], reason: Callable[[Pair, Kind, date], str]) -> Iterator[Difference]:
    """The pairs that differ. ``reason`` words why: pair, kind, and the night that shows it."""
    for pair in found:
        kinds = list(_kinds(pair))
        if not kinds:
            continue
        kind, on = kinds[0]
        one = pair.new if kind in ("added", "raised", "earlier", "longer") else pair.old
        side = (one or pair.new or pair.old).get(on) or next(iter((one or pair.new or pair.old).values()))
        yield Difference(
            kind,
            pair.theme,
            pair.subject_type,
            pair.subject,
            pair.name,
            on,
            side.rules,
            _stretch(pair.old),
            _stretch(pair.new),
            reason(pair, kind, on),
            tuple(each for each, _ in kinds[1:]),
        )


def _kinds(pair: Pair) -> Iterator[tuple[Kind, date]]:
    """Everything that is different, the gravest first, each with the first night that shows it."""
    old, new = pair.old, pair.new
    if not old or not new:
        yield ("removed", min(old)) if old else ("added", min(new))
        return
    found: dict[Kind, date] = {}
    both = sorted(old.keys() & new.keys())
    peaks = [min(night.level for night in side.values()) for side in (old, new)]
    graver = [day for day in both if new[day].level < old[day].level]
    milder = [day for day in both if new[day].level > old[day].level]
    if peaks[1] < peaks[0] or (peaks[1] == peaks[0] and len(graver) > len(milder)):
        found["raised"] = graver[0] if graver else min(day for day, n in new.items() if n.level == peaks[1])
    elif peaks[1] > peaks[0] or milder:
        found["lowered"] = milder[0] if milder else min(day for day, n in old.items() if n.level == peaks[0])
    if min(new) != min(old):
        found["earlier" if min(new) < min(old) else "later"] = min(*new, *old)
    only_new, only_old = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    after = [day for day in only_new if day > min(old)]
    gone = [day for day in only_old if day > min(new)]
    if len(after) > len(gone):
        found["longer"] = after[0]
    elif gone:
        found["shorter"] = gone[0]
    if moved := [day for day in both if set(old[day].units) != set(new[day].units) or old[day].lead != new[day].lead]:
        found["moved"] = moved[0]
    if merged := [day for day in both if old[day].merged != new[day].merged]:
        found["merged"] = merged[0]
    yield from ((kind, found[kind]) for kind in KINDS if kind in found)


def _stretch(nights: _Nights) -> Stretch | None:
    if not nights:
        return None
    first = min(nights)
    return Stretch(min(each.level for each in nights.values()), first, max(nights), len(nights), nights[first].lead)
