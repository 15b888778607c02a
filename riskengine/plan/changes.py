"""What is not as it was: two rule books compared entry by entry, in words an analyst reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from riskengine.model.duty import Route
from riskengine.model.rule import Compound, Feature, Rule
from riskengine.model.rulebook import Rulebook
from riskengine.plan.clock_changes import clock_changes
from riskengine.plan.indicator_changes import indicator_changes
from riskengine.plan.noun import Change
from riskengine.plan.settings_changes import settings_changes

__all__ = ["changes"]

_TITLES = {
    "title": "名称", "theme": "主题", "status": "状态", "until": "截止日", "subject": "对象", "when": "条件", "adds": "叠加分",
    "for": "触发（for）", "keep": "解除（keep）", "basis": "依据", "action": "建议措施", "false_causes": "可能误报原因",
    "inhibits": "合并（inhibits）", "evidence": "证据", "unit": "单位", "reference": "依据", "from": "数据", "where": "筛选",
    "measure": "算法", "of": "取值", "window": "天数", "lag": "回看", "usual": "常态", "upper": "上限", "history": "历史窗口数",
    "gap": "空开窗口数", "least": "最少窗口数", "alarm": "误警率", "formula": "公式", "rate": "每万人", "trend": "趋势", "rank": "名次",
    "among": "比较范围", "empty": "缺省值", "name": "名称", "code": "代码", "colour": "颜色", "score": "最低分", "handle_within": "办理天数",
    "type": "类型", "sort": "排序", "weekly": "周办理量", "who": "决定单位", "why": "原因", "breaks_at": "破例等级", "values": "取值",
    "rule": "规则", "population": "人口", "parent": "上级", "level": "级别", "aliases": "别名", "valid_from": "生效日",
}  # fmt: skip
_STATUS = {"live": "正式运行", "trial": "试运行", "draft": "草稿", "retired": "停用"}
_PARTS = {"all": "全部命中（all）", "any": "任一命中（any）", "none": "不得命中（none）"}


def changes(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Everything in which ``new`` differs from ``old``, rules first; layout, comments and cases do not count."""
    found = [*_rules(old, new)]
    found += _entries("信号", old.signals, new.signals, "name")
    found += _entries("名单", old.lists, new.lists, "name")
    found += _entries("例外", _exemptions(old), _exemptions(new), "rule")
    found += _routes(old, new)
    found += _entries("等级", {e.name: e for e in old.levels}, {e.name: e for e in new.levels}, "name")
    found += clock_changes(old, new, _shown)
    found += _entries("单位", old.units, new.units, "name")
    found += _entries("地区", _places(old), _places(new), "name")
    found += _entries("来源", old.sources, new.sources, "title")
    found += indicator_changes(old, new, _shown)
    found += settings_changes(old, new, _shown)
    return tuple(found)


def _rules(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    for id_ in dict.fromkeys((*new.rules, *old.rules)):
        before, after = old.rules.get(id_), new.rules.get(id_)
        if before is None and after is not None:
            yield Change("规则", id_, after.title, "", None, _status(after))
        elif after is None and before is not None:
            yield Change("规则", id_, before.title, "", _status(before), None)
        elif before is not None and after is not None and before != after:
            for part, was, now in _rule_parts(before, after):
                yield Change("规则", id_, after.title, part, was, now)


def _status(rule: Rule) -> str:
    return _STATUS[rule.status]


def _rule_parts(old: Rule, new: Rule) -> Iterator[tuple[str, str | None, str | None]]:
    plain = {"parameters", "score", "floors", "compound", "cases", "id"}
    yield from _fields(old, new, plain)
    yield from _parameters(old, new)
    for feature in dict.fromkeys(e.feature for e in (*new.score, *old.score)):
        was, now = _named(old.score, feature), _named(new.score, feature)
        part = f"得分项“{feature}”"
        if was is None or now is None:
            yield part, None if was is None else _bands(was["bands"]), None if now is None else _bands(now["bands"])
            continue
        for key, title in (("of", "取值"), ("bands", "得分档"), ("says", "说明")):
            if was[key] != now[key]:
                shown = _bands if key == "bands" else str
                yield part + title, shown(was[key]), shown(now[key])
    floors = [{(e.when, e.level): e.says for e in rule.floors} for rule in (old, new)]
    for when, level in dict.fromkeys((*floors[1], *floors[0])):
        one, two = floors[0].get((when, level)), floors[1].get((when, level))
        if one != two:
            yield f"保底（{when} 时至少{level}）", one, two
    if old.compound is not None and new.compound is not None:
        yield from _compound(old, new)
    elif old.compound != new.compound:
        yield "写法", _form(old), _form(new)


def _parameters(old: Rule, new: Rule) -> Iterator[tuple[str, str | None, str | None]]:
    for name in dict.fromkeys((*new.parameters, *old.parameters)):
        before, after = old.parameters.get(name), new.parameters.get(name)
        values = [each.values if each else {} for each in (before, after)]
        unit = (after or before).unit  # type: ignore[union-attr]
        for day in sorted({*values[0], *values[1]}):
            was, now = (_number(each[day]) + unit if day in each else None for each in values)
            if was != now:
                yield f"参数“{name}”{day} 起", was, now
        if before and after:
            for part, was, now in _fields(before, after, {"values"}):
                yield f"参数“{name}”{part}", was, now


def _compound(old: Rule, new: Rule) -> Iterator[tuple[str, str | None, str | None]]:
    one, two = old.compound, new.compound
    assert one is not None and two is not None
    for key, title in _PARTS.items():
        was, now = getattr(one, key), getattr(two, key)
        if was != now:
            yield title, "、".join(was), "、".join(now)
    if one.at_least != two.at_least:
        yield "至少命中（at_least）", _at_least(one), _at_least(two)
    if one.within != two.within:
        yield "几夜之内（within）", str(one.within), str(two.within)


def _form(rule: Rule) -> str:
    return "普通规则" if rule.compound is None else "复合规则"


def _at_least(compound: Compound) -> str | None:
    part = compound.at_least
    return None if part is None else f"{part.count} 条：{'、'.join(part.of)}"


def _entries(what: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel], title: str) -> Iterator[Change]:
    for id_ in dict.fromkeys((*new, *old)):
        before, after = old.get(id_), new.get(id_)
        named = str(getattr(after or before, title))
        if before is None or after is None:
            told = _brief(after or before)  # type: ignore[arg-type]
            yield Change(what, id_, named, "", told if before else None, told if after else None)
        elif before != after:
            for part, was, now in _fields(before, after, set()):
                yield Change(what, id_, named, part, was, now)


def _fields(old: BaseModel, new: BaseModel, without: set[str]) -> Iterator[tuple[str, str | None, str | None]]:
    """Part, before and after of each plain field that differs."""
    before, after = (each.model_dump(mode="json", by_alias=True) for each in (old, new))
    for key in after:
        if key not in without and before[key] != after[key]:
            shown = _STATUS.get if key == "status" else _shown
            yield _TITLES.get(key, key), shown(before[key]), shown(after[key])


def _routes(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    """Order counts: the first route that matches wins. A route that moves is told as gone and new."""
    units = {unit.id: unit.name for book in (old, new) for unit in book.units.values()}
    one, two = ([_route(each, units) for each in book.routes] for book in (old, new))
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(a=one, b=two, autojunk=False).get_opcodes():
        if tag == "replace" and i2 - i1 == j2 - j1:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield Change("派发", "", "", f"第{new.route_number(j)}条", one[i], two[j])
        elif tag != "equal":
            for i in range(i1, i2):
                yield Change("派发", "", "", f"（原第{old.route_number(i)}条）", one[i], None)
            for j in range(j1, j2):
                yield Change("派发", "", "", f"第{new.route_number(j)}条", None, two[j])


def _route(route: Route, units: Mapping[str, str]) -> str:
    parts = ["、".join(map(str, each)) for each in (route.themes, route.subjects, route.levels, route.places) if each]
    lead = {"township": "属地乡镇", "reporter": "报送单位", **units}.get(route.lead, route.lead)
    copies = "、".join({"township": "属地乡镇", **units}.get(unit, unit) for unit in route.copies)
    told = f"{'，属地协办' if route.township else ''}{f'，抄送{copies}' if copies else ''}{'（兜底）' if route.catch_all else ''}"
    return f"{'；'.join(parts) or '其余'} 派给{lead}{told}"


def _exemptions(book: Rulebook) -> dict[str, BaseModel]:
    return {f"{each.rule}／{each.subject}": each for each in book.exemptions}


def _places(book: Rulebook) -> dict[str, BaseModel]:
    """A code may have several rows, one from each day on."""
    return {each.code + (f" {each.valid_from} 起" if each.valid_from else ""): each for each in book.places}


def _named(features: Sequence[Feature], name: str) -> dict[str, Any] | None:
    return next((each.model_dump() for each in features if each.feature == name), None)


def _bands(bands: Sequence[Sequence[float | None]]) -> str:
    def edge(value: float | None) -> str:
        return "∞" if value is None else _number(value)

    return "，".join(
        f"{'−' if lower is None else ''}{edge(lower)}～{edge(upper)} 得 {_number(points or 0)} 分"
        for lower, upper, points in bands
    )


def _brief(entry: BaseModel) -> str:
    written = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    told = [f"{_TITLES.get(key, key)}={_shown(value)}" for key, value in written.items() if key not in ("name", "id")]
    text = "，".join(told)
    return text if len(text) <= 120 else text[:119] + "…"


def _shown(value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return "、".join(str(_shown(each)) for each in value)
    if isinstance(value, dict):
        return "，".join(f"{_TITLES.get(str(key), key)} {_shown(each)}" for key, each in value.items())
    return str(value)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
