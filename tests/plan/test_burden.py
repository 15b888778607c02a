"""What counts as newly given to a unit, and in which seven days most was given."""

from __future__ import annotations

from datetime import date, timedelta

from riskengine.plan.burden import Load, burdens, open_by_night
from riskengine.plan.noun import Course, Night

START = date(2026, 6, 1)
PLANNED = [START + timedelta(days=n) for n in range(14)]


def course(subject: str, first: int, last: int, *, units: str = "a", merged: range = range(0)) -> Course:
    """Open from the first day of June to the last, led by the first of ``units``; merged on those days."""
    nights = {
        START + timedelta(days=n - 1): Night(
            3, None, ("r",), lead=units[0], others=tuple(units[1:]), merged="另一件" if n in merged else None
        )
        for n in range(first, last + 1)
    }
    return Course("town", subject, subject, subject, "信访", min(nights), None, nights)


def after(*courses: Course, unit: str = "a") -> Load:
    found = {each.unit: each.after for each in burdens([], courses, PLANNED)}
    return found[unit]


def test_each_unit_of_a_warning_is_given_it_once():
    load = after(course("x", 3, 9, units="ab"), unit="b")
    assert (load.given, load.mean, load.worst, load.worst_until, load.open) == (1, 0.5, 1, date(2026, 6, 3), 0.5)


def test_most_in_any_seven_days_not_in_calendar_weeks():
    load = after(*(course(f"x{n}", n, n) for n in (1, 5, 8, 9, 11, 14)))
    assert (load.given, load.worst, load.worst_until) == (6, 4, date(2026, 6, 11))


def test_what_was_open_before_is_not_new():
    assert after(course("x", -2, 5)).given == 0
    assert after(course("x", -2, 5)).open == round(5 / 14, 2)


def test_a_merged_warning_counts_from_the_night_it_stands_alone():
    assert after(course("x", 2, 6, merged=range(2, 4))).worst_until == date(2026, 6, 4)
    assert burdens([], [course("x", 2, 6, merged=range(2, 7))], PLANNED) == ()


def test_a_unit_that_takes_over_is_given_the_warning():
    mine, theirs = course("x", 2, 4), course("x", 5, 9, units="b")
    moved = Course("town", "x", "x", "x", "信访", mine.opened, None, {**mine.nights, **theirs.nights})
    [a, b] = sorted(burdens([course("x", 2, 9)], [moved], PLANNED), key=lambda each: each.unit)
    assert (a.before.given, a.after.given, b.before.given, b.after.given) == (1, 1, 0, 1)
    assert a.differs
    assert b.differs


def test_open_by_night():
    counted = open_by_night([course("x", 1, 3), course("y", 3, 4)], PLANNED)
    assert list(counted.values())[:5] == [1, 1, 2, 1, 0]
