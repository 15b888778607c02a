"""The monthly drill (演练): a marked, made-up line for every unit."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["call_drill"]


def call_drill(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's drill lines into ``intervene.errand``."""
