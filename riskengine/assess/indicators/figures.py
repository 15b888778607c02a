"""Figures of indicators as an office writes them: 97.93%, 0.12个百分点, 第12位, 连续三年, 1–5月."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Literal

from riskengine.assess.indicators.noun import Series
from riskengine.model.indicator import Indicator
from riskengine.model.period import called

__all__ = [
    "Measure", "accumulates", "amount", "county_called", "difference", "digits_of", "is_county", "measure", "number", "points_of",
    "running", "span", "spoken_span", "times",
]  # fmt: skip

Measure = Literal["share", "rank", "figure", "count"]
"""``share``: %, ‰. ``rank``: a place. ``figure``: per so many residents, points of an index. ``count``: what adds up."""

_DIGITS = "〇一二三四五六七八九"
_COUNTIES = {"县": "全县", "区": "全区", "市": "本市", "旗": "全旗", "州": "全州"}


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


def county_called(name: str) -> str:
    """The county as a sentence names it, by the last character of its name; 本市 for a 市, since 全市 is what it is compared with.

    >>> county_called("云川县"), county_called("临江区")
    ('全县', '全区')
    """
    return _COUNTIES.get(name[-1:], "全县")


def is_county(series: Series) -> bool:
    """Whether the series speaks of the whole county and not of a town."""
    return series.called in _COUNTIES.values()


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


def digits_of(value: float) -> int:
    """How many decimals it takes to write ``value``, at most 2."""
    return next((digits for digits in (0, 1) if abs(value - round(value, digits)) < 1e-9), 2)


def amount(indicator: Indicator, value: float, digits: int = 2) -> str:
    """A reading with its unit: ``97.93%``, ``12起``, ``第12位``."""
    if measure(indicator) == "rank":
        return f"第{number(value, min(digits, 1))}{indicator.unit}"
    return f"{number(value, digits)}{indicator.unit}"


def difference(indicator: Indicator, value: float) -> str:
    """How far two readings are apart, without a sign: of shares in 百分点, never in per cent."""
    return f"{number(abs(value))}{'个' if measure(indicator) == 'share' else ''}{points_of(indicator)}"


def points_of(indicator: Indicator) -> str:
    """The unit of a difference: 百分点 for %, else the unit itself."""
    return {"%": "百分点", "％": "百分点", "‰": "千分点"}.get(indicator.unit, indicator.unit)


def times(count: int) -> str:
    """A number of years, quarters, months in Chinese: 两, 三, 十二, 二十."""
    if count == 2:
        return "两"
    tens, ones = divmod(count, 10)
    if tens == 0:
        return _DIGITS[ones]
    if tens > 9:
        return str(count)
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def running(count: int, word: str) -> str:
    """``连续三年``, ``连续两个月``; ``word`` as ``riskengine.model.period.counted`` gives it. Eight half years are four years."""
    if word == "个半年" and count >= 4 and count % 2 == 0:
        count, word = count // 2, "年"
    return f"连续{times(count)}{word}"


def span(indicator: Indicator, end: date) -> str:
    """What a reading speaks of, with its year: ``2026年1–5月`` since 1 January, ``2026年5月``, ``2026年二季度``, ``2026年``."""
    if indicator.covers != "year" or indicator.period == "year":
        return called(indicator.period, end)
    return f"{end.year}年{_months(end)}"


def spoken_span(indicator: Indicator, end: date, as_of: date) -> str:
    """The same within a sentence: without the year where it is this one; of a month's end 5月末, of a survey nothing."""
    if indicator.covers == "moment" and indicator.period != "month":
        return ""
    whole = span(indicator, end) + ("末" if indicator.covers == "moment" else "")
    if end.year != as_of.year:
        return whole
    return whole.removeprefix(f"{end.year}年") or "全年"


def _months(end: date) -> str:
    return {1: "1月", 12: "全年"}.get(end.month, f"1–{end.month}月")
