"""What ``riskengine review`` prints: rules by precision, units by what they owe, receipts that could not be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from riskengine.model.rulebook import Rulebook
from riskengine.review.precision import LEAST, RulePrecision, UnitWork, rule_precision, unit_work
from riskengine.review.tables import share, text_table
from riskengine.store.database import Connection

__all__ = ["ReviewReport", "review_report"]

_ISSUES = 20  # so many sentences at most in the text; all in the JSON


@dataclass(frozen=True)
class ReviewReport:
    """The state of the feedback on one night. ``unit_names``: unit id → name, an unknown id stands as it is."""

    as_of: date
    rules: tuple[RulePrecision, ...]
    units: tuple[UnitWork, ...]
    issues: tuple[str, ...]
    outcomes: Mapping[str, int]
    unit_names: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Chinese tables for a terminal."""
        said = "，".join(f"{outcome} {count}" for outcome, count in self.outcomes.items()) or "还没有回执"
        parts = [
            f"评估反馈（截至 {self.as_of}）：{said}",
            f"规则查准率（属实与已化解占已核实的比例，95%区间；已核实不足{LEAST}条的不评）",
            self._rules(),
            "责任单位办理情况",
            self._units(),
        ]
        if self.issues:
            parts += [f"未能采用的回执 {len(self.issues)} 条", *(f"  {issue}" for issue in self.issues[:_ISSUES])]
            if len(self.issues) > _ISSUES:
                parts.append(f"  ……另有 {len(self.issues) - _ISSUES} 条")
        return "\n".join(parts)

    def json(self) -> dict[str, Any]:
        """The same as plain values: days as ISO text, shares from 0 to 1, null where the sample is too small."""
        return {
            "as_of": self.as_of.isoformat(),
            "outcomes": dict(self.outcomes),
            "rules": [{**asdict(rule), "judged": rule.judged} for rule in self.rules],
            "units": [{**asdict(unit), "name": self.unit_names.get(unit.unit, unit.unit)} for unit in self.units],
            "issues": list(self.issues),
        }

    def _rules(self) -> str:
        head = ["规则", "名称", "预警", "属实或已化解", "误报", "无法核实", "查准率", "95%区间"]
        return text_table(
            head,
            [
                [
                    rule.rule,
                    rule.title,
                    rule.warnings,
                    rule.confirmed,
                    rule.false,
                    rule.unclear,
                    share(rule.precision),
                    "" if rule.low is None or rule.high is None else f"{rule.low:.0%}–{rule.high:.0%}",
                ]
                for rule in self.rules
            ],
        )

    def _units(self) -> str:
        head = ["单位", "下发", "已签收", "已反馈", "按期反馈", "逾期未反馈"]
        return text_table(
            head,
            [
                [
                    self.unit_names.get(unit.unit, unit.unit),
                    unit.delivered,
                    unit.signed,
                    unit.fed_back,
                    unit.in_time,
                    unit.overdue,
                ]
                for unit in self.units
            ],
        )


def review_report(con: Connection, as_of: date, rulebook: Rulebook) -> ReviewReport:
    """The report as of the night, from what is stored; the rule book only lends the units' names."""
    night = {"as_of": as_of}
    issues = con.execute(
        "SELECT message FROM review.issue WHERE as_of <= $as_of ORDER BY as_of, file_id, row_no", night
    )
    messages = tuple(message for (message,) in issues.fetchall())
    outcomes = con.execute(_OUTCOMES, night).fetchall()
    return ReviewReport(
        as_of=as_of,
        rules=tuple(rule_precision(con, as_of)),
        units=tuple(unit_work(con, as_of)),
        issues=messages,
        outcomes=dict(outcomes),
        unit_names={id_: unit.name for id_, unit in rulebook.units.items()},
    )


_OUTCOMES = """
SELECT outcome, count(*)
FROM (
  SELECT id, unit, arg_max(outcome, (as_of, file_id, row_no)) AS outcome
  FROM review.outcome WHERE as_of <= $as_of AND outcome IS NOT NULL GROUP BY id, unit
)
GROUP BY outcome ORDER BY list_position(['属实', '已化解', '误报', '无法核实'], outcome)
"""
