"""Exceptions: hits that an office has agreed not to be warned of for a while. The hit stays a hit; only life counts it as
clear, so that a warning it held is lifted after the usual ``keep`` nights, and other rules' compounds still see it.
"""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["suppress"]


def suppress(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``assess.suppressed`` from tonight's verdicts and the exceptions in force.

    In force: through ``until``, for the very subject. A hit of level ``breaks_at`` or graver (not written: the gravest
    level) is let through. Where several exceptions hold, the one that lasts longest is named.
    """
    exemptions = [each for each in rulebook.exemptions if as_of <= each.until]
    if not exemptions:
        return
    ranks = {level.name: level.rank for level in rulebook.levels}
    gravest = min(ranks.values())
    con.execute(
        "INSERT INTO assess.suppressed "
        "SELECT v.as_of, v.rule, v.subject_type, v.subject, v.level, x.until, x.who, x.why FROM assess.verdict v JOIN ("
        "SELECT unnest($2::VARCHAR[]) AS rule, unnest($3::VARCHAR[]) AS subject, unnest($4::DATE[]) AS until, "
        "unnest($5::VARCHAR[]) AS who, unnest($6::VARCHAR[]) AS why, unnest($7::INTEGER[]) AS breaks, "
        "unnest($8::INTEGER[]) AS nth) x USING (rule, subject) "
        "WHERE v.as_of = $1 AND v.verdict = 'hit' AND v.level > x.breaks "
        "QUALIFY row_number() OVER (PARTITION BY v.rule, v.subject_type, v.subject ORDER BY x.until DESC, x.nth) = 1 "
        "ORDER BY ALL",
        [
            as_of,
            [each.rule for each in exemptions],
            [each.subject for each in exemptions],
            [each.until for each in exemptions],
            [each.who for each in exemptions],
            [each.why for each in exemptions],
            [ranks.get(each.breaks_at or "", gravest) for each in exemptions],
            list(range(len(exemptions))),
        ],
    )
