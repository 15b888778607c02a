"""How often what a unit closed came back while it was watched, with how far the share can be trusted.

A share is of closings whose watch is over: one that is still watched may come back yet, and one that came back early would be
counted before its like that did not. Closings as a false alarm (误报) are no closings of a problem and stand by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST, wilson
from riskengine.review.tables import share, text_table
from riskengine.store.database import Connection
from riskengine.store.watches import watches

__all__ = ["ReboundRate", "Rebounds", "rebounds", "rebounds_by_outcome", "rebounds_by_unit"]


@dataclass(frozen=True)
class ReboundRate:
    """Of one unit (id) or one outcome. ``watched``: closings whose watch is over, ``came_back``: of them; ``rate`` with ``low`` and
    ``high`` (Wilson, 95 %) from 0 to 1, None below LEAST. ``running``: closings still watched, ``back_already``: of them.
    ``days``: median of days
    from closing to coming back, of all that came back, None where none did.
    """

    what: str
    watched: int
    came_back: int
    rate: float | None
    low: float | None
    high: float | None
    running: int
    back_already: int
    days: float | None


@dataclass(frozen=True)
class Rebounds:
    """What came back, by who closed it and by what they said when they did. ``names``: unit id → name."""

    units: tuple[ReboundRate, ...]
    outcomes: tuple[ReboundRate, ...]
    names: Mapping[str, str]

    def text(self) -> list[str]:
        """Two Chinese tables with their headings."""
        return [
            f"销号后反弹（观察期已满的销号中再次预警或加重的占比，95%区间；不足{LEAST}件的不评；误报销号的另计）",
            text_table(_frame(self.units, "单位", self.names)),
            "销号后反弹，按销号时的核查结果",
            text_table(_frame(self.outcomes, "核查结果", {})),
        ]

    def json(self) -> dict[str, Any]:
        """The same as plain values; ``what`` is a unit's id, or an outcome."""
        return {
            "units": [{**asdict(each), "name": self.names.get(each.what, each.what)} for each in self.units],
            "outcomes": [asdict(each) for each in self.outcomes],
        }

    def frames(self) -> dict[str, pd.DataFrame]:
        """Name of a sheet → its table."""
        return {
            "销号后反弹": _frame(self.units, "单位", self.names),
            "反弹与核查结果": _frame(self.outcomes, "核查结果", {}),
        }


def rebounds(con: Connection, rulebook: Rulebook, as_of: date) -> Rebounds | None:
    """None where nothing that units closed was ever watched."""
    if not con.execute("SELECT 1 FROM review.watch WHERE kind = '办理' AND as_of <= ? LIMIT 1", [as_of]).fetchone():
        return None
    names = {unit.id: unit.name for unit in rulebook.units.values()}
    return Rebounds(rebounds_by_unit(con, as_of), rebounds_by_outcome(con, as_of), names)


def rebounds_by_unit(con: Connection, as_of: date) -> tuple[ReboundRate, ...]:
    """Units that closed something, those with the most that came back first; closings as 误报 left out."""
    return _rates(con, "unit", "outcome IS DISTINCT FROM '误报'", as_of)


def rebounds_by_outcome(con: Connection, as_of: date) -> tuple[ReboundRate, ...]:
    """Outcomes with which warnings were closed, 误报 among them."""
    return _rates(con, "outcome", "TRUE", as_of)


def _frame(rates: Sequence[ReboundRate], title: str, names: Mapping[str, str]) -> pd.DataFrame:
    """A row a unit or outcome; 反弹率 as text, 样本不足 where too few watches are over."""
    return pd.DataFrame(
        {
            title: [names.get(each.what, each.what) for each in rates],
            "观察期满": [each.watched for each in rates],
            "其中反弹": [each.came_back for each in rates],
            "反弹率": [share(each.rate) for each in rates],
            "95%区间": ["" if each.low is None else f"{each.low:.0%}–{each.high:.0%}" for each in rates],
            "观察中": [each.running for each in rates],
            "观察中已反弹": [each.back_already for each in rates],
            "反弹用时(天)": ["" if each.days is None else f"{each.days:g}" for each in rates],
        }
    )


def _rates(con: Connection, by: str, where: str, as_of: date) -> tuple[ReboundRate, ...]:
    rows = con.execute(_COUNTED.format(by=by, where=where, watches=watches()), {"as_of": as_of}).fetchall()
    return tuple(_rated(*row) for row in rows)


def _rated(what: str, watched: int, came_back: int, running: int, back_already: int, days: float | None) -> ReboundRate:
    if watched < LEAST:
        return ReboundRate(what, watched, came_back, None, None, None, running, back_already, days)
    low, high = wilson(came_back, watched)
    return ReboundRate(what, watched, came_back, came_back / watched, low, high, running, back_already, days)


# a closing that was taken back before it came back is none; one that was reopened because it came back is one
_COUNTED = """
WITH back AS (
  SELECT of_id, closed_on, min(days) AS days FROM review.rebound WHERE kind = '办理' AND as_of <= $as_of GROUP BY of_id, closed_on
), closing AS (
  SELECT w.*, b.days, w.until < $as_of AS over
  FROM ({watches}) AS w LEFT JOIN back AS b ON b.of_id = w.id AND b.closed_on = w.closed_on
  WHERE w.kind = '办理' AND w.as_of <= $as_of AND (w.undone IS NULL OR w.undone > $as_of OR b.days IS NOT NULL)
  QUALIFY row_number() OVER (PARTITION BY w.id, w.closed_on ORDER BY w.as_of DESC) = 1
)
SELECT {by}, count(*) FILTER (over), count(*) FILTER (over AND days IS NOT NULL), count(*) FILTER (NOT over),
  count(*) FILTER (NOT over AND days IS NOT NULL), median(days)
FROM closing WHERE {by} IS NOT NULL AND {where}
GROUP BY {by}
ORDER BY count(*) FILTER (days IS NOT NULL) DESC, count(*) DESC, {by}
"""
