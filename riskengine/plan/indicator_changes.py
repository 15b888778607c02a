"""What is not as it was in the indicators. A plan tells it and goes no further: it plays warnings, not indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from pydantic import BaseModel

from riskengine.model.indicator import Indicator, Limit, Target
from riskengine.model.rulebook import Rulebook
from riskengine.plan.noun import Change

__all__ = ["INDICATOR", "indicator_changes", "indicator_note"]

INDICATOR = "指标"

_TITLES = {
    "name": "名称", "aliases": "别名", "group": "组", "theme": "主题", "definition": "口径", "unit": "单位", "better": "方向",
    "returns": "读数来处", "reports": "报送单位", "owner": "责任单位", "about": "调查对象", "period": "周期", "covers": "口径时段",
    "compare": "比较对象", "tolerance": "允许相差", "least": "最小基数", "plausible": "合理范围", "weight": "分数", "basis": "依据",
    "kind": "方式", "reference": "出处", "from": "数据", "where": "筛选", "measure": "算法", "of": "取值", "per": "分母", "day": "日期",
    "by": "分组", "each": "每差", "points": "每份", "most": "最多扣", "veto": "一票否决",
}  # fmt: skip
_WORDS = {
    "at_least": "不低于", "at_most": "不超过", "exactly": "正好", "zero": "零发生", "change": "比上年升降", "rank_within": "进入前",
    "higher": "越高越好", "lower": "越低越好", "month": "月", "quarter": "季", "half": "半年", "year": "年", "moment": "时点",
    "last_year": "去年同期", "city": "全市", "province": "全省", "peers": "同类",
}  # fmt: skip
_NESTED = {"target": "目标", "control": "控制值", "computed": "计算", "deduct": "扣分"}


def indicator_changes(old: Rulebook, new: Rulebook, shown: Callable[[object], str | None]) -> Iterator[Change]:
    """Everything in which the indicators differ, but for their cases. ``shown``: a plain value as the plan writes it."""
    for id_ in dict.fromkeys((*new.indicators, *old.indicators)):
        before, after = old.indicators.get(id_), new.indicators.get(id_)
        if before is None or after is None:
            told = _aim(before or after)  # type: ignore[arg-type]
            named = (before or after).name  # type: ignore[union-attr]
            yield Change(INDICATOR, id_, named, "", told if before else None, told if after else None)
            continue
        for part, was, now in _parts(before, after, shown):
            yield Change(INDICATOR, id_, after.name, part, was, now)


def indicator_note(found: Sequence[Change]) -> str | None:
    """What a reader must know where indicators changed."""
    names = list(dict.fromkeys(each.title for each in found if each.what == INDICATOR))
    if not names:
        return None
    told = "”“".join(names[:3]) + (f"”等{len(names)}项" if len(names) > 3 else "”")
    return f"指标“{told}有改动：这里只推演预警规则，不推演指标。请运行 riskengine test，并看下一夜的指标页。"


def _parts(
    old: Indicator, new: Indicator, shown: Callable[[object], str | None]
) -> Iterator[tuple[str, str | None, str | None]]:
    yield from _fields("", old, new, {*_NESTED, "cases", "id"}, shown)
    for key, title in _NESTED.items():
        before, after = getattr(old, key), getattr(new, key)
        if before is None or after is None:
            if before != after:
                yield title, _brief(before, old.unit, shown), _brief(after, new.unit, shown)
            continue
        if isinstance(before, Target | Limit) and isinstance(after, Target | Limit):
            yield from _dated(title, _written(before, old.unit), _written(after, new.unit))
        yield from _fields(title, before, after, {"values"}, shown)


def _fields(
    title: str, old: BaseModel, new: BaseModel, without: set[str], shown: Callable[[object], str | None]
) -> Iterator[tuple[str, str | None, str | None]]:
    before, after = (each.model_dump(mode="json", by_alias=True) for each in (old, new))
    for key in after:
        if key not in without and before[key] != after[key]:
            yield title + _TITLES.get(key, key), _word(before[key], shown), _word(after[key], shown)


def _dated(
    title: str, old: Mapping[date, str], new: Mapping[date, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    for day in sorted({*old, *new}):
        if old.get(day) != new.get(day):
            yield f"{title}{day} 起", old.get(day), new.get(day)


def _written(part: Target | Limit, unit: str) -> dict[date, str]:
    return {day: f"{value:g}{_unit(part, unit)}" for day, value in part.values.items()}


def _brief(part: BaseModel | None, unit: str, shown: Callable[[object], str | None]) -> str | None:
    if part is None:
        return None
    if isinstance(part, Target | Limit):
        return _newest(part, unit)
    written = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return "，".join(f"{_TITLES.get(key, key)} {_word(value, shown)}" for key, value in written.items())


def _aim(indicator: Indicator) -> str:
    said = [f"目标{_newest(indicator.target, indicator.unit)}"] if indicator.target else []
    said += [f"控制值{_newest(indicator.control, indicator.unit)}"] if indicator.control else []
    return "，".join(said) or "没有目标"


def _newest(part: Target | Limit, unit: str) -> str:
    word = _WORDS[part.kind] if isinstance(part, Target) else ""
    if not part.values:
        return word
    return f"{word}{part.values[max(part.values)]:g}{_unit(part, unit)}"


def _unit(part: Target | Limit, unit: str) -> str:
    return "%" if isinstance(part, Target) and part.kind == "change" else unit


def _word(value: object, shown: Callable[[object], str | None]) -> str | None:
    if isinstance(value, list):
        return "、".join(_word(each, shown) or "不限" for each in value)
    return _WORDS.get(value, value) if isinstance(value, str) else shown(value)
