"""Which nights the tables hold, and by which rules each phase ran: asked once, because every other question needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.store.database import Connection

__all__ = ["Held", "held"]


@dataclass(frozen=True)
class Held:
    """``phases``: phase → night → hash of its rules, phases in their order. ``nights``: all of which anything is held, those that
    were broken off among them.
    """

    phases: Mapping[str, Mapping[date, str]]
    nights: tuple[date, ...]

    def between(self, after: date | None, until: date) -> list[date]:
        """Nights after ``after`` (None: from the first) up to and including ``until``."""
        return [night for night in self.nights if night <= until and (after is None or night > after)]

    def before(self, phase: str, night: date) -> date | None:
        """The night before ``night`` on which the phase ran; None where it has not run on ``night`` or ran never before."""
        ran = self.phases[phase]
        return max((each for each in ran if each < night), default=None) if night in ran else None

    def after(self, phase: str, night: date) -> date | None:
        """The next night after ``night`` on which the phase ran."""
        return min((each for each in self.phases[phase] if each > night), default=None)

    def hashes(self, night: date) -> dict[str, str]:
        """The rules of each phase that ran on the night."""
        return {phase: ran[night] for phase, ran in self.phases.items() if night in ran}


def held(con: Connection) -> Held:
    """Ask the database."""
    phases: dict[str, dict[date, str]] = {"sense": {}, "assess": {}, "intervene": {}, "review": {}}
    asked = " UNION ALL ".join(f"SELECT '{phase}', as_of, rules_hash FROM {phase}.night" for phase in phases)
    nights = set()
    for phase, night, rules_hash in con.execute(
        f"{asked} UNION ALL SELECT DISTINCT '', as_of, '' FROM sense.file"
    ).fetchall():
        nights.add(night)
        if phase:
            phases[phase][night] = rules_hash
    return Held(phases, tuple(sorted(nights)))
