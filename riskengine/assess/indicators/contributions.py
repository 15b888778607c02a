"""How much each part makes of a whole's difference: arithmetic alone, so that it can be held to adding up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

__all__ = ["Slice", "counted", "rated", "rated_on_last_year", "shares", "weighed"]


@dataclass(frozen=True)
class Slice:
    """One town, theme or unit: what it counted this year and in last year's same span; None: not known. ``value``: its own figure, for
    those that come without numerator and denominator; ``weight``: what it then weighs (residents, answers).
    """

    key: str
    name: str
    value: float | None = None
    value_before: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    numerator_before: float | None = None
    denominator_before: float | None = None
    weight: float | None = None


def rated(slices: Sequence[Slice], base: float, total: float, scale: float = 100) -> list[float]:
    """A rate against ``base`` (in the rate's unit), ``total``: the whole's denominator. Adds up to whole - base where numerators and
    denominators do.
    """
    return [scale * ((each.numerator or 0) - base / scale * (each.denominator or 0)) / total for each in slices]


def rated_on_last_year(slices: Sequence[Slice], scale: float = 100) -> tuple[list[float], float]:
    """A rate against last year's: what each part's own rate changed, by its weight at the mean of the two years, and what the change of
    the weights makes by itself (Kitagawa 1955). Both together are the change of the whole rate.

    A part that had no cases in one of the years counts there with its other year's rate: it makes nothing of its own.
    """
    now = sum(each.denominator or 0 for each in slices)
    then = sum(each.denominator_before or 0 for each in slices)
    own = []
    for each in slices:
        weight = ((each.denominator or 0) / now + (each.denominator_before or 0) / then) / 2
        both = each.denominator and each.denominator_before
        change = _rate(each.numerator, each.denominator) - _rate(each.numerator_before, each.denominator_before)
        own.append(scale * weight * change if both else 0.0)
    whole = (
        sum(each.numerator or 0 for each in slices) / now - sum(each.numerator_before or 0 for each in slices) / then
    )
    return own, scale * whole - sum(own)


def _rate(numerator: float | None, denominator: float | None) -> float:
    return (numerator or 0) / denominator if denominator else 0.0


def counted(slices: Sequence[Slice], factor: float) -> list[float]:
    """A count against ``factor`` times last year's (0: against nothing at all). A part whose last year is unknown had none."""
    return [(each.value or 0) - factor * (each.value_before or 0) for each in slices]


def weighed(slices: Sequence[Slice], base: float | None, total: float) -> list[float]:
    """Figures that come without numerator: each part's distance to ``base`` (None: to its own last year) by its weight of ``total``."""
    return [
        (each.weight or 0) / total * ((each.value or 0) - ((each.value_before or 0) if base is None else base))
        for each in slices
    ]


def shares(differences: Sequence[float]) -> list[float]:
    """Each difference in per cent of them all, to one decimal; they add up to 100.0 (largest remainders round up; Hamilton 1792).

    A difference that pulls the other way has a negative share. All zero where the differences add up to nothing.
    """
    whole = sum(differences)
    if not whole:
        return [0.0] * len(differences)
    tenths = [each / whole * 1000 for each in differences]
    found = [floor(each) for each in tenths]
    missing = 1000 - sum(found)
    order = sorted(range(len(tenths)), key=lambda at: (found[at] - tenths[at], at))
    for turn in range(missing):
        found[order[turn % len(order)]] += 1
    return [each / 10 for each in found]
