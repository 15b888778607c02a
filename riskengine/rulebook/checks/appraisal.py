"""What ``rules/appraisal.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries

__all__ = ["check_appraisal"]


def check_appraisal(entries: Entries) -> Iterator[Problem]:
    """Problems of ``appraisal.yaml`` that show beside the other files."""
    yield from ()
