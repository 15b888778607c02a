"""What is still to come of a count or a sum: season of earlier years, level of late, and the chance of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from riskengine.assess.indicators.forecast_season import Season, season
from riskengine.assess.indicators.forecast_spans import Span

__all__ = ["LEAST", "Rest", "rest_of_year"]

LEAST = 3
"""Fewer known periods than this say nothing."""

_MEMORY = ((0.25, 0.15), (0.5, 0.5), (0.75, 1.0), (0.95, 1.0))
"""How much of what was known before a quarter of a year still counts after it, and how likely that is beforehand.

With less than two years of history nothing is held likelier than anything else."""

_START = 0.5  # half a case more than were counted (Jeffreys)
_HALF = 0.5  # of the season's doubt that is held against a period; the other half shows in its neighbours, too


@dataclass(frozen=True)
class Rest:
    """Mean and variance of what the periods not yet known will bring; ``years`` as in :class:`Season`."""

    mean: float
    variance: float
    years: int


def rest_of_year(spans: Sequence[Span], year: int, open_: Sequence[int], per_year: int, *, whole: bool) -> Rest | None:
    """The periods ``open_`` of ``year``, from ``spans`` in order. None where fewer than :data:`LEAST` periods are known.

    The level is Harvey and Fernandes 1989 (J. Business & Economic Statistics 7:407): gamma, each period's Poisson count added to
    what went before, discounted by time. How fast the past is forgotten is averaged over by how well each speed foretold the
    periods so far. Counts vary more than Poisson's, so that each is worth less by the factor ``noise`` (quasi-likelihood,
    Wedderburn 1974, Biometrika 61:439). With so little as half a case added, a series that never had one may still get one.
    """
    if sum(span.last - span.first + 1 for span in spans) < LEAST:
        return None
    shape = season(spans, year, per_year, whole=whole)
    if not shape.noise:
        return Rest(0.0, 0.0, shape.years)
    shares = [shape.exposure(year, period, period) for period in open_]
    exposure, periods = sum(shares), len(open_)
    # the level wanders on while the rest comes in: the mean of a walk over n periods is as far off as the walk after so many
    ahead = (periods + 1) * (2 * periods + 1) / (6 * periods) * 4 / per_year
    total = mean = square = 0.0
    for (memory, _), (weight, gathered, exposed) in zip(_MEMORY, _told(spans, shape, per_year), strict=True):
        level = (gathered + _START) / exposed
        total += weight
        mean += weight * level
        square += weight * level * level * (1 + 1 / ((gathered + _START) * memory**ahead))
    mean, square = mean / total, square / total
    unsure = sum(share * share * shape.doubt(period) for share, period in zip(shares, open_, strict=True))
    variance = shape.noise * mean * exposure + exposure * exposure * (square - mean * mean) + mean * mean * unsure
    return Rest(mean * exposure, variance, shape.years)


def _told(spans: Sequence[Span], shape: Season, per_year: int) -> list[tuple[float, float, float]]:
    """For each memory: its weight, what was gathered (in units of the noise) and over which exposure (likewise)."""
    exposures = [shape.exposure(span.year, span.first, span.last) for span in spans]
    usual = sum(span.value for span in spans) / sum(exposures)
    seen, last = [], None
    for span, exposure in zip(spans, exposures, strict=True):
        at = span.year * per_year + span.last
        noise = shape.noise + _HALF * usual * exposure * shape.doubt(span.first)
        seen.append((span.value / noise, exposure / noise, 0.0 if last is None else (at - last) * 4 / per_year))
        last = at
    found = []
    for memory, likely in _MEMORY:
        fits, gathered, exposed = log(likely) if shape.years > 1 else 0.0, 0.0, 0.0
        for value, exposure, gap in seen:
            if gap:
                kept = memory**gap
                gathered, exposed = gathered * kept, exposed * kept
                expected = (gathered + _START) / exposed * exposure
                variance = expected * (1 + exposure / exposed)
                fits -= 0.5 * (log(variance) + (value - expected) ** 2 / variance)
            gathered += value
            exposed += exposure
        found.append((fits, gathered, exposed))
    best = max(fits for fits, _, _ in found)
    return [(exp(fits - best), gathered, exposed) for fits, gathered, exposed in found]
