"""Compound risks: which rules' hits meet on one subject, decided by the inference, in strata, with three values.

A member that is unknown tonight (or broke tonight) may be a hit. Each subject is therefore asked twice: once with
what is certain (certain hits, every possible blocker) and once with what is possible (possible hits, certain
blockers only). Concluded both times: hit. Only the second time: unknown. Else clear. Subjects with the same dossier
share one fact, and so do nights: many are decided by one request a block.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date

from riskengine.assess.dossier import Clause, Conclude, Dossier
from riskengine.assess.grading import Grading, count_verdicts, grading_of, store_verdicts
from riskengine.assess.members import Sight, lay_out
from riskengine.assess.nights import Nights
from riskengine.assess.oracle import compare
from riskengine.assess.strata import Block, blocks
from riskengine.assess.subjects import evaluated_rules
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["judge_compounds"]


def judge_compounds(con: Connection, rulebook: Rulebook, nights: Nights, conclude: Conclude) -> None:
    """Write the verdicts of all compound rules on these nights, their ``assess.evaluated`` and ``assess.inference``.

    Expects the plain rules' verdicts of the nights (and of those before that count, as far as there are any) and
    the temp tables ``subject``, ``place_up`` and, for many nights, ``night_now``. Raises EngineFault where the
    inference dies or differs from the oracle; a compound whose floors cannot be compiled becomes rows in
    ``assess.fault``.
    """
    rules = {rule.id: rule for rule in evaluated_rules(rulebook, nights.days[0])}
    gradings: dict[str, Grading] = {}
    for rule in rules.values():
        tried = [night for night in nights.days if rule.until is None or night <= rule.until]
        if rule.compound is None or not tried:
            continue
        try:
            gradings[rule.id] = grading_of(rule, rulebook, nights)
        except (ExpressionError, ValueError) as error:
            message = f"复合规则“{rule.title}”的 floors 写错了：{error}。今晚该规则按未知处理，请修改后再运行。"
            con.execute("INSERT INTO assess.fault SELECT unnest(?::DATE[]), ?, ?", [tried, rule.id, message])
    handed, concluded = Counter[date](), Counter[date]()
    for block in blocks([rules[each] for each in gradings]):
        sight, clauses = lay_out(con, block, rules, nights)
        _judge_block(con, block, sight, clauses, conclude)
        for night, subjects, hits in con.execute(_TOTALS).fetchall():
            handed[night] += subjects
            concluded[night] += hits
        count_verdicts(con, block, nights)
        found = {row[0] for row in con.execute("SELECT DISTINCT rule FROM drawn").fetchall()}
        for layer in block.layers:
            if drawn := [rule for rule in layer if rule.id in found]:
                store_verdicts(con, drawn, sight, gradings)
    con.execute(
        "INSERT INTO assess.inference SELECT unnest(?::DATE[]), unnest(?::BIGINT[]), unnest(?::BIGINT[]), TRUE",
        [list(nights.days), [handed[night] for night in nights.days], [concluded[night] for night in nights.days]],
    )


_TOTALS = """
SELECT as_of, count(*) FILTER (handed), count(*) FILTER (NOT handed) FROM (
  SELECT as_of, TRUE AS handed FROM dossier UNION ALL SELECT as_of, FALSE FROM drawn WHERE verdict = 'hit'
) GROUP BY as_of"""


def _judge_block(con: Connection, block: Block, sight: Sight, clauses: Sequence[Clause], conclude: Conclude) -> None:
    """Fill the temp tables ``dossier(as_of, subject, certain, possible)``, the attributes that are true, sorted, for
    each subject that matters, and ``drawn(as_of, rule, subject, verdict)``.
    """
    type_ = literal(block.subject.value)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE dossier AS
        WITH each AS (SELECT attribute, rule, blocks, within, max(until) AS until FROM member GROUP BY ALL),
        placed AS (
          SELECT {sight.night} AS as_of, m.attribute, m.blocks, {sight.target} AS subject, v.verdict = 'hit' AS hit
          FROM each m {sight.joined} WHERE {sight.where}
          UNION ALL
          SELECT m.as_of, m.attribute, m.blocks, s.subject, FALSE
          FROM missed m JOIN subject s ON s.as_of = m.as_of AND s.subject_type = {type_}
        ), fact AS (
          SELECT p.as_of, attribute, blocks, subject, bool_or(hit) AS hit
          FROM placed p SEMI JOIN subject s ON s.as_of = p.as_of AND s.subject_type = {type_} AND s.subject = p.subject
          GROUP BY ALL
        )
        SELECT as_of, subject,
          coalesce(list(attribute ORDER BY attribute) FILTER (hit OR blocks), []) AS certain,
          coalesce(list(attribute ORDER BY attribute) FILTER (hit OR NOT blocks), []) AS possible
        FROM fact GROUP BY as_of, subject HAVING bool_or(NOT blocks) ORDER BY as_of, subject""")
    asked: list[Dossier] = [
        frozenset(attributes)
        for (attributes,) in con.execute(
            "SELECT certain AS d FROM dossier UNION SELECT possible FROM dossier ORDER BY d"
        ).fetchall()
    ]
    concluded = conclude(clauses, asked) if asked else []
    compare(clauses, asked, concluded, {rule.id: rule.title for rule in block.rules})
    answers = [
        {"dossier": sorted(dossier), "rules": sorted(names)}
        for dossier, names in zip(asked, concluded, strict=True)
        if names
    ]
    over = " OR ".join(
        f"(rule = {literal(rule.id)} AND as_of > {literal(rule.until)})" for rule in block.rules if rule.until
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE drawn AS
        WITH answer AS MATERIALIZED (
          SELECT list_sort(a.dossier) AS dossier, unnest(a.rules) AS rule
          FROM (SELECT unnest(from_json(?, '[{{"dossier":["VARCHAR"],"rules":["VARCHAR"]}}]')) AS a)
        )
        SELECT as_of, rule, subject, CASE WHEN bool_or(certain) THEN 'hit' ELSE 'unknown' END AS verdict
        FROM (
          SELECT d.as_of, a.rule, d.subject, TRUE AS certain FROM dossier d JOIN answer a ON a.dossier = d.certain
          UNION ALL
          SELECT d.as_of, a.rule, d.subject, FALSE FROM dossier d JOIN answer a ON a.dossier = d.possible
        ) WHERE NOT ({over or "FALSE"}) GROUP BY as_of, rule, subject""",
        [json.dumps(answers)],
    )
