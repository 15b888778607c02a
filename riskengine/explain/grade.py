"""The score taken apart: each feature's value, band and points, the cap, the floors, and what level that makes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from riskengine.assess.score import level_of, says_of, total_of
from riskengine.explain.chain import Feature, Floor
from riskengine.explain.condition import Answers, answered, ask_for, clause_of
from riskengine.explain.relive import Scene
from riskengine.model.rule import Band
from riskengine.model.value import plain
from riskengine.rulebook.names import MEMBERS
from riskengine.store.steps import identifier, literal

__all__ = ["compound_features", "graded", "names_for"]


def names_for(scene: Scene, values: Mapping[str, float | None]) -> dict[str, str]:
    """Name → SQL over one row ``w`` of the wide table, as :func:`ruling` gives them."""
    names = {name: f"w.{identifier(name)}" for name in scene.wide.columns}
    for name in scene.rule.parameters:
        value = values.get(name)
        names[name] = "CAST(NULL AS DOUBLE)" if value is None else literal(float(value))
    return names | {"as_of": literal(scene.as_of)}


def graded(
    scene: Scene, subject: str, names: Mapping[str, str], units: Mapping[str, str], values: Mapping[str, float | None]
) -> tuple[tuple[Feature, ...], tuple[Floor, ...], str]:
    """Features, floors and the sentence that leads from points to level. All as if the rule hit: a clear or an unknown
    one shows what it would have scored.
    """
    rule = scene.rule
    answers = Answers(names)
    clauses = [clause_of(floor.when) for floor in rule.floors]
    for feature in rule.score:
        answers.ask(feature.of, boolean=False)
    for clause in clauses:
        ask_for(clause, answers)
    answers.fetch(scene.con, scene.row(subject))
    sentences = [
        says_of(each.says, names, "NULL" if answers.value(each.of) is None else None, units) for each in rule.score
    ] + [says_of(each.says, names, None, units) for each in rule.floors]
    said = scene.con.execute(f"SELECT {', '.join(sentences)} FROM {scene.row(subject)}").fetchone() if sentences else ()
    texts = list(said or [""] * len(sentences))
    bands = [_band(each.bands, answers.value(each.of)) for each in rule.score]
    total = sum(points for _, _, points in bands) or 1.0
    features = tuple(
        Feature(
            each.feature,
            each.of,
            units.get(each.of.strip(), ""),
            answers.value(each.of),
            lower,
            upper,
            points,
            points / total if points else 0.0,
            text,
        )
        for each, (lower, upper, points), text in zip(rule.score, bands, texts, strict=False)
    )
    floors = tuple(
        Floor(floor.level, answered(clause, answers, units, values), text)
        for floor, clause, text in zip(rule.floors, clauses, texts[len(bands) :], strict=True)
    )
    return features, floors, _leading(scene, [points for _, _, points in bands], floors)


def _band(bands: tuple[Band, ...], value: float | None) -> Band:
    """The band that a value lies in; 0 points where it is unknown."""
    if value is not None:
        for lower, upper, points in bands:
            if (lower is None or value >= lower) and (upper is None or value < upper):
                return lower, upper, points
    return None, None, 0.0


def _leading(scene: Scene, points: list[float], floors: tuple[Floor, ...]) -> str:
    """``45 + 15 = 60分 → 橙（60分起）``, with cap and floors; by the score's own statements."""
    levels = scene.rulebook.levels
    total = total_of([literal(float(each)) for each in points])
    held = [("TRUE", floor.level) for floor in floors if floor.condition.holds]
    [[score, ground, rank]] = scene.con.execute(
        f"SELECT s, {level_of(levels, 's', [])}, {level_of(levels, 's', held)} FROM (SELECT {total} AS s)"
    ).fetchall()
    named = {level.rank: level for level in levels}
    text = " + ".join(plain(each) for each in points) or "0"
    if len(points) > 1:
        text += f" = {plain(sum(points))}"
    text += "分" if score == sum(points) else f"分，封顶后{plain(score)}分"
    start = named[ground].score
    text += f" → {named[ground].name}（{f'{plain(start)}分起' if start is not None else '其余'}）"
    if held and rank < ground:
        text += f"；保底提到{named[rank].name}"
    elif held:
        text += "；保底成立，但等级已不低于它"
    return text


def compound_features(scene: Scene, subject: str) -> tuple[tuple[Feature, ...], str, float | None]:
    """What the verdict of a compound says of its score: the gravest member's, and what the meeting adds; how many
    members hit.
    """
    found = scene.found(subject)
    why = json.loads(found.why) if found.why else {}
    told = why.get("features", [])
    total = sum(each["points"] or 0 for each in told) or 1.0
    features = tuple(
        Feature(
            each["feature"],
            "",
            "",
            None,
            None,
            None,
            each["points"] or 0.0,
            (each["points"] or 0.0) / total,
            each["says"],
        )
        for each in told
    )
    if found.score is None or found.level is None:
        return features, "", why.get("values", {}).get(MEMBERS)
    level = next(each for each in scene.rulebook.levels if each.rank == found.level)
    added = " + ".join(plain(each.points) for each in features)
    raised = "".join(f"；{floor['says']}，至少为{floor['level']}" for floor in why.get("floors", []))
    return (
        features,
        f"{added} → {plain(found.score)}分（满分100）→ {level.name}{raised}",
        why.get("values", {}).get(MEMBERS),
    )
