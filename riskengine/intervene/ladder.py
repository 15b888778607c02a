"""The persistence ladder: what has lasted too long goes up, with a paper."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["climb"]


def climb(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``intervene.rung``, ``intervene.paper`` and ``intervene.plate``."""
