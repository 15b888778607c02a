"""What becomes of a warning: each kind of difference from two little time lines, and nothing where there is none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.plan.contrast import contrast, pairs
from riskengine.plan.noun import Course, Difference, Night

START = date(2026, 6, 1)
PLANNED = [START + timedelta(days=n) for n in range(12)]


def course(line: str, *, lead: str = "a", merged: str | None = None) -> list[Course]:
    """``..332..2.``: a level each night, ``.`` = no warning; a gap ends an episode."""
    found: list[dict[date, Night]] = [{}]
    for number, char in enumerate(line):
        if char == ".":
            found.append({})
        else:
            found[-1][START + timedelta(days=number)] = Night(int(char), None, ("r",), lead=lead, merged=merged)
    return [Course("town", "01", "清溪镇", "01", "信访", min(n), None, n) for n in found if n]


def differences(old: list[Course], new: list[Course], planned: list[date] = PLANNED) -> list[Difference]:
    return list(contrast(pairs(old, new, planned), lambda pair, kind, on: f"{kind} {on}"))


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("..33..", "..33..", []),
        ("......", "..33..", ["added"]),
        ("..33..", "......", ["removed"]),
        ("..33..", "..32..", ["raised"]),
        ("..32..", "..33..", ["lowered"]),
        ("..322.", "..332.", ["lowered"]),
        ("..3333", ".33333", ["earlier"]),
        (".33333", "..3333", ["later"]),
        (".333..", ".33333", ["longer"]),
        (".33333", ".333..", ["shorter"]),
        (".33333", ".33.33", ["shorter"]),
        ("..33..", ".3322.", ["raised", "earlier", "longer"]),
        (".33.33", "......", ["removed", "removed"]),
        (".3....", "....3.", ["removed", "added"]),
    ],
)
def test_two_time_lines(old, new, kinds):
    assert [kind for each in differences(course(old), course(new)) for kind in (each.kind, *each.also)] == kinds


def test_another_unit_and_another_parent():
    moved = differences(course("..33"), course("..33", lead="b"))
    assert [(each.kind, each.on) for each in moved] == [("moved", PLANNED[2])]
    merged = differences(course("..33"), course("..33", merged="综合研判"))
    assert [each.kind for each in merged] == ["merged"]


def test_only_planned_nights_are_compared():
    old, new = course("222333333333"), course("333333333333")
    assert [each.kind for each in differences(old, new)] == ["lowered"]
    assert differences(old, new, PLANNED[4:]) == []


def test_a_warning_that_lasts_into_the_planned_nights_is_longer_not_added():
    [each] = differences(course(".333..........."), course(".3333333......."), PLANNED[5:])
    assert (each.kind, each.before, each.on) == ("added", None, PLANNED[5])
    [each] = differences(course(".333..........."), course(".3333333......."), PLANNED[2:])
    assert each.kind == "longer"


lines = st.text("..32", min_size=12, max_size=12)


@settings(max_examples=200, deadline=None)
@given(lines, lines)
def test_something_is_said_exactly_where_a_night_differs(old, new):
    """A subject and theme is named if and only if some planned night is not the same."""
    assert bool(differences(course(old), course(new))) == (old != new)


@settings(max_examples=100, deadline=None)
@given(lines, lines)
def test_there_and_back(old, new):
    """What is added one way is removed the other way."""
    there, back = differences(course(old), course(new)), differences(course(new), course(old))
    assert [each.kind == "added" for each in there] == [each.kind == "removed" for each in back]
    assert [(each.before, each.after) for each in there] == [(each.after, each.before) for each in back]
