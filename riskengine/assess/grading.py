"""Score, level and reasons of a compound's verdict: the gravest member's score, plus what the meeting adds, then
floors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from riskengine.assess.members import Sight
from riskengine.assess.nights import Nights
from riskengine.assess.score import SHOWN, says_of
from riskengine.assess.strata import Block
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.language.expression import compile_expression
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


def grading_of(rule: Rule, rulebook: Rulebook, nights: Nights) -> Grading:
    """How a compound is graded. A floor's condition may ask for ``命中数`` (how many members hit) and the rule's
    parameters, as they are in force on each night.

    Raises ExpressionError for a floor that asks for anything else, ValueError for a sentence that speaks of anything else.
    """
    force = {night: parameters_in_force(rule, night) for night in nights.days}
    known = {_COUNT: "CAST(hits AS DOUBLE)"}
    for name in rule.parameters:
        known[name] = _by_night(nights, {night: _value(held[name]) for night, held in force.items()})
    parameters = _by_night(nights, {night: _shown(rule, held) for night, held in force.items()})
    ranks = {level.name: level.rank for level in rulebook.levels}
    bands = sorted(rulebook.levels, key=lambda level: level.rank)
    steps = " ".join(f"WHEN score >= {literal(float(b.score))} THEN {b.rank}" for b in bands if b.score is not None)
    level = f"CASE {steps} ELSE {bands[-1].rank} END" if steps else str(bands[-1].rank)
    says = []
    units = {name: parameter.unit for name, parameter in rule.parameters.items()}
    for floor in rule.floors:
        holds = compile_expression(floor.when, known, boolean=True).sql
        level = f"least({level}, CASE WHEN {holds} THEN {ranks[floor.level]} ELSE 99 END)"
        told = says_of(floor.says, known, None, units)
        says.append(f"CASE WHEN {holds} THEN {{'level': {literal(floor.level)}, 'says': {told}}} END")
    floors = (
        f"list_filter([{', '.join(says)}], lambda f: f IS NOT NULL)"
        if says
        else 'CAST([] AS STRUCT("level" VARCHAR, says VARCHAR)[])'
    )
    return Grading(level, floors, parameters)


def _by_night(nights: Nights, sql: Mapping[date, str]) -> str:
    """One expression for what differs from night to night, over a column ``as_of``."""
    steps = [(text, max(days)) for text, days in groupby(nights.days, lambda night: sql[night])]
    *before, (text, _) = steps
    cases = " ".join(f"WHEN as_of <= {literal(last)} THEN {each}" for each, last in before)
    return f"CASE {cases} ELSE {text} END" if cases else text


def _by_rule(sql: Mapping[str, str]) -> str:
    """One expression for what differs from compound to compound, over a column ``rule``."""
    if len(set(sql.values())) == 1:
        return next(iter(sql.values()))
    return f"CASE rule {' '.join(f'WHEN {literal(rule)} THEN {each}' for rule, each in sql.items())} END"


def _value(held: tuple[float, date] | None) -> str:
    return "CAST(NULL AS DOUBLE)" if held is None else literal(float(held[0]))


def _shown(rule: Rule, force: Mapping[str, tuple[float, date] | None]) -> str:
    shown = [
        f"{literal(name)}: {{'value': {_value(held)}, 'unit': {literal(rule.parameters[name].unit)}, "
        f"'since': {literal(held[1].isoformat())}}}"
        for name, held in force.items()
        if held is not None
    ]
    return f"to_json({{{', '.join(shown)}}})" if shown else "JSON '{}'"


def store_verdicts(con: Connection, rules: Sequence[Rule], sight: Sight, gradings: Mapping[str, Grading]) -> None:
    """Write the verdicts that temp table ``drawn`` holds for these compounds of one block.

    Members' scores are read from ``assess.verdict``, so compounds must be stored after those they build on.
    """
    type_, listed = literal(rules[0].subject.value), ", ".join(literal(rule.id) for rule in rules)
    adds = _by_rule({rule.id: literal(float(rule.adds)) for rule in rules})
    level = _by_rule({rule.id: gradings[rule.id].level for rule in rules})
    floors = _by_rule({rule.id: gradings[rule.id].floors for rule in rules})
    parameters = _by_rule({rule.id: gradings[rule.id].parameters for rule in rules})
    con.execute(SHOWN)
    con.execute(f"""
        INSERT INTO assess.verdict
        WITH asked AS (FROM drawn WHERE rule IN ({listed})),
        met AS (
          SELECT {sight.night} AS as_of, m.compound, {sight.target} AS target, m.nth, m.rule, m.title, m.own, m.within,
            count(DISTINCT (v.subject_type, v.subject)) FILTER (v.verdict = 'hit') AS subjects, max(v.score) AS score,
            max(v.as_of) FILTER (v.verdict = 'hit') AS last_on, bool_or(v.verdict = 'hit') AS hit,
            arg_max({{'subject_type': v.subject_type, 'subject': v.subject, 'hit_on': v.as_of, 'why': v.why}},
              (v.score, v.as_of, v.subject)) FILTER (v.verdict = 'hit') AS top
          FROM member m {sight.joined}
          WHERE {sight.where} AND NOT m.blocks
            AND ({sight.night}, m.compound, {sight.target}) IN (SELECT (as_of, rule, subject) FROM asked)
          GROUP BY ALL
        ), worded AS (
          SELECT met.*, s.name AS top_name, last_on = met.as_of AS tonight,
            title || CASE WHEN own THEN '' ELSE '（' || coalesce(s.name, top.subject)
              || CASE WHEN subjects = 1 THEN '' ELSE '等' || subjects || '处' END || '）' END AS shown
          FROM met LEFT JOIN subject s
            ON s.as_of = met.as_of AND s.subject_type = top.subject_type AND s.subject = top.subject
        ), summed AS (
          SELECT as_of, compound, target, count(*) FILTER (hit) AS hits, max(score) FILTER (hit) AS gravest,
            list(rule ORDER BY nth) FILTER (hit) AS members, list(title ORDER BY nth) FILTER (NOT hit) AS unknown,
            concat_ws('；',
              CASE WHEN count(*) FILTER (hit) > 1 THEN '同时命中：' ELSE '命中：' END
                || string_agg(shown, '、' ORDER BY nth) FILTER (tonight),
              '近' || any_value(within) || '夜内出现：' || string_agg(shown, '、' ORDER BY nth) FILTER (NOT tonight)) AS says,
            list({{'rule': rule, 'title': title, 'subject': top_name, 'on': strftime(top.hit_on, '%Y-%m-%d'),
              'features': top.why->'$.features', 'details': top.why->'$.details'}} ORDER BY nth) FILTER (hit) AS details
          FROM worded GROUP BY as_of, compound, target
        ), broken AS (
          SELECT as_of, compound, list(title ORDER BY nth) AS titles FROM missed WHERE NOT blocks GROUP BY ALL
        ), graded AS (
          SELECT d.as_of, d.rule, d.subject, d.verdict, coalesce(g.hits, 0) AS hits, g.gravest, g.says,
            coalesce(g.members, []) AS members, coalesce(g.details, []) AS details,
            coalesce(list_concat(g.unknown, b.titles), []) AS unknown, {adds} AS adds, least(100, g.gravest + adds) AS score
          FROM asked d LEFT JOIN summed g ON g.as_of = d.as_of AND g.compound = d.rule AND g.target = d.subject
            LEFT JOIN broken b ON b.as_of = d.as_of AND b.compound = d.rule
        ), told AS (
          SELECT as_of, rule, subject, verdict, score, {level} AS level, to_json({{
            'features': CASE WHEN verdict = 'hit' THEN [{{'feature': '成员最高分', 'points': gravest, 'says': says}},
              {{'feature': '叠加', 'points': adds, 'says': '多项风险叠加'}}] ELSE [] END,
            'floors': CASE WHEN verdict = 'hit' THEN {floors} ELSE [] END, 'values': {{'{_COUNT}': hits}},
            'parameters': {parameters}, 'members': members, 'details': details, 'unknown': unknown}}) AS why
          FROM graded
        )
        SELECT t.as_of, t.rule, {type_}, s.subject, s.place, t.verdict,
          CASE WHEN t.verdict = 'hit' THEN t.score END, CASE WHEN t.verdict = 'hit' THEN t.level END, t.why
        FROM told t JOIN subject s ON s.as_of = t.as_of AND s.subject_type = {type_} AND s.subject = t.subject
        ORDER BY t.as_of, t.rule, s.subject""")


def count_verdicts(con: Connection, block: Block, nights: Nights) -> None:
    """Write the rows of ``assess.evaluated`` for the compounds of a block that was concluded, also where nothing was
    drawn.
    """
    night, type_ = nights.day, literal(block.subject.value)
    rows = ", ".join(
        f"({at}, {literal(rule.id)}, {literal(rule.until or date.max)})" for at, rule in enumerate(block.rules)
    )
    con.execute(f"""
        INSERT INTO assess.evaluated
        WITH counted AS (
          SELECT {night} AS as_of, r.* FROM (VALUES {rows}) r(nth, rule, until) {nights.joined}
          WHERE {night} <= r.until
        ), peopled AS (
          SELECT as_of, count(*) AS subjects FROM subject WHERE subject_type = {type_} GROUP BY as_of
        )
        SELECT c.as_of, c.rule, coalesce(p.subjects, 0),
          count(*) FILTER (d.verdict = 'hit'), count(*) FILTER (d.verdict = 'unknown')
        FROM counted c LEFT JOIN peopled p ON p.as_of = c.as_of
          LEFT JOIN drawn d ON d.as_of = c.as_of AND d.rule = c.rule
        GROUP BY c.as_of, c.nth, c.rule, p.subjects ORDER BY c.as_of, c.nth""")
