"""Objections (退回): what is not a unit's business goes on to the one whose business it is."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["redirect"]


def redirect(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Change the temporary table ``routed`` as accepted objections say."""
