"""What the inference reasons over: clauses on one flat set of attributes a subject. Plain data, so that it can cross a
process boundary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Clause", "Conclude", "Conclusion", "Dossier"]

Dossier = frozenset[str]
"""The attributes of one subject that are true; every other attribute is false. There is no third value here."""

Conclusion = frozenset[str]
"""The names of the clauses that hold for one dossier."""


@dataclass(frozen=True)
class Clause:
    """A compound, stripped to what decides it: it holds where every ``all``, one of ``any`` (if given), ``count`` or
    more of ``of`` and nothing of ``none`` is true.

    ``sets``: attributes that become true once it holds (a chain: another clause of the same block may ask for
    them). No clause of a block has an attribute in ``none`` that a clause of the block sets, so the order of the
    rounds cannot matter.
    """

    name: str
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    sets: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    count: int = 0

    def holds(self, true: frozenset[str] | set[str]) -> bool:
        """Whether the clause holds where exactly the attributes ``true`` are true."""
        some = not self.any or any(each in true for each in self.any)
        some = some and sum(each in true for each in set(self.of)) >= self.count
        return some and all(each in true for each in self.all) and not any(each in true for each in self.none)


Conclude = Callable[[Sequence[Clause], Sequence[Dossier]], list[Conclusion]]
"""Anything that draws conclusions: one for each dossier, in the order of the dossiers."""
