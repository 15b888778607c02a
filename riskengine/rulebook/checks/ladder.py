"""What ``rules/ladder.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_ladder"]


def check_ladder(entries: Entries) -> Iterator[Problem]:
    """Problems of ``ladder.yaml`` that show beside the other files."""
    yield from ()
