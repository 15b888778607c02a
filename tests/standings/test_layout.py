"""Tables and lines of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from riskengine.standings.layout import table, width, wrapped

_TEXT = st.text("清溪镇，。（）97.3% –年a b", max_size=80)


def test_a_column_that_is_empty_below_its_head_is_left_out() -> None:
    assert table([("名次", "乡镇", "备注"), ("1", "清溪镇", ""), ("12", "白石镇", "")], right=(0,)) == [
        "  名次  乡镇",
        "     1  清溪镇",
        "    12  白石镇",
    ]


def test_no_rows_are_no_lines() -> None:
    assert table([]) == [] and list(wrapped("")) == []


def test_a_number_is_not_cut_in_two_and_a_mark_stays_with_what_it_closes() -> None:
    assert list(wrapped("全县化解率97.93%，下降", "  ", "    ", room=16)) == ["  全县化解率", "    97.93%，下降"]


@given(_TEXT, st.integers(30, 60))
def test_wrapping_loses_nothing_and_keeps_to_the_room(text: str, room: int) -> None:
    lines = list(wrapped(text, "  ", "    ", room))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= room or len(line.split()) <= 1 for line in lines)


@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=6))
def test_all_lines_of_a_table_have_their_last_column_at_the_same_place(rows: list[tuple[str, str]]) -> None:
    made = table([("一", "二"), *((one.strip() + "x", two.strip() + "y") for one, two in rows)])
    left = max(width(row[0].strip()) + 1 for row in rows)
    assert all(width(line) > left for line in made[1:])
