"""Where each case stands in the rule files."""

from __future__ import annotations

from riskengine.model.indicator import Indicator
from riskengine.model.rule import Rule
from riskengine.rulebook.entries import Entry, read_entries
from riskengine.workspace import Workspace

__all__ = ["route_whereabouts", "whereabouts"]


def whereabouts(workspace: Workspace) -> dict[tuple[str, int], str]:
    """(rule or indicator, index of the case) → ``rules/warnings/fraud/fraud.yaml:27:9``."""
    found = {}
    entries = read_entries(workspace.rules)
    every: list[Entry[Rule] | Entry[Indicator]] = [*entries.rules, *entries.indicators]
    for entry in every:
        for index in range(len(entry.model.cases)):
            line, column = entry.document.position((*entry.at, "cases", index))
            found[entry.model.id, index] = f"{entry.document.file}:{line}:{column}"
    return found


def route_whereabouts(workspace: Workspace) -> dict[int, str]:
    """Index of a case of the routes → ``rules/routes_cases.yaml:27:5``."""
    found = {}
    for index, entry in enumerate(read_entries(workspace.rules).route_cases):
        line, column = entry.document.position(entry.at)
        found[index] = f"{entry.document.file}:{line}:{column}"
    return found
