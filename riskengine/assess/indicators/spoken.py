"""Where, when and for how long, as an office says it: 全县, 1–5月, 连续三年."""

from __future__ import annotations

from datetime import date

from riskengine.assess.indicators.noun import Series
from riskengine.model.indicator import Indicator
from riskengine.model.period import called

__all__ = ["county_called", "is_county", "running", "span", "spoken_span", "times"]

_DIGITS = "〇一二三四五六七八九"
_COUNTIES = {"县": "全县", "区": "全区", "市": "本市", "旗": "全旗", "州": "全州"}


def county_called(name: str) -> str:
    """The county as a sentence names it, by the last character of its name; 本市 for a 市, since 全市 is what it is compared with.

    >>> county_called("云川县"), county_called("临江区")
    ('全县', '全区')
    """
    return _COUNTIES.get(name[-1:], "全县")


def is_county(series: Series) -> bool:
    """Whether the series speaks of the whole county and not of a town."""
    return series.called in _COUNTIES.values()


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
    return called(indicator.period, end, so_far=indicator.covers == "year")


def spoken_span(indicator: Indicator, end: date, as_of: date) -> str:
    """The same within a sentence: without the year where it is this one; of a month's end 5月末, of a survey nothing."""
    if indicator.covers == "moment" and indicator.period != "month":
        return ""
    whole = span(indicator, end) + ("末" if indicator.covers == "moment" else "")
    if end.year != as_of.year:
        return whole
    return whole.removeprefix(f"{end.year}年") or "全年"
