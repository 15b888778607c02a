"""After closing: a watch, and what came back while it lasted."""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["watch"]


def watch(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``review.watch``, ``review.rebound`` and ``review.doubt``."""
