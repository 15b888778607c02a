"""Records of different doors that are one event."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["link"]


def link(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``sense.link``."""
