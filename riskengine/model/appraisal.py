"""How units are compared and what their yearly assessment deducts: ``rules/appraisal.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Appraisal"]


class Appraisal(Noun):
    """The whole file. A workspace without it has what the defaults say."""
