"""The last part of every sentence about an unknown word: what was probably meant, and what exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

__all__ = ["suggestion"]

_DIGITS = str.maketrans("一二三四五六七八九〇", "1234567890")
_NEAR = 0.65


def suggestion(word: str, known: Iterable[str], shown: int = 8) -> str:
    """``，是否想写“近7日诈骗起数”？`` where a known word is near; else the known words when few."""
    return _suggestion(word[:100], tuple(sorted({str(each) for each in known})), shown)


@lru_cache(maxsize=2000)  # one slip of the pen is often in a hundred rules
def _suggestion(word: str, known: tuple[str, ...], shown: int) -> str:
    near, best = _NEAR, ""
    one = _plain(word)
    letters = Counter(one)
    for each in known:
        other = _plain(each)
        if (likeness := _likeness(one, letters, other, near)) > near or (likeness == near and each > best):
            near, best = likeness, each
    if best:
        return f"，是否想写“{best}”？"
    if known and len(known) <= shown:
        return f"，可用的有：{'、'.join(known)}。"
    return "。"


def _plain(word: str) -> str:
    return word.replace("_", "").lower().translate(_DIGITS)


def _likeness(one: str, letters: Counter[str], other: str, least: float) -> float:
    """0..1, anything below ``least`` where it cannot reach that.

    Chinese words count as alike when they have the same characters in another order.
    """
    if not one or not other:
        return 0.0
    total = len(one) + len(other)
    if 2 * min(len(one), len(other)) / total < least:
        return 0.0
    shared = sum((letters & Counter(other)).values())
    if 2 * shared / total < least:  # no order of the characters can be more alike
        return 0.0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if one.isascii() else max(ratio, 0.95 * 2 * shared / total)
