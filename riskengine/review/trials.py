"""Rules on trial against the live ones: what they would have warned of, and who had been warned of it anyway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST
from riskengine.store.database import Connection

__all__ = ["TrialRecord", "What", "trial_records"]

What = TypeVar("What")
"""What warnings are counted by."""


@dataclass(frozen=True)
class TrialRecord:
    """One rule's trial by ``as_of``, in warnings it would have raised.

    ``until``: the last night; None where the rule is not on trial any more. ``nights``: on which it was
    evaluated since it was last part of a live warning; no table says when a rule was put on trial.
    ``by_level``: rank → warnings, at the gravest level each reached; ``by_unit``: unit → warnings it would have got.
    ``both``: of them live rules warned too, of the same subject and theme on overlapping days; ``only_trial``: the
    others. ``only_live``: live warnings of that theme and type of subject in the trial's time that it would not have
    raised. ``confirmed`` and ``false``: what units said of the live warnings behind ``both``.
    """

    rule: str
    title: str
    until: date | None
    nights: int
    warnings: int
    by_level: Mapping[int, int]
    by_unit: Mapping[str, int]
    both: int
    only_trial: int
    only_live: int
    confirmed: int
    false: int

    @property
    def precision(self) -> float | None:
        """Share of confirmed ones among those that units judged, 0 to 1; None below LEAST judged ones."""
        judged = self.confirmed + self.false
        return self.confirmed / judged if judged >= LEAST else None


def trial_records(con: Connection, rulebook: Rulebook, as_of: date) -> list[TrialRecord]:
    """Every rule that is on trial in the rule book, or once was and would have warned, by the night ``as_of``."""
    rules = rulebook.rules
    asked = dict.fromkeys(rule.id for rule in rules.values() if rule.status == "trial")
    known = con.execute("SELECT DISTINCT rule FROM assess.trial_warning WHERE opened_on <= $1 ORDER BY rule", [as_of])
    asked |= dict.fromkeys(rule for (rule,) in known.fetchall())
    present = [rules[rule] for rule in asked if rule in rules]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE trial_rule AS SELECT unnest($1::VARCHAR[]) AS rule, "
        "unnest($2::VARCHAR[]) AS theme, unnest($3::VARCHAR[]) AS subject_type, unnest($4::BOOLEAN[]) AS running, "
        "unnest($5::DATE[]) AS until",
        [
            [rule.id for rule in present],
            [rule.theme for rule in present],
            [str(rule.subject) for rule in present],
            [rule.status == "trial" for rule in present],
            [rule.until for rule in present],
        ],
    )
    night = {"as_of": as_of}
    counted = {row[0]: row[1:] for row in con.execute(_COUNTS, night).fetchall()}
    levels: dict[str, dict[int, int]] = _by(con.execute(_LEVELS, night).fetchall())
    units: dict[str, dict[str, int]] = _by(con.execute(_UNITS, night).fetchall())
    records = []
    for rule in asked:
        nights, warnings, both, only_live, confirmed, false = counted.get(rule, (0,) * 6)
        records.append(
            TrialRecord(
                rule=rule,
                title=rules[rule].title if rule in rules else rule,
                until=rules[rule].until if rule in rules else None,
                nights=nights,
                warnings=warnings,
                by_level=levels.get(rule, {}),
                by_unit=units.get(rule, {}),
                both=both,
                only_trial=warnings - both,
                only_live=only_live,
                confirmed=confirmed,
                false=false,
            )
        )
    return records


def _by(rows: Iterable[tuple[str, What, int]]) -> dict[str, dict[What, int]]:
    found: dict[str, dict[What, int]] = {}
    for rule, what, count in rows:
        found.setdefault(rule, {})[what] = count
    return found


# An episode stands on the nights from opened_on up to, not including, lifted_on. A rule that was live before its trial is
# on trial from the night after the last one on which it was part of a warning.
_COUNTS = """
WITH once AS (
  SELECT rule, max(as_of) AS last FROM (SELECT as_of, unnest(rules) AS rule FROM assess.state WHERE as_of <= $as_of)
  GROUP BY rule
), trial AS (
  SELECT rule, id, subject_type, subject, theme, opened_on,
    if(lifted_on <= $as_of, lifted_on, $as_of::DATE + 1) AS ended
  FROM assess.trial_warning WHERE opened_on <= $as_of
), span AS (
  SELECT r.rule, any_value(r.theme) AS theme, any_value(r.subject_type) AS subject_type,
    count(DISTINCT e.as_of) AS nights, min(e.as_of) AS first, max(e.as_of) AS last
  FROM trial_rule AS r
  LEFT JOIN once AS o ON o.rule = r.rule
  LEFT JOIN (SELECT rule, min(opened_on) AS first, max(ended) AS ended FROM trial GROUP BY rule) AS t ON t.rule = r.rule
  JOIN assess.evaluated AS e ON e.rule = r.rule AND e.as_of <= $as_of AND if(r.running,
    e.as_of > coalesce(o.last, DATE '0001-01-01') AND e.as_of <= r.until, e.as_of >= t.first AND e.as_of < t.ended)
  GROUP BY r.rule
), live AS (
  SELECT id, subject_type, subject, theme, opened_on,
    if(lifted_on <= $as_of, lifted_on, $as_of::DATE + 1) AS ended
  FROM assess.warning WHERE opened_on <= $as_of
), met AS (
  SELECT DISTINCT t.rule, t.id AS trial, l.id AS live
  FROM trial AS t JOIN live AS l ON l.subject_type = t.subject_type AND l.subject = t.subject AND l.theme = t.theme
    AND l.opened_on < t.ended AND t.opened_on < l.ended
), lead AS (
  SELECT id, unit, arg_max(role, as_of) AS role FROM intervene.duty WHERE as_of <= $as_of GROUP BY id, unit
), outcome AS (
  SELECT o.id, o.outcome
  FROM intervene.reply AS o JOIN lead AS l ON l.id = o.id AND l.unit = o.unit
  WHERE o.as_of <= $as_of AND o.outcome IS NOT NULL
  QUALIFY row_number() OVER (
    PARTITION BY o.id ORDER BY l.role = '主办' DESC, o.as_of DESC, o.file_id DESC, o.row_no DESC) = 1
), missed AS (
  SELECT s.rule, count(*) AS warnings
  FROM span AS s JOIN live AS l ON l.theme = s.theme AND l.subject_type = s.subject_type
    AND l.opened_on <= s.last AND l.ended > s.first
  ANTI JOIN met AS m ON m.rule = s.rule AND m.live = l.id
  GROUP BY s.rule
)
SELECT rule, coalesce(any_value(s.nights), 0), count(DISTINCT t.id), count(DISTINCT m.trial),
  coalesce(any_value(x.warnings), 0), count(DISTINCT m.live) FILTER (o.outcome IN ('属实', '已化解')),
  count(DISTINCT m.live) FILTER (o.outcome = '误报')
FROM (SELECT rule FROM trial_rule UNION SELECT rule FROM trial) AS r
LEFT JOIN trial AS t USING (rule)
LEFT JOIN span AS s USING (rule)
LEFT JOIN missed AS x USING (rule)
LEFT JOIN met AS m ON m.rule = r.rule AND m.trial = t.id
LEFT JOIN outcome AS o ON o.id = m.live
GROUP BY rule
"""

_LEVELS = """
SELECT rule, level, count(*) FROM (
  SELECT w.rule, s.id, min(s.level) AS level
  FROM assess.trial_state AS s JOIN assess.trial_warning AS w USING (id)
  WHERE s.as_of <= $as_of AND s.change <> '解除' GROUP BY w.rule, s.id
) GROUP BY rule, level ORDER BY rule, level
"""

_UNITS = """
SELECT w.rule, d.unit, count(DISTINCT d.id) AS warnings
FROM intervene.trial_duty AS d JOIN assess.trial_warning AS w USING (id)
WHERE d.as_of <= $as_of GROUP BY w.rule, d.unit ORDER BY w.rule, warnings DESC, d.unit
"""
