"""What is said of a composition: against what, how much, and which parts make it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from riskengine.assess.indicators.decompose import REST, SHIFT, Difference, differences
from riskengine.assess.indicators.noun import Series
from riskengine.model.figure import amount, difference, measure, number
from riskengine.model.indicator import Indicator
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Part, Standing

__all__ = ["with_differences"]

_NAMED = 3
_AGAINST = {"target": "目标", "control": "控制值", "last_year": "去年同期", "city": "全市平均"}


def with_differences(
    rulebook: Rulebook, as_of: date, series: Sequence[Series], standings: Sequence[Standing], parts: Iterable[Part]
) -> list[Standing]:
    """The standings, each with ``why["difference"]``: null where nothing is taken apart, else ``{"kind", "base", "value", "text"}``.

    ``kind``: ``target``, ``control``, ``last_year``, ``city``, ``change`` or ``zero``, see :class:`Difference`; ``base``: what the
    county is held against and ``value``: by how much it differs, in the indicator's unit; ``text``: 比目标92%低1.7个百分点。按乡镇：
    清溪镇占38.2%……, without a full stop at the end.
    """
    split: dict[str, list[Part]] = {}
    for part in parts:
        split.setdefault(part.indicator, []).append(part)
    found = differences(rulebook, as_of, series, standings)
    counties = {place.code for place in rulebook.places if place.level == "county"}
    told = []
    for standing in standings:
        mine = found.get(standing.indicator) if standing.place in counties else None
        said = mine and _told(rulebook.indicators[standing.indicator], mine, split.get(standing.indicator, []))
        told.append(replace(standing, why={**standing.why, "difference": said}))
    return told


def _told(indicator: Indicator, found: Difference, parts: Sequence[Part]) -> Mapping[str, Any]:
    sentences = [_against(indicator, found)]
    for by in dict.fromkeys(part.by for part in parts):
        sentences.append(_split(by, [part for part in parts if part.by == by]))
    text = "。".join(sentences) if parts else f"{sentences[0]}；没有各乡镇的读数，不能分解"
    return {"kind": found.kind, "base": found.base, "value": found.whole, "text": text}


def _against(indicator: Indicator, found: Difference) -> str:
    up = found.whole > 0
    far = difference(indicator, found.whole)
    if found.kind == "zero":
        zero = indicator.target is not None and indicator.target.kind == "zero"
        return f"{'要求零发生，' if zero else ''}共{amount(indicator, found.value)}"
    if found.kind == "change":
        asked = round((found.factor - 1) * 100, 4)
        way = f"{'下降' if asked < 0 else '增长'}{number(abs(asked))}%" if asked else "持平"
        line = (
            f"去年同期{amount(indicator, found.base / found.factor)}，按目标{way}应为{amount(indicator, found.base, 1)}"
        )
        return f"{line}，今年{amount(indicator, found.value)}，{'多' if up else '少'}{far}"
    more = ("多" if up else "少") if measure(indicator) == "count" else ("高" if up else "低")
    return f"比{_AGAINST[found.kind]}{amount(indicator, found.base)}{more}{far}"


def _split(by: str, parts: Sequence[Part]) -> str:
    own = [part for part in parts if part.part not in (REST, SHIFT)]
    ahead, back = ([part for part in own if (part.share > 0) is up and part.share] for up in (True, False))
    if not ahead:
        return f"按{by}分不出主要来源"
    said = "、".join(f"{part.name}占{_share(part)}" for part in ahead[:_NAMED])
    if len(ahead) > _NAMED:
        said += f"，其余{len(ahead) - _NAMED}个合占{_share(*ahead[_NAMED:])}"
    if back:
        said += f"；另有{len(back)}个往好的方向拉（{_share(*back)}）"
    names = {SHIFT: "比重变化占", REST: "不能分解的占"}
    return f"按{by}：{said}" + "".join(f"；{names[part.part]}{_share(part)}" for part in parts if part.part in names)


def _share(*parts: Part) -> str:
    return f"{number(round(sum(part.share for part in parts), 1))}%".replace("-", "−")
