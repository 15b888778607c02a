"""Replies become steps, steps make up the handling of a warning."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["walk_steps"]


def walk_steps(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``intervene.step`` and ``intervene.handling`` from all replies known by tonight."""
