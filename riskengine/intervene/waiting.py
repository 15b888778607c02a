"""The weekly load of a unit: what it can take this week, and what waits, in sight."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["hold_back"]


def hold_back(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Move lines beyond a unit's weekly load from the temporary table ``routed`` to tonight's rows of ``intervene.waiting``."""
