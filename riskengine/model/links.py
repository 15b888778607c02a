"""Which records of different doors are one event: ``rules/links.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Links"]


class Links(Noun):
    """The whole file. A workspace without it has what the defaults say."""
