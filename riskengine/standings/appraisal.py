"""``riskengine appraise``: a year's assessment for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from riskengine.model.figure import number
from riskengine.review.appraisal.noun import Entry, Sheet
from riskengine.review.appraisal.wording import SHARE_HEAD, TYPES, channels_said, placed, remark, share_cells
from riskengine.standings.layout import table, wrapped

__all__ = ["record", "text", "unit_text"]


def text(sheet: Sheet) -> str:
    """Totals by type, shares, and where new channels stand; how to see more."""
    lines = [f"{sheet.year}年单位考核（截至 {sheet.as_of}）：总分{number(sheet.appraisal.points)}分，逐项扣分"]
    if not sheet.appraisal.items:
        lines += ["", "  rules/appraisal.yaml 没有写考核项目，只作比较，不扣分。"]
    named = {item.id: item.name for item in sheet.appraisal.items}
    for type_, title in TYPES.items():
        own = [each for each in sheet.standings if each.type == type_]
        shown = [each for each in own if each.warnings or any(each.by.values()) or each.veto]
        items = [item for item in named if any(each.by.get(item) for each in own)]
        head = ("名次", title, "得分", "派件", *(named[item] for item in items), "说明")
        rows = [
            (
                placed(each),
                sheet.unit_names[each.unit],
                number(each.score),
                str(each.warnings),
                *(f"-{number(each.by[item])}" if each.by.get(item) else "" for item in items),
                remark(sheet, each),
            )
            for each in shown
        ]
        lines += ["", f"【{title}】", *table([head, *rows], tuple(range(2, 4 + len(items))))]
        if rest := len(own) - len(shown):
            lines.append(f"  另有{rest}个单位一年里没有派件、没有扣分，{number(sheet.appraisal.points)}分，不排名。")
    lines += [
        "",
        "【办理情况，按占比比较（不按人口）】",
        *table([SHARE_HEAD, *(share_cells(sheet, each) for each in sheet.shares)]),
    ]
    lines += ["", *_fresh(sheet)]
    lines.append(
        "每一分扣在哪里：riskengine appraise --unit 单位；乡镇按万人口的比较：--out 文件夹，看考核表的“可比情况”。"
    )
    return "\n".join(lines)


def unit_text(sheet: Sheet, unit: str) -> str:
    """One unit: its total, every deduction with its trace, what was spared and why."""
    standing = next(each for each in sheet.standings if each.unit == unit)
    total = (
        f"{number(sheet.appraisal.points)}－{number(round(sum(standing.by.values()), 2))}＝{number(standing.score)}分"
    )
    lines = [
        f"{sheet.unit_names[unit]} {sheet.year}年考核（截至 {sheet.as_of}）：{total}，{placed(standing) or '不排名'}"
    ]
    if said := remark(sheet, standing):
        lines.append(f"  {said}")
    for item in sheet.appraisal.items:
        if item.id not in standing.by:
            continue
        own = [each for each in sheet.entries if each.hit.unit == unit and each.item == item.id]
        cost = f"扣{number(standing.by[item.id])}分（最多{number(item.most)}分）" if item.most else "不扣分，排在最后"
        lines += ["", f"【{item.name}】{cost if own else '没有'}"]
        for entry in own:
            cost = f"扣{number(entry.deducted)}分" if entry.deducted else "不扣" if entry.note or item.most else "否决"
            where = "，".join(each for each in (entry.hit.number, entry.hit.file, entry.note) if each)
            said = entry.hit.says.removesuffix("。") + (f"。〔{where}〕" if where else "。")
            lines += wrapped(f"{entry.hit.on} {cost}  {said}", "  ", "      ")
    return "\n".join(lines)


def record(sheet: Sheet, unit: str | None = None) -> dict[str, Any]:
    """The same as plain values; days as ISO text; with ``unit`` its part alone."""

    def mine(of: Sequence[Any]) -> Iterator[Any]:
        return (each for each in of if unit is None or each.unit == unit)

    named = sheet.unit_names
    return {
        "year": sheet.year,
        "as_of": sheet.as_of.isoformat(),
        "rules": sheet.rules,
        "points": sheet.appraisal.points,
        "units": [{**_plain(asdict(each)), "name": named[each.unit]} for each in mine(sheet.standings)],
        "deductions": [_entry(each, named) for each in sheet.entries if unit is None or each.hit.unit == unit],
        "shares": [{**_plain(asdict(each)), "name": named[each.unit]} for each in mine(sheet.shares)],
        "places": [
            {**_plain(asdict(each)), "name": sheet.place_names.get(each.place, each.place)}
            for each in sheet.places
            if unit is None
        ],
    }


def _entry(entry: Entry, named: dict[str, str] | Any) -> dict[str, Any]:
    hit = _plain(asdict(entry.hit))
    return {
        "item": entry.item, "points": entry.points, "deducted": entry.deducted, "note": entry.note, "name": named[entry.hit.unit], **hit
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _fresh(sheet: Sheet) -> Iterator[str]:
    towns = dict.fromkeys(each.place for each in sheet.places if each.channels)
    for place in towns:
        for said in channels_said(sheet, place):
            yield f"  {sheet.place_names.get(place, place)}：{said}"
    if towns:
        yield "  这些乡镇件数增多，先看新增的报送渠道，不要先说情况变差。"
        yield ""
