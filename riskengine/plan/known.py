"""What is known to have happened: the units' answers and the events of a truth file, held against both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.model.share import LEAST, wilson
from riskengine.plan.noun import Course
from riskengine.plan.reach import Lot
from riskengine.review.truth import TruthReport, Verdict
from riskengine.store.database import Connection

__all__ = ["Answer", "Event", "Precision", "Rate", "answers", "confirmed", "events", "precision"]

_FOUND = ("找到", "找到偏晚", "早已在警")


@dataclass(frozen=True)
class Answer:
    """A warning that was delivered and what its lead unit said of it at last; the days it was open."""

    id: str
    theme: str
    subject_type: str
    subject: str
    name: str
    opened: date
    closed: date
    outcome: str


@dataclass(frozen=True)
class Rate:
    """How many of the warnings with a known outcome were true (属实 or 已化解); ``share``, ``low`` and ``high`` (Wilson, 95
    %) from 0 to 1, None below LEAST.
    """

    confirmed: int
    false: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Precision:
    """Of one rule, or (``rule`` None) of all warnings that were played."""

    rule: str | None
    title: str
    before: Rate
    after: Rate


@dataclass(frozen=True)
class Event:
    """An event that fares otherwise. ``source``: 真值 or 属实回执. ``became``: 漏掉, 找到, 变早, 变晚, 误报 (a trap), 不再误报.

    ``first`` and ``last``: the event's days. ``before`` and ``after``: what became of it, as the review calls it, with
    the night.
    """

    source: str
    event: str
    theme: str
    subject: str
    first: date
    last: date
    became: str
    before: str
    after: str


def answers(con: Connection, last: date) -> tuple[Answer, ...]:
    """The kept warnings that a unit has answered, by ``last``; the lead's newest word counts."""
    return tuple(Answer(*row) for row in con.execute(_ANSWERS, {"last": last}).fetchall())


def precision(
    sides: Sequence[Iterable[Course]], said: Sequence[Answer], rules: Mapping[str, str], planned: Sequence[date]
) -> tuple[Precision, ...]:
    """Before and after, all warnings first, then each of ``rules`` (id → title) that has a known outcome on either
    side.

    A played warning has the outcome of the delivered one on the same subject and theme in its days.
    """
    counted: list[dict[str | None, Counter[bool]]] = []
    for courses in sides:
        mine: dict[str | None, Counter[bool]] = {}
        for course in courses:
            days = [day for day in course.nights if planned[0] <= day <= planned[-1]]
            met = [each for each in said if days and _meets(course, each) and each.outcome != "无法核实"]
            if met:
                true = max(met, key=lambda each: each.opened).outcome != "误报"
                for rule in {None, *(rule for day in days for rule in course.nights[day].rules)}:
                    mine.setdefault(rule, Counter())[true] += 1
        counted.append(mine)
    found = [Precision(None, "全部推演的预警", *(_rate(each.get(None, Counter())) for each in counted))]
    for id_, title in rules.items():
        if any(id_ in each for each in counted):
            found.append(Precision(id_, title, *(_rate(each.get(id_, Counter())) for each in counted)))
    return tuple(found)


def _rate(counted: Counter[bool]) -> Rate:
    true, false = counted[True], counted[False]
    if true + false < LEAST:
        return Rate(true, false, None, None, None)
    return Rate(true, false, true / (true + false), *wilson(true, true + false))


def confirmed(sides: Sequence[Sequence[Course]], said: Iterable[Answer], planned: Sequence[date]) -> tuple[Event, ...]:
    """Warnings that a unit found true in the planned nights and that only one side would have given."""
    found = []
    for each in said:
        if (
            each.outcome == "误报"
            or each.outcome == "无法核实"
            or each.closed < planned[0]
            or each.opened > planned[-1]
        ):
            continue
        met = [_first(courses, each, planned) for courses in sides]
        if (met[0] is None) != (met[1] is None):
            became = "漏掉" if met[1] is None else "找到"
            told = ["没有预警" if day is None else f"{day} 起预警" for day in met]
            found.append(
                Event("属实回执", each.id, each.theme, each.name, each.opened, each.closed, became, told[0], told[1])
            )
    return tuple(found)


def _first(courses: Iterable[Course], each: Answer, planned: Sequence[date]) -> date | None:
    days = [
        day
        for course in courses
        if _meets(course, each)
        for day in course.nights
        if planned[0] <= day <= planned[-1] and each.opened <= day <= each.closed
    ]
    return min(days, default=None)


def _meets(course: Course, each: Answer) -> bool:
    same = course.key == (each.theme, each.subject_type, each.subject)
    return same and course.opened <= each.closed and max(course.nights) >= each.opened


def events(old: TruthReport, new: TruthReport, lots: Iterable[Lot], planned: Sequence[date]) -> tuple[Event, ...]:
    """Events of the truth file in the planned nights, whose warnings were played, that fare otherwise."""
    played, found = set(lots), []
    for before, after in zip(old.verdicts, new.verdicts, strict=True):
        event = before.event
        if (event.theme, event.subject_type) not in played or event.last < planned[0] or event.first > planned[-1]:
            continue
        became = _became(before, after)
        shown = [verdict.on for verdict in (before, after) if verdict.on is not None and verdict.on >= planned[0]]
        if became and shown:
            found.append(
                Event(
                    "真值", event.event, event.theme, event.subject, event.first, event.last, became,
                    _told(before), _told(after),
                )
            )  # fmt: skip
    return tuple(found)


def _became(before: Verdict, after: Verdict) -> str | None:
    was, now = before.found in _FOUND, after.found in _FOUND
    if before.event.due == "yes":
        if was != now:
            return "找到" if now else "漏掉"
        if was and before.on is not None and after.on is not None and before.on != after.on:
            return "变早" if after.on < before.on else "变晚"
        return None
    if before.event.due == "no" and before.found != after.found:
        return "误报" if after.found == "误报" else "不再误报"
    return None


def _told(verdict: Verdict) -> str:
    return verdict.found if verdict.on is None else f"{verdict.found}（{verdict.on}）"


_ANSWERS = """
WITH lead AS (
  SELECT id, unit, arg_max(role, as_of) AS role FROM kept.intervene.duty GROUP BY id, unit
)
SELECT w.id, w.theme, w.subject_type, w.subject, w.subject_name, w.opened_on,
  coalesce(w.lifted_on - 1, $last) AS closed, o.outcome
FROM kept.intervene.reply o
JOIN kept.assess.warning w ON w.id = o.id
LEFT JOIN lead l ON l.id = o.id AND l.unit = o.unit
WHERE o.outcome IS NOT NULL AND o.as_of <= $last
QUALIFY row_number() OVER (
  PARTITION BY o.id ORDER BY l.role = '主办' DESC NULLS LAST, o.as_of DESC, o.file_id DESC, o.row_no DESC) = 1
ORDER BY w.id
"""
