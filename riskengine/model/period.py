"""Calendar periods of readings: month, quarter, half year, year. A period is named by its last day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

__all__ = ["Period", "called", "counted", "end_of", "ends", "label", "labelled", "month_day", "months_in", "previous"]

Period = Literal["month", "quarter", "half", "year"]

_MONTHS: dict[Period, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_ORDINALS = ("一", "二", "三", "四")


def months_in(period: Period) -> int:
    """How many months it has."""
    return _MONTHS[period]


def end_of(period: Period, day: date) -> date:
    """The last day of the ``period`` that ``day`` lies in.

    >>> end_of("quarter", date(2026, 5, 3))
    datetime.date(2026, 6, 30)
    """
    length = _MONTHS[period]
    return _last_of(day.year * 12 + (day.month - 1) // length * length + length - 1)


def previous(period: Period, end: date, back: int = 1) -> date:
    """The end of the period ``back`` periods before the one that ends on ``end``; a negative ``back`` goes forward."""
    return _last_of(end.year * 12 + end.month - 1 - back * _MONTHS[period])


def ends(period: Period, first: date, last: date) -> list[date]:
    """The ends of all periods from the one that ``first`` lies in to the one that ``last`` lies in."""
    found, end = [], end_of(period, first)
    while end <= end_of(period, last):
        found.append(end)
        end = previous(period, end, -1)
    return found


def label(period: Period, end: date) -> str:
    """For machines: ``2026-05``, ``2026Q2``, ``2026H1``, ``2026``."""
    number = (end.month - 1) // _MONTHS[period] + 1
    return {
        "month": f"{end:%Y-%m}",
        "quarter": f"{end.year}Q{number}",
        "half": f"{end.year}H{number}",
        "year": f"{end.year}",
    }[period]


def called(period: Period, end: date, *, so_far: bool = False) -> str:
    """For people: ``2026年5月``, ``2026年二季度``, ``2026年上半年``, ``2026年``; ``so_far``, of what adds up since 1 January:
    ``2026年1–5月``, ``2026年全年``, so that nobody takes it for the month alone.

    >>> called("month", date(2026, 5, 31), so_far=True), called("half", date(2025, 12, 31), so_far=True)
    ('2026年1–5月', '2025年全年')
    """
    if so_far and period != "year":
        months = {1: "1月", 12: "全年"}.get(end.month, f"1–{end.month}月")
        return f"{end.year}年{months}"
    number = (end.month - 1) // _MONTHS[period]
    tail = {
        "month": f"{end.month}月",
        "quarter": f"{_ORDINALS[number % 4]}季度",
        "half": ("上半年", "下半年")[number % 2],
        "year": "",
    }
    return f"{end.year}年{tail[period]}"


def labelled(text: str) -> str:
    """What :func:`label` wrote, for people; any other text as it is.

    >>> labelled("2026-05"), labelled("2026Q1"), labelled("2025H2"), labelled("2025")
    ('2026年5月', '2026年一季度', '2025年下半年', '2025年')
    """
    year, rest = text[:4], text[4:]
    if rest[:1] == "-":
        return f"{year}年{int(rest[1:])}月"
    tails = {"": ""} | {f"Q{number}": f"{word}季度" for number, word in enumerate(_ORDINALS, 1)}
    tails |= {"H1": "上半年", "H2": "下半年"}
    return f"{year}年{tails[rest]}" if year and rest in tails else text


def month_day(day: date) -> str:
    """For people, where the year goes without saying: ``6月30日``."""
    return f"{day.month}月{day.day}日"


def counted(period: Period) -> str:
    """The word behind a number of periods running: 连续三 ``个月``, ``个季度``, ``个半年``, ``年``."""
    return {"month": "个月", "quarter": "个季度", "half": "个半年", "year": "年"}[period]


def _last_of(months: int) -> date:
    """The last day of a month, counted from year 0."""
    year, month = divmod(months + 1, 12)
    return date(year, month + 1, 1) - timedelta(1)
