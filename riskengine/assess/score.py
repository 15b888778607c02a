"""A rule's score as SQL: points by feature, level by band and floor, and the reasons, a score that can be read aloud.

All fragments speak of one row of a wide table as ``w``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from riskengine.model.duty import Level
from riskengine.model.rule import Feature, Rule
from riskengine.rulebook.names import parameters_in_force, placeholders
from riskengine.store.steps import identifier, literal

__all__ = ["SHOWN", "level_of", "parameters_json", "points_of", "says_of", "spoken", "total_of", "unknown_of", "values_of"]

SHOWN = """
CREATE OR REPLACE TEMP MACRO shown(x) AS
  coalesce(CASE WHEN isfinite(x) THEN rtrim(rtrim(printf('%.2f', round(x, 2) + 0.0), '0'), '.') END, '未知')"""
"""The macro that writes a number as people do: 12, 3.1, 0.25; NULL is 未知."""


def spoken(value: str, unit: str | None) -> str:
    """``value`` as SQL text in the way its unit is read aloud: yuan in 万 and 亿 (the sentence goes on with 元), a share (比例, 0 to
    1) in per cent.
    """
    if unit == "元":
        return (
            f"CASE WHEN abs({value}) >= 1e8 THEN shown({value} / 1e8) || '亿' "
            f"WHEN abs({value}) >= 1e4 THEN shown({value} / 1e4) || '万' ELSE shown({value}) END"
        )
    return f"shown({value} * 100) || '%'" if unit == "比例" else f"shown({value})"


def points_of(feature: Feature, value: str) -> str:
    """Points by the band in which ``value`` lies; 0 where it is unknown."""
    cases = []
    for lower, upper, points in feature.bands:
        above = f"{value} >= {literal(float(lower))}" if lower is not None else ""
        below = f"{value} < {literal(float(upper))}" if upper is not None else ""
        cases.append(
            f"WHEN {' AND '.join(filter(None, (above, below))) or f'{value} IS NOT NULL'} THEN {literal(float(points))}"
        )
    return f"CASE {' '.join(cases)} ELSE 0.0 END"


def total_of(points: Sequence[str]) -> str:
    """The score: the points added up, held within 0..100."""
    return f"least(100.0, greatest(0.0, {' + '.join(points) or '0.0'}))"


def level_of(levels: Sequence[Level], score: str, floors: Sequence[tuple[str, str]]) -> str:
    """Rank of the level: by score, or the gravest of the floors (condition, level name) that hold, whichever is
    graver.
    """
    ranks = {level.name: level.rank for level in levels}
    banded = sorted((level for level in levels if level.score is not None), key=lambda level: -(level.score or 0))
    lowest = max((level.rank for level in levels if level.score is None), default=max(ranks.values()))
    cases = " ".join(f"WHEN {score} >= {literal(float(level.score or 0))} THEN {level.rank}" for level in banded)
    ground = f"CASE {cases} ELSE {lowest} END" if cases else str(lowest)
    held = "".join(f", CASE WHEN {when} THEN {ranks[name]} ELSE {lowest} END" for when, name in floors)
    return f"CAST(least({ground}{held}) AS TINYINT)" if held else f"CAST({ground} AS TINYINT)"


def says_of(
    sentence: str, names: Mapping[str, str], missing: str | None = None, units: Mapping[str, str] | None = None
) -> str:
    """The sentence with its numbers, as SQL text; where ``missing`` (a value) is NULL it ends in （数据缺失）.

    ``units`` of the names, where they change how a number is read.

    Raises ValueError for a placeholder that is not among ``names``.
    """
    unknown = [name for name in placeholders(sentence) if name not in names]
    if unknown:
        raise ValueError(f"句子里的“{unknown[0]}”不是这条规则能用的信号或参数")
    parts = []
    for text in re.split(r"(\{[^{}]*\})", sentence):
        if text.startswith("{"):
            name = text[1:-1].strip()
            parts.append(spoken(names[name], (units or {}).get(name)))
        elif text:
            parts.append(literal(text))
    if missing is not None:
        parts.append(f"CASE WHEN {missing} IS NULL THEN '（数据缺失）' ELSE '' END")
    return " || ".join(parts)


def values_of(signals: Sequence[str]) -> str:
    """JSON object of the signals' values, NULL where unknown."""
    return _object(signals, lambda name: f"w.{identifier(name)}")


def unknown_of(signals: Sequence[str], parameters: Sequence[str]) -> str:
    """List of the names that are unknown for the subject: signals by value, parameters that are not in force yet."""
    found = [f"CASE WHEN w.{identifier(name)} IS NULL THEN {literal(name)} END" for name in signals]
    found += [literal(name) for name in parameters]
    return f"list_filter(CAST([{', '.join(found)}] AS VARCHAR[]), lambda name: name IS NOT NULL)"


def parameters_json(rule: Rule, as_of: date) -> str:
    """JSON of the parameters in force, with unit and the day they hold since."""
    force = parameters_in_force(rule, as_of)
    shown = {
        name: {"value": held[0], "unit": rule.parameters[name].unit, "since": held[1].isoformat()}
        for name, held in force.items()
        if held is not None
    }
    return f"CAST({literal(json.dumps(shown, ensure_ascii=False))} AS JSON)"


def _object(names: Sequence[str], value: Callable[[str], str]) -> str:
    return f"json_object({', '.join(f'{literal(name)}, {value(name)}' for name in names)})"
