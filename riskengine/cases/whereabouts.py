"""Where each case stands in the rule files."""

from __future__ import annotations

from riskengine.rulebook.entries import read_entries
from riskengine.workspace import Workspace

__all__ = ["whereabouts"]


def whereabouts(workspace: Workspace) -> dict[tuple[str, int], str]:
    """(rule, index of the case) → ``rules/warnings/fraud/fraud.yaml:27:9``."""
    found = {}
    for entry in read_entries(workspace.rules).rules:
        for index in range(len(entry.model.cases)):
            line, column = entry.document.position((*entry.at, "cases", index))
            found[entry.model.id, index] = f"{entry.document.file}:{line}:{column}"
    return found
