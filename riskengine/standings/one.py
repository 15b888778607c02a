"""One indicator of a night for a terminal: its sentence, its history, what it is made of, its towns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from riskengine.model.figure import amount, amount_or_unknown, difference, number, points_of, signed
from riskengine.model.indicator import Indicator
from riskengine.model.period import called
from riskengine.model.standing import Mark, Part, Standing
from riskengine.standings.layout import table, wrapped
from riskengine.standings.read import Said
from riskengine.standings.text import finding_lines

__all__ = ["detail"]

_NEWEST = 13
_HISTORY = (
    "期",
    "读数",
    "来源",
    "去年同期",
    "全市平均",
    "全省平均",
    "同类平均",
    "名次",
    "分子",
    "分母",
    "报送次数",
    "存疑",
)


def detail(said: Said, indicator: Indicator, place: str | None = None) -> str:
    """The indicator for the county, or for one ``place``; without a standing a sentence says so."""
    code = place or next(iter(said.counties), "")
    standing = next((each for each in said.of_place(code) if each.indicator == indicator.id), None)
    if standing is None:
        return f"{said.as_of} {said.place(code)}没有“{indicator.name}”的读数，态势未知。"
    return "\n".join(_lines(said, indicator, standing, county=place is None or code in said.counties))


def _lines(said: Said, indicator: Indicator, standing: Standing, *, county: bool) -> Iterator[str]:
    why = standing.why
    words = why.get("words") or {}
    yield f"{said.as_of} {said.place(standing.place)} {indicator.name}（{indicator.id}） {words.get('lamp', standing.lamp)}"
    yield from wrapped(standing.says, "  ")
    yield ""
    yield from _facts(said, indicator, standing)
    notes = [each for each in why.get("notes") or [] if each not in standing.says]
    if notes:
        yield from _headed("其他情况", (line for each in notes for line in wrapped(each, "  · ", "    ")))
    yield from _headed("历次读数", table([_HISTORY, *_readings(indicator, why)], (1, 3, 4, 5, 6, 7, 8, 9, 10)))
    if county:
        yield from _composition(said, indicator, standing)
        yield from _headed("乡镇与单位", _marks(said, indicator))
    mine = [
        each for each in said.findings if each.indicator == indicator.id and (county or each.place == standing.place)
    ]
    yield from finding_lines(said, mine)


def _facts(said: Said, indicator: Indicator, standing: Standing) -> Iterator[str]:
    why = standing.why
    words, reasons, target = why.get("words") or {}, why.get("reasons") or {}, why.get("target") or {}
    rows = [
        ("读数", f"{why.get('value_text') or '未知'}（{why.get('span') or '没有到期的读数'}）"),
        ("两个来源", _origins(indicator, standing)),
        ("目标", _target(target)),
        ("进度", f"{words.get('course', standing.course)}：{reasons.get('course', '')}"),
        (
            "年末预测",
            "，".join(filter(None, [why.get("forecast_text"), why.get("chance_text"), _method(standing)])) or "没有",
        ),
        ("亮灯", str(reasons.get("lamp") or "")),
        ("与去年", str(why.get("change_text") or "")),
        ("与别处", "；".join(each["running"] or each["text"] for each in (why.get("groups") or {}).values())),
        ("名次", str(why.get("rank_text") or "")),
        ("控制值", _control(indicator, why.get("control"))),
        ("责任单位", said.who(standing.owner)),
        ("口径", indicator.definition),
        ("依据", indicator.basis),
    ]
    for name, text in rows:
        if text:
            yield from wrapped(text, f"  {name}{'　' * (4 - len(name))}  ", " " * 12)


def _origins(indicator: Indicator, standing: Standing) -> str:
    shown = [
        f"{name}{amount(indicator, value)}"
        for name, value in (("报送", standing.reported), ("按记录计算", standing.computed))
        if value is not None
    ]
    return "，".join(shown)


def _target(target: Mapping[str, Any]) -> str:
    if not target:
        return "无"
    changed = (target.get("changed") or {}).get("text")
    return "，".join(filter(None, [target.get("text"), changed])) + f"（{target.get('reference')}）"


def _method(standing: Standing) -> str | None:
    return f"方法：{standing.method}" if standing.method else None


def _control(indicator: Indicator, control: Mapping[str, Any] | None) -> str:
    if not control or control.get("value") is None:
        return ""
    return str(control.get("text") or f"{amount(indicator, control['value'])}，没有超过")


def _readings(indicator: Indicator, why: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Newest first, as the pages have them."""
    columns: Sequence[str] = why.get("columns") or []
    rows = [dict(zip(columns, each, strict=False)) for each in why.get("series") or []]
    for each in reversed(rows[-_NEWEST:]):
        said = [each.get(name) for name in ("last_year", "city", "province", "peers")]
        yield (
            called(indicator.period, date.fromisoformat(str(each["end"])), so_far=indicator.covers == "year"),
            amount_or_unknown(indicator, each.get("value")),
            str(each.get("origin") or ""),
            *("" if value is None else amount(indicator, value) for value in said),
            *("" if each.get(name) is None else number(each[name]) for name in ("rank", "numerator", "denominator")),
            f"{each['versions']}次" if (each.get("versions") or 0) > 1 else "",
            str(each.get("doubt") or ""),
        )


def _composition(said: Said, indicator: Indicator, standing: Standing) -> Iterator[str]:
    told = standing.why.get("difference")
    parts = [each for each in said.parts if each.indicator == indicator.id]
    if not told:
        return
    yield ""
    yield "【构成】"
    yield from wrapped(str(told["text"]), "  ")
    for by in dict.fromkeys(each.by for each in parts):
        mine = [each for each in parts if each.by == by]
        head = (by, "数值", "对照", f"差额（{points_of(indicator)}）", "占比")
        yield from table([head, *(_part(indicator, each) for each in mine)], (1, 2, 3, 4))
        whole = sum(each.difference for each in mine)
        yield f"  合计差额 {'−' if whole < 0 else '+'}{difference(indicator, whole)}，占比 {number(round(sum(each.share for each in mine), 1))}%"


def _part(indicator: Indicator, each: Part) -> tuple[str, ...]:
    figures = ("" if value is None else amount(indicator, value) for value in (each.value, each.base))
    return (each.name, *figures, signed(each.difference), f"{signed(each.share)}%")


def _marks(said: Said, indicator: Indicator) -> list[str]:
    mine = [each for each in said.marks if each.indicator == indicator.id]
    lamps = {each.place: f"{each.lamp}灯" for each in said.standings if each.indicator == indicator.id}
    ordered = sorted(mine, key=lambda each: (each.scope, each.rank is None, each.rank or 0))
    head = ("名次", "乡镇或单位", "灯", "读数", "每万人", "较上期", "扣分", "说明")
    return table([head, *(_mark(said, indicator, each, lamps.get(each.code, "")) for each in ordered)], (3, 4, 6))


def _mark(said: Said, indicator: Indicator, each: Mark, lamp: str) -> tuple[str, ...]:
    moved = each.rank_before - each.rank if each.rank and each.rank_before else 0
    notes = ["并列"] if each.tied else []
    notes += ["基数小，不排名"] if each.small else []
    notes += ["一票否决"] if each.veto else []
    notes += [str(each.why.get("formula") or "")] if each.deducted else []
    return (
        "—" if each.rank is None else f"{each.rank}/{each.of}",
        said.who(each.code),
        lamp,
        amount_or_unknown(indicator, each.value),
        number(each.why["figure"]) if each.value is not None and each.why.get("ranked_by") == "每万人口" else "",
        f"{'升' if moved > 0 else '降'}{abs(moved)}位" if moved else "",
        number(each.deducted) if each.why.get("counted") else "",
        "；".join(filter(None, notes)),
    )


def _headed(title: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    found = list(lines)
    if len(found) > (title != "其他情况"):
        yield ""
        yield f"【{title}】"
        yield from found
