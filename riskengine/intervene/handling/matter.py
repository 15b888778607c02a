"""One warning as the walk sees it: what was said, who answers, since when it was how grave; and the end of the walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from riskengine.intervene.handling.events import Event, Reply
from riskengine.intervene.handling.sentences import Refusal
from riskengine.intervene.handling.terms import Asked, Leave, Terms
from riskengine.model.handling import Role

__all__ = ["Matter", "Objection", "Taken", "Walked"]


@dataclass(frozen=True)
class Matter:
    """One warning with all that the walk must know. ``graver``: from which night on it was how grave at most, names of levels, by night.

    ``facts``: steps that the engine took. ``object_by``: unit → last day on which it may object. ``units``: id → name.
    """

    id: str
    delivered_on: date
    replies: tuple[Reply, ...] = ()
    facts: tuple[Event, ...] = ()
    graver: tuple[tuple[date, str], ...] = ()
    object_by: Mapping[str, date] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    verifier: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)

    def level(self, day: date) -> str:
        """The gravest level that the warning had until ``day``."""
        known = [name for night, name in self.graver if night <= day]
        return known[-1] if known else self.graver[0][1] if self.graver else ""


@dataclass(frozen=True)
class Taken:
    """One step that counts: a row of ``intervene.step``."""

    step: str
    state: str
    unit: str | None
    role: Role
    on_day: date
    post: str | None = None
    outcome: str | None = None
    cause: str | None = None
    measure: str | None = None
    reason: str | None = None
    implied: bool = False
    file_id: int | None = None
    row_no: int | None = None


@dataclass(frozen=True)
class Objection:
    """One 退回 and what became of it: 待定 接受 不接受 过期."""

    unit: str
    role: Role
    on_day: date
    reason: str | None
    decided: str
    decided_on: date | None
    new_unit: str | None
    file_id: int | None
    row_no: int | None


@dataclass(frozen=True)
class Walked:
    """The end of a walk. ``since``: the day of the step that led to ``state``."""

    steps: tuple[Taken, ...]
    state: str
    since: date
    outcome: str | None
    cause: str | None
    closed_on: date | None
    closed_by: str | None
    refusals: tuple[Refusal, ...]
    objections: tuple[Objection, ...]
    leaves: tuple[Leave, ...]
    asked: tuple[Asked, ...]
