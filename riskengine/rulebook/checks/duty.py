"""Levels, units and places: that every warning finds exactly one level, and every place a unit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_duty"]

_ABOVE = {"county": None, "town": "county", "village": "town"}
_LEADS = ("township", "reporter")


def check_duty(entries: Entries) -> Iterator[Problem]:
    """Problems of levels, units and places."""
    yield from _levels(entries)
    seen: set[str] = set()
    for unit in entries.units:
        if unit.model.id in seen or unit.model.id in _LEADS:
            yield unit.problem(("id",), "E501", f"单位“{unit.model.id}”已有或是保留名称。请换一个编号。")
        seen.add(unit.model.id)
    yield from _places(entries)


def _levels(entries: Entries) -> Iterator[Problem]:
    levels = entries.levels
    if not levels or "levels" in entries.incomplete:
        return
    for key in ("name", "rank", "code"):
        counted = Counter(getattr(level.model, key) for level in levels)
        for level in levels:
            value = getattr(level.model, key)
            if counted[value] > 1:
                yield level.problem((key,), "E702", f"等级的 {key}“{value}”写了不止一次。每个等级须不同。")
    for level in levels:
        if level.model.score is not None and not math.isfinite(level.model.score):
            yield level.problem(("score",), "E702", f"等级“{level.model.name}”的分数应为有限的数字或 null。")
    lowest = [level for level in levels if level.model.score is None]
    if len(lowest) != 1:
        told = "、".join(level.model.name for level in lowest) or "无"
        yield levels[-1].problem(("score",), "E702", f"须有且只有一个等级写 score: null（其余分数都归它），现在：{told}。")
    ranked = sorted(levels, key=lambda level: level.model.rank)
    for upper, lower in zip(ranked, ranked[1:], strict=False):
        high = upper.model.score
        low = float("-inf") if lower.model.score is None else lower.model.score
        if high is None and len(lowest) == 1:
            yield upper.problem(("score",), "E702", f"score: null 应写在最轻的等级上，“{upper.model.name}”不是最轻的。")
        elif high is not None and high <= low:
            message = f"等级“{upper.model.name}”（{high:g}分）应高于“{lower.model.name}”（{low:g}分）。请对调。"
            yield upper.problem(("score",), "E702", message)


def _places(entries: Entries) -> Iterator[Problem]:
    if not entries.places or "places" in entries.incomplete:
        return
    newest = {entry.model.code: entry for entry in entries.places}
    counties = [entry for entry in newest.values() if entry.model.level == "county"]
    if len(counties) != 1:
        yield entries.places[0].problem(("level",), "E703", f"地区树须有且只有一个县级（county），现有{len(counties)}个。")
    units = {unit.model.id for unit in entries.units}
    rows: set[tuple[str, object]] = set()
    for entry in entries.places:
        place = entry.model
        if (place.code, place.valid_from) in rows:
            yield entry.problem(("code",), "E703", f"地区“{place.code}”同一生效日期写了两行。请删去一行或改 valid_from。")
        rows.add((place.code, place.valid_from))
        first = newest[place.code].model
        if (place.name, place.level, place.parent) != (first.name, first.level, first.parent):
            yield entry.problem(("name",), "E703", f"地区“{place.code}”几行的名称、级别或上级不一致。请改成一样。")
        if place.unit is not None and place.unit not in units and "units" not in entries.incomplete:
            yield entry.problem(("unit",), "E701", f"未知责任单位“{place.unit}”{suggestion(place.unit, units)}")
        above = _ABOVE[place.level]
        parent = newest.get(place.parent or "")
        if above is None and place.parent is not None:
            yield entry.problem(("parent",), "E703", f"县级“{place.name}”没有上级。请把 parent 留空。")
        elif above is not None and parent is None:
            near = suggestion(place.parent or "", newest, 0)
            yield entry.problem(("parent",), "E703", f"“{place.name}”的上级“{place.parent or ''}”不在表里{near}")
        elif above is not None and parent is not None and parent.model.level != above:
            message = f"“{place.name}”（{place.level}）的上级“{parent.model.name}”应是 {above}，现为 {parent.model.level}。"
            yield entry.problem(("parent",), "E703", message)
