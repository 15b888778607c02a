"""The walk: from all that was said about one warning to where its handling stands. Pure: the same set of replies, the same end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import groupby

from riskengine.intervene.handling.events import (
    CHECKED,
    REPORTED,
    SIGNED,
    TREATED,
    Event,
    Reply,
    contradictions,
    events,
    news,
)
from riskengine.intervene.handling.matter import Matter, Objection, Taken, Walked
from riskengine.intervene.handling.sentences import Refusal, Sentences
from riskengine.model.handling import CLOSED, DELIVERED, ENGINE, Handling, Role, Transition

__all__ = ["walk"]

_LEAD: Role = "主办"
_PRESSED = "督办"


def walk(matter: Matter, handling: Handling) -> Walked:
    """Take every step that is legal, in the order that counts; say of each other one why not.

    What comes after the day of closing cannot undo it, whatever day it is about: it counts again once the warning came back (反弹).
    """
    kept, late = _before_closing(matter, handling)
    return _Walk(replace(matter, replies=kept), handling, late).end()


def _before_closing(matter: Matter, handling: Handling) -> tuple[tuple[Reply, ...], tuple[Reply, ...]]:
    """The replies that came while the warning was open, and those that came when it was closed."""
    steps = [*(each.step for each in matter.replies), *(each.step for each in matter.facts)]
    if CLOSED not in steps:
        return matter.replies, ()
    kept: tuple[Reply, ...] = ()
    late: tuple[Reply, ...] = ()
    ordered = sorted(matter.replies, key=lambda each: (each.known_on, each.file_id, each.row_no))
    for known_on, group in groupby(ordered, key=lambda each: each.known_on):
        before = tuple(each for each in matter.facts if each.day < known_on)
        closed_on = _Walk(replace(matter, replies=kept, facts=before), handling).end().closed_on
        if closed_on is not None and closed_on < known_on:
            late += tuple(group)
        else:
            kept += tuple(group)
    return kept, late


class _Walk:
    """``done``: what each unit did since the warning was delivered to it, or came back."""

    def __init__(self, matter: Matter, handling: Handling, late: tuple[Reply, ...] = ()) -> None:
        self.matter, self.handling, self.late = matter, handling, late
        self.state, self.since = DELIVERED, matter.delivered_on
        self.outcome: str | None = None
        self.cause: str | None = None
        self.closed: tuple[date, str | None] | None = None
        self.along: dict[str, str] = {}
        self.done: dict[str, set[str]] = {}
        self.gone: set[str] = set()
        self.steps = [Taken(DELIVERED, DELIVERED, None, ENGINE, matter.delivered_on)]
        self.refused: dict[tuple[int | None, int | None], Refusal] = {}
        self.objections: list[Objection] = []
        self.told = Sentences(matter.id, matter.units, handling, matter.verifier)
        self.terms = matter.terms.begin()
        self.contrary = contradictions(matter.replies)

    def end(self) -> Walked:
        for reply in sorted(self.matter.replies, key=lambda each: (each.file_id, each.row_no)):
            if reply.outcome and (said := self.contrary.get((reply.unit, reply.fed_back_on or reply.known_on))):
                self.refuse((reply.file_id, reply.row_no), self.told.contrary(reply, said))
        for event in events(self.matter.replies, self.matter.facts, self.handling):
            self.take(event)
        for reply in self.late:
            if again := news(reply, self.matter.replies, self.handling):
                self.refuse((reply.file_id, reply.row_no), self.told.closed(again, self.closed))
        return Walked(
            tuple(self.steps),
            self.state,
            self.since,
            self.outcome,
            self.cause,
            self.closed[0] if self.closed else None,
            self.closed[1] if self.closed else None,
            tuple(self.refused.values()),
            tuple(self.objections),
            *self.terms.end(),
        )

    def take(self, event: Event) -> None:
        reported = event.step in (CHECKED, TREATED, REPORTED) and not event.spoken
        if reported and event.unit and event.outcome and (event.unit, event.day) in self.contrary:
            return
        if ENGINE in event.roles:
            self.engine(event)
        elif not event.roles or (event.unit in self.gone and "核验" not in event.roles):
            self.refuse(event.source, self.told.gone(event))
        elif not self.repeated(event):
            self.judge(event)

    def engine(self, event: Event) -> None:
        found = self.transition(event, ENGINE, self.state)
        if found is not None and self.lacking(event, found, ENGINE) is None:
            self.move(event, found, ENGINE)
        elif event.step == _PRESSED:  # it did happen, whatever is told later about the days before it
            self.note(event, ENGINE)

    def repeated(self, event: Event) -> bool:
        """A unit that says once more what it has done adds nothing."""
        unit = event.unit or ""
        if event.step == SIGNED:
            return SIGNED in self.done.get(unit, set())
        if event.step == CLOSED:
            return self.state == CLOSED and self.closed is not None and self.closed[1] == unit
        if "协办" in event.roles and event.step in (CHECKED, TREATED):
            return event.step in self.done.get(unit, set())
        if event.step not in (CHECKED, TREATED) or event.spoken or self.state == CLOSED:
            return False
        order = self.handling.states.index
        behind = self.state in self.handling.states and order(self.state) >= order(event.step)
        with_report = event.reply is not None and event.reply.fed_back_on is not None
        again = event.step == TREATED or event.outcome == self.outcome or with_report
        return behind and self.state != _PRESSED and again and (with_report or event.step in self.done.get(unit, set()))

    def judge(self, event: Event) -> None:
        own = self.along.get(event.unit or "", DELIVERED) if "协办" in event.roles else self.state
        if self.state == CLOSED:
            own = CLOSED
        for role in event.roles:
            at = own if role == "协办" else self.state
            found = self.transition(event, role, at) or self.pending(event, role) or self.corrected(event, role, at)
            if found is None:
                continue
            if lacking := self.lacking(event, found, role):
                self.refuse(event.source, self.told.lacking(event, lacking))
            elif complaint := self.asked(event, role):
                self.refuse(event.source, complaint)
            else:
                self.move(event, found, role)
            return
        self.refuse(event.source, self.told.illegal(event, own, self.matter.level(event.day), self.closed))

    def transition(self, event: Event, role: Role, state: str) -> Transition | None:
        level = self.matter.level(event.day)
        for each in self.handling.transitions:
            fits = each.step == event.step and state in each.start and role in each.by
            if fits and (not each.levels or level in each.levels):
                return each
        return None

    def pending(self, event: Event, role: Role) -> Transition | None:
        """A decision about the objection of a unit that works along: it moves nothing."""
        waits = any(each.decided == "待定" and each.role == "协办" for each in self.objections)
        known = [each for each in self.handling.transitions if each.step == event.step and role in each.by]
        if not (waits and known and event.step in ("同意退回", "不同意退回") and self.state not in (CLOSED, "退回")):
            return None
        return known[0].model_copy(update={"to": None})

    def corrected(self, event: Event, role: Role, state: str) -> Transition | None:
        """Another outcome while it is still being treated, or more measures: told again, the state stays."""
        if state not in (CHECKED, TREATED) or event.step not in (CHECKED, TREATED):
            return None
        known = [each for each in self.handling.transitions if each.step == event.step and role in each.by]
        return known[0].model_copy(update={"to": None}) if known else None

    def lacking(self, event: Event, found: Transition, role: Role) -> str | None:
        reply = event.reply
        held = {
            "核查结果": event.outcome or (self.outcome if role != "协办" else None),
            "处置措施": event.measure,
            "误报原因": reply.cause if reply else None,
            "理由": event.reason,
            "延至日期": reply.until if reply else None,
            "预警解除": True,
        }
        return next((need for need in found.needs if not held[need]), None)

    def asked(self, event: Event, role: Role) -> tuple[str, str] | None:
        """What only the clocks and the other units can say against the step; None when nothing does. Remembers what was asked."""
        unit, reply = event.unit or "", event.reply
        assert reply is not None
        if event.step == "退回":
            last = self.matter.object_by.get(unit)
            late = last is not None and event.day > last
            decided = "过期" if late else "待定"
            said = Objection(unit, role, event.day, event.reason, decided, None, None, *event.source)
            self.objections.append(said)
            return self.told.late_objection(event, last) if late and last else None
        if event.step == "同意退回" and reply.refer_to and self.unit(reply.refer_to) is None:
            return self.told.unknown_unit(event, reply.refer_to)
        if event.step == "同意退回" and self.unit(reply.refer_to or "") in {each.unit for each in self.objections}:
            return self.told.sent_back(event, reply.refer_to or "")
        return self.terms.asked(event, role, self.told)

    def unit(self, written: str) -> str | None:
        text = written.strip()
        return next((id_ for id_, name in self.matter.units.items() if text in (id_, name)), None)

    def move(self, event: Event, found: Transition, role: Role) -> None:
        """The step is taken, with those before it that it implies."""
        main = role != "协办"
        target = found.to
        worker = role in (_LEAD, "协办")
        if worker and target is not None:
            self.imply(event, role, target)
        if main and target is not None:
            changed = target != self.state or (event.step == REPORTED and event.outcome not in (None, self.outcome))
            self.state, self.since = target, event.day if changed else self.since
        elif not main and target is not None:
            self.along[event.unit or ""] = target
        if role == _LEAD and event.outcome and event.step != SIGNED:
            self.outcome, self.cause = event.outcome, event.reply.cause if event.reply else None
        self.note(event, role)
        if worker:
            self.done.setdefault(event.unit or "", set()).add(event.step)
        self.follow(event, role)

    def imply(self, event: Event, role: Role, target: str) -> None:
        order = {state: at for at, state in enumerate(self.handling.states)}
        if order.get(target, 0) > order.get(CLOSED, 0):
            return
        done = self.done.setdefault(event.unit or "", set())
        for each in self.handling.transitions:
            earlier = each.implied and role in each.by and each.to is not None and order[each.to] < order[target]
            if earlier and each.step not in done and each.step != event.step:
                done.add(each.step)
                state = str(each.to) if role == _LEAD else self.state
                self.steps.append(
                    Taken(
                        each.step, state, event.unit, role, event.day, None, None, None, None, None, True, *event.source
                    )
                )

    def follow(self, event: Event, role: Role) -> None:
        """What the step means beyond the state."""
        if event.step == CLOSED:
            self.closed = (event.day, event.unit)
        elif event.step == "反弹":
            if self.closed is not None:
                self.terms.came_back(self.closed[0], event.day)
            self.closed, self.outcome, self.cause = None, None, None
            self.done.clear()
            self.along.clear()
        elif event.step in ("同意退回", "不同意退回"):
            self.decide(event, event.step == "同意退回")
        elif event.step == "退回" and self.handling.objections.decided_by == ENGINE:
            own = Event("同意退回", event.day, (ENGINE,))
            found = self.transition(own, ENGINE, self.state) if role == _LEAD else None
            if found is not None:
                self.move(own, found, ENGINE)
            else:
                self.decide(own, True)
        elif event.step == REPORTED:
            self.terms.reported(event)

    def decide(self, event: Event, accepted: bool) -> None:
        new = self.unit(event.reply.refer_to) if accepted and event.reply and event.reply.refer_to else None
        word = "接受" if accepted else "不接受"
        for at, each in enumerate(self.objections):
            if each.decided == "待定":
                given = new if each.role == _LEAD else None
                self.objections[at] = replace(each, decided=word, decided_on=event.day, new_unit=given)
                if accepted:
                    self.gone.add(each.unit)

    def note(self, event: Event, role: Role) -> None:
        reply = event.reply
        self.steps.append(
            Taken(
                event.step,
                self.state,
                event.unit,
                role,
                event.day,
                reply.post if reply else None,
                event.outcome if event.step not in (SIGNED,) else None,
                reply.cause if reply and event.outcome else None,
                event.measure if event.step in (TREATED, REPORTED, CLOSED) else None,
                event.reason if event.spoken or reply is None else None,
                False,
                *event.source,
            )
        )

    def refuse(self, source: tuple[int | None, int | None], said: tuple[str, str]) -> None:
        self.refused.setdefault(source, Refusal(source[0], source[1], *said))
