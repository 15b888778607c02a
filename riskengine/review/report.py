"""What ``riskengine review`` prints: rules by precision, rules on trial, exceptions, units by what they owe, receipts that
could not be taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST
from riskengine.review.exceptions import ExceptionRecord, exception_records
from riskengine.review.learnt import Learnt, learn, looked_back_to
from riskengine.review.precision import RulePrecision, UnitWork, rule_precision, unit_work
from riskengine.review.rebounds import Rebounds, rebounds
from riskengine.review.tables import share, text_table
from riskengine.review.trials import TrialRecord, What, trial_records
from riskengine.store.database import Connection

__all__ = ["ReviewReport", "review_report"]

_ISSUES = 20  # so many sentences at most in the text; all in the JSON


@dataclass(frozen=True)
class ReviewReport:
    """The state of the feedback on one night. ``unit_names``: unit id → name, an unknown id stands as it is;
    ``level_names``: rank → name.
    """

    as_of: date
    rules: tuple[RulePrecision, ...]
    units: tuple[UnitWork, ...]
    issues: tuple[str, ...]
    outcomes: Mapping[str, int]
    unit_names: Mapping[str, str] = field(default_factory=dict)
    trials: tuple[TrialRecord, ...] = ()
    exceptions: tuple[ExceptionRecord, ...] = ()
    level_names: Mapping[int, str] = field(default_factory=dict)
    learnt: Learnt | None = None
    least: int = LEAST
    rebounds: Rebounds | None = None

    def text(self) -> str:
        """Chinese tables for a terminal."""
        said = "，".join(f"{outcome} {count}" for outcome, count in self.outcomes.items()) or "还没有回执"
        parts = [
            f"评估反馈（截至 {self.as_of}，主办、协办的答复各计一条）：{said}",
            f"规则查准率（属实与已化解占已核实的比例，95%区间；已核实不足{self.least}条的不评）",
            text_table(self.rule_frame()),
        ]
        if self.learnt is not None:
            parts += self.learnt.text()
        if self.trials:
            parts += ["试运行规则（只记录、不派发；“同时”指正式规则在同一对象、同一主题、重叠的日子里也预警）"]
            parts += [text_table(self.trial_frame())]
        if self.exceptions:
            parts += ["例外（命中照常记录，不作预警）", text_table(self.exception_frame())]
        parts += ["责任单位办理情况", text_table(self.unit_frame())]
        if self.rebounds is not None:
            parts += self.rebounds.text()
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
            "rules": [
                {**asdict(rule), "judged": rule.judged, "open": rule.open, "per_confirmed": rule.per_confirmed}
                for rule in self.rules
            ],
            "units": [{**asdict(unit), "name": self.unit_names.get(unit.unit, unit.unit)} for unit in self.units],
            "trials": [
                {
                    **_plain(asdict(trial)),
                    "by_level": {self._level(rank): count for rank, count in trial.by_level.items()},
                }
                for trial in self.trials
            ],
            "exceptions": [
                {**_plain(asdict(each)), "gravest": each.gravest and self._level(each.gravest)}
                for each in self.exceptions
            ],
            "issues": list(self.issues),
            **({"learnt": self.learnt.json()} if self.learnt is not None else {}),
            **({"rebounds": self.rebounds.json()} if self.rebounds is not None else {}),
        }

    def rule_frame(self) -> pd.DataFrame:
        """A row a rule, worst first; 查准率 and 95%区间 as text, 样本不足 and empty where too few were judged. 按贡献: the precision when each
        warning counts by the rule's share of its points; 办几件: judged warnings for one that is true.
        """
        return pd.DataFrame(
            {
                "规则": [rule.rule for rule in self.rules],
                "名称": [rule.title for rule in self.rules],
                "预警": [rule.warnings for rule in self.rules],
                "属实或已化解": [rule.confirmed for rule in self.rules],
                "误报": [rule.false for rule in self.rules],
                "无法核实": [rule.unclear for rule in self.rules],
                "未答复": [rule.open for rule in self.rules],
                "查准率": [share(rule.precision) for rule in self.rules],
                "95%区间": ["" if rule.low is None else f"{rule.low:.0%}–{rule.high:.0%}" for rule in self.rules],
                "按贡献": ["" if rule.weighted is None else f"{rule.weighted:.0%}" for rule in self.rules],
                "每确认1件要办": [
                    "" if rule.per_confirmed is None else f"{rule.per_confirmed:.1f}件" for rule in self.rules
                ],
            }
        )

    def trial_frame(self) -> pd.DataFrame:
        """A row a trial; levels and units as text; what units said of the live warnings that met it, 样本不足 where too few."""
        return pd.DataFrame(
            {
                "规则": [trial.rule for trial in self.trials],
                "名称": [trial.title for trial in self.trials],
                "试运行至": [self._until(trial) for trial in self.trials],
                "夜数": [trial.nights for trial in self.trials],
                "本会预警": [trial.warnings for trial in self.trials],
                "按等级": [_counted(trial.by_level, self._level) for trial in self.trials],
                "按单位": [_counted(trial.by_unit, self._unit) for trial in self.trials],
                "同时": [trial.both for trial in self.trials],
                "仅试运行": [trial.only_trial for trial in self.trials],
                "仅正式": [trial.only_live for trial in self.trials],
                "同时中属实": [trial.confirmed for trial in self.trials],
                "同时中误报": [trial.false for trial in self.trials],
                "属实占比": [share(trial.precision) for trial in self.trials],
            }
        )

    def exception_frame(self) -> pd.DataFrame:
        """A row an exception, also one that suppressed nothing; 本会预警 in warnings, 压住 in nights."""
        return pd.DataFrame(
            {
                "规则": [each.rule for each in self.exceptions],
                "名称": [each.title for each in self.exceptions],
                "对象": [each.subject for each in self.exceptions],
                "到期": [each.until.isoformat() for each in self.exceptions],
                "状态": [each.state for each in self.exceptions],
                "压住(夜)": [each.nights for each in self.exceptions],
                "本会预警": [each.warnings for each in self.exceptions],
                "最重": [self._level(each.gravest) if each.gravest else "" for each in self.exceptions],
                "最近": [each.last.isoformat() if each.last else "" for each in self.exceptions],
                "谁定的": [each.who for each in self.exceptions],
                "为什么": [each.why for each in self.exceptions],
            }
        )

    def _until(self, trial: TrialRecord) -> str:
        if trial.until is None:
            return "已结束"
        return trial.until.isoformat() + ("（已到期）" if trial.until < self.as_of else "")

    def _level(self, rank: int) -> str:
        return self.level_names.get(rank, str(rank))

    def _unit(self, unit: str) -> str:
        return self.unit_names.get(unit, unit)

    def unit_frame(self) -> pd.DataFrame:
        """A row a unit, most overdue first, counted in warnings; 签收用时 is the median of days from delivery to signing."""
        return pd.DataFrame(
            {
                "单位": [self.unit_names.get(unit.unit, unit.unit) for unit in self.units],
                "下发": [unit.delivered for unit in self.units],
                "已签收": [unit.signed for unit in self.units],
                "签收用时(天)": ["" if unit.sign_days is None else f"{unit.sign_days:g}" for unit in self.units],
                "已反馈": [unit.fed_back for unit in self.units],
                "按期反馈": [unit.in_time for unit in self.units],
                "逾期未反馈": [unit.overdue for unit in self.units],
            }
        )

    def write_excel(self, path: Path) -> None:
        """The same tables as a workbook, a sheet each where there is something, for those who go on working in Excel. Raises OSError."""
        sheets = {
            "规则查准率": self.rule_frame(),
            **(self.learnt.frames() if self.learnt is not None else {}),
            **({"试运行规则": self.trial_frame()} if self.trials else {}),
            **({"例外": self.exception_frame()} if self.exceptions else {}),
            "单位办理": self.unit_frame(),
            **(self.rebounds.frames() if self.rebounds is not None else {}),
            "未采用的回执": pd.DataFrame({"原因": list(self.issues)}),
        }
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": plain}) as book:
            for title, frame in sheets.items():
                frame.to_excel(book, sheet_name=title, index=False, freeze_panes=(1, 0))
                book.sheets[title].autofit()


def review_report(con: Connection, as_of: date, rulebook: Rulebook) -> ReviewReport:
    """The report as of the night, from what is stored; the rule book lends names and says what is on trial or
    excepted now.
    """
    night = {"as_of": as_of}
    issues = con.execute(
        "SELECT message FROM intervene.refused WHERE as_of <= $as_of ORDER BY as_of, file_id, row_no", night
    )
    messages = tuple(message for (message,) in issues.fetchall())
    outcomes = con.execute(_OUTCOMES, night).fetchall()
    least = rulebook.learning.least
    rules = rule_precision(con, as_of, least, looked_back_to(rulebook, as_of))
    return ReviewReport(
        as_of=as_of,
        rules=tuple(rules),
        units=tuple(unit_work(con, as_of)),
        issues=messages,
        outcomes=dict(outcomes),
        unit_names={id_: unit.name for id_, unit in rulebook.units.items()},
        trials=tuple(trial_records(con, rulebook, as_of)),
        exceptions=tuple(exception_records(con, rulebook, as_of)),
        rebounds=rebounds(con, rulebook, as_of),
        level_names={level.rank: level.name for level in rulebook.levels},
        learnt=learn(con, rulebook, as_of, {each.rule: each.title for each in rules}),
        least=least,
    )


def _counted(counts: Mapping[What, int], name: Callable[[What], str]) -> str:
    """``红1 橙3``."""
    return " ".join(f"{name(each)}{count}" for each, count in counts.items())


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


_OUTCOMES = """
SELECT outcome, count(*)
FROM (
  SELECT id, unit, arg_max(outcome, (as_of, file_id, row_no)) AS outcome
  FROM intervene.reply SEMI JOIN assess.warning USING (id)  -- an errand (演练, 抽查, 回头看) is no warning
  WHERE as_of <= $as_of AND outcome IS NOT NULL GROUP BY id, unit
)
GROUP BY outcome ORDER BY list_position(['属实', '已化解', '误报', '无法核实'], outcome)
"""
