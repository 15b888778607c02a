"""One plain rule as one SELECT over the wide table of its subjects: the rows of ``assess.verdict`` that are not
clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.assess.nights import Nights
from riskengine.assess.score import level_of, parameters_json, points_of, says_of, total_of, unknown_of, values_of
from riskengine.assess.wide import Wide
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.names import kinds_needed, parameters_in_force, placeholders
from riskengine.store.steps import identifier, literal

__all__ = ["ruling"]


def ruling(
    rule: Rule,
    rulebook: Rulebook,
    wide: Wide,
    nights: Nights,
    hushed: Mapping[str, frozenset[date]],
    *,
    every: bool = True,
) -> str:
    """The SELECT for ``nights``, on which the same values of the rule's parameters must be in force; ``every``: the wide table
    holds no other nights. ``hushed``: kinds that are silent and when everywhere, see ``build_silence``.

    Hit where the condition is TRUE, unknown where it is NULL, where a parameter is not in force or where a kind
    that the rule reads is silent. ``why``: features, floors, values, parameters, unknown (names), silent
    (sentences), members (always empty here). Raises ExpressionError or ValueError where the rule cannot be
    compiled, or reads a signal that is broken tonight.
    """
    as_of = nights.days[0]
    force = parameters_in_force(rule, as_of)
    names = {name: f"w.{identifier(name)}" for name in wide.columns}
    names |= {name: literal(float(held[0])) if held else "CAST(NULL AS DOUBLE)" for name, held in force.items()}
    names["as_of"] = literal(as_of) if nights.alone else "w.as_of"
    when = compile_expression(rule.when or "", names, boolean=True)
    units = {name: signal.unit for name, signal in rulebook.signals.items()}
    units |= {name: parameter.unit for name, parameter in rule.parameters.items()}
    features = [(each, compile_expression(each.of, names, boolean=False)) for each in rule.score]
    floors = [(each, compile_expression(each.when, names, boolean=True)) for each in rule.floors]
    sentences = [each.says for each in rule.score] + [each.says for each in rule.floors]
    spoken = {name for sentence in sentences for name in placeholders(sentence)}
    used = set(when.names).union(spoken, *(c.names for _, c in features), *(c.names for _, c in floors))
    signals = [name for name in wide.columns if name in used and name not in force]
    for name in signals:
        if name in wide.broken:
            raise ValueError(f"信号“{name}”算不出来（{wide.broken[name]}）")
    absent = sorted(name for name, held in force.items() if held is None)
    condition = "CAST(NULL AS BOOLEAN)" if absent else when.sql
    kinds = sorted(set(kinds_needed(rulebook, rule)) & set(hushed))
    silent = _silent(kinds, hushed, nights, alone=nights.alone and every)
    these = "" if every else f"w.as_of BETWEEN {literal(as_of)} AND {literal(nights.days[-1])} AND "
    noted = (
        "(SELECT flatten(list(messages ORDER BY kind)) FROM noted"
        f" WHERE noted.as_of = w.as_of AND noted.place = w.place AND kind IN ({_listed(kinds)}))"
        if kinds
        else "NULL"
    )

    columns = [f"{points_of(each, f'w.f${at}')} AS p${at}" for at, (each, _) in enumerate(features)]
    columns += [f"{says_of(each.says, names, f'w.f${at}', units)} AS s${at}" for at, (each, _) in enumerate(features)]
    told = ", ".join(
        f"{{'feature': {literal(each.feature)}, 'points': w.p${at}, 'says': w.s${at}}}"
        for at, (each, _) in enumerate(features)
    )
    raised = ", ".join(
        f"CASE WHEN w.g${at} THEN {{'level': {literal(each.level)}, 'says': {says_of(each.says, names, None, units)}}} END"
        for at, (each, _) in enumerate(floors)
    )
    floor_list = f"list_filter([{raised}], lambda each: each IS NOT NULL)" if raised else "[]"
    values = [f"round(CAST({compiled.sql} AS DOUBLE), 9) AS f${at}" for at, (_, compiled) in enumerate(features)]
    values += [f"{compiled.sql} AS g${at}" for at, (_, compiled) in enumerate(floors)]
    level = level_of(rulebook.levels, "w.score$", [(f"w.g${at}", each.level) for at, (each, _) in enumerate(floors)])
    why = f"""json_object('features', CASE WHEN w.verdict$ = 'hit' THEN to_json([{told}]) ELSE JSON '[]' END,
  'floors', CASE WHEN w.verdict$ = 'hit' THEN to_json({floor_list}) ELSE JSON '[]' END,
  'values', {values_of(signals)}, 'parameters', {parameters_json(rule, as_of)}, 'members', JSON '[]',
  'unknown', {unknown_of(signals, absent)}, 'silent', to_json(coalesce({noted}, [])))"""
    # $ keeps our names apart from signals'. Each level of the query names what the next one uses, so that nothing
    # is written or computed twice.
    return f"""
SELECT w.as_of, {literal(rule.id)}, {literal(rule.subject.value)}, w.subject, w.place, w.verdict$,
  CASE WHEN w.verdict$ = 'hit' THEN w.score$ END, CASE WHEN w.verdict$ = 'hit' THEN {level} END, {why}
FROM (SELECT *, {total_of([f"w.p${at}" for at in range(len(features))])} AS score$
FROM (SELECT *, {", ".join(columns)}
FROM (SELECT {", ".join(["w.as_of", "w.subject", "w.place", *(f"w.{identifier(name)}" for name in signals), *values])},
  CASE WHEN {silent} OR ({condition}) IS NULL THEN 'unknown' ELSE 'hit' END AS verdict$
FROM {wide.table} w WHERE {these}({silent} OR ({condition}) IS NOT FALSE)) w) w) w"""


def _silent(kinds: list[str], hushed: Mapping[str, frozenset[date]], nights: Nights, *, alone: bool) -> str:
    everywhere = nights.among("w.as_of", frozenset().union(*(hushed[kind] for kind in kinds)))
    if not kinds or everywhere == "TRUE":
        return everywhere
    of_kind = f"FROM hushed h WHERE h.kind IN ({_listed(kinds)})"
    there = (
        f"coalesce(w.place IN (SELECT h.place {of_kind}), FALSE)"
        if alone
        else f"coalesce((w.as_of, w.place) IN (SELECT (h.as_of, h.place) {of_kind}), FALSE)"
    )
    return there if everywhere == "FALSE" else f"({everywhere} OR {there})"


def _listed(kinds: list[str]) -> str:
    return ", ".join(literal(kind) for kind in kinds)
