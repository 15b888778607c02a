"""Extensions (延期) and pauses (暂停计时) of the clocks of one warning, as units ask for them and the verifier grants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from riskengine.intervene.handling.events import Event
from riskengine.intervene.handling.sentences import Sentences
from riskengine.intervene.kept_clock import AT_REST
from riskengine.model.clock import Clock
from riskengine.model.handling import Role
from riskengine.rulebook.workdays import Calendar

__all__ = ["Asked", "Leave", "Running", "Terms"]

_DAY = timedelta(1)


@dataclass(frozen=True)
class Leave:
    """One row of ``intervene.leave``. 延期: ``first`` is the day it was granted, ``amount`` in the unit of the clock. 暂停: ``last`` None
    while it goes on.
    """

    unit: str
    kind: str
    first: date
    last: date | None
    amount: int | None
    approver: str | None
    reason: str | None


@dataclass(frozen=True)
class Asked:
    """An extension that a unit asked for and nobody has decided yet."""

    unit: str
    on_day: date
    until: date
    amount: int
    reason: str | None


@dataclass(frozen=True)
class Terms:
    """``spans``: unit → the nights since which it had which deadline by which clock (its id), oldest first."""

    spans: Mapping[str, tuple[tuple[date, date, str | None], ...]] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    calendar: Calendar | None = None

    def begin(self) -> Running:
        """The terms before anything was asked."""
        return Running(self)


class Running:
    """The terms on the way through the events of a warning."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._pending: dict[str, Asked] = {}
        self._granted: list[Leave] = []
        self._paused: dict[str, Leave] = {}

    def end(self) -> tuple[tuple[Leave, ...], tuple[Asked, ...]]:
        """What was granted, in order, and what still waits."""
        return (*self._granted, *self._paused.values()), tuple(self._pending.values())

    def asked(self, event: Event, role: Role, told: Sentences) -> tuple[str, str] | None:
        """What speaks against the step; None when nothing does, then it is remembered."""
        match event.step:
            case "申请延期":
                return self._ask(event, told)
            case "同意延期" | "不同意延期":
                if not self._pending:
                    return told.nothing_asked(event)
                self._decide(event, event.step == "同意延期", told)
            case "暂停计时":
                return self._pause(event, told)
            case "恢复计时":
                if event.unit not in self._paused:
                    return told.nothing_paused(event)
                self._resume(event)
        return None

    def reported(self, event: Event) -> None:
        """Who reports needs no pause any more."""
        if event.unit in self._paused:
            self._resume(event)

    def came_back(self, closed_on: date, day: date) -> None:
        """The time for which the warning was closed does not count, for nobody."""
        for unit in sorted(self._terms.spans):
            if closed_on < day:
                self._granted.append(Leave(unit, "暂停", closed_on + _DAY, day, None, None, AT_REST))

    def _span(self, event: Event) -> tuple[date, date, Clock | None] | None:
        spans = self._terms.spans.get(event.unit or "", ())
        if not spans:
            return None
        night, deadline, clock = next((each for each in reversed(spans) if each[0] < event.day), spans[0])
        return night, deadline, self._terms.clocks.get(clock or "")

    def _ask(self, event: Event, told: Sentences) -> tuple[str, str] | None:
        span, until = self._span(event), event.reply.until if event.reply else None
        if span is None or until is None or span[2] is None or span[2].extension is None:
            return told.no_extension(event, span[2] if span else None)
        _, deadline, clock = span
        if until <= deadline:
            return told.no_later(event, until, deadline)
        assert clock is not None and clock.extension is not None
        amount = self._amount(clock, deadline, until)
        most = clock.extension.amount - sum(
            each.amount or 0 for each in self._granted if each.kind == "延期" and each.unit == event.unit
        )
        if amount > most:
            latest = deadline
            while self._amount(clock, deadline, latest + _DAY) <= most:
                latest += _DAY
            return told.too_long(event, clock, until, most, latest)
        self._pending[event.unit or ""] = Asked(event.unit or "", event.day, until, amount, event.reason)
        return None

    def _amount(self, clock: Clock, deadline: date, until: date) -> int:
        """Days from the deadline to ``until``, in the unit of the clock."""
        days = [deadline + timedelta(n) for n in range(1, (until - deadline).days + 1)]
        calendar = self._terms.calendar
        if clock.unit == "workdays" and calendar is not None:
            return sum(calendar.rest(day) is None for day in days)
        return len(days)

    def _decide(self, event: Event, granted: bool, told: Sentences) -> None:
        if granted:
            for each in self._pending.values():
                by = told.unit(event.unit)
                self._granted.append(Leave(each.unit, "延期", event.day, None, each.amount, by, each.reason))
        self._pending.clear()

    def _pause(self, event: Event, told: Sentences) -> tuple[str, str] | None:
        span, reason = self._span(event), (event.reason or "").strip()
        clock = span[2] if span else None
        if clock is None or reason not in clock.pauses:
            return told.no_pause(event, clock, reason)
        self._paused.setdefault(event.unit or "", Leave(event.unit or "", "暂停", event.day, None, None, None, reason))
        return None

    def _resume(self, event: Event) -> None:
        paused = self._paused.pop(event.unit or "")
        if event.day > paused.first:
            self._granted.append(replace(paused, last=event.day - _DAY))
