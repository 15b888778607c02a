"""The rule book of each night as a line of the log: its hash always, its files and rules where they changed."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from riskengine.audit.line import Happening
from riskengine.audit.nights import Held
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.sealed import load_sealed
from riskengine.workspace import Workspace

__all__ = ["RULES", "Book", "sealed_files", "told", "versions"]

RULES = "规则"
"""The word of the line."""

Book = dict[str, dict[str, str]]
"""``files``: path below rules/ → SHA-256 of its bytes; ``rules``: rule id → SHA-256 of its content (see Rulebook.rule_hashes)."""


def told(contents: Iterable[Mapping[str, Any]]) -> tuple[str | None, Book]:
    """The newest hash, and all files and rules, that the ``contents`` of the log's lines on rules, in their order, come to."""
    newest, book = None, Book(files={}, rules={})
    for content in contents:
        newest = content["hash"]
        for name, held in book.items():
            change = content.get(name, {})
            held.update(change.get("added", {}))
            held.update(change.get("changed", {}))
            for gone in change.get("removed", ()):
                held.pop(gone, None)
    return newest, book


def versions(
    workspace: Workspace, rulebook: Rulebook, phases: Held, nights: Sequence[date], before: tuple[str | None, Book]
) -> list[Happening]:
    """The line on rules of each night; ``before``: what the log tells up to there. A night is told by the rules that assessed it.

    Where rules were edited between a kill and the next start, ``later`` names the hash of each phase that ran by others. A night in
    which no phase came to its end has no line. Raises WrongUse where sealed rules are gone.
    """
    newest, book = before
    found = []
    for night in nights:
        by_phase = phases.hashes(night)
        if not by_phase:
            continue
        now = by_phase.get("assess") or next(iter(by_phase.values()))
        content: dict[str, Any] = {"hash": now}
        if now != newest:
            current = _book(workspace, rulebook, now)
            for name, held in current.items():
                content[name] = _difference(book[name], held)
            newest, book = now, current
        later = {phase: other for phase, other in by_phase.items() if other != now}
        found.append(Happening(night, RULES, "rules/", {**content, "later": later} if later else content))
    return found


def sealed_files(workspace: Workspace, rules_hash: str) -> dict[str, str] | None:
    """SHA-256 of each rule file as it was sealed, by path below rules/; None where the archive is gone or cannot be read."""
    try:
        with zipfile.ZipFile(workspace.sealed / "rules" / f"{rules_hash}.zip") as archive:
            names = {name.removeprefix("rules/"): name for name in archive.namelist()}
            counted = sorted(name for name in names if not any(part[0] in ".~" for part in name.split("/")))
            return {name: hashlib.sha256(archive.read(names[name])).hexdigest() for name in counted}
    except (OSError, zipfile.BadZipFile):
        return None


def _book(workspace: Workspace, rulebook: Rulebook, rules_hash: str) -> Book:
    book = rulebook if rulebook.hash == rules_hash else load_sealed(workspace, rules_hash)
    return Book(files=sealed_files(workspace, rules_hash) or {}, rules=dict(book.rule_hashes))


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, Any]:
    """What was added, changed and removed; empty ones left out."""
    found: dict[str, Any] = {
        "added": {name: sha for name, sha in now.items() if name not in before},
        "changed": {name: sha for name, sha in now.items() if before.get(name, sha) != sha},
        "removed": sorted(before.keys() - now.keys()),
    }
    return {name: each for name, each in found.items() if each}
