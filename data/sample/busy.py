"""A busy quarter: hazards left lying past their day, petitions near their limit, disputes that drag on; some come back when done.

Only the quarter of ``make quarter`` has them. The county of ``make run`` is quiet between its planted events, so that what is found there
can be counted; here there is enough for every unit to have something to sign, to answer, to be late with.
"""

from __future__ import annotations

from datetime import date, timedelta

from data.sample.chance import Places, pick, stream
from data.sample.disputes import dispute
from data.sample.hazards import hazard
from data.sample.office import Row, Version
from data.sample.petitions import CATEGORIES, matter

__all__ = ["versions"]

_FIRST, _LAST = date(2026, 3, 20), date(2026, 6, 26)


def versions(kind: str) -> list[Version]:
    """What is more of a kind: hazard, petition, dispute; nothing of others."""
    return {"hazard": _hazards, "petition": _petitions, "dispute": _disputes}.get(kind, list)()


def _days(n: int) -> list[date]:
    span = (_LAST - _FIRST).days
    return [_FIRST + timedelta(days=k * span // n) for k in range(n)]


def _hazards() -> list[Version]:
    """Grave ones, past their day for a week to a month; every third is found again two to five weeks after it was put right."""
    rng, places, found = stream("busy/hazards"), Places(urban=1.5), []
    for k, day in enumerate(_days(96)):
        due = day + timedelta(days=10)
        row = hazard(f"XA2026-7{k:04d}", day, ("消防", "电动自行车")[k % 2], places.draw(rng).code, due, grade="重大")
        put_right = due + timedelta(days=rng.randint(8, 30))
        found += [Version(day, row), Version(put_right, {**row, "closed_on": put_right})]
        if k % 3 == 0:
            again = put_right + timedelta(days=rng.randint(14, 35))
            row = {**row, "times": 2, "due_on": again + timedelta(days=5)}
            found += [Version(again, row), _ended(row, again + timedelta(days=rng.randint(20, 40)))]
    return [version for version in found if version.known_on <= _LAST]


def _ended(row: Row, day: date) -> Version:
    return Version(day, {**row, "closed_on": day, "settled": "是"})


def _petitions() -> list[Version]:
    """Accepted in time and answered in the last days of the sixty, or after them."""
    rng, places, found = stream("busy/petitions"), Places(urban=1.4), []
    for k, day in enumerate(_days(40)):
        registered = day - timedelta(days=55)
        accepted = registered + timedelta(days=rng.randint(1, 6))
        category = pick(rng, CATEGORIES)
        row = matter(
            f"XF2026-7{k:04d}", registered, category, places.draw(rng).code, channel="来访", times=rng.choice((1, 1, 2))
        )
        row |= {"accepted_on": accepted, "due_on": accepted + timedelta(days=60)}
        found += [Version(accepted, row), _ended(row, accepted + timedelta(days=rng.randint(55, 75)))]
    return [version for version in found if version.known_on <= _LAST]


def _disputes() -> list[Version]:
    """Of thirty people and more, open for longer than a month; every fourth flares up again."""
    rng, places, found = stream("busy/disputes"), Places(urban=1.2), []
    for k, day in enumerate(_days(44)):
        row = dispute(
            f"JF2026-7{k:04d}",
            day - timedelta(days=25),
            pick(rng, {"征地拆迁": 0.5, "劳资": 0.3, "物业": 0.2}),
            places.draw(rng).code,
        )
        row |= {"people": rng.randint(30, 70), "times": 1, "tier": "镇"}
        settled = day + timedelta(days=rng.randint(12, 30))
        found += [Version(day - timedelta(days=25), row), _ended(row, settled)]
        if k % 4 == 0:
            found.append(Version(settled + timedelta(days=rng.randint(12, 25)), {**row, "times": 4}))
    return [version for version in found if version.known_on <= _LAST]
