"""Which nights a statement decides: one, or many in one pass.

Every temp table of the phase that changes from night to night has ``as_of`` as its first column. For one night its value is a
literal and nothing is joined for it; for many it comes from the temp table ``night_now``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["Nights"]


@dataclass(frozen=True)
class Nights:
    """The nights, in order; at least one."""

    days: tuple[date, ...]

    @classmethod
    def one(cls, as_of: date) -> Nights:
        """A single night."""
        return cls((as_of,))

    @property
    def alone(self) -> bool:
        """One night only: :attr:`day` is a literal."""
        return len(self.days) == 1

    @property
    def day(self) -> str:
        """SQL of the night: a literal, or ``n.as_of`` of the ``night_now n`` that the statement must then join."""
        return literal(self.days[0]) if self.alone else "n.as_of"

    @property
    def joined(self) -> str:
        """What a FROM clause needs for :attr:`day`: nothing for one night, else ``CROSS JOIN night_now n``."""
        return "" if self.alone else "CROSS JOIN night_now n"

    def lay_out(self, con: Connection) -> None:
        """Create temp table ``night_now(as_of)``."""
        con.execute("CREATE OR REPLACE TEMP TABLE night_now AS SELECT unnest(?::DATE[]) AS as_of", [list(self.days)])
