"""Indicators: from readings and records to a standing against the year's target, with a forecast and a sentence."""
