"""Exceptions and what they kept quiet: so that one that hides a risk, or hides nothing, is seen and thought over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["ExceptionRecord", "exception_records"]


@dataclass(frozen=True)
class ExceptionRecord:
    """One exception by ``as_of``. ``state``: 有效, 已过期, or 已撤销 where it no longer stands in the rule book.

    ``nights``: on which it suppressed a hit; ``warnings``: how many times it would have been warned, counting nights no
    more than the rule's ``keep`` days apart as one. ``gravest``: rank of the gravest hit, ``last``: night of the newest;
    None where nothing was suppressed.
    """

    rule: str
    title: str
    subject: str
    until: date
    who: str
    why: str
    state: str
    nights: int
    warnings: int
    gravest: int | None
    last: date | None


def exception_records(con: Connection, rulebook: Rulebook, as_of: date) -> list[ExceptionRecord]:
    """The exceptions of the rule book in their order, then those withdrawn since that had suppressed something."""
    rules = rulebook.rules.values()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE rule_keep AS SELECT unnest($1::VARCHAR[]) AS rule, unnest($2::INTEGER[]) AS keep",
        [[rule.id for rule in rules], [rule.keep for rule in rules]],
    )
    quiet = {tuple(row[:2]): row[2:] for row in con.execute(_SUPPRESSED, {"as_of": as_of}).fetchall()}
    asked = {(each.rule, each.subject): (each.until, each.who, each.why) for each in rulebook.exemptions}
    withdrawn = {key: row[:3] for key, row in quiet.items() if key not in asked}
    records = []
    for (rule, subject), (until, who, why) in (asked | withdrawn).items():
        nights, warnings, gravest, last = quiet[rule, subject][3:] if (rule, subject) in quiet else (0, 0, None, None)
        gone = (rule, subject) in withdrawn
        records.append(
            ExceptionRecord(
                rule=rule,
                title=rulebook.rules[rule].title if rule in rulebook.rules else rule,
                subject=subject,
                until=until,
                who=who,
                why=why,
                state="已撤销" if gone else "有效" if as_of <= until else "已过期",
                nights=nights,
                warnings=warnings,
                gravest=gravest,
                last=last,
            )
        )
    return records


_SUPPRESSED = """
WITH nights AS (
  SELECT *, as_of - lag(as_of) OVER (PARTITION BY rule, subject ORDER BY as_of) AS since
  FROM assess.suppressed WHERE as_of <= $as_of
)
SELECT n.rule, n.subject, arg_max(n.until, n.as_of), arg_max(n.who, n.as_of), arg_max(n.why, n.as_of), count(*),
  count(*) FILTER (n.since IS NULL OR n.since > coalesce(k.keep, 1)), min(n.level), max(n.as_of)
FROM nights AS n LEFT JOIN rule_keep AS k ON k.rule = n.rule
GROUP BY n.rule, n.subject ORDER BY n.rule, n.subject
"""
