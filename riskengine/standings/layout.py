"""Tables and lines of a terminal, where a Chinese character takes two columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

__all__ = ["WIDE", "table", "width", "wrapped"]

WIDE = 110
"""Columns of a line of text; a table may be wider."""

_OPENING = "（“《"
_CLOSING = "，。；：、）”》！？%"


def width(text: str) -> int:
    """Columns that a text takes."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = (), indent: str = "  ") -> list[str]:
    """Rows as aligned columns, two blanks apart; the columns ``right`` stand to the right.

    The first row is the head. Columns that are empty below it are left out.
    """
    if not rows:
        return []
    kept = [at for at in range(len(rows[0])) if len(rows) == 1 or any(row[at] for row in rows[1:])]
    wide = {at: max(width(row[at]) for row in rows) for at in kept}
    lines = []
    for row in rows:
        cells = []
        for at in kept:
            blank = " " * (wide[at] - width(row[at]))
            cells.append(blank + row[at] if at in right else row[at] + blank)
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def wrapped(text: str, indent: str = "", hang: str | None = None, room: int = WIDE) -> Iterator[str]:
    """Lines of at most ``room`` columns, the first begins with ``indent``, the others with ``hang``; numbers are not cut in two."""
    line, start = indent, hang if hang is not None else indent
    for piece in _pieces(text):
        if width(line) + width(piece) > room and line.strip():
            yield line.rstrip()
            line = start + piece.lstrip()
        else:
            line += piece
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """What stays together: a run of ASCII, an opening mark with what it opens, a closing mark with what it closes."""
    piece = ""
    for char in text:
        joined = bool(piece) and (
            char in _CLOSING or piece[-1] in _OPENING or (char.isascii() and piece[-1].isascii() and char != " ")
        )
        if piece and not joined:
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece
