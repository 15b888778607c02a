"""A plan for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from riskengine.model.period import month_day
from riskengine.plan.burden import Burden
from riskengine.plan.effect import Effect
from riskengine.plan.known import Event, Rate
from riskengine.plan.noun import KINDS, Difference, Stretch

__all__ = ["TITLES", "as_text", "burden_row", "difference_row", "event_row", "precision_row", "rate", "stretch", "table"]

TITLES = {
    "difference": ("对象", "主题", "原来", "改后", "首夜", "主办", "原因"),
    "by": ("", *KINDS.values()),
    "burden": ("单位", "原周均", "改后周均", "原最忙周", "改后最忙周", "原在办", "改后在办"),
    "precision": ("规则", "原查准率", "改后查准率"),
    "event": ("来源", "事件", "主题", "对象", "时段", "结果", "原来", "改后"),
}
"""Heads of the tables, the same in every format."""

_SHOWN = 20


def as_text(effect: Effect) -> str:
    """Chinese sentences and tables; the first differences of each kind, the rest counted."""
    return "\n".join(_lines(effect))


def _lines(effect: Effect) -> Iterator[str]:
    yield effect.head()
    yield from (f"  注意  {note}" for note in effect.notes)
    if effect.changes:
        yield f"规则的改动 {len(effect.changes)} 处"
        yield from (f"  {change}" for change in effect.changes[:_SHOWN])
        if len(effect.changes) > _SHOWN:
            yield f"  ……另有 {len(effect.changes) - _SHOWN} 处"
    else:
        yield "规则没有改动。"
    for kind, word in KINDS.items():
        found = effect.of(kind)
        if not found:
            continue
        yield f"{word} {len(found)} 件"
        for each in found[:_SHOWN]:
            yield f"  {each.on}  {each.name}（{each.theme}）{_was(effect, each)}，主办{_lead(effect, each)}"
            yield f"      {each.reason}"
        if len(found) > _SHOWN:
            yield f"  ……另有 {len(found) - _SHOWN} 件"
    if effect.differences:
        for what, word in (("rule", "按规则"), ("level", "按等级"), ("unit", "按主办单位")):
            yield word
            kinds = [kind for kind in KINDS if effect.of(kind)]
            rows = [[name, *(str(counted.get(kind, "")) for kind in kinds)] for name, counted in effect.by(what)]
            yield from table(["", *(KINDS[kind] for kind in kinds)], rows)
        yield "单位每周新接（件，主办与协办；并入其他预警的不另计）"
        rows = [burden_row(effect, each) for each in effect.burdens if each.differs]
        yield from table(TITLES["burden"], rows) if rows else ["  各单位都没有变化。"]
    if effect.events:
        yield f"已知事件 {len(effect.events)} 个结果不同"
        for event in effect.events:
            about = f"{event.theme} {event.subject}：{event.before} → {event.after}"
            yield f"  {event.became}  {event.event}（{event.source}）{about}"
    if effect.precision and effect.differences:
        yield "查准率（属实与已化解占已核实的比例，95% 区间；新增的预警还没有回执，不在其中）"
        yield from table(
            TITLES["precision"], [precision_row(each.title, each.before, each.after) for each in effect.precision]
        )
    if effect.unaffected:
        shown = "、".join(list(effect.unaffected.values())[:8])
        yield f"不受影响、没有推演的规则 {len(effect.unaffected)} 条：{shown}{' 等' if len(effect.unaffected) > 8 else ''}"


def _was(effect: Effect, each: Difference) -> str:
    if each.before is None or each.after is None:
        return stretch(effect, each.after or each.before)
    return f"{stretch(effect, each.before)} → {stretch(effect, each.after)}"


def _lead(effect: Effect, each: Difference) -> str:
    leads = [effect.unit(side.lead) for side in (each.before, each.after) if side is not None]
    return " → ".join(dict.fromkeys(leads))


def stretch(effect: Effect, side: Stretch | None) -> str:
    """``橙 6月3日—6月12日（10 夜）``; a dash where there is no warning."""
    if side is None:
        return "—"
    days = [month_day(day) for day in (side.first, side.last)]
    return f"{effect.level(side.level)} {'—'.join(dict.fromkeys(days))}（{side.nights} 夜）"


def difference_row(effect: Effect, each: Difference) -> list[str]:
    """The cells of a difference, under TITLES["difference"]."""
    return [
        each.name,
        each.theme,
        stretch(effect, each.before),
        stretch(effect, each.after),
        each.on.isoformat(),
        _lead(effect, each),
        each.reason,
    ]


def burden_row(effect: Effect, each: Burden) -> list[str]:
    """The cells of a unit's load, under TITLES["burden"]."""
    one, two = each.before, each.after
    pairs = ((one.mean, two.mean), (one.worst, two.worst), (one.open, two.open))
    return [effect.unit(each.unit), *(f"{value:g}" for pair in pairs for value in pair)]


def precision_row(title: str, before: Rate, after: Rate) -> list[str]:
    """The cells of a precision, under TITLES["precision"]."""
    return [title, rate(before), rate(after)]


def event_row(each: Event) -> list[str]:
    """The cells of an event, under TITLES["event"]."""
    days = f"{each.first}～{each.last}"
    return [each.source, each.event, each.theme, each.subject, days, each.became, each.before, each.after]


def rate(each: Rate) -> str:
    """``8/10 = 80%（49%–94%）``; too few receipts are not rated."""
    judged = f"{each.confirmed}/{each.confirmed + each.false}"
    if each.share is None or each.low is None or each.high is None:
        return f"{judged}，样本不足"
    return f"{judged} = {each.share:.0%}（{each.low:.0%}–{each.high:.0%}）"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns two blanks apart although Chinese characters are two cells wide."""
    cells = [list(head), *map(list, rows)]
    widths = [max(_width(row[at]) for row in cells) for at in range(len(head))]
    for row in cells:
        padded = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(padded)).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
