"""A share of few: how far it can be trusted."""

from __future__ import annotations

from math import sqrt

__all__ = ["LEAST", "wilson"]

LEAST = 5
"""Fewer judged warnings than this say nothing about a rule."""

_Z = 1.959963984540054  # two-sided 95 %


def wilson(hits: float, n: float, z: float = _Z) -> tuple[float, float]:
    """Wilson score interval of a share (Wilson 1927), by default at 95 %. ``wilson(0, 0)`` is (0, 1): nothing is known.

    ``hits`` and ``n`` need not be whole: of weighted answers n is their effective number (Kish 1965; Korn and Graubard 1998).

    >>> [round(each, 4) for each in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if n == 0:
        return 0.0, 1.0
    share = min(1.0, hits / n)
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
