"""Series and forecast → a standing."""

from __future__ import annotations

from datetime import date

from riskengine.assess.indicators.noun import Forecast, Series, Standing

__all__ = ["judge"]


def judge(series: Series, forecast: Forecast | None, as_of: date) -> Standing:
    """What is to be said of the newest reading that is due on the night ``as_of``."""
    raise NotImplementedError
