"""What replies say, as single events in the order that counts: by day, then as the table of steps goes, never by order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.model.handling import ENGINE, Handling, Role

__all__ = ["CHECKED", "REPORTED", "SIGNED", "TREATED", "Event", "Reply", "contradictions", "events", "news"]

SIGNED, CHECKED, TREATED, REPORTED = "签收", "核查", "处置", "反馈"
"""The steps that the cells of a receipt say by themselves: 签收日期, 核查结果, 处置措施, 反馈日期."""


@dataclass(frozen=True, order=True)
class Reply:
    """One row of ``intervene.reply``. ``roles``: those that the unit had when it spoke, none where it no longer answers for the warning.

    ``known_on``: the day the receipt came; ``listed_on``: of which list it is.
    """

    unit: str
    roles: tuple[Role, ...]
    known_on: date
    listed_on: date | None
    file_id: int
    row_no: int
    signed_on: date | None = None
    outcome: str | None = None
    measure: str | None = None
    fed_back_on: date | None = None
    post: str | None = None
    step: str | None = None
    cause: str | None = None
    reason: str | None = None
    until: date | None = None
    refer_to: str | None = None


@dataclass(frozen=True)
class Event:
    """One step that somebody says was taken. ``spoken``: it stands in 办理动作, not in a cell of its own. ``reply`` None: the engine's."""

    step: str
    day: date
    roles: tuple[Role, ...]
    unit: str | None = None
    reply: Reply | None = None
    outcome: str | None = None
    measure: str | None = None
    reason: str | None = None
    spoken: bool = False

    @property
    def source(self) -> tuple[int | None, int | None]:
        """File and row."""
        return (self.reply.file_id, self.reply.row_no) if self.reply else (None, None)


def events(replies: Iterable[Reply], facts: Iterable[Event], handling: Handling) -> list[Event]:
    """All events of one warning in the order that counts; what was said twice counts once, from where it was said first.

    ``facts``: the engine's own steps of earlier nights.
    """
    rank = {step: at for at, step in enumerate(dict.fromkeys(each.step for each in handling.transitions))}
    found: dict[tuple[object, ...], list[Event]] = {}
    for event in (each for reply in sorted(replies, key=_order) for each in _said(reply, rank.keys())):
        found.setdefault(_identity(event), []).append(event)
    merged = [_merged(same) for same in found.values()]

    def place(event: Event) -> tuple[object, ...]:
        own = _words(event.reply) if event.reply else ()
        return event.day, ENGINE in event.roles, rank.get(event.step, len(rank)), event.unit or "", own

    return sorted([*merged, *facts], key=place)


def contradictions(replies: Sequence[Reply]) -> dict[tuple[str, date], tuple[str, ...]]:
    """(unit, day) → the different outcomes that the unit reported for that day, where there is more than one."""
    said: dict[tuple[str, date], set[str]] = {}
    for reply in replies:
        if reply.outcome is not None:
            said.setdefault((reply.unit, reply.fed_back_on or reply.known_on), set()).add(reply.outcome)
    return {key: tuple(sorted(outcomes)) for key, outcomes in said.items() if len(outcomes) > 1}


def news(reply: Reply, known: Iterable[Reply], handling: Handling) -> str | None:
    """The first step that ``reply`` says and no reply of ``known`` has said before; None where it only repeats."""
    steps = {each.step for each in handling.transitions}
    told = {
        (each.unit, each.step, None if each.spoken else each.day, each.outcome)
        for r in known
        for each in _said(r, steps)
    }
    for each in _said(reply, steps):
        if (each.unit, each.step, None if each.spoken else each.day, each.outcome) not in told:
            return each.step
    return None


def _said(reply: Reply, steps: Iterable[str]) -> Iterator[Event]:
    known = set(steps)
    day = reply.fed_back_on or reply.known_on
    if {"主办", "协办"} & set(reply.roles) or not reply.roles:
        cells = (
            (SIGNED, reply.signed_on),
            (CHECKED, day if reply.outcome else None),
            (TREATED, day if reply.measure else None),
            (REPORTED, reply.fed_back_on),
        )
        for step, on in cells:
            if on is not None and step in known:
                outcome, measure = (None, None) if step == SIGNED else (reply.outcome, reply.measure)
                yield Event(step, on, reply.roles, reply.unit, reply, outcome, measure, reply.reason)
    if reply.step is not None and reply.step in known:
        yield Event(
            reply.step, reply.known_on, reply.roles, reply.unit, reply, reply.outcome, reply.measure, reply.reason, True
        )


def _identity(event: Event) -> tuple[object, ...]:
    if event.spoken and event.reply:
        asked = (event.reply.listed_on, event.reason, event.reply.until, event.reply.refer_to)
        return event.step, event.unit, event.roles, *asked
    return event.step, event.unit, event.roles, event.day, event.outcome


def _merged(same: list[Event]) -> Event:
    """The first word gives day, file and row; the newest gives measure, reason and post."""
    first, last = same[0], same[-1]
    if first is last or first.reply is None or last.reply is None:
        return first
    return Event(
        first.step,
        first.day,
        first.roles,
        first.unit,
        first.reply,
        first.outcome,
        last.measure or first.measure,
        last.reason or first.reason,
        first.spoken,
    )


def _order(reply: Reply) -> tuple[object, ...]:
    """By the day it came, then by what it says; file and row only tell equals apart."""
    return reply.known_on, *_words(reply), reply.file_id, reply.row_no


def _words(reply: Reply) -> tuple[str, ...]:
    cells = (reply.unit, reply.roles, reply.listed_on, reply.signed_on, reply.outcome, reply.measure, reply.fed_back_on)
    more = (reply.post, reply.step, reply.cause, reply.reason, reply.until, reply.refer_to)
    return tuple("" if each is None else str(each) for each in (*cells, *more))
