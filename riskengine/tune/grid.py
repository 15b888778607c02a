"""Which values of a parameter are tried."""

from __future__ import annotations

__all__ = ["STEPS", "values_around"]

STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""Multiples of the value in force: from half of it to twice."""


def values_around(now: float) -> tuple[float, ...]:
    """The values to try around ``now``, which is among them; a whole number stays a whole number, in order, each once.

    A small whole number is stepped by ones, because multiples of it would be the same number many times.
    """
    whole = float(now).is_integer()
    if whole and abs(now) < len(STEPS):
        first = int(now) - len(STEPS) // 2
        first = max(1, first) if now > 0 else first
        tried = {float(each) for each in range(first, first + len(STEPS))} | {float(now)}
    else:
        tried = {float(round(now * step)) if whole else float(f"{now * step:.4g}") for step in STEPS} | {float(now)}
    return tuple(sorted(tried))
