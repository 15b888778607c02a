"""Where the year will end."""

from __future__ import annotations

from datetime import date

from riskengine.assess.indicators.noun import Forecast, Series

__all__ = ["year_end"]


def year_end(series: Series, as_of: date) -> Forecast | None:
    """The forecast for the year that the newest reading lies in; None where too little is known."""
    return None
