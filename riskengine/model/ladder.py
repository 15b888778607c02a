"""The persistence ladder: how long at which colour leads to which paper for whom: ``rules/ladder.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Ladder"]


class Ladder(Noun):
    """The whole file. A workspace without it has what the defaults say."""
