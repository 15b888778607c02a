"""Where a mistake stands that lies within a block of text."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entry

__all__ = ["in_block"]

T = TypeVar("T", bound=BaseModel)


def in_block(entry: Entry[T], where: tuple[str | int, ...], line: int, column: int, code: str, message: str) -> Problem:
    """A problem at ``line`` and ``column`` (from 0) of the text at ``where``, which begins on the line below its ``|``, one step
    further in than its key; on the key's own line where the text stands there.
    """
    place = (*entry.at, *where)
    key_line, key_column = entry.document.position(place)
    if place in entry.document.inline:
        return entry.problem(where, code, message, column + 1)
    value_line, _ = entry.document.values.get(place, (key_line, key_column))
    return Problem(entry.document.file, value_line + 1 + line, key_column + 2 + column, code, message)
