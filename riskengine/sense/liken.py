"""Titles of a list that went through many hands: which column is meant by a title that nearly says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from functools import cache

from riskengine.contracts.personal import personal_name

__all__ = ["likened"]

_ALIKE = 0.8
"""So much of both titles must be the same, in the same order."""

_LONGEST = 24
"""Characters of a cell beyond which it is no title."""

_REMARK = re.compile(r"[(\[【<〔].*?[)\]】>〕]")
_SIGNS = re.compile(r"[\W_]+")
_SYNONYMS = (("时间", "日期"), ("日子", "日期"), ("结论", "结果"), ("号码", "编号"))


def likened(titles: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """Title as it stands → the one of ``known`` that it means. Both tidy; those that are the same are left out.

    In turn: without blanks, signs and remarks in brackets the same; the same but for a synonym; one within the other; nearly the same.
    Each time only pairs count in which neither could mean another one: a title that could mean two columns means none.
    """
    free = [each for each in titles if len(each) <= _LONGEST and each not in known and not personal_name(each)]
    missing = [name for name in known if name not in titles]
    found: dict[str, str] = {}
    for like in (_same, _synonym, _within, _nearly):
        pairs = [(title, name) for title in free for name in missing if like(title, name)]
        for title, name in pairs:
            if sum(title == other for other, _ in pairs) == 1 == sum(name == other for _, other in pairs):
                found[title] = name
        free = [title for title in free if title not in found]
        missing = [name for name in missing if name not in found.values()]
    return found


@cache
def _squeezed(title: str) -> str:
    return _SIGNS.sub("", _REMARK.sub("", unicodedata.normalize("NFKC", title)))


@cache
def _plain(title: str) -> str:
    text = _squeezed(title)
    for written, meant in _SYNONYMS:
        text = text.replace(written, meant)
    return text


def _same(title: str, name: str) -> bool:
    return _squeezed(title) == _squeezed(name)


def _synonym(title: str, name: str) -> bool:
    return _plain(title) == _plain(name)


def _within(title: str, name: str) -> bool:
    shorter, longer = sorted((_plain(title), _plain(name)), key=len)
    return len(shorter) >= 2 and shorter in longer


def _nearly(title: str, name: str) -> bool:
    match = SequenceMatcher(None, _plain(title), _plain(name), autojunk=False)
    return match.real_quick_ratio() >= _ALIKE and match.quick_ratio() >= _ALIKE and match.ratio() >= _ALIKE
