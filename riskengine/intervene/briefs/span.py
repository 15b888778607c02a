"""The week or the month that a brief speaks of, and the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from riskengine.model.period import end_of

__all__ = ["Kind", "Span", "span_of", "spans_ending"]

Kind = Literal["week", "month"]


@dataclass(frozen=True)
class Span:
    """Nights ``first`` … ``last``; ``asked``: up to which of them the brief can speak (``last`` once the period is over)."""

    kind: Kind
    first: date
    last: date
    asked: date

    @property
    def before(self) -> Span:
        """The whole period before."""
        return span_of(self.kind, self.first - timedelta(1), whole=True)

    @property
    def name(self) -> str:
        """``周报`` or ``月报``."""
        return "周报" if self.kind == "week" else "月报"

    @property
    def called(self) -> str:
        """``2026年第26周`` or ``2026年6月``."""
        year, week, _ = self.first.isocalendar()
        return f"{year}年第{week}周" if self.kind == "week" else f"{self.first.year}年{self.first.month}月"

    @property
    def this(self) -> str:
        """``本周`` or ``本月``."""
        return "本周" if self.kind == "week" else "本月"

    @property
    def that(self) -> str:
        """``上周`` or ``上月``."""
        return "上周" if self.kind == "week" else "上月"

    @property
    def nights(self) -> int:
        """How many nights lie between ``first`` and ``asked``, both included."""
        return (self.asked - self.first).days + 1


def span_of(kind: Kind, day: date, *, whole: bool = False) -> Span:
    """The week (Monday to Sunday, ISO 8601) or the calendar month of ``day``, known up to ``day``; ``whole``: to its end."""
    if kind == "week":
        first = day - timedelta(day.weekday())
        last = first + timedelta(6)
    else:
        first, last = day.replace(day=1), end_of("month", day)
    return Span(kind, first, last, last if whole else day)


def spans_ending(night: date) -> list[Span]:
    """The periods whose last night this is: none on most nights, a week on Sundays, a month on its last day."""
    found = [span_of("week", night), span_of("month", night)]
    return [span for span in found if span.last == night]
