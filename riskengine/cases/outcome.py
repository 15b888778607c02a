"""What came out of a case, night by night, and where it differs from what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from riskengine.model.case import Case, Expect
from riskengine.model.rule import Rule

__all__ = ["VERDICTS", "Difference", "NightSeen", "Outcome", "Result", "Table", "differences"]

VERDICTS = {"hit": "命中", "clear": "没有", "unknown": "未知"}
"""A verdict in the words that people read."""


@dataclass(frozen=True)
class NightSeen:
    """One night of a case: what went in (signal or member → text), the rule's verdict, and what became of the warning."""

    as_of: date
    values: Mapping[str, str]
    verdict: str
    level: str | None = None
    score: float | None = None
    warning: str = "无"


@dataclass(frozen=True)
class Table:
    """Rows of one step, as text, with a title that says what they are."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """What came out on ``as_of``. ``level``, ``score``, ``reason``, ``unit``: the warning's, or the rule's own where none is open.

    ``why``: the verdict's JSON (features, floors, values, parameters, unknown), empty where it was clear. ``fault``: why the rule
    could not be evaluated at all.
    """

    verdict: str
    level: str | None = None
    score: float | None = None
    reason: str | None = None
    unit: str | None = None
    warning: str = "无"
    why: Mapping[str, Any] = field(default_factory=dict)
    nights: Sequence[NightSeen] = ()
    tables: Sequence[Table] = ()
    fault: str | None = None


@dataclass(frozen=True)
class Difference:
    """One thing that came out otherwise: ``what`` in Chinese, both sides as people read them."""

    what: str
    expected: str
    came: str


@dataclass(frozen=True)
class Result:
    """A case that was run. ``index``: its place among the rule's cases."""

    rule: Rule
    index: int
    outcome: Outcome
    differences: tuple[Difference, ...]

    @property
    def case(self) -> Case:
        """The case as written."""
        return self.rule.cases[self.index]

    @property
    def passed(self) -> bool:
        """Everything came out as expected."""
        return not self.differences


def differences(expect: Expect, outcome: Outcome) -> tuple[Difference, ...]:
    """Everything that is written in ``expect`` and came out otherwise; a score is the same to half a hundredth."""
    found = []
    if outcome.fault is not None or expect.verdict != outcome.verdict:
        came = "没有算成" if outcome.fault is not None else VERDICTS[outcome.verdict]
        found.append(Difference("判断", VERDICTS[expect.verdict], came))
    if expect.level is not None and expect.level != outcome.level:
        found.append(Difference("等级", expect.level, outcome.level or "无"))
    if expect.score is not None and (outcome.score is None or abs(expect.score - outcome.score) > 0.005):
        came = "无" if outcome.score is None else f"{outcome.score:.10g}"
        found.append(Difference("得分", f"{expect.score:.10g}", came))
    if expect.reason is not None and expect.reason not in (outcome.reason or ""):
        found.append(Difference("理由", f"含“{expect.reason}”", f"“{outcome.reason}”" if outcome.reason else "无"))
    if expect.unit is not None and expect.unit != outcome.unit:
        found.append(
            Difference("主办", expect.unit, outcome.unit or ("无" if outcome.warning == "无" else "没有派发规则接收"))
        )
    if expect.warning is not None and expect.warning != outcome.warning:
        found.append(Difference("预警", expect.warning, outcome.warning))
    return tuple(found)
