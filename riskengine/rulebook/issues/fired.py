"""Rules that have not hit for months: perhaps the danger is gone, perhaps the rule is blind. Read from the nights that were run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from riskengine.errors import Problem
from riskengine.rulebook.issues.view import View
from riskengine.workspace import Workspace

__all__ = ["Fired", "read_fired", "silent_rules"]

_EVALUATED = """
SELECT rule, count(*), min(as_of), max(as_of) FILTER (WHERE hits > 0), count(*) FILTER (WHERE subjects > 0 AND unknowns >= subjects)
FROM assess.evaluated WHERE as_of > ? AND as_of <= ? GROUP BY rule"""


@dataclass(frozen=True)
class Fired:
    """What the nights after ``since`` up to ``until`` say.

    ``rules``: rule → nights decided, the first of them, the newest with a hit (None = none), nights on which nothing was known.
    """

    since: date
    until: date
    nights: int
    rules: Mapping[str, tuple[int, date, date | None, int]]


def read_fired(workspace: Workspace, until: date, months: int) -> Fired | None:
    """The last ``months`` months of nights up to ``until``; None where there is no database, or another run holds it.

    Opened for reading only: nothing is created, changed or locked for longer than the question takes.
    """
    if not workspace.database.is_file():
        return None
    since = until - timedelta(days=round(months * 365.25 / 12))
    try:
        with duckdb.connect(str(workspace.database), read_only=True) as con:
            rows = con.execute(_EVALUATED, [since, until]).fetchall()
            found = con.execute(
                "SELECT count(DISTINCT as_of) FROM assess.evaluated WHERE as_of > ? AND as_of <= ?", [since, until]
            ).fetchone()
    except duckdb.Error:  # held by a night that is running, or older than this table: then nothing can be said
        return None
    rules = {rule: (nights, first, hit, blind) for rule, nights, first, hit, blind in rows}
    return Fired(since, until, found[0] if found else 0, rules)


def silent_rules(view: View, fired: Fired) -> Iterator[Problem]:
    """I827: rules in use that were decided from the beginning of the span on and never hit in it.

    A rule that is younger than the span is not named: it had no chance yet.
    """
    for entry in view.entries.rules:
        rule = entry.model
        if rule.status != "live" or rule.id not in fired.rules:
            continue
        nights, first, hit, blind = fired.rules[rule.id]
        if hit is None and first <= fired.since + timedelta(days=7):
            days = (fired.until - fired.since).days
            unknown = f"（其中{blind}夜全是未知）" if blind else ""
            told = f"规则“{rule.id}”近{days}天算过{nights}夜{unknown}，一次也没有命中。"
            message = f"{told}请看门槛是否太高、数据是否还在报；确实不再需要的请停用。"
            yield entry.problem(("id",), "I827", message)
