"""Inhibition: warnings that another one explains are merged into it, which means shown under it. Each keeps its id, its
life, its level and its duties; nothing is hidden.

A warning is a child where a rule active in another open warning ``inhibits`` all of its own active rules, the two are
about the same subject, or the parent is about a place in which the child lies, and the child is not the graver of the
two: what is graver stands alone. Of several parents the gravest counts, then the one open longest; a parent that is
itself merged hands its children on to the one on top.
"""

from __future__ import annotations

from riskengine.assess.nights import Nights
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection
from riskengine.store.steps import Steps

__all__ = ["merge"]


def merge(con: Connection, rulebook: Rulebook, nights: Nights) -> None:
    """Write ``assess.merged`` for the warnings that ``assess.state`` has open on ``nights``; one parent a child at most.

    Expects the temp table ``place_up``. Rules that inhibit each other end with the gravest, oldest warning on top.
    """
    inhibiting = [rule for rule in rulebook.rules.values() if rule.status == "live" and rule.inhibits]
    if not inhibiting:
        return
    nights.lay_out(con)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE inhibiting AS "
        "SELECT unnest(?::VARCHAR[]) AS rule, unnest(?::VARCHAR[][]) AS inhibits",
        [[rule.id for rule in inhibiting], [list(rule.inhibits) for rule in inhibiting]],
    )
    steps = Steps()
    for name, sql in _STEPS.items():
        steps.add(name, sql)
    con.execute(f"INSERT INTO assess.merged {steps.as_statement()}")


_STEPS = {
    # place in line: of two warnings the one with the smaller number is the graver or, where equally grave, the older
    "open_now": """
SELECT s.as_of, s.id, s.level, s.rules, w.subject_type, w.subject, w.place,
  row_number() OVER (PARTITION BY s.as_of ORDER BY s.level, w.opened_on, s.id) AS line
FROM assess.state s SEMI JOIN night_now USING (as_of) JOIN assess.warning w USING (id) WHERE s.change <> '解除'""",
    "over": """
SELECT o.as_of, o.id, o.level, o.line, o.subject_type, o.subject, i.inhibits
FROM (SELECT * REPLACE (unnest(rules) AS rules) FROM open_now) o JOIN inhibiting i ON i.rule = o.rules""",
    "candidate": """
SELECT c.as_of, c.id AS child, p.id AS parent, p.line
FROM open_now c JOIN over p ON p.as_of = c.as_of AND p.subject_type = c.subject_type AND p.subject = c.subject
WHERE p.id <> c.id AND p.level <= c.level AND list_has_all(p.inhibits, c.rules)
UNION
SELECT c.as_of, c.id, p.id, p.line
FROM open_now c JOIN place_up u ON u.place = c.place
JOIN over p ON p.as_of = c.as_of AND p.subject = u.ancestor AND p.subject_type = u.level
WHERE p.id <> c.id AND p.level <= c.level AND list_has_all(p.inhibits, c.rules)""",
    "chosen": """
SELECT as_of, child, arg_min(parent, line) AS parent FROM candidate GROUP BY as_of, child""",
    "up": """
WITH RECURSIVE climb(as_of, child, ancestor) AS (
  SELECT as_of, child, parent FROM chosen
  UNION
  SELECT k.as_of, k.child, c.parent FROM climb k JOIN chosen c ON c.as_of = k.as_of AND c.child = k.ancestor
) SELECT as_of, child, ancestor FROM climb""",
    # on top is who has no parent; where rules inhibit each other in a circle, the first in line of those that go round
    "top": """
SELECT u.as_of, u.child, arg_min(u.ancestor, o.line) AS parent
FROM up u JOIN open_now o ON o.as_of = u.as_of AND o.id = u.ancestor
LEFT JOIN chosen c ON c.as_of = u.as_of AND c.child = u.ancestor
LEFT JOIN up round ON round.as_of = u.as_of AND round.child = u.ancestor AND round.ancestor = u.ancestor
WHERE c.child IS NULL OR round.child IS NOT NULL GROUP BY u.as_of, u.child""",
    "merged": "SELECT as_of, child, parent FROM top WHERE child <> parent ORDER BY ALL",
}
