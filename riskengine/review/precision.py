"""How often a rule is right, with the interval that the number of receipts allows; how the units work their lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.share import LEAST, wilson
from riskengine.review.credit import lay_out_credit
from riskengine.store.database import Connection

__all__ = ["RulePrecision", "UnitWork", "rule_precision", "unit_work"]


@dataclass(frozen=True)
class RulePrecision:
    """One rule's record. ``judged`` = confirmed + false; 无法核实 (``unclear``) and unanswered ones (``open``) are counted apart.

    ``precision``, ``low`` and ``high`` from 0 to 1, None below the least number of judged warnings. ``weight``: the judged warnings by
    the rule's share of their points; ``weighted`` with ``weighted_low`` and ``weighted_high``: the precision when each warning counts by
    that share, Wilson's interval over the effective number of answers, (Σw)² / Σw² (Kish 1965); None where ``precision`` is.
    """

    rule: str
    title: str
    warnings: int
    confirmed: int
    false: int
    unclear: int
    precision: float | None
    low: float | None
    high: float | None
    weight: float = 0.0
    weighted: float | None = None
    weighted_low: float | None = None
    weighted_high: float | None = None

    @property
    def judged(self) -> int:
        """Warnings of which a unit said whether they were true."""
        return self.confirmed + self.false

    @property
    def open(self) -> int:
        """Warnings that nobody has answered yet."""
        return self.warnings - self.judged - self.unclear

    @property
    def per_confirmed(self) -> float | None:
        """How many judged warnings it takes for one that is true; None where none was, or too few were judged."""
        return self.judged / self.confirmed if self.precision is not None and self.confirmed else None


@dataclass(frozen=True)
class UnitWork:
    """One unit's record, in warnings. ``in_time``: fed back by the deadline.

    ``overdue``: open tonight, past the deadline, answered neither by the unit nor by the lead. ``sign_days``: median days from delivery
    to signing, None where nothing was signed; no deadline depends on it, for clocks start at delivery.
    """

    unit: str
    delivered: int
    signed: int
    fed_back: int
    in_time: int
    overdue: int
    sign_days: float | None = None


def rule_precision(con: Connection, as_of: date, least: int = LEAST, since: date | None = None) -> list[RulePrecision]:
    """Every rule that took part in a warning by ``as_of``, worst precision first, those with too few receipts last.

    A warning has one outcome (see :mod:`riskengine.review.outcomes`); it is credited to all rules that had a part in the warning up to
    the answer. ``since``: only warnings that were open on that day or later. Leaves the temp table ``credit`` behind.
    """
    lay_out_credit(con, as_of, since)
    rows = con.execute(_RULES, {"as_of": as_of}).fetchall()
    return sorted(
        (_rated(least, *row) for row in rows),
        key=lambda each: (each.precision is None, each.precision or 0.0, each.rule),
    )


def _rated(
    least: int,
    rule: str,
    title: str | None,
    warnings: int,
    confirmed: int,
    false: int,
    unclear: int,
    weight: float,
    true: float,
    squares: float,
) -> RulePrecision:
    judged = confirmed + false
    name = title or rule
    if judged < least:
        return RulePrecision(rule, name, warnings, confirmed, false, unclear, None, None, None, weight)
    share, apart = confirmed / judged, wilson(confirmed, judged)
    if not weight:
        return RulePrecision(rule, name, warnings, confirmed, false, unclear, share, *apart, weight)
    number = weight * weight / squares
    weighted = wilson(true / weight * number, number)
    return RulePrecision(
        rule, name, warnings, confirmed, false, unclear, share, *apart, weight, true / weight, *weighted
    )


def unit_work(con: Connection, as_of: date) -> list[UnitWork]:
    """Every unit that got a warning by ``as_of``, most overdue first."""
    return [UnitWork(*row) for row in con.execute(_UNITS, {"as_of": as_of}).fetchall()]


_RULES = """
WITH told AS (
  SELECT as_of, unnest(from_json(why -> 'rules', '["JSON"]')) AS rule FROM assess.state WHERE as_of <= $as_of
), titled AS (
  SELECT rule ->> 'rule' AS rule, arg_max(rule ->> 'title', as_of) AS title FROM told GROUP BY ALL
)
SELECT c.rule, any_value(n.title), count(*), count(*) FILTER (c.outcome IN ('属实', '已化解')),
  count(*) FILTER (c.outcome = '误报'), count(*) FILTER (c.outcome = '无法核实'),
  coalesce(sum(c.share) FILTER (c.outcome <> '无法核实'), 0), coalesce(sum(c.share) FILTER (c.outcome IN ('属实', '已化解')), 0),
  coalesce(sum(c.share * c.share) FILTER (c.outcome <> '无法核实'), 0)
FROM credit AS c
LEFT JOIN titled AS n ON n.rule = c.rule
GROUP BY c.rule
ORDER BY c.rule
"""

_UNITS = """
WITH duty AS (
  SELECT id, unit, arg_max(role, as_of) AS role, arg_max(deadline, as_of) AS deadline, max(as_of) = $as_of AS tonight,
    min(delivered_on) AS delivered_on
  FROM intervene.duty WHERE as_of <= $as_of GROUP BY id, unit
), said AS (
  SELECT id, unit, min(signed_on) AS signed_on, bool_or(outcome IS NOT NULL) AS answered,
    min(coalesce(fed_back_on, as_of)) FILTER (outcome IS NOT NULL) AS answered_on
  FROM intervene.reply WHERE as_of <= $as_of GROUP BY id, unit
), work AS (
  SELECT d.*, s.signed_on - d.delivered_on AS sign_days,
    s.signed_on IS NOT NULL OR coalesce(s.answered, FALSE) AS signed, coalesce(s.answered, FALSE) AS answered,
    s.answered_on, coalesce(bool_or(s.answered AND d.role = '主办') OVER (PARTITION BY d.id), FALSE) AS lead_answered,
    d.tonight AND (w.lifted_on IS NULL OR w.lifted_on > $as_of) AS open
  FROM duty AS d
  JOIN assess.warning AS w ON w.id = d.id
  LEFT JOIN said AS s ON s.id = d.id AND s.unit = d.unit
)
SELECT unit, count(*), count(*) FILTER (signed), count(*) FILTER (answered),
  count(*) FILTER (answered AND answered_on <= deadline),
  count(*) FILTER (open AND deadline < $as_of AND NOT answered AND NOT lead_answered) AS overdue,
  median(sign_days) FILTER (sign_days >= 0)
FROM work
GROUP BY unit
ORDER BY overdue DESC, unit
"""
