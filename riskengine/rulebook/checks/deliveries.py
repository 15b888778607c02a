"""What ``rules/deliveries.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_deliveries"]


def check_deliveries(entries: Entries) -> Iterator[Problem]:
    """Problems of ``deliveries.yaml`` that show beside the other files."""
    yield from ()
