"""Samples (抽查) of what stayed below the threshold: what recall is estimated from."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["draw_samples"]


def draw_samples(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's sample lines into ``intervene.errand``."""
