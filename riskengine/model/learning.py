"""How outcomes are learnt from: samples, false causes, proposals: ``rules/learning.yaml``."""

from __future__ import annotations

from riskengine.model.noun import Noun

__all__ = ["Learning"]


class Learning(Noun):
    """The whole file. A workspace without it has what the defaults say."""
