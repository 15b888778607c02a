"""``rules/`` → one checked :class:`~riskengine.model.rulebook.Rulebook`, or every mistake of every file at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from riskengine.errors import Problem, RulesInvalid
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.rulebook.checks.agreements import check_agreements
from riskengine.rulebook.checks.appraisal import check_appraisal
from riskengine.rulebook.checks.cases import check_cases
from riskengine.rulebook.checks.clocks import check_clocks
from riskengine.rulebook.checks.compounds import check_compounds
from riskengine.rulebook.checks.deliveries import check_deliveries
from riskengine.rulebook.checks.duty import check_duty
from riskengine.rulebook.checks.handling import check_handling
from riskengine.rulebook.checks.indicators import check_indicator_cases, check_indicators
from riskengine.rulebook.checks.ladder import check_ladder
from riskengine.rulebook.checks.learning import check_learning
from riskengine.rulebook.checks.links import check_links
from riskengine.rulebook.checks.rebound import check_rebound
from riskengine.rulebook.checks.routes import check_route_cases, check_routes
from riskengine.rulebook.checks.rules import check_rules
from riskengine.rulebook.checks.signals import check_signals
from riskengine.rulebook.checks.sources import check_sources
from riskengine.rulebook.checks.templates import check_templates
from riskengine.rulebook.entries import Entries, read_entries, rule_files
from riskengine.rulebook.language.lists import indicator_written_out, rule_written_out, signal_written_out
from riskengine.rulebook.names import names_used, signals_behind
from riskengine.rulebook.routes import branches
from riskengine.rulebook.templates import template_files
from riskengine.workspace import Workspace

__all__ = ["find_problems", "load", "rules_hash"]

_CHECKS = (
    check_sources,
    check_signals,
    check_rules,
    check_compounds,
    check_duty,
    check_clocks,
    check_routes,
    check_agreements,
    check_indicators,
    check_handling,
    check_ladder,
    check_templates,
    check_deliveries,
    check_rebound,
    check_links,
    check_appraisal,
    check_learning,
)


def load(workspace: Workspace, *, cases: bool = False) -> Rulebook:
    """Read, check and hash all of ``rules/``. Raises RulesInvalid with the problems of all files.

    ``cases``: those of the rules' cases too. A night does not ask for them: an example that speaks of a town that was renamed is
    no reason not to warn.
    """
    digest = rules_hash(workspace.rules)
    entries = read_entries(workspace.rules)
    problems = find_problems(entries, cases=cases)
    if problems:
        raise RulesInvalid(problems)
    lists = {entry.model.name: entry.model for entry in entries.lists}
    signals = {entry.model.name: signal_written_out(entry.model, lists) for entry in entries.signals}
    rules = {entry.model.id: rule_written_out(entry.model, lists) for entry in entries.rules}
    routes = list(branches(entries))
    return Rulebook(
        sources={entry.model.source: entry.model for entry in entries.sources},
        signals=signals,
        rules=rules,
        levels=tuple(sorted((entry.model for entry in entries.levels), key=lambda level: level.rank)),
        units={entry.model.id: entry.model for entry in entries.units},
        places=tuple(entry.model for entry in entries.places),
        routes=tuple(each.route for each in routes),
        route_numbers=tuple(each.number for each in routes),
        route_cases=tuple(entry.model for entry in entries.route_cases),
        hash=digest,
        exemptions=tuple(entry.model for entry in entries.exemptions),
        lists=lists,
        indicators={entry.model.id: indicator_written_out(entry.model, lists) for entry in entries.indicators},
        clocks={entry.model.id: entry.model for entry in entries.clocks},
        calendar=tuple(entry.model for entry in entries.calendar),
        **_settings(entries),
        templates={each.kind: each.content for each in entries.templates if each.kind},
        rule_hashes={rule.id: _rule_hash(rule, signals) for rule in rules.values()},
    )


def _settings(entries: Entries) -> dict[str, Any]:
    """Those that are written; the others keep their defaults."""
    return {name: entry.model for name, entry in entries.settings.items()}


def find_problems(entries: Entries, *, cases: bool = True) -> list[Problem]:
    """Every error, in file order: those met while reading, then those that only show when entries are seen together; with ``cases``
    those of the rules' cases too.
    """
    found = list(entries.problems)
    for check in (
        *_CHECKS,
        *((check_cases, check_indicator_cases, check_route_cases) if cases else ()),
    ):
        found += check(entries)
    return sorted(set(found))


def rules_hash(rules: Path) -> str:
    """SHA-256 over the relative path and the bytes of every YAML, CSV and paper template below ``rules``, in order of path."""
    digest = hashlib.sha256()
    for name, path in sorted((*rule_files(rules), *template_files(rules))):
        data = path.read_bytes()
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _rule_hash(rule: Rule, signals: dict[str, Signal]) -> str:
    """SHA-256 of the rule and of the signals it is decided by; comments, order, layout and cases do not count."""
    behind = signals_behind(signals, names_used(rule) - set(rule.parameters))
    content = [rule.model_dump(mode="json", by_alias=True, exclude={"cases"})]
    content += [_said(signal) for signal in sorted(behind, key=lambda s: s.name)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _said(signal: Signal) -> dict[str, Any]:
    """A signal's content; ``once`` only where it is written, so that books from before it was known keep their hashes."""
    said = signal.model_dump(mode="json", by_alias=True)
    return said if signal.once else {key: value for key, value in said.items() if key != "once"}
