"""Plain text tables for the terminal, aligned although Chinese characters are two cells wide."""

from __future__ import annotations

from unicodedata import east_asian_width

import pandas as pd

__all__ = ["share", "text_table"]


def text_table(frame: pd.DataFrame, *, indent: str = "  ") -> str:
    """A frame in columns, two blanks apart, numbers and percentages to the right; only the head where there are no rows."""
    columns = [_column(str(name), frame[name]) for name in frame.columns]
    return "\n".join((indent + "  ".join(cells)).rstrip() for cells in zip(*columns, strict=True))


def share(value: float | None) -> str:
    """``82%``; 样本不足 for None."""
    return "样本不足" if value is None else f"{value:.0%}"


def _column(name: str, values: pd.Series) -> list[str]:
    texts = [name, *("" if pd.isna(value) else str(value) for value in values)]
    widest = max(_width(text) for text in texts)
    right = len(values) > 0 and (pd.api.types.is_numeric_dtype(values) or all(text.endswith("%") for text in texts[1:]))
    blanks = [" " * (widest - _width(text)) for text in texts]
    return [blank + text if right else text + blank for blank, text in zip(blanks, texts, strict=True)]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
