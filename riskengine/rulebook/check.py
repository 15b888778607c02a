"""``riskengine check``: every error of the rule files, and every issue that can be told. Codes and severities: :mod:`codes`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries, read_entries
from riskengine.rulebook.issues.book import book_issues
from riskengine.rulebook.issues.clocks import clock_issues
from riskengine.rulebook.issues.conditions import condition_issues
from riskengine.rulebook.issues.fired import Fired, silent_rules
from riskengine.rulebook.issues.indicators import indicator_issues
from riskengine.rulebook.issues.masked import masked
from riskengine.rulebook.issues.rules import rule_issues
from riskengine.rulebook.issues.small_numbers import small_numbers
from riskengine.rulebook.issues.view import view_of
from riskengine.rulebook.issues.wording import wording_issues
from riskengine.rulebook.load import find_problems
from riskengine.workspace import Workspace

__all__ = ["check", "check_entries"]


def check(workspace: Workspace, today: date | None = None, fired: Fired | None = None) -> list[Problem]:
    """All errors (E…) and issues (I…) of all files, in file order.

    ``today``: the day that parameters, trials and exceptions are judged by; without it each parameter counts with its newest
    value and nothing is called expired. ``fired``: what past nights say; without it no rule is called silent.
    Where there are errors, an entry that has one is not judged further, and what depends on a file that could not be read is
    not said.
    """
    return check_entries(read_entries(workspace.rules), today, fired)


def check_entries(entries: Entries, today: date | None = None, fired: Fired | None = None) -> list[Problem]:
    """As :func:`check`, of what was read already."""
    errors = find_problems(entries)
    view = view_of(entries, today)
    issues: list[Iterable[Problem]] = [
        condition_issues(view),
        small_numbers(view),
        rule_issues(view),
        book_issues(view),
    ]
    issues += [masked(view), wording_issues(view), indicator_issues(view), clock_issues(view)]
    if fired is not None:
        issues.append(silent_rules(view, fired))
    found = {problem for each in issues for problem in each}
    return sorted({*errors, *(_beside(found, errors, entries) if errors else found)})


def _beside(issues: Iterable[Problem], errors: list[Problem], entries: Entries) -> Iterator[Problem]:
    """The issues of entries that have no error."""
    starts: dict[str, list[int]] = {}
    every = (
        entries.sources,
        entries.signals,
        entries.rules,
        entries.levels,
        entries.units,
        entries.routes,
        entries.lists,
        entries.indicators,
        entries.clocks,
        entries.calendar,
    )
    for kind in (*every, entries.exemptions, entries.places):
        for entry in kind:
            starts.setdefault(entry.document.file, []).append(entry.document.position(entry.at)[0])
    for lines in starts.values():
        lines.sort()

    def entry_of(problem: Problem) -> tuple[str, int]:
        return problem.file, bisect_right(starts.get(problem.file, []), problem.line)

    wrong = {entry_of(error) for error in errors}
    yield from (issue for issue in issues if entry_of(issue) not in wrong)
