"""What each key of ``learning.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LEARNING"]

LEARNING: Mapping[str, Mapping[str, str]] = {
    "Learning": {},
}
"""Model → key → meaning."""
