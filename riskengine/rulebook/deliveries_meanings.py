"""What each key of ``deliveries.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DELIVERIES"]

DELIVERIES: Mapping[str, Mapping[str, str]] = {
    "Deliveries": {},
}
"""Model → key → meaning."""
