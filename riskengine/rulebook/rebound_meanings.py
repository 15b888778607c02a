"""What each key of ``rebound.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REBOUND"]

REBOUND: Mapping[str, Mapping[str, str]] = {
    "Rebound": {},
}
"""Model → key → meaning."""
