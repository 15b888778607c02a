"""When a ladder reaches which rung, in a few lines of Python over strings of levels; ladders and made-up nights to hold it to."""

import random
from datetime import date, timedelta

from riskengine.model.ladder import Climb, Rung

FIRST = date(2026, 3, 25)  # a Wednesday, so that weeks, 旬 and months all end within the nights


def end_of(counts, day):
    if counts == "nights":
        return day
    if counts == "weeks":
        return day + timedelta(6 - day.weekday())
    last = (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return last if counts == "months" or day.day > 20 else day.replace(day=10 if day.day <= 10 else 20)


def oracle(counts, rank, rungs, levels):
    """``levels``: a sign a night: the level's rank, ``.`` stale, a blank where the night did not run. Yields (night, rung)."""
    readings, reached, on = (
        {},
        0,
        date.min,
    )  # end of a period → the newest complete level in it; the rung reached, and when
    for n, sign in enumerate(levels):
        night = FIRST + timedelta(n)
        if not sign.isdigit():
            continue
        readings[end_of(counts, night)] = int(sign)
        in_a_row, fell = 0, None
        for end in sorted((end for end in readings if end <= night), reverse=True):
            if readings[end] > rank:
                fell = end
                break
            in_a_row += 1
        if fell is not None and on <= fell:
            reached = 0
        due = max((nth for nth, after in enumerate(rungs, 1) if after <= in_a_row), default=0)
        if int(sign) <= rank and due > reached:
            reached, on = due, night
            yield night, due


LADDERS = {
    "nights": Climb(id="nights", title="连续几夜", counts="nights", level="橙", rungs=tuple(Rung(after=n, paper="督办函") for n in (3, 5, 9))),
    "red": Climb(id="red", title="连续红色", counts="nights", level="红", rungs=tuple(Rung(after=n, paper="督办函") for n in (1, 4))),
    "weeks": Climb(id="weeks", title="连续几周", counts="weeks", level="橙", rungs=tuple(Rung(after=n, paper="督办函") for n in (1, 2, 4))),
    "ten-days": Climb(id="ten-days", title="连续几旬", counts="ten-days", level="橙", rungs=tuple(Rung(after=n, paper="督办函") for n in (1, 3))),
    "months": Climb(id="months", title="连续几月", counts="months", level="黄", rungs=tuple(Rung(after=n, paper="督办函") for n in (1, 2))),
}  # fmt: skip
RANKS = {"红": 1, "橙": 2, "黄": 3}


def made_up(count, nights):
    """Level strings that stay where they are for a while, with stale nights and nights that did not run (the same for all)."""
    rng = random.Random(20260325)
    missing = {n for n in range(nights) if rng.random() < 0.05}
    for _ in range(count):
        level, signs = rng.choice("12234"), []
        for n in range(nights):
            if rng.random() < rng.choice((0.03, 0.2)):
                level = rng.choice("1122334")
            signs.append(" " if n in missing else "." if rng.random() < 0.12 else level)
        yield "".join(signs)
