"""What each key of ``ladder.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LADDER"]

LADDER: Mapping[str, Mapping[str, str]] = {
    "Ladder": {},
}
"""Model → key → meaning."""
