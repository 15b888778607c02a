"""Figures of indicators as an office writes them: 97.93%, 12起, 第12位, 0.12个百分点."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Literal

from riskengine.model.indicator import Indicator

__all__ = [
    "Measure", "accumulates", "amount", "amount_or_unknown", "difference", "digits_of", "measure", "number", "points_of", "signed",
]  # fmt: skip

Measure = Literal["share", "rank", "figure", "count"]
"""``share``: %, ‰. ``rank``: a place. ``figure``: per so many residents, points of an index. ``count``: what adds up."""


def measure(indicator: Indicator) -> Measure:
    """What kind of number its readings are, by its unit; what is computed as a count or a sum adds up whatever the unit."""
    if indicator.unit in ("%", "％", "‰"):
        return "share"
    if indicator.unit in ("位", "名"):
        return "rank"
    if indicator.computed is not None and indicator.computed.measure in ("count", "sum"):
        return "count"
    alone = indicator.unit in ("分", "倍") or "/" in indicator.unit or "每" in indicator.unit
    return "figure" if alone else "count"


def accumulates(indicator: Indicator) -> bool:
    """Readings since 1 January that can only grow within the year: a lower one in the next January is no improvement."""
    return indicator.covers == "year" and measure(indicator) in ("count", "figure")


def number(value: float, digits: int = 2) -> str:
    """At most ``digits`` decimals, none at the end that are 0; a small number keeps two digits that say something; never ``-0``.

    >>> number(97.930), number(-0.001, 1), number(0.0034)
    ('97.93', '-0.001', '0.0034')
    """
    if not isfinite(value):
        return "（数值过大）"
    text = f"{value:.{digits}f}"
    if value and float(text) == 0 and abs(value) >= 1e-6:
        text = format(Decimal(f"{value:.2g}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def signed(value: float, digits: int = 2) -> str:
    """As :func:`number`, with its sign; nothing has none.

    >>> signed(0.141), signed(-3), signed(0)
    ('+0.14', '−3', '0')
    """
    text = number(abs(value), digits)
    return text if text == "0" else f"{'−' if value < 0 else '+'}{text}"


def digits_of(value: float) -> int:
    """How many decimals it takes to write ``value``, at most 2."""
    return next((digits for digits in (0, 1) if abs(value - round(value, digits)) < 1e-9), 2)


def amount(indicator: Indicator, value: float, digits: int = 2) -> str:
    """A reading with its unit: ``97.93%``, ``12起``, ``第12位``."""
    if measure(indicator) == "rank":
        return f"第{number(value, min(digits, 1))}{indicator.unit}"
    return f"{number(value, digits)}{indicator.unit}"


def amount_or_unknown(indicator: Indicator, value: float | None) -> str:
    """As :func:`amount`; 未知 without a value."""
    return "未知" if value is None else amount(indicator, value)


def difference(indicator: Indicator, value: float) -> str:
    """How far two readings are apart, without a sign: of shares in 百分点, never in per cent."""
    return f"{number(abs(value))}{'个' if measure(indicator) == 'share' else ''}{points_of(indicator)}"


def points_of(indicator: Indicator) -> str:
    """The unit of a difference: 百分点 for %, else the unit itself."""
    return {"%": "百分点", "％": "百分点", "‰": "千分点"}.get(indicator.unit, indicator.unit)
