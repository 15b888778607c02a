"""What ``rules/handling.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_handling"]


def check_handling(entries: Entries) -> Iterator[Problem]:
    """Problems of ``handling.yaml`` that show beside the other files."""
    yield from ()
