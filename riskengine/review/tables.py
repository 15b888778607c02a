"""Plain text tables for the terminal, aligned although Chinese characters are two cells wide."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

__all__ = ["share", "text_table"]


def text_table(head: Sequence[str], rows: Sequence[Sequence[object]], *, indent: str = "  ") -> str:
    """Head and rows in columns, two blanks apart; numbers to the right. Only the head where there are no rows."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(_width(row[at]) for row in [list(head), *texts]) for at in range(len(head))]
    right = [
        bool(rows) and all(isinstance(row[at], int | float) or str(row[at]).endswith("%") for row in rows)
        for at in range(len(head))
    ]

    def line(cells: Sequence[str]) -> str:
        padded = (
            " " * (width - _width(cell)) + cell if to_right else cell + " " * (width - _width(cell))
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        return (indent + "  ".join(padded)).rstrip()

    return "\n".join(line(each) for each in [list(head), *texts])


def share(value: float | None) -> str:
    """``82%``; 样本不足 for None."""
    return "样本不足" if value is None else f"{value:.0%}"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
