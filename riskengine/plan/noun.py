"""What a plan speaks of: changes of the rules, warnings as two rule books would have raised them, and how they
differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

__all__ = ["KINDS", "Change", "Course", "Difference", "Kind", "Night", "Stretch"]

Kind = Literal["added", "removed", "raised", "lowered", "earlier", "later", "longer", "shorter", "moved", "merged"]

KINDS: Mapping[Kind, str] = {
    "added": "新增",
    "removed": "消失",
    "raised": "升高",
    "lowered": "降低",
    "earlier": "提前",
    "later": "推迟",
    "longer": "延长",
    "shorter": "缩短",
    "moved": "改派",
    "merged": "并入变化",
}
"""What can become of a warning, gravest first, with the word that people read."""


@dataclass(frozen=True)
class Change:
    """One thing in the rule files that is not as it was. ``before`` None: it is new; ``after`` None: it is gone.

    ``what``: 规则, 信号, 派发, 等级, 单位, 例外, 名单, 地区, 来源, 指标, or the title of a file of settings. ``id`` and ``title`` name the entry,
    ``part`` the place in it.
    """

    what: str
    id: str
    title: str
    part: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        """``规则“诈骗案件明显增多”（fraud-surge）参数“下限”2024-01-01 起：3 → 5``."""
        named = f"“{self.title}”" if self.title and self.title != self.id else ""
        shown = f"（{self.id}）" if named and self.id else f"“{self.id}”" if self.id else ""
        head = f"{self.what}{named}{shown}{self.part}"
        if self.before is None:
            return f"{head}：新增 {self.after}" if self.after else f"{head}：新增"
        if self.after is None:
            return f"{head}：删去 {self.before}" if self.before else f"{head}：删去"
        return f"{head}：{self.before or '（空）'} → {self.after or '（空）'}"


@dataclass(frozen=True, slots=True)
class Night:
    """A warning on one night: rank of its level (1 gravest), the rules that hold it, units with their role, whether it
    is merged into another one (then its subject's name and theme).
    """

    level: int
    score: float | None
    rules: tuple[str, ...]
    stale: bool = False
    lead: str | None = None
    others: tuple[str, ...] = ()
    merged: str | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """All units that have it on their list, the lead first."""
        return ((self.lead,) if self.lead else ()) + self.others


@dataclass(frozen=True)
class Course:
    """One episode of a warning under one rule book: every night it was open, in order.

    ``lifted``: the night it was lifted, None while it is open. ``place``: code of the place it lies at.
    """

    subject_type: str
    subject: str
    name: str
    place: str
    theme: str
    opened: date
    lifted: date | None
    nights: Mapping[date, Night]

    @property
    def key(self) -> tuple[str, str, str]:
        """At most one is open for it at a time."""
        return self.theme, self.subject_type, self.subject


@dataclass(frozen=True)
class Difference:
    """One warning that the new rules would have handled differently over the planned nights.

    ``on``: the first planned night that differs. ``before`` and ``after``: gravest rank over the planned nights, first
    and last planned night open, lead on the first of them; None where it is not there. ``rules``: whose hits made it,
    on the side that has it. ``reason``: why, a sentence.
    """

    kind: Kind
    theme: str
    subject_type: str
    subject: str
    name: str
    on: date
    rules: tuple[str, ...]
    before: Stretch | None
    after: Stretch | None
    reason: str
    also: tuple[Kind, ...] = field(default=())


@dataclass(frozen=True)
class Stretch:
    """A warning over the planned nights under one rule book: gravest rank, first and last night, nights open, lead."""

    level: int
    first: date
    last: date
    nights: int
    lead: str | None
