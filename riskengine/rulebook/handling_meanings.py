"""What each key of ``handling.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["HANDLING"]

HANDLING: Mapping[str, Mapping[str, str]] = {
    "Handling": {},
}
"""Model → key → meaning."""
