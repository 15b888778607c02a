"""Labelled history: what a rule said, and what somebody who went and looked said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from riskengine.model.rulebook import Rulebook
from riskengine.review.outcomes import CONFIRMED, lay_out_outcomes, lay_out_samples
from riskengine.store.database import Connection

__all__ = ["Labelled", "labelled"]


@dataclass(frozen=True)
class Labelled:
    """One subject that a rule weighed and that was looked at.

    ``source`` 预警: a warning of the rule's theme that stood while the rule hit; ``night`` is the one of its highest score up to the
    answer, the first of them. ``source`` 抽查: drawn below the threshold; ``night`` is that of the draw, ``score`` what the rule's points
    came to although its condition did not hold. ``level``: rank, 1 the gravest, of the rule's own verdict on that night (for a sample:
    that the score would have had). ``outcome``: 属实 已化解 误报 无法核实. ``id``: of the warning or the sample line. ``weight``:
    how many subjects the row stands for: 1 for a warning, the size of its stratum over the answers from it for a sample.
    ``signals``: the values that the rule read on that night, None where unknown.
    """

    subject_type: str
    subject: str
    night: date
    score: float | None
    level: int | None
    outcome: str
    source: Literal["预警", "抽查"]
    id: str
    weight: float = 1.0
    signals: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def true(self) -> bool | None:
        """Whether there was something; None where nobody could tell (无法核实)."""
        return None if self.outcome == "无法核实" else self.outcome in CONFIRMED


def labelled(con: Connection, rulebook: Rulebook, rule: str, as_of: date) -> tuple[Labelled, ...]:
    """Everything by which a rule's thresholds can be judged on ``as_of``: warned with an outcome, and sampled below with an answer,
    the oldest first. A rule on trial has what was said of the live warnings on the same subject and theme that stood on its nights.

    Raises KeyError for a rule that the book does not have. Temp tables ``outcome`` and ``sampled`` are left behind.
    """
    lay_out_outcomes(con, as_of)
    lay_out_samples(con, as_of)
    asked = {"rule": rule, "theme": rulebook.rules[rule].theme}
    return tuple(_row(*row) for row in con.execute(_LABELLED, asked).fetchall())


def _row(
    source: Literal["预警", "抽查"],
    id_: str,
    subject_type: str,
    subject: str,
    night: date,
    score: float | None,
    level: int | None,
    outcome: str,
    weight: float,
    signals: str | None,
) -> Labelled:
    values = json.loads(signals) if signals else {}
    return Labelled(subject_type, subject, night, score, level, outcome, source, id_, weight, values or {})


_LABELLED = """
WITH warned AS (
  SELECT '预警' AS source, w.id, w.subject_type, w.subject, v.as_of AS night, v.score, v.level, o.outcome, 1.0::DOUBLE AS weight,
    v.why -> 'values' AS signals
  FROM outcome AS o
  JOIN assess.warning AS w ON w.id = o.id AND w.theme = $theme
  JOIN assess.state AS s ON s.id = w.id AND s.as_of <= o.known_on AND s.change <> '解除'
  JOIN assess.verdict AS v ON v.as_of = s.as_of AND v.rule = $rule AND v.subject_type = w.subject_type AND v.subject = w.subject
    AND v.verdict = 'hit'
  QUALIFY row_number() OVER (PARTITION BY w.id ORDER BY v.score DESC NULLS LAST, v.as_of) = 1
), stratum AS (
  SELECT as_of, theme, near, count(*) AS answered FROM sampled WHERE outcome IS NOT NULL GROUP BY ALL
), below AS (
  SELECT '抽查', s.id, s.subject_type, s.subject, s.as_of, b.score, b.level, s.outcome, s.population / t.answered, b.signals
  FROM sampled AS s
  JOIN stratum AS t ON t.as_of = s.as_of AND t.theme = s.theme AND t.near = s.near
  JOIN assess.blind AS b ON b.as_of = s.as_of AND b.theme = s.theme AND b.subject_type = s.subject_type AND b.subject = s.subject
    AND b.rule = $rule
  WHERE s.theme = $theme AND s.outcome IS NOT NULL
)
FROM warned UNION ALL FROM below ORDER BY night, source DESC, id
"""
