"""What ``rules/rebound.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_rebound"]


def check_rebound(entries: Entries) -> Iterator[Problem]:
    """Problems of ``rebound.yaml`` that show beside the other files."""
    yield from ()
