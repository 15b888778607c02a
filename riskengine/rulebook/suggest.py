"""The last part of every sentence about an unknown word: what was probably meant, and what exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher

__all__ = ["suggestion"]

_DIGITS = str.maketrans("一二三四五六七八九〇", "1234567890")
_NEAR = 0.65


def suggestion(word: str, known: Iterable[str], shown: int = 8) -> str:
    """``，是否想写“近7日诈骗起数”？`` where a known word is near; else the known words when few."""
    words = sorted({str(each) for each in known})
    near = max(((_likeness(word[:100], each), each) for each in words), default=(0.0, ""))
    if near[0] >= _NEAR:
        return f"，是否想写“{near[1]}”？"
    if words and len(words) <= shown:
        return f"，可用的有：{'、'.join(words)}。"
    return "。"


def _likeness(one: str, other: str) -> float:
    """0..1. Chinese words count as alike when they have the same characters in another order."""
    one, other = (text.replace("_", "").lower().translate(_DIGITS) for text in (one, other))
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    if one.isascii() or not one or not other:
        return ratio
    shared = sum((Counter(one) & Counter(other)).values())
    return max(ratio, 0.95 * 2 * shared / (len(one) + len(other)))
