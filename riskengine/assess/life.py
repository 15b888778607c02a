"""The life of a warning: pending, firing, resolved; one open warning a subject and theme, under an id that stays.

For a rule and a subject a night is *known* when the rule was evaluated without a fault and the verdict was not
unknown. A warning opens (or takes the rule in) on a night that hits, when enough of the last known nights hit
(``for``). The rule then stays part of it until ``keep`` known nights in a row were clear; its level is the gravest
of those nights, so it rises at once and falls only on clear sight. An unknown night moves nothing: it only marks
the warning as stale. A hit that an exception suppressed counts as clear.

A warning that opens while an earlier one of the same subject and theme is watched after its closing (反弹) stands one level graver
than its rules say, never above the gravest, and keeps that raise for its life.

Rules on trial live by the same steps beside the live ones, each for itself: one open episode a subject and rule, in
tables that nobody's list is made of, until the trial is over. :mod:`riskengine.assess.walk` says the same in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskengine.assess.reopened import graver, store_reopened
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection
from riskengine.store.steps import Steps, literal
from riskengine.store.watches import running, watches

__all__ = ["forget_night", "live_on", "store_states"]

_TABLES = (
    "verdict",
    "evaluated",
    "fault",
    "inference",
    "suppressed",
    "state",
    "reopened",
    "merged",
    "blind",
    "trial_state",
    "night",
)


def forget_night(con: Connection, as_of: date) -> None:
    """Take back whatever the night wrote into schema assess: its rows, the warnings it opened, the lifting of those it
    lifted.
    """
    for table in _TABLES:
        con.execute(f"DELETE FROM assess.{table} WHERE as_of = ?", [as_of])
    for table in ("warning", "trial_warning"):
        con.execute(f"DELETE FROM assess.{table} WHERE opened_on = ?", [as_of])
        con.execute(f"UPDATE assess.{table} SET lifted_on = NULL WHERE lifted_on = ?", [as_of])


def live_on(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Decide which warnings live tonight: writes ``assess.warning``, ``assess.trial_warning`` and
    ``assess.trial_state``, and leaves temp tables behind:

    * ``active(id, rule, nth, subject_type, subject, hit_on, level, score, stale)``: the rules that make a live warning
      up tonight; ``hit_on`` is the night whose verdict explains it (the gravest of the last ``keep`` known nights,
      of those the newest), ``nth`` the rule's place in the order of the files;
    * ``living(id, change, level, score, rules, stale)``: one row a live warning that is open or lifted tonight;
    * ``returned``: see :func:`~riskengine.assess.reopened.store_reopened`.

    Expects tonight's verdicts and suppressed hits, and the temp table ``subject``.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE live_rule (nth INTEGER, rule VARCHAR, theme VARCHAR, trial BOOLEAN, lot VARCHAR, "
        "hits INTEGER, nights INTEGER, keep INTEGER)"
    )
    rules = [
        rule
        for rule in rulebook.rules.values()
        if rule.status == "live" or (rule.until is not None and as_of <= rule.until)
    ]
    con.execute(
        "INSERT INTO live_rule SELECT unnest(?::INTEGER[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
        "unnest(?::BOOLEAN[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::INTEGER[]), unnest(?::INTEGER[])",
        [
            list(range(len(rules))),
            [rule.id for rule in rules],
            [rule.theme for rule in rules],
            [rule.status == "trial" for rule in rules],
            [rule.id if rule.status == "trial" else rule.theme for rule in rules],
            [rule.persistence.hits for rule in rules],
            [rule.persistence.nights for rule in rules],
            [rule.persistence.keep for rule in rules],
        ],
    )
    steps = Steps()
    tonight, raised = literal(as_of), graver(rulebook.levels, "g.level")
    for name, sql in _STEPS.items():
        steps.add(
            name, sql.format(tonight=tonight, year=as_of.year, raised=raised, raises=_one_of(rulebook.rebound.raises))
        )
    steps.as_tables(con)
    store_reopened(con, rulebook, as_of)
    con.execute(
        "INSERT INTO assess.warning SELECT id, subject_type, subject, subject_name, place, theme, ?, NULL "
        "FROM opened WHERE NOT trial ORDER BY id",
        [as_of],
    )
    con.execute(
        "UPDATE assess.warning SET lifted_on = ? WHERE id IN (SELECT id FROM living WHERE change = '解除')", [as_of]
    )
    if any(rule.status == "trial" for rule in rules) or con.execute("FROM prior WHERE trial LIMIT 1").fetchone():
        _store_trials(con, as_of)


def _one_of(outcomes: Sequence[str]) -> str:
    return ", ".join(literal(each) for each in outcomes) or "NULL"


def _store_trials(con: Connection, as_of: date) -> None:
    con.execute(
        "INSERT INTO assess.trial_warning SELECT id, lot, subject_type, subject, subject_name, place, theme, ?, NULL "
        "FROM opened WHERE trial ORDER BY id",
        [as_of],
    )
    con.execute(
        "INSERT INTO assess.trial_state SELECT ?, id, change, level, score, stale FROM moved WHERE trial ORDER BY id",
        [as_of],
    )
    con.execute(
        "UPDATE assess.trial_warning SET lifted_on = ? "
        "WHERE id IN (SELECT id FROM moved WHERE trial AND change = '解除')",
        [as_of],
    )


def store_states(con: Connection, as_of: date) -> None:
    """Write ``assess.state`` from ``living`` and the temp tables ``reason(id, why)`` and ``proof(id, evidence)``."""
    con.execute(
        "INSERT INTO assess.state SELECT ?, l.id, l.change, l.level, l.score, l.rules, l.stale, r.why, "
        "coalesce(p.evidence, JSON '[]') FROM living l LEFT JOIN reason r USING (id) "
        "LEFT JOIN proof p USING (id) ORDER BY l.id",
        [as_of],
    )


# trial and lot: a warning is one for a subject and theme, a trial's for a subject and rule; the lot is what it is one for
_STEPS = {
    # the warnings that were open when last night ended
    "prior": """
SELECT FALSE AS trial, w.theme AS lot, s.id, w.subject_type, w.subject, s.level, s.score, s.rules
FROM assess.state s JOIN assess.warning w USING (id)
WHERE s.as_of = (SELECT max(as_of) FROM assess.night WHERE as_of < {tonight}) AND s.change <> '解除'
UNION ALL
SELECT TRUE, w.rule, s.id, w.subject_type, w.subject, s.level, s.score, [w.rule]
FROM assess.trial_state s JOIN assess.trial_warning w USING (id)
WHERE s.as_of = (SELECT max(as_of) FROM assess.night WHERE as_of < {tonight}) AND s.change <> '解除'""",
    # rule and subject pairs whose warning may live tonight
    "pair": """
SELECT r.rule, p.subject_type, p.subject, bool_or(p.part) AS part FROM (
  SELECT v.rule, v.subject_type, v.subject, FALSE AS part, NULL::BOOLEAN AS trial FROM assess.verdict v
  WHERE v.as_of = {tonight} AND v.verdict = 'hit'
  UNION ALL
  SELECT unnest(rules), subject_type, subject, TRUE, trial FROM prior
) p JOIN live_rule r ON r.rule = p.rule AND coalesce(p.trial = r.trial, TRUE)
GROUP BY r.rule, p.subject_type, p.subject""",
    # their known nights, newest first; a night without a verdict row was clear, and so was one that was suppressed
    "known_night": """
SELECT p.rule, p.subject_type, p.subject, p.part, e.as_of, v.verdict IS NOT NULL AND x.rule IS NULL AS hit, v.level,
  v.score, row_number() OVER (PARTITION BY p.rule, p.subject_type, p.subject ORDER BY e.as_of DESC) AS back
FROM pair p JOIN assess.evaluated e ON e.rule = p.rule AND e.as_of <= {tonight}
LEFT JOIN assess.verdict v
  ON v.as_of = e.as_of AND v.rule = p.rule AND v.subject_type = p.subject_type AND v.subject = p.subject
LEFT JOIN assess.suppressed x
  ON x.as_of = e.as_of AND x.rule = p.rule AND x.subject_type = p.subject_type AND x.subject = p.subject
WHERE v.verdict IS DISTINCT FROM 'unknown'""",
    "held": """
SELECT k.rule, r.nth, k.subject_type, k.subject, r.theme, r.trial, r.lot, any_value(k.part) AS part,
  count(*) FILTER (k.hit AND k.back <= r.nights) >= any_value(r.hits) AS enough,
  bool_or(k.hit AND k.as_of = {tonight}) AS tonight,
  arg_min({{'hit_on': k.as_of, 'level': k.level, 'score': k.score}}, (k.level, k.back))
    FILTER (k.hit AND k.back <= r.keep) AS top
FROM known_night k JOIN live_rule r USING (rule)
GROUP BY k.rule, r.nth, k.subject_type, k.subject, r.theme, r.trial, r.lot""",
    "holding": """
SELECT h.rule, h.nth, h.subject_type, h.subject, h.theme, h.trial, h.lot, top.hit_on, top.level, top.score,
  v.verdict IS NOT NULL OR NOT EXISTS (FROM assess.evaluated e WHERE e.as_of = {tonight} AND e.rule = h.rule) AS stale
FROM held h LEFT JOIN assess.verdict v ON v.as_of = {tonight} AND v.verdict = 'unknown' AND v.rule = h.rule
  AND v.subject_type = h.subject_type AND v.subject = h.subject
WHERE top IS NOT NULL AND (part OR (tonight AND enough))""",
    "by_rules": """
SELECT trial, lot, subject_type, subject, any_value(theme) AS theme, min(level) AS level, max(score) AS score,
  list(rule ORDER BY nth) AS rules, bool_or(stale) AS stale
FROM holding GROUP BY trial, lot, subject_type, subject""",
    # closings of earlier nights under watch, the newest of each subject and theme
    "watched": """
SELECT w.subject_type, w.subject, w.theme,
  arg_max({{'of_id': w.id, 'closed_on': w.closed_on, 'unit': w.unit}}, (w.closed_on, w.id)) AS closing
FROM ("""
    + watches()
    + """) w WHERE w.outcome IN ({raises}) AND w.kind = '办理' AND """
    + running("{tonight}", reviewed=False)
    + """
GROUP BY w.subject_type, w.subject, w.theme""",
    # warnings that open tonight under a watch, and those that once did and live on
    "reopened": """
SELECT g.lot, g.subject_type, g.subject, w.closing.of_id AS of_id, w.closing.closed_on AS closed_on,
  CAST({tonight} - w.closing.closed_on AS INTEGER) AS days, w.closing.unit AS unit
FROM by_rules g ANTI JOIN prior p USING (trial, lot, subject_type, subject)
JOIN watched w ON w.subject_type = g.subject_type AND w.subject = g.subject AND w.theme = g.lot
WHERE NOT g.trial
UNION ALL
SELECT p.lot, p.subject_type, p.subject, r.of_id, r.closed_on, r.days, r.unit
FROM prior p JOIN assess.reopened r ON r.id = p.id
  AND r.as_of = (SELECT max(as_of) FROM assess.night WHERE as_of < {tonight})
WHERE NOT p.trial""",
    "gathered": """
SELECT g.* REPLACE (CASE WHEN r.of_id IS NULL THEN g.level ELSE {raised} END AS level), g.level AS level_by_rules
FROM by_rules g LEFT JOIN reopened r
  ON NOT g.trial AND r.lot = g.lot AND r.subject_type = g.subject_type AND r.subject = g.subject""",
    "opened": """
SELECT g.trial, g.lot, if(g.trial, 'SY', 'YJ') || '-{year}-' || lpad(CAST(
    if(g.trial, numbered.trials, numbered.warnings) + row_number() OVER (
      PARTITION BY g.trial ORDER BY g.level, g.theme, g.subject_type, g.subject, g.lot) AS VARCHAR), 6, '0') AS id,
  g.subject_type, g.subject, coalesce(s.name, g.subject) AS subject_name, s.place, g.theme
FROM gathered g ANTI JOIN prior p USING (trial, lot, subject_type, subject)
LEFT JOIN subject s ON s.subject_type = g.subject_type AND s.subject = g.subject,
(SELECT
  (SELECT coalesce(max(CAST(substr(id, 9) AS BIGINT)), 0)
    FROM assess.warning WHERE starts_with(id, 'YJ-{year}-')) AS warnings,
  (SELECT coalesce(max(CAST(substr(id, 9) AS BIGINT)), 0)
    FROM assess.trial_warning WHERE starts_with(id, 'SY-{year}-')) AS trials) numbered""",
    "moved": """
SELECT o.trial, o.id, '新增' AS change, g.level, g.score, g.rules, g.stale
FROM opened o JOIN gathered g USING (trial, lot, subject_type, subject)
UNION ALL
SELECT p.trial, p.id, CASE WHEN g.level < p.level THEN '升级' WHEN g.level > p.level THEN '降级' ELSE '持续' END,
  g.level, g.score, g.rules, g.stale
FROM prior p JOIN gathered g USING (trial, lot, subject_type, subject)
UNION ALL
SELECT p.trial, p.id, '解除', p.level, p.score, p.rules, FALSE
FROM prior p ANTI JOIN gathered g USING (trial, lot, subject_type, subject)""",
    "living": "SELECT * EXCLUDE (trial) FROM moved WHERE NOT trial",
    "active": """
SELECT i.id, h.rule, h.nth, h.subject_type, h.subject, h.hit_on, h.level, h.score, h.stale
FROM holding h JOIN (
  SELECT trial, id, subject_type, subject, lot FROM opened
  UNION ALL SELECT trial, id, subject_type, subject, lot FROM prior
) i USING (trial, lot, subject_type, subject) WHERE NOT trial""",
}
