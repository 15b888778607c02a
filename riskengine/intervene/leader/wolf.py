"""哪条规则狼来了: how often each rule's warnings turned out to be false, with the interval that so few answers allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from riskengine.intervene.lines import Entry
from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST, wilson
from riskengine.store.database import Connection

__all__ = ["LEAST", "MUCH", "NIGHTS", "RuleRecord", "rule_records"]

NIGHTS = 90
"""Warnings that stood on one of so many last nights are counted."""

MUCH = 0.3
"""From this share of 误报 on a rule is said to cry wolf."""


_Counted = tuple[int, int, int, int, Mapping[str, int]]
_NOTHING: _Counted = (0, 0, 0, 0, {})


@dataclass(frozen=True)
class RuleRecord:
    """One rule over the last NIGHTS nights. ``warnings`` it took part in; ``confirmed`` (属实, 已化解), ``false`` (误报) and ``unclear``
    (无法核实) as the units answered. ``share`` of 误报 among the judged, ``low`` and ``high`` its 95 % interval, 0 to 1, all three
    None below LEAST judged. ``open``: warnings that stand tonight. ``causes``: why the false ones were false, as the units wrote it → how
    often.
    """

    rule: str
    title: str
    warnings: int
    confirmed: int
    false: int
    unclear: int
    share: float | None
    low: float | None
    high: float | None
    open: int
    causes: Mapping[str, int] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """Warnings of which a unit said whether they were true."""
        return self.confirmed + self.false

    @property
    def cries(self) -> bool:
        """Whether enough was judged and too much of it was false."""
        return self.share is not None and self.share >= MUCH


def rule_records(con: Connection, rulebook: Rulebook, found: Sequence[Entry], as_of: date) -> list[RuleRecord]:
    """Every live rule, and every other that took part in a warning lately: those that cry wolf first, the surest on top; then by
    share; those with too few answers last, in the order of the rule files.

    A warning has one outcome, the lead's newest (any unit's where the lead has said nothing), as known on the night; it is
    credited to all rules that took part. Reads ``assess.state``, ``intervene.duty`` and ``sense.receipt``.
    """
    units = {id_: unit.name for id_, unit in rulebook.units.items()}
    counted = {
        rule: (warnings, confirmed, false, unclear, Counter(causes))
        for rule, warnings, confirmed, false, unclear, causes in con.execute(
            _RULES, {"as_of": as_of, "nights": NIGHTS, "units": list(units), "names": list(units.values())}
        ).fetchall()
    }
    standing: dict[str, int] = {}
    for entry in found:
        for rule in entry.rules if not entry.lifted else ():
            standing[rule] = standing.get(rule, 0) + 1
    live = [id_ for id_, rule in rulebook.rules.items() if rule.status == "live"]
    named = dict.fromkeys([*live, *sorted(counted), *sorted(standing)])
    records = [
        _record(id_, rulebook.rules[id_].title if id_ in rulebook.rules else id_, counted.get(id_, _NOTHING), standing)
        for id_ in named
    ]
    return sorted(
        records, key=lambda each: (each.share is None, not each.cries, -(each.low or 0.0), -(each.share or 0.0))
    )


def _record(rule: str, title: str, counted: _Counted, standing: dict[str, int]) -> RuleRecord:
    warnings, confirmed, false, unclear, causes = counted
    judged = confirmed + false
    share = low = high = None
    if judged >= LEAST:
        share = false / judged
        low, high = wilson(false, judged)
    return RuleRecord(rule, title, warnings, confirmed, false, unclear, share, low, high, standing.get(rule, 0), causes)


_RULES = """
WITH took_part AS (
  SELECT DISTINCT id, unnest(rules) AS rule FROM assess.state WHERE as_of > $as_of - $nights AND as_of <= $as_of
), unit_name AS (
  SELECT unnest($units::VARCHAR[]) AS unit, unnest($names::VARCHAR[]) AS name
), said AS (
  SELECT split_part(r.key, '|', 1) AS id, u.unit, r.outcome, nullif(rtrim(trim(r.cause), '。'), '') AS cause, r.known_at, r.file_id, r.row_no
  FROM sense.receipt AS r
  JOIN unit_name AS u ON u.name = trim(r.unit) OR u.unit = trim(r.unit)
  WHERE r.known_at <= $as_of AND NOT r.retracted AND r.outcome IS NOT NULL
), lead AS (
  SELECT id, unit, arg_max(role, as_of) AS role FROM intervene.duty
  WHERE as_of <= $as_of AND id IN (SELECT id FROM said) GROUP BY ALL
), outcome AS (
  SELECT s.id, s.outcome, s.cause FROM said AS s JOIN lead AS l ON l.id = s.id AND l.unit = s.unit
  QUALIFY row_number() OVER (
    PARTITION BY s.id ORDER BY l.role = '主办' DESC, s.known_at DESC, s.file_id DESC, s.row_no DESC) = 1
)
SELECT t.rule, count(*), count(*) FILTER (o.outcome IN ('属实', '已化解')), count(*) FILTER (o.outcome = '误报'),
  count(*) FILTER (o.outcome = '无法核实'),
  coalesce(list(o.cause ORDER BY o.cause) FILTER (o.outcome = '误报' AND o.cause IS NOT NULL), [])
FROM took_part AS t LEFT JOIN outcome AS o ON o.id = t.id
GROUP BY t.rule ORDER BY t.rule
"""
