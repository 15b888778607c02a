"""Which nights a statement decides: one, or many in one pass.

Every temp table of the phase that changes from night to night has ``as_of`` as its first column. For one night its value is a
literal and nothing is joined for it; for many it comes from the temp table ``night_now``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.rulebook.lunar import lunar_year_ago
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import literal

__all__ = ["Lag", "Nights", "days_back"]

Lag = int | str
"""How far before the night a window ends: days, ``1y``, ``2y`` or ``lunar``, as a signal says it."""

_NAMED = {"1y": "ago_1y", "2y": "ago_2y", "lunar": "ago_lunar"}


def days_back(night: date, lag: Lag) -> date:
    """The last day of a window that ends ``lag`` before the night; 29 February becomes the 28th of a year that has none.

    Raises ValueError where the lunar calendar is not known.
    """
    if isinstance(lag, int):
        return night - timedelta(lag)
    if lag == "lunar":
        return lunar_year_ago(night)
    year = night.year - int(lag[0])
    try:
        return night.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


@dataclass(frozen=True)
class Nights:
    """The nights, in order, each once; at least one."""

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

    def until(self, lag: Lag) -> str:
        """SQL of the last day of a window that ends ``lag`` before the night. Raises ValueError as :func:`days_back`."""
        if self.alone:
            return literal(days_back(self.days[0], lag))
        if isinstance(lag, str):
            self.earliest(lag)
            return f"n.{_NAMED[lag]}"
        return f"(n.as_of - {lag})" if lag else "n.as_of"

    def earliest(self, lag: Lag) -> date:
        """The first of all the days that :meth:`until` stands for."""
        return min(days_back(day, lag) for day in self.days)

    def latest(self, lag: Lag) -> date:
        """The last of all the days that :meth:`until` stands for."""
        return max(days_back(day, lag) for day in self.days)

    def known(self, kind: str) -> str:
        """FROM clause: the records ``r`` of ``kind`` as they were known on the one night, retractions left out."""
        return f"({as_known(kind, literal(self.days[0]))}) r"

    def versions(self, kind: str) -> str:
        """The rest of a SELECT from ``kind``, up to conditions that follow with AND: which versions ``r`` stand on the night.

        For many nights those that stand on any, with ``stands_from``, the first night on which the version is known and
        has occurred, and ``stands_until``, the first on which it no longer is.
        """
        if self.alone:
            return f" FROM {self.known(kind)} WHERE r.occurred_on <= {self.day}"
        first, last = literal(self.days[0]), literal(self.days[-1])
        return (
            ", greatest(r.known_at, r.occurred_on) AS stands_from,"
            f" coalesce(r.superseded_at, DATE '9999-12-31') AS stands_until FROM sense.{kind} r"
            f" WHERE NOT r.retracted AND r.known_at <= {last} AND r.occurred_on <= {last}"
            f" AND (r.superseded_at IS NULL OR r.superseded_at > {first})"
        )

    def standing(self, rows: str) -> str:
        """FROM clause: ``rows`` (versions ``r`` of :meth:`versions`, perhaps joined) on each night on which they stand."""
        return (
            rows if self.alone else f"{rows} JOIN night_now n ON r.stands_from <= n.as_of AND r.stands_until > n.as_of"
        )

    def same(self, one: str, other: str) -> str:
        """Condition that two aliases speak of the same night, ending in AND; nothing where there is only one."""
        return "" if self.alone else f"{one}.as_of = {other}.as_of AND "

    def among(self, column: str, days: frozenset[date]) -> str:
        """Condition: the night in ``column`` is one of ``days``."""
        if days.issuperset(self.days):
            return "TRUE"
        listed = ", ".join(literal(day) for day in self.days if day in days)
        return f"{column} IN ({listed})" if listed else "FALSE"

    def lay_out(self, con: Connection) -> None:
        """Create temp table ``night_now(as_of)``; for many nights also ``ago_1y``, ``ago_2y`` and ``ago_lunar``, NULL where the
        lunar calendar ends.
        """
        lags = {} if self.alone else _NAMED
        columns = [list(self.days), *([_or_none(day, lag) for day in self.days] for lag in lags)]
        named = ", ".join(f"unnest(?::DATE[]) AS {name}" for name in ("as_of", *lags.values()))
        con.execute(f"CREATE OR REPLACE TEMP TABLE night_now AS SELECT {named}", columns)


def _or_none(night: date, lag: Lag) -> date | None:
    try:
        return days_back(night, lag)
    except ValueError:
        return None
