"""Compound risks: which rules' hits meet on one subject, decided by the inference, in strata, with three values.

A member's hit counts for a subject that is its own, or, for a place, that lies above it; on a night from ``as_of −
within + 1`` to ``as_of``. A member that is unknown tonight (or broke tonight) may be a hit. Each subject is
therefore asked twice: once with what is certain (certain hits, every possible blocker) and once with what is
possible (possible hits, certain blockers only). Concluded both times: hit. Only the second time: unknown. Else
clear. Subjects with the same dossier share one fact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.assess.dossier import Clause, Conclude, Dossier
from riskengine.assess.grading import Grading, count_verdicts, grading_of, store_verdicts
from riskengine.assess.oracle import compare
from riskengine.assess.strata import Block, blocks
from riskengine.assess.subjects import evaluated_rules
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES
from riskengine.rulebook.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["judge_compounds"]


@dataclass(frozen=True)
class _Member:
    """One attribute of a block's dossiers: a hit (or, ``blocks``, a blocker) of a rule within so many nights."""

    attribute: str
    rule: str
    blocks: bool
    within: int


def judge_compounds(con: Connection, rulebook: Rulebook, as_of: date, conclude: Conclude) -> None:
    """Write tonight's verdicts of all compound rules, their ``assess.evaluated`` and the night's ``assess.inference``.

    Expects the plain rules' verdicts of the night and the temp tables ``subject`` and ``place_up``. Raises
    EngineFault where the inference dies or differs from the oracle; a compound whose floors cannot be compiled
    becomes a row in ``assess.fault``.
    """
    rules = {rule.id: rule for rule in evaluated_rules(rulebook)}
    gradings: dict[str, Grading] = {}
    for rule in rules.values():
        if rule.compound is None:
            continue
        try:
            gradings[rule.id] = grading_of(rule, rulebook, as_of)
        except ExpressionError as error:
            message = f"复合规则“{rule.title}”的 floors 写错了：{error}。今晚该规则按未知处理，请修改后再运行。"
            con.execute("INSERT INTO assess.fault VALUES (?, ?, ?)", [as_of, rule.id, message])
    handed = concluded = 0
    for block in blocks([rules[each] for each in gradings]):
        subjects, hits = _judge_block(con, block, rules, as_of, conclude)
        handed, concluded = handed + subjects, concluded + hits
        found = {row[0] for row in con.execute("SELECT DISTINCT rule FROM drawn").fetchall()}
        for rule in block.rules:
            if rule.id in found:
                store_verdicts(con, rule, rules, as_of, gradings[rule.id])
            count_verdicts(con, rule, as_of)
    con.execute("INSERT INTO assess.inference VALUES (?, ?, ?, TRUE)", [as_of, handed, concluded])


def _judge_block(
    con: Connection, block: Block, rules: Mapping[str, Rule], as_of: date, conclude: Conclude
) -> tuple[int, int]:
    """Fill temp table ``drawn(rule, subject, verdict)``; how many subjects were handed over and hits concluded."""
    members, clauses = _clauses(block)
    _hand_over(con, block, members, rules, as_of)
    handed = con.execute("SELECT count(*) FROM dossier").fetchall()[0][0]
    asked: list[Dossier] = [
        frozenset(attributes)
        for (attributes,) in con.execute(
            "SELECT certain AS d FROM dossier UNION SELECT possible FROM dossier ORDER BY d"
        ).fetchall()
    ]
    drawn = conclude(clauses, asked)
    compare(clauses, asked, drawn, {rule.id: rule.title for rule in block.rules})
    answers = [
        {"dossier": sorted(dossier), "rules": sorted(names)}
        for dossier, names in zip(asked, drawn, strict=True)
        if names
    ]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE answer AS SELECT list_sort(a.dossier) AS dossier, unnest(a.rules) AS rule FROM ("
        """SELECT unnest(from_json(?, '[{"dossier":["VARCHAR"],"rules":["VARCHAR"]}]')) AS a)""",
        [json.dumps(answers)],
    )
    con.execute("""
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT rule, subject, CASE WHEN bool_or(certain) THEN 'hit' ELSE 'unknown' END AS verdict
        FROM (
          SELECT a.rule, d.subject, TRUE AS certain FROM dossier d JOIN answer a ON a.dossier = d.certain
          UNION ALL
          SELECT a.rule, d.subject, FALSE FROM dossier d JOIN answer a ON a.dossier = d.possible
        ) GROUP BY rule, subject""")
    return handed, con.execute("SELECT count(*) FROM drawn WHERE verdict = 'hit'").fetchall()[0][0]


def _clauses(block: Block) -> tuple[list[_Member], list[Clause]]:
    """The block's attributes, under short generated names, and its compounds as clauses over them."""
    members: dict[tuple[str, bool, int], _Member] = {}

    def attributes(of: Sequence[str], within: int, *, blocks: bool) -> tuple[str, ...]:
        named = []
        for rule in dict.fromkeys(of):
            key = (rule, blocks, within)
            if key not in members:
                members[key] = _Member(f"{'b' if blocks else 'h'}{len(members)}", rule, blocks, within)
            named.append(members[key].attribute)
        return tuple(named)

    parts = []
    for rule in block.rules:
        compound = rule.compound
        assert compound is not None
        parts.append(
            (
                rule.id,
                attributes(compound.all, compound.within, blocks=False),
                attributes(compound.any, compound.within, blocks=False),
                attributes(compound.none, compound.within, blocks=True),
            )
        )
    sets = {
        rule.id: tuple(m.attribute for m in members.values() if m.rule == rule.id and not m.blocks)
        for rule in block.rules
    }
    return list(members.values()), [Clause(name, all_, any_, none, sets[name]) for name, all_, any_, none in parts]


def _hand_over(
    con: Connection, block: Block, members: Sequence[_Member], rules: Mapping[str, Rule], as_of: date
) -> None:
    """Temp table ``dossier(subject, certain, possible)``: the attributes that are true, sorted, for each subject that
    matters.
    """
    tonight, type_ = literal(as_of), literal(block.subject.value)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE member (attribute VARCHAR, rule VARCHAR, blocks BOOLEAN, within INTEGER, "
        "own BOOLEAN)"
    )
    asked = [member for member in members if member.rule in rules]
    con.execute(
        "INSERT INTO member SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BOOLEAN[]), "
        "unnest(?::INTEGER[]), unnest(?::BOOLEAN[])",
        [
            [member.attribute for member in asked],
            [member.rule for member in asked],
            [member.blocks for member in asked],
            [member.within for member in asked],
            [rules[member.rule].subject is block.subject for member in asked],
        ],
    )
    later = ", ".join(literal(rule.id) for rule in block.rules)
    above = (
        f"JOIN place_up u ON u.place = v.place AND u.level = {type_}"
        if block.subject in PLACES
        else "JOIN place_up u ON FALSE"
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE dossier AS
        WITH seen AS (
          SELECT m.attribute, m.blocks, m.own, v.subject, v.place, v.verdict = 'hit' AS hit
          FROM assess.verdict v JOIN member m ON m.rule = v.rule
          WHERE v.as_of <= {tonight} AND v.as_of > {tonight} - m.within
            AND (v.verdict = 'hit' OR (v.verdict = 'unknown' AND v.as_of = {tonight}))
        ), placed AS (
          SELECT attribute, blocks, subject, hit FROM seen WHERE own
          UNION ALL
          SELECT v.attribute, v.blocks, u.ancestor, v.hit FROM seen v {above} WHERE NOT v.own
          UNION ALL  -- a member that broke tonight is unknown for everyone
          SELECT m.attribute, m.blocks, s.subject, FALSE FROM member m JOIN subject s ON s.subject_type = {type_}
          WHERE m.rule NOT IN (SELECT rule FROM assess.evaluated WHERE as_of = {tonight}) AND m.rule NOT IN ({later})
        ), fact AS (
          SELECT attribute, blocks, subject, bool_or(hit) AS hit FROM placed
          WHERE subject IN (SELECT subject FROM subject WHERE subject_type = {type_}) GROUP BY ALL
        )
        SELECT subject,
          coalesce(list(attribute ORDER BY attribute) FILTER (hit OR blocks), []) AS certain,
          coalesce(list(attribute ORDER BY attribute) FILTER (hit OR NOT blocks), []) AS possible
        FROM fact GROUP BY subject HAVING bool_or(NOT blocks) ORDER BY subject""")
