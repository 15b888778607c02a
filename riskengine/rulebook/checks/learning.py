"""What ``rules/learning.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_learning"]


def check_learning(entries: Entries) -> Iterator[Problem]:
    """Problems of ``learning.yaml`` that show beside the other files."""
    yield from ()
