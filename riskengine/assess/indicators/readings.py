"""Readings, reported and computed, as they were known on a night."""

from __future__ import annotations

from datetime import date

from riskengine.assess.indicators.noun import Finding, Series
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["collect"]


def collect(con: Connection, rulebook: Rulebook, as_of: date) -> tuple[list[Series], list[Finding]]:
    """One series an indicator and place that has ever had a reading (the county always), in the order of the rule files, county first."""
    return [], []
