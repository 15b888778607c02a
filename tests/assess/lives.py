"""Nights of life over literal verdicts, and what became of the warnings as a few characters.

Verdicts: ``1``..``4`` a hit at that level (1 gravest), ``.`` clear, ``?`` unknown, ``!`` the rule broke that night.
Changes: ``+2`` opened (新增) at level 2, ``^`` 升级, ``v`` 降级, ``=`` 持续, ``x`` 解除, ``.`` nothing; a trailing ``?``
means stale.
"""

from __future__ import annotations

from datetime import date, timedelta

from riskengine.assess.exempt import suppress
from riskengine.assess.life import forget_night, live_on, store_states
from riskengine.assess.merge import merge
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

FIRST = date(2026, 6, 1)
SIGNS = {"新增": "+", "升级": "^", "降级": "v", "持续": "=", "解除": "x"}


def night(con: Connection, rulebook: Rulebook, as_of: date, verdicts: dict[tuple[str, str], str]) -> None:
    """Run one night of life over literal verdicts ``{(rule, subject): sign}``."""
    forget_night(con, as_of)
    broken = {rule for (rule, _), sign in verdicts.items() if sign == "!"}
    for rule in rulebook.rules.values():
        if rule.id not in broken and rule.status in ("live", "trial"):
            con.execute("INSERT INTO assess.evaluated VALUES (?, ?, 1, 0, 0)", [as_of, rule.id])
    for (rule_id, subject), sign in verdicts.items():
        type_ = rulebook.rules[rule_id].subject.value
        if sign in "1234":
            row = [as_of, rule_id, type_, subject, subject, "hit", 100 - 20 * int(sign), int(sign), "{}"]
        elif sign == "?":
            row = [as_of, rule_id, type_, subject, subject, "unknown", None, None, "{}"]
        else:
            continue
        con.execute("INSERT INTO assess.verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    build_subjects(con, rulebook, Nights.one(as_of))
    suppress(con, rulebook, as_of)
    live_on(con, rulebook, as_of)
    con.execute("CREATE OR REPLACE TEMP TABLE reason AS SELECT id, JSON '{}' AS why FROM living")
    con.execute("CREATE OR REPLACE TEMP TABLE proof AS SELECT id, JSON '[]' AS evidence FROM living")
    store_states(con, as_of)
    merge(con, rulebook, Nights.one(as_of))
    con.execute("INSERT INTO assess.night VALUES (?, 'h', 0)", [as_of])


def lived(con: Connection, nights: int, table: str = "state") -> str:
    """What became of the (only) subject's warnings, one word a night; ``table``: state or trial_state."""
    words = []
    for n in range(nights):
        rows = con.execute(
            f"SELECT change, level, stale FROM assess.{table} WHERE as_of = ? ORDER BY id", [FIRST + timedelta(n)]
        ).fetchall()
        words.append(
            " ".join(
                SIGNS[c] + ("" if c == "解除" else str(level)) + ("?" if stale else "") for c, level, stale in rows
            )
            or "."
        )
    return " ".join(words)
