"""What stands beside tonight's warnings: how far each is handled, what waits for room, and errands that are no warnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["CLOSED", "Errand", "Handled", "Wait", "errands", "handled", "waits"]

CLOSED = "销号"
"""The state in which a handling has ended."""

_DONE = ("反馈", "核验", CLOSED)


@dataclass(frozen=True)
class Handled:
    """Where the handling of a warning stands. ``outcome``: the lead's; ``closed_on``, ``closed_by``: None while it is open."""

    state: str
    since: date
    outcome: str | None = None
    closed_on: date | None = None
    closed_by: str | None = None

    @property
    def closed(self) -> bool:
        """Whether it was closed (销号)."""
        return self.closed_on is not None

    @property
    def reported(self) -> bool:
        """Whether the lead has done its part: it has reported back, and nobody sent that back to it."""
        return self.closed or self.state in _DONE

    @property
    def signed(self) -> bool:
        """Whether the lead has said anything yet."""
        return self.state != "下发"

    def __str__(self) -> str:
        if self.closed_on is not None:
            return f"{CLOSED}\n{self.closed_on}"
        return f"{self.state}{f'：{self.outcome}' if self.outcome else ''}\n{self.since}" if self.signed else "未签收"


@dataclass(frozen=True)
class Wait:
    """One unit's part in a warning that waits for room. ``place`` in the lead's queue, from 1."""

    unit: str
    unit_name: str
    role: str
    since: date
    place: int


@dataclass(frozen=True)
class Errand:
    """A line that is no warning: ``kind`` is 演练, 抽查 or 回头看. ``delivered_on``: the first night it stood on the list."""

    id: str
    kind: str
    unit: str
    unit_name: str
    subject: str
    place: str
    says: str
    delivered_on: date
    due: date | None
    signed_on: date | None
    outcome: str | None

    @property
    def receipt(self) -> str:
        """What the unit said of it, in words."""
        return (
            f"已反馈：{self.outcome}" if self.outcome else f"已签收\n{self.signed_on}" if self.signed_on else "未签收"
        )


def handled(con: Connection, as_of: date) -> dict[str, Handled]:
    """Warning number → its handling as the night sees it; a warning that nobody was given has none."""
    rows = con.execute(_HANDLED, [as_of]).fetchall()
    return {id_: Handled(*rest) for id_, *rest in rows}


def waits(con: Connection, rulebook: Rulebook, as_of: date) -> dict[str, tuple[Wait, ...]]:
    """Warning number → who will have it once there is room, the lead first."""
    found: dict[str, list[Wait]] = {}
    for id_, unit, *rest in con.execute(_WAITS, [as_of]).fetchall():
        found.setdefault(id_, []).append(Wait(unit, _name(rulebook, unit), *rest))
    return {id_: tuple(each) for id_, each in found.items()}


def errands(con: Connection, rulebook: Rulebook, as_of: date) -> dict[str, list[Errand]]:
    """Unit → tonight's errands on its list: drills, samples, then what is looked at again."""
    places = {place.code: place.name for place in rulebook.places}
    found: dict[str, list[Errand]] = {}
    for id_, kind, unit, subject, place, *rest in con.execute(_ERRANDS, [as_of]).fetchall():
        what = places.get(subject, subject) or places.get(place, "")
        errand = Errand(id_, kind, unit, _name(rulebook, unit), what, place or "", *rest)
        found.setdefault(unit, []).append(errand)
    return found


def _name(rulebook: Rulebook, unit: str) -> str:
    return rulebook.units[unit].name if unit in rulebook.units else unit


_HANDLED = """
SELECT id, state, since, outcome, closed_on, closed_by FROM intervene.handling WHERE as_of <= $1
QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC, rowid DESC) = 1
"""

_WAITS = """
SELECT id, unit, role, since, place FROM intervene.waiting WHERE as_of = $1
ORDER BY id, list_position(['主办', '协办'], role), unit
"""

_ERRANDS = """
SELECT e.id, e.kind, e.unit, coalesce(e.subject, '') AS subject, coalesce(e.place, '') AS place, coalesce(e.says, ''),
  (SELECT min(b.as_of) FROM intervene.errand AS b WHERE b.id = e.id AND b.unit = e.unit AND b.as_of <= $1),
  e.due,
  (SELECT min(r.signed_on) FROM intervene.reply AS r WHERE r.id = e.id AND r.unit = e.unit AND r.as_of <= $1),
  (SELECT arg_max(r.outcome, (r.as_of, r.file_id, r.row_no)) FROM intervene.reply AS r
   WHERE r.id = e.id AND r.unit = e.unit AND r.as_of <= $1)
FROM intervene.errand AS e WHERE e.as_of = $1
ORDER BY e.unit, list_position(['演练', '抽查', '回头看'], e.kind), e.id
"""
