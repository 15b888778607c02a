"""How alike two texts are: the resemblance of their sets of neighbouring characters.

Resemblance |A ∩ B| / |A ∪ B| of the sets of shingles: A. Z. Broder, On the resemblance and containment of documents, SEQUENCES 1997;
here of pairs of characters, as Chinese has no blanks between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

__all__ = ["Words", "most_alike", "resemblance", "words_of"]

Words = frozenset[str]
"""The pairs of neighbouring characters of a text."""

_LEFT_OUT = re.compile(r"[\W\d_一二三四五六七八九十百千两零〇]+")


def words_of(text: str) -> Words:
    """The pairs of a text; figures, days, blanks and punctuation do not count, so that one text with another number is the same text.

    >>> words_of("已走访 3 户。") == words_of("已走访12户")
    True
    """
    plain = _LEFT_OUT.sub("", normalize("NFKC", text).casefold())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset({plain})


def resemblance(one: Words, other: Words) -> float:
    """From 0, nothing in common, to 1, the same pairs."""
    return len(one & other) / len(one | other)


def most_alike(one: Words, others: Iterable[tuple[str, Words]], least: float) -> tuple[str, float] | None:
    """The key of the text most like ``one`` with how alike they are, if at least ``least``; of equals the first. None: there is none."""
    found: tuple[str, float] | None = None
    for key, other in others:
        if min(len(one), len(other)) < least * max(len(one), len(other)):
            continue  # sets of such sizes cannot resemble each other more
        alike = resemblance(one, other)
        if alike >= least and (found is None or alike > found[1]):
            found = key, alike
    return found
