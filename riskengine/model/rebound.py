"""How long a closed warning is watched and what counts as coming back: ``rules/rebound.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Rebound"]


class Rebound(Noun):
    """The whole file. A workspace without it has what the defaults say."""
