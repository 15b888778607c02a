"""Where the lists go besides the outbox folder: ``rules/deliveries.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Deliveries"]


class Deliveries(Noun):
    """The whole file. A workspace without it has what the defaults say."""
