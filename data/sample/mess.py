"""What goes wrong on the way: lines sent twice, corrected, withdrawn, mistyped; a file cut off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from data.sample.office import Cell, Version, last_words

__all__ = ["corrected", "cut_off", "mistyped", "sent_again", "sent_twice", "withdrawn"]


def sent_twice(rng: Random, versions: Sequence[Version], share: float) -> list[Version]:
    """The same line twice in one file."""
    return [v for v in versions if rng.random() < share]


def sent_again(rng: Random, versions: Sequence[Version], share: float) -> list[Version]:
    """The last word on a record once more in a later file."""
    return [
        Version(v.known_on + timedelta(days=rng.randint(3, 20)), v.row)
        for v in last_words(versions).values()
        if rng.random() < share and v.only_in is None
    ]


def corrected(
    rng: Random, versions: Sequence[Version], share: float, field: str, values: Sequence[Cell]
) -> list[Version]:
    """The same record a few days later with another value in ``field``."""
    return [
        Version(v.known_on + timedelta(days=rng.randint(1, 9)), {**v.row, field: rng.choice(values)})
        for v in last_words(versions).values()
        if rng.random() < share and v.only_in is None
    ]


def withdrawn(rng: Random, versions: Sequence[Version], share: float) -> list[Version]:
    """The same record a few days later, taken back."""
    return [
        Version(v.known_on + timedelta(days=rng.randint(1, 6)), {**v.row, "state": "撤销"})
        for v in last_words(versions).values()
        if rng.random() < share and v.only_in is None
    ]


def mistyped(template: Version, faults: Sequence[tuple[date, str, str, Cell]]) -> list[Version]:
    """Lines that must be refused: (sent on, key, field, what stands in it)."""
    return [
        Version(day, {**template.row, "key": key, "occurred_on": day, field: value})
        for day, key, field, value in faults
    ]


def cut_off(path: Path) -> None:
    """A workbook whose upload broke in the middle."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 5])
