"""Compact series: how many nights, what was reported on each, and what cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.rulebook.case_series import (
    LONGEST,
    Member,
    SeriesError,
    aligned,
    member_series,
    signal_series,
    written_series,
)

values = st.none() | st.integers(-999, 999).map(float) | st.floats(-1e6, 1e6).map(lambda value: round(value, 4) + 0.0)
members = st.builds(Member, st.just("hit"), st.none() | st.integers(0, 100).map(float)) | st.sampled_from(
    [Member("clear"), Member("unknown")]
)


@pytest.mark.parametrize(
    ("text", "nights"),
    [
        ("9", (9,)),
        ("2x7 _ _ 9", (2, 2, 2, 2, 2, 2, 2, None, None, 9)),
        ("_x3", (None, None, None)),
        ("0x2 -1.5 .5", (0, 0, -1.5, 0.5)),
        ("2×2\u3000＿", (2, 2, None)),
        ("1e3", (1000,)),
    ],
)
def test_a_series_is_read_night_by_night_the_oldest_first(text: str, nights: tuple[float | None, ...]) -> None:
    assert signal_series(text) == nights


def test_a_member_hits_is_clear_or_is_unknown_and_a_hit_may_say_its_score() -> None:
    assert member_series("clearx2 hit=70 _ hit") == (
        Member("clear"), Member("clear"), Member("hit", 70), Member("unknown"), Member("hit"),
    )  # fmt: skip


@given(st.lists(values, min_size=1, max_size=LONGEST))
def test_what_is_written_is_read_back(nights: list[float | None]) -> None:
    assert list(signal_series(written_series(nights))) == nights


@given(st.lists(members, min_size=1, max_size=LONGEST))
def test_what_is_written_of_members_is_read_back(nights: list[Member]) -> None:
    assert list(member_series(written_series(nights))) == nights


@given(st.text(max_size=30))
def test_any_text_is_a_series_or_is_refused_with_a_place_in_it(text: str) -> None:
    for read in (signal_series, member_series):
        try:
            assert 1 <= len(read(text)) <= LONGEST
        except SeriesError as error:
            assert 1 <= error.offset <= max(len(text), 1)


@pytest.mark.parametrize(
    ("text", "offset", "sentence"),
    [
        ("2x7 六 9", 5, "“六”读不懂：每夜写一个数，没有报的写 _，连续几夜相同的写 2x7，各夜之间空一格"),
        ("1,2", 1, "“1,2”读不懂：每夜写一个数，没有报的写 _，连续几夜相同的写 2x7，各夜之间空一格"),
        ("nan", 1, "“nan”读不懂：每夜写一个数，没有报的写 _，连续几夜相同的写 2x7，各夜之间空一格"),
        ("  ", 1, "是空的：每夜写一个数，没有报的写 _，连续几夜相同的写 2x7，各夜之间空一格"),
        ("1 2x60", 3, "“2x60”：一个用例要有 1 到 60 夜"),
        ("2x0", 1, "“2x0”：一个用例要有 1 到 60 夜"),
    ],
)
def test_a_wrong_series_says_which_word_is_wrong(text: str, offset: int, sentence: str) -> None:
    with pytest.raises(SeriesError) as refused:
        signal_series(text)
    assert (refused.value.offset, str(refused.value)) == (offset, sentence)


def test_series_end_on_the_same_night_and_a_shorter_one_repeats_its_first_value_backwards() -> None:
    assert aligned({"a": (1, 2, 3, 4), "b": (7, 9), "c": (5,)}) == {
        "a": (1, 2, 3, 4), "b": (7, 7, 7, 9), "c": (5, 5, 5, 5),
    }  # fmt: skip
