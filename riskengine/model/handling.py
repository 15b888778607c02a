"""How a warning is handled, step by step: ``rules/handling.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Handling"]


class Handling(Noun):
    """The whole file. A workspace without it has what the defaults say."""
