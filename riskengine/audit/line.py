"""One line of the log: what happened, as one line of JSON that says which line it follows.

The hash of a line is SHA-256 over the previous line's hash (64 hexadecimal digits; 64 zeros for the first) followed by the canonical
JSON of as_of, content, origin, seq and what: keys sorted, no blanks, UTF-8 as it is. There are no fractions in a line, so every
language writes the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = ["GENESIS", "Content", "Happening", "Line", "canonical", "chained", "digest", "parse", "written"]

GENESIS = "0" * 64
"""What the first line follows."""

Content = Mapping[str, Any]
"""Strings, whole numbers, booleans, None, and lists and mappings of them; days as ``2026-06-30``."""


@dataclass(frozen=True)
class Happening:
    """Something that a night changed. ``what``: one Chinese word; ``origin``: the file or rules it comes from, None for the engine."""

    as_of: date
    what: str
    origin: str | None
    content: Content


@dataclass(frozen=True)
class Line:
    """A happening in its place. ``seq`` counts from 1 over all years; ``content`` is canonical JSON, as it is hashed."""

    seq: int
    as_of: str
    what: str
    origin: str | None
    content: str
    previous: str
    hash: str

    @property
    def whole(self) -> bool:
        """Whether the line is what its own hash says."""
        return digest(self) == self.hash

    @property
    def said(self) -> Any:
        """The content, read. None where it is no JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


def canonical(value: object) -> str:
    """JSON with sorted keys and no blanks, the same text for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(line: Line) -> str:
    """The hash that the line should have."""
    # the five members in the order of their names, the content already being canonical: the same text as canonical() of all
    text = (
        f'{line.previous}{{"as_of":{canonical(line.as_of)},"content":{line.content},"origin":{canonical(line.origin)},'
        f'"seq":{line.seq},"what":{canonical(line.what)}}}'
    )
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def chained(happening: Happening, seq: int, previous: str) -> Line:
    """The line that ``happening`` becomes behind the line whose hash is ``previous``."""
    as_of, content = happening.as_of.isoformat(), canonical(happening.content)
    bare = Line(seq, as_of, happening.what, happening.origin, content, previous, "")
    return Line(seq, as_of, happening.what, happening.origin, content, previous, digest(bare))


def written(line: Line) -> bytes:
    """The line as it stands in the file, its newline included; keys in the order in which one reads them."""
    return (
        f'{{"seq":{line.seq},"as_of":{canonical(line.as_of)},"what":{canonical(line.what)},"origin":{canonical(line.origin)},'
        f'"content":{line.content},"previous":{canonical(line.previous)},"hash":{canonical(line.hash)}}}\n'
    ).encode(errors="surrogatepass")


def parse(raw: bytes) -> Line | None:
    """The line that ``raw`` (newline included) holds; None where a single byte is not as :func:`written` writes it."""
    try:
        read = json.loads(raw)
        line = Line(
            read["seq"],
            read["as_of"],
            read["what"],
            read["origin"],
            canonical(read["content"]),
            read["previous"],
            read["hash"],
        )
        return line if type(line.seq) is int and written(line) == raw else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
