"""Towns and units ranked, and the yearly assessment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskengine.assess.indicators.noun import Mark, Series, Standing
from riskengine.model.rulebook import Rulebook

__all__ = ["marks"]


def marks(rulebook: Rulebook, as_of: date, series: Sequence[Series], standings: Sequence[Standing]) -> list[Mark]:
    """Every town and unit by indicator and in all."""
    return []
