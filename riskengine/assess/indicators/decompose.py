"""What a missed indicator is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskengine.assess.indicators.noun import Part, Series, Standing
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["parts"]


def parts(
    con: Connection, rulebook: Rulebook, as_of: date, series: Sequence[Series], standings: Sequence[Standing]
) -> list[Part]:
    """Parts of the county's indicators that are red or yellow; those of one ``by`` add up to the whole difference."""
    return []
