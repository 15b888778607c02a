"""What ``rules/links.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_links"]


def check_links(entries: Entries) -> Iterator[Problem]:
    """Problems of ``links.yaml`` that show beside the other files."""
    yield from ()
