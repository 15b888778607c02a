"""Who answers for a warning, and what that unit has said so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from riskengine.intervene.handled import Handled
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Duty", "duties"]


@dataclass(frozen=True)
class Duty:
    """One unit's part in one warning. ``signed_on``, ``outcome`` and ``fed_back_on`` are None until the unit said so.

    ``settled``: this unit or the lead has reported an outcome, or the handling is closed, so nobody waits for this unit any more.
    ``provisional``: the deadline (暂定) hangs on days off that are not announced yet.
    """

    unit: str
    unit_name: str
    role: str
    delivered_on: date
    deadline: date
    catch_all: bool
    signed_on: date | None = None
    outcome: str | None = None
    fed_back_on: date | None = None
    settled: bool = False
    provisional: bool = False

    @property
    def signed(self) -> bool:
        """Whether anything was heard of this unit, or nothing has to be any more."""
        return self.signed_on is not None or self.outcome is not None or self.settled

    def left(self, as_of: date) -> int | None:
        """Days until the deadline, negative when it is past; None once the warning is settled for this unit."""
        return None if self.settled else (self.deadline - as_of).days

    @property
    def receipt(self) -> str:
        """The state of the unit's receipts in words."""
        if self.outcome:
            return (
                f"已反馈：{self.outcome}\n{self.fed_back_on}"
                if self.fed_back_on
                else f"已核查：{self.outcome}\n没有反馈日期"
            )
        if self.signed_on:
            return f"已签收\n{self.signed_on}"
        return "主办已反馈" if self.settled else "未签收"


def duties(
    con: Connection, rulebook: Rulebook, as_of: date, states: Mapping[str, Handled], whose: str
) -> dict[str, tuple[Duty, ...]]:
    """Warning number → the duties that the SQL condition ``whose`` takes (of ``intervene.duty AS d``), of each unit its newest, with
    what the unit said by the night; the lead first.
    """
    names = {id_: unit.name for id_, unit in rulebook.units.items()}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unit_name AS SELECT unnest($1::VARCHAR[]) AS unit, unnest($2::VARCHAR[]) AS name",
        [list(names), list(names.values())],
    )
    grouped: dict[str, list[Duty]] = {}
    for id_, *rest in con.execute(_DUTIES.format(whose=whose), {"as_of": as_of}).fetchall():
        grouped.setdefault(id_, []).append(Duty(*rest))
    return {id_: _settle(each, states.get(id_)) for id_, each in grouped.items()}


def _settle(duties: Sequence[Duty], state: Handled | None) -> tuple[Duty, ...]:
    """Nobody waits for a unit that reported, nor for any unit once the lead has: by the state of its handling where there is one."""
    if state is None:
        over = any(duty.outcome is not None for duty in duties if duty.role == "主办")
    else:
        over = state.reported
    lead_owes = state is not None and not over  # it may have reported, and that was sent back to it
    return tuple(
        replace(duty, settled=over or (duty.fed_back_on is not None and not (lead_owes and duty.role == "主办")))
        for duty in duties
    )


# Of what a unit has said so far the first signing and the newest outcome count, newest by the day it is about; an empty cell takes
# nothing back. Two outcomes for one day say nothing (handling.events.contradictions), nor does what was said before it came back.
_DUTIES = """
WITH came_back AS (
  SELECT id, max(as_of) AS on_night FROM intervene.step WHERE step = '反弹' AND as_of <= $as_of GROUP BY id
), heard AS (
  SELECT r.*, coalesce(r.fed_back_on, r.as_of) AS about,
    count(DISTINCT outcome) OVER (PARTITION BY id, unit, coalesce(fed_back_on, as_of)) AS outcomes
  FROM intervene.reply AS r WHERE as_of <= $as_of
    AND NOT EXISTS (SELECT 1 FROM came_back AS b WHERE b.id = r.id AND b.on_night >= r.as_of)
), said AS (
  SELECT id, unit, min(signed_on) AS signed_on,
    arg_max(outcome, (about, as_of, file_id, row_no)) FILTER (outcomes = 1) AS outcome,
    arg_max(fed_back_on, (about, as_of, file_id, row_no)) FILTER (outcomes = 1 AND outcome IS NOT NULL) AS fed_back_on
  FROM heard GROUP BY ALL
)
SELECT d.id, d.unit, coalesce(n.name, d.unit), d.role, d.delivered_on, d.deadline, d.catch_all,
  if(s.signed_on >= d.delivered_on, s.signed_on, NULL), s.outcome, s.fed_back_on, FALSE, coalesce(d.provisional, FALSE)
FROM intervene.duty AS d
LEFT JOIN unit_name AS n ON n.unit = d.unit
LEFT JOIN said AS s ON s.id = d.id AND s.unit = d.unit
WHERE {whose}
QUALIFY row_number() OVER (PARTITION BY d.id, d.unit, d.role ORDER BY d.as_of DESC) = 1
ORDER BY d.id, list_position(['主办', '协办'], d.role), d.unit
"""
