"""What ``rules/appraisal.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.contracts import contract, kinds
from riskengine.errors import Problem
from riskengine.model.appraisal import ABOUT_DUTIES, OF_DAYS, Appraisal, AppraisalItem, Spared
from riskengine.model.noun import Noun
from riskengine.rulebook.document import Location
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_appraisal"]

_TYPES = {"line": "县直部门", "township": "乡镇"}
_NO_SHARE = ("refused", "late-returns", "indicators", "veto")


def check_appraisal(entries: Entries) -> Iterator[Problem]:
    """Problems of ``appraisal.yaml`` that show beside the other files."""
    entry = entries.settings.get("appraisal")
    if entry is None or not isinstance(entry.model, Appraisal):
        return
    appraisal = entry.model
    yield from _items(entry, appraisal)
    for number, spared in enumerate(appraisal.spared):
        yield from _spared(entries, entry, appraisal, spared, ("spared", number))
    for number, kind in enumerate(appraisal.kinds):
        if kind not in kinds():
            known = "、".join(f"{each} {contract(each).title}" for each in kinds())
            yield entry.problem(("kinds", number), "E401", f"未知记录种类“{kind}”，可用：{known}。")
    sources = {each.model.source for each in entries.sources}
    for number, source in enumerate(appraisal.own):
        if source not in sources and "sources" not in entries.incomplete:
            yield entry.problem(("own", number), "E974", f"没有“{source}”这个来源{suggestion(source, sources)}")


def _items(entry: Entry[Noun], appraisal: Appraisal) -> Iterator[Problem]:
    ids: dict[str, int] = {}
    counted: dict[tuple[str, str], AppraisalItem] = {}
    most = dict.fromkeys(_TYPES, 0.0)
    for number, item in enumerate(appraisal.items):
        at: Location = ("items", number)
        if item.id in ids:
            message = f"考核项目“{item.id}”在第{ids[item.id]}行已有。请换一个编号。"
            yield entry.problem((*at, "id"), "E971", message)
        ids.setdefault(item.id, entry.document.position(at)[0])
        yield from _keys(entry, item, at)
        for type_ in item.applies:
            before = counted.setdefault((item.counts, type_), item)
            if before is not item:
                message = f"“{item.name}”与“{before.name}”对{_TYPES[type_]}扣的是同一件事（{item.counts}），同一件事会扣两次。请合成一项，或用 for 分开。"
                yield entry.problem((*at, "counts"), "E971", message)
            most[type_] += item.most
    for kind, total in most.items():
        if total > appraisal.points + 1e-9:
            message = f"{_TYPES[kind]}各项最多扣分合起来是{total:g}分，超过总分{appraisal.points:g}分。请调低 most，或写明 points。"
            yield entry.problem(("items",), "E973", message)


def _keys(entry: Entry[Noun], item: AppraisalItem, at: Location) -> Iterator[Problem]:
    """Keys that say nothing about what the item counts."""
    written = item.model_fields_set
    for key, fits, what in (
        ("over", item.counts in OF_DAYS, "按天数算的项目（签收、逾期、未反馈、数据迟报）"),
        ("unit", item.counts in OF_DAYS, "按天数算的项目（签收、逾期、未反馈、数据迟报）"),
        ("every", item.counts in OF_DAYS, "按天数算的项目（签收、逾期、未反馈、数据迟报）"),
        ("roles", item.counts in ABOUT_DUTIES, "签收、逾期、未反馈"),
        ("codes", item.counts == "refused", "未采用的回执（refused）"),
        ("papers", item.counts == "pressed", "被督办（pressed）"),
    ):
        if key in written and not fits:
            yield entry.problem((*at, key), "E972", f"“{item.name}”不用写 {key}：它只用于{what}。请删去。")
    if item.by == "share" and item.counts in _NO_SHARE:
        message = f"“{item.name}”不能按占比扣分：它不是从派给单位的预警里数出来的。请写 by: each。"
        yield entry.problem((*at, "by"), "E972", message)
    if not item.most and item.counts != "veto":
        yield entry.problem((*at, "most"), "E972", f"“{item.name}”的 most 是0，一分也不会扣。请写最多扣多少分。")
    if not item.points and item.counts != "veto":
        yield entry.problem((*at, "points"), "E972", f"“{item.name}”的 points 是0，一分也不会扣。请写每次扣多少分。")


def _spared(
    entries: Entries, entry: Entry[Noun], appraisal: Appraisal, spared: Spared, at: Location
) -> Iterator[Problem]:
    items = [item.id for item in appraisal.items]
    units = [unit.model.id for unit in entries.units]
    levels = [level.model.name for level in entries.levels]
    for number, item in enumerate(spared.items):
        if item not in items:
            yield entry.problem((*at, "items", number), "E974", f"没有“{item}”这个考核项目{suggestion(item, items)}")
    for number, unit in enumerate(spared.units):
        if unit not in units and "units" not in entries.incomplete:
            yield entry.problem((*at, "units", number), "E701", f"未知责任单位“{unit}”{suggestion(unit, units)}")
    for number, theme in enumerate(spared.themes):
        if entries.themes is not None and theme not in entries.themes and "themes" not in entries.incomplete:
            yield entry.problem(
                (*at, "themes", number), "E602", f"未知主题“{theme}”{suggestion(theme, entries.themes)}"
            )
    for number, level in enumerate(spared.levels):
        if level not in levels and "levels" not in entries.incomplete:
            yield entry.problem((*at, "levels", number), "E606", f"未知等级“{level}”{suggestion(level, levels)}")
