"""What each key of ``links.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LINKS"]

LINKS: Mapping[str, Mapping[str, str]] = {
    "Links": {},
}
"""Model → key → meaning."""
