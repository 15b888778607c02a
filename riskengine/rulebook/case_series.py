"""Compact series of cases: ``2x7 _ _ 9`` is 2 for seven nights, two nights without a report, and 9 tonight."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

__all__ = ["LONGEST", "Member", "SeriesError", "aligned", "member_series", "signal_series", "written_series"]

LONGEST = 60
"""So many nights a case may run."""

T = TypeVar("T")


class SeriesError(ValueError):
    """A series that cannot be read; ``offset`` is the character that is wrong, from 1."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Member:
    """A member's verdict on one night: ``hit`` (``score`` in points where written), ``clear`` or ``unknown``."""

    verdict: str
    score: float | None = None


def signal_series(text: str) -> tuple[float | None, ...]:
    """The values, oldest first; None = unknown. Raises SeriesError."""
    return _series(text, _number, "每夜写一个数，没有报的写 _，连续几夜相同的写 2x7，各夜之间空一格")


def member_series(text: str) -> tuple[Member, ...]:
    """The verdicts, oldest first. Raises SeriesError."""
    return _series(
        text, _member, "每夜写 hit（可带分数，如 hit=70）、clear 或 _（未知），连续几夜相同的写 clearx3，各夜之间空一格"
    )


def aligned(series: Mapping[str, Sequence[T]]) -> dict[str, tuple[T, ...]]:
    """All series as long as the longest, ending on the same night; a shorter one repeats its first value backwards."""
    nights = max((len(each) for each in series.values()), default=1)
    return {name: (each[0],) * (nights - len(each)) + tuple(each) for name, each in series.items()}


def written_series(values: Sequence[float | Member | None]) -> str:
    """The text that :func:`signal_series` or :func:`member_series` reads back as ``values``."""
    parts = []
    for item, run in groupby(_written(value) for value in values):
        times = len(list(run))
        parts.append(item if times == 1 else f"{item}x{times}")
    return " ".join(parts)


_TIMES = re.compile(r"(?P<value>.+?)(?:[x×*](?P<times>\d{1,4}))?")
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?")
_HIT = re.compile(r"hit=(\d+(\.\d+)?)")
_UNKNOWN = ("_", "＿")


def _series(text: str, read: Callable[[str], T], hint: str) -> tuple[T, ...]:
    found: list[T] = []
    for word in re.finditer(r"\S+", text):
        offset = word.start() + 1
        parts = _TIMES.fullmatch(word.group())
        assert parts is not None  # any text is a value without times
        times = int(parts["times"] or 1)
        try:
            value = read(parts["value"])
        except ValueError:
            raise SeriesError(f"“{word.group()[:40]}”读不懂：{hint}", offset) from None
        if times == 0 or len(found) + times > LONGEST:
            raise SeriesError(f"“{word.group()[:40]}”：一个用例要有 1 到 {LONGEST} 夜", offset)
        found += [value] * times
    if not found:
        raise SeriesError(f"是空的：{hint}", 1)
    return tuple(found)


def _number(word: str) -> float | None:
    if word in _UNKNOWN:
        return None
    if _NUMBER.fullmatch(word) is None:
        raise ValueError(word)
    return float(word)


def _member(word: str) -> Member:
    if word in _UNKNOWN:
        return Member("unknown")
    if word in ("hit", "clear"):
        return Member(word)
    scored = _HIT.fullmatch(word)
    if scored is None or float(scored.group(1)) > 100:
        raise ValueError(word)
    return Member("hit", float(scored.group(1)))


def _written(value: float | Member | None) -> str:
    if value is None:
        return "_"
    if isinstance(value, Member):
        points = "" if value.score is None else f"={_digits(value.score)}"
        return {"unknown": "_"}.get(value.verdict, value.verdict + points)
    return _digits(value)


def _digits(value: float) -> str:
    """As few digits as give the number back."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
