"""Score, level and reasons of a compound's verdict: the gravest member's score, plus what the meeting adds, then
floors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES
from riskengine.rulebook.expression import compile_expression
from riskengine.rulebook.names import MEMBERS, parameters_in_force
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["Grading", "count_verdicts", "grading_of", "store_verdicts"]

_COUNT = MEMBERS


@dataclass(frozen=True)
class Grading:
    """SQL over ``score`` and ``hits`` (members that hit): ``level`` a rank; ``floors`` a list of {level, says};
    ``parameters`` JSON.
    """

    level: str
    floors: str
    parameters: str


def grading_of(rule: Rule, rulebook: Rulebook, as_of: date) -> Grading:
    """How a compound is graded. A floor's condition may ask for ``命中数`` (how many members hit) and the rule's
    parameters.

    Raises ExpressionError for a floor that asks for anything else.
    """
    known, shown = {_COUNT: "CAST(hits AS DOUBLE)"}, []
    for name, force in parameters_in_force(rule, as_of).items():
        known[name] = "CAST(NULL AS DOUBLE)" if force is None else literal(float(force[0]))
        if force is not None:
            unit, since = literal(rule.parameters[name].unit), literal(force[1].isoformat())
            shown.append(f"{literal(name)}: {{'value': {known[name]}, 'unit': {unit}, 'since': {since}}}")
    ranks = {level.name: level.rank for level in rulebook.levels}
    bands = sorted(rulebook.levels, key=lambda level: level.rank)
    steps = " ".join(f"WHEN score >= {literal(float(b.score))} THEN {b.rank}" for b in bands if b.score is not None)
    level = f"CASE {steps} ELSE {bands[-1].rank} END" if steps else str(bands[-1].rank)
    says = []
    for floor in rule.floors:
        holds = compile_expression(floor.when, known, boolean=True).sql
        level = f"least({level}, CASE WHEN {holds} THEN {ranks[floor.level]} ELSE 99 END)"
        says.append(f"CASE WHEN {holds} THEN {{'level': {literal(floor.level)}, 'says': {literal(floor.says)}}} END")
    floors = f"list_filter([{', '.join(says)}], lambda f: f IS NOT NULL)" if says else "CAST([] AS VARCHAR[])"
    return Grading(level, floors, f"to_json({{{', '.join(shown)}}})" if shown else "JSON '{}'")


def store_verdicts(con: Connection, rule: Rule, rules: Mapping[str, Rule], as_of: date, grading: Grading) -> None:
    """Write the verdicts that temp table ``drawn`` holds for the compound ``rule``.

    Members' scores are read from ``assess.verdict``, so compounds must be stored after those they build on.
    """
    compound = rule.compound
    assert compound is not None
    tonight, type_ = literal(as_of), literal(rule.subject.value)
    members = [each for each in dict.fromkeys((*compound.all, *compound.any)) if each in rules]
    listed = ", ".join(
        f"({at}, {literal(each)}, {literal(rules[each].title)}, {literal(rules[each].subject is rule.subject)})"
        for at, each in enumerate(members)
    )
    above = (
        f"JOIN place_up u ON u.place = v.place AND u.level = {type_}"
        if rule.subject in PLACES
        else "JOIN place_up u ON FALSE"
    )
    earlier = f"近{compound.within}夜内出现"
    con.execute(f"""
        INSERT INTO assess.verdict
        WITH member(nth, rule, title, own) AS (VALUES {listed or "(0, NULL, NULL, TRUE)"}),
        seen AS (
          SELECT m.nth, m.rule, m.title, m.own, v.subject_type, v.subject, v.place, v.verdict, v.score, v.as_of, v.why
          FROM assess.verdict v JOIN member m ON m.rule = v.rule
          WHERE v.as_of <= {tonight} AND v.as_of > {tonight} - {compound.within}
            AND (v.verdict = 'hit' OR (v.verdict = 'unknown' AND v.as_of = {tonight}))
        ), placed AS (
          SELECT subject AS target, * FROM seen WHERE own
          UNION ALL
          SELECT u.ancestor AS target, v.* FROM seen v {above} WHERE NOT v.own
        ), met AS (
          SELECT target, nth, rule, title, own,
            count(DISTINCT (subject_type, subject)) FILTER (verdict = 'hit') AS subjects, max(score) AS score,
            max(as_of) FILTER (verdict = 'hit') AS last_on, bool_or(verdict = 'hit') AS hit,
            arg_max({{'subject_type': subject_type, 'subject': subject, 'as_of': as_of, 'why': why}},
              (score, as_of, subject)) FILTER (verdict = 'hit') AS top
          FROM placed SEMI JOIN drawn d ON d.subject = target AND d.rule = {literal(rule.id)}
          GROUP BY target, nth, rule, title, own
        ), worded AS (
          SELECT met.*, last_on = {tonight} AS tonight,
            title || CASE WHEN own THEN '' WHEN subjects = 1 THEN '（' || coalesce(s.name, top.subject) || '）'
              ELSE '（' || coalesce(s.name, top.subject) || '等' || subjects || '处）' END AS shown,
            s.name AS top_name
          FROM met LEFT JOIN subject s ON s.subject_type = top.subject_type AND s.subject = top.subject
        ), summed AS (
          SELECT target, count(*) FILTER (hit) AS hits, max(score) FILTER (hit) AS gravest,
            list(rule ORDER BY nth) FILTER (hit) AS members,
            list(title ORDER BY nth) FILTER (NOT hit) AS unknown,
            concat_ws('；',
              CASE WHEN count(*) FILTER (hit) > 1 THEN '同时命中：' ELSE '命中：' END
                || string_agg(shown, '、' ORDER BY nth) FILTER (hit AND tonight),
              '{earlier}：' || string_agg(shown, '、' ORDER BY nth) FILTER (hit AND NOT tonight)) AS says,
            coalesce(list({{'rule': rule, 'title': title, 'subject': top_name, 'on': strftime(top.as_of, '%Y-%m-%d'),
              'features': top.why->'$.features', 'details': top.why->'$.details'}}
              ORDER BY nth) FILTER (hit), []) AS details
          FROM worded GROUP BY target
        ), broken AS (
          SELECT coalesce(list(title ORDER BY nth), []) AS titles FROM member
          WHERE rule NOT IN (SELECT rule FROM assess.evaluated WHERE as_of = {tonight})
        ), graded AS (
          SELECT *, least(100, gravest + {literal(float(rule.adds))}) AS score FROM summed
        )
        SELECT {tonight}, {literal(rule.id)}, {type_}, s.subject, s.place, d.verdict,
          CASE WHEN d.verdict = 'hit' THEN g.score END,
          CASE WHEN d.verdict = 'hit' THEN {grading.level} END,
          CASE WHEN d.verdict = 'hit' THEN to_json({{
            'features': [{{'feature': '成员最高分', 'points': g.gravest, 'says': g.says}},
              {{'feature': '叠加', 'points': {literal(float(rule.adds))}, 'says': '多项风险叠加'}}],
            'floors': {grading.floors}, 'values': {{'{_COUNT}': g.hits}}, 'parameters': {grading.parameters},
            'members': g.members, 'details': g.details, 'unknown': list_concat(g.unknown, b.titles)}})
          ELSE to_json({{'features': [], 'floors': [], 'values': {{'{_COUNT}': coalesce(g.hits, 0)}},
            'parameters': {grading.parameters}, 'members': coalesce(g.members, []),
            'unknown': list_concat(g.unknown, b.titles)}}) END
        FROM drawn d JOIN subject s ON s.subject_type = {type_} AND s.subject = d.subject
          LEFT JOIN graded g ON g.target = d.subject, broken b
        WHERE d.rule = {literal(rule.id)} ORDER BY s.subject""")


def count_verdicts(con: Connection, rule: Rule, as_of: date) -> None:
    """Write the row of ``assess.evaluated`` for a compound that was concluded tonight, also where nothing was drawn."""
    tonight, type_ = literal(as_of), literal(rule.subject.value)
    con.execute(f"""
        INSERT INTO assess.evaluated
        SELECT {tonight}, {literal(rule.id)}, (SELECT count(*) FROM subject WHERE subject_type = {type_}),
          count(*) FILTER (verdict = 'hit'), count(*) FILTER (verdict = 'unknown')
        FROM drawn WHERE rule = {literal(rule.id)}""")
