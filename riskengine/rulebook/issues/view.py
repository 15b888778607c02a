"""A rule book as those see it who look for issues: what can be said of it on one day, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from riskengine.model.duty import Level
from riskengine.model.named_list import NamedList
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.rulebook.entries import Entries
from riskengine.rulebook.issues.domains import domains_of, members_domain
from riskengine.rulebook.issues.ranges import Domains
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import Node, bound
from riskengine.rulebook.names import MEMBERS, parameters_in_force

__all__ = ["View", "view_of"]


@dataclass(frozen=True)
class View:
    """``today``: the day that is judged by, None = every parameter by its newest value and no date is judged."""

    entries: Entries
    today: date | None
    signals: Mapping[str, Signal]
    rules: Mapping[str, Rule]
    lists: Mapping[str, NamedList]
    domains: Domains

    @property
    def levels(self) -> Sequence[Level]:
        """The levels from the gravest on; none where they do not give every score one level."""
        found = sorted((entry.model for entry in self.entries.levels), key=lambda level: level.rank)
        sound = "levels" not in self.entries.incomplete and [level.score is None for level in found].count(True) == 1
        return found if sound else ()

    def constants(self, rule: Rule, lasting: bool = False) -> dict[str, float]:
        """The values of the rule's parameters; a parameter without a value today is left out.

        ``lasting``: a parameter that will change is left out too, for those who say “never”.
        """
        if self.today is None:
            return {name: each.values[max(each.values)] for name, each in rule.parameters.items()}
        held = parameters_in_force(rule, self.today)
        changing = {name for name, each in rule.parameters.items() if lasting and max(each.values) > self.today}
        return {name: found[0] for name, found in held.items() if found is not None and name not in changing}

    def tree(self, rule: Rule, text: str | None, lasting: bool = False) -> Node | None:
        """The tree of one of the rule's expressions with :meth:`constants` in it; None where it cannot be read."""
        found = None if text is None else parsed(text, self.lists)
        return None if found is None else _bound(found, tuple(sorted(self.constants(rule, lasting).items())))

    def domains_for(self, rule: Rule) -> Domains:
        """What the names of the rule's expressions can be."""
        return self.domains if rule.compound is None else Domains({MEMBERS: members_domain(rule)})


@lru_cache(maxsize=10_000)
def _bound(tree: Node, constants: tuple[tuple[str, float], ...]) -> Node:
    return bound(tree, dict(constants)) if constants else tree


def view_of(entries: Entries, today: date | None) -> View:
    """The view on ``today``."""
    signals = {entry.model.name: entry.model for entry in entries.signals}
    rules = {entry.model.id: entry.model for entry in entries.rules}
    lists = entries.named_lists
    return View(entries, today, signals, rules, lists, domains_of(signals, lists))
