"""What each key of ``appraisal.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["APPRAISAL"]

APPRAISAL: Mapping[str, Mapping[str, str]] = {
    "Appraisal": {},
}
"""Model → key → meaning."""
