"""Looking back (回头看): closed warnings that somebody should go and see again."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["look_back"]


def look_back(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's look-back lines into ``intervene.errand`` from what the reviews of earlier nights found."""
