"""``考核.html``: towns and units in all and by indicator, and where every deducted point comes from."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from riskengine.intervene.leader.look import link, section
from riskengine.intervene.leader.readings import Mark, Readings
from riskengine.intervene.markup import table
from riskengine.model.figure import amount_or_unknown, number
from riskengine.model.indicator import Indicator
from riskengine.model.rulebook import Rulebook

__all__ = ["STYLE", "body", "moved"]

STYLE = """
@media screen { section > .wide td { white-space: nowrap; } }
article { margin: 1.2rem 0 0; }
article h3 { margin-bottom: .1rem; }
.veto { display: inline-block; padding: 0 .4rem; border: 2px solid var(--bad); border-radius: 3px; color: var(--bad);
  font-weight: 700; white-space: nowrap; }
"""
"""CSS of this page."""

_SCOPES = (("place", "乡镇", "town"), ("unit", "单位", "unit"))


def body(told: Readings, rulebook: Rulebook) -> str:
    """``#towns`` and ``#units``: in all. ``#<indicator id>``: by indicator. ``#town-<code>``, ``#unit-<unit>``: each deduction."""
    if not told.marks:
        return "<p>今晚没有排名和考核：没有带权重的指标，或都没有读数。</p>"
    parts = [
        '<p class="soft">折合分＝（计分权重－扣分）÷计分权重×100。没有读数的指标未知，不扣分也不计入权重；'
        "基数小的不作比较。名次相同为并列。一票否决的排在最后。</p>"
    ]
    for scope, title, anchor in _SCOPES:
        totals = [mark for mark in told.marks if mark.scope == scope and mark.indicator is None]
        if totals:
            parts.append(_ranking(f"{anchor}s", title, anchor, totals))
    parts += [_by_indicator(id_, told, rulebook) for id_ in rulebook.indicators]
    for scope, title, anchor in _SCOPES:
        totals = [mark for mark in told.marks if mark.scope == scope and mark.indicator is None]
        if totals:
            traced = "\n".join(_trace(mark, anchor, told, rulebook) for mark in sorted(totals, key=_order))
            parts.append(section(f"{anchor}-traces", f"{title}：每一分扣在哪里", traced))
    return "\n".join(part for part in parts if part)


def moved(mark: Mark) -> str:
    """``↑ 上升2位`` against the period before; empty where there is nothing to compare with."""
    if mark.rank is None or mark.rank_before is None:
        return ""
    places = mark.rank_before - mark.rank
    if not places:
        return '<span class="soft whole">持平</span>'
    arrow, word = ("↑", "上升") if places > 0 else ("↓", "下降")
    return f'<span class="whole"><span aria-hidden="true">{arrow}</span> {word}{abs(places)}位</span>'


def _ranking(anchor: str, title: str, own: str, totals: Sequence[Mark]) -> str:
    heading = f"{title}考核 {len(totals)} 个"
    rows = [
        [
            _rank(mark),
            link(escape(mark.name), "", f"{own}-{mark.code}"),
            "未知" if mark.value is None else number(mark.value),
            moved(mark) or "—",
            _flags(mark),
            number(mark.deducted),
            number(mark.weight),
        ]
        for mark in sorted(totals, key=_order)
    ]
    # a veto must be seen on a telephone without pushing the table aside
    head = ("名次", title, "折合分", "比上月", "说明", "扣分", "计分权重")
    return section(anchor, heading, table(head, rows, numbers=(2, 5, 6), caption=heading))


def _by_indicator(indicator: str, told: Readings, rulebook: Rulebook) -> str:
    """A row for each that has a rank; those that are too small are named with what they have."""
    own = sorted((mark for mark in told.marks if mark.indicator == indicator), key=_order)
    ranked = [mark for mark in own if mark.rank is not None]
    small = [mark for mark in own if mark.rank is None and mark.small]
    if not ranked and not small:
        return ""
    shape = rulebook.indicators[indicator]
    rows = [[_rank(mark), escape(mark.name), _reading(mark, shape), moved(mark) or "—"] for mark in ranked]
    head = ("名次", "乡镇或单位", "读数", "比上期")
    shown = table(head, rows, numbers=(2,), caption=f"{shape.name}排名") if rows else ""
    named = "、".join(f'<span class="whole">{escape(mark.name)} {_value(mark, shape)}</span>' for mark in small)
    apart = f'<p class="soft">基数小，不作比较：{named}。</p>' if small else ""
    beside = link("看这项指标", "指标.html", indicator)
    return section(indicator, f"{shape.name}排名", shown + apart, more=beside)


def _trace(mark: Mark, anchor: str, told: Readings, rulebook: Rulebook) -> str:
    """One town or unit: what each indicator cost, step by step, those that cost most first; what was left out stands in the sentence."""
    own = [each for each in told.marks if (each.scope, each.code) == (mark.scope, mark.code) and each.indicator]
    counted = sorted((each for each in own if each.why.get("counted")), key=lambda each: -each.deducted)
    rows = [
        [
            link(escape(_name(each.indicator, rulebook)), "指标.html", each.indicator),
            number(each.deducted),
            number(each.weight),
            escape(str(each.why.get("says") or "").removeprefix(f"{_name(each.indicator, rulebook)}：")),
        ]
        for each in counted
    ]
    shown = (
        table(("指标", "扣分", "权重", "怎么算的"), rows, numbers=(1, 2), caption=f"{mark.name}的扣分") if rows else ""
    )
    head = f"{_flags(mark)} " if mark.veto else ""
    says = str(mark.why.get("says") or "")
    return (
        f'<article id="{escape(f"{anchor}-{mark.code}")}"><h3>{escape(mark.name)}：{_place(mark)}</h3>'
        f"<p>{head}{escape(says)}{'。' if says else ''}</p>{shown}</article>"
    )


def _name(indicator: str | None, rulebook: Rulebook) -> str:
    return rulebook.indicators[indicator].name if indicator and indicator in rulebook.indicators else str(indicator)


def _value(mark: Mark, indicator: Indicator) -> str:
    return escape(amount_or_unknown(indicator, mark.value))


def _reading(mark: Mark, indicator: Indicator) -> str:
    """The reading, with what was ranked where that is another figure (每万人口)."""
    figure, by = mark.why.get("figure"), str(mark.why.get("ranked_by") or "")
    if not isinstance(figure, int | float) or by in ("", "读数") or figure == mark.value:
        return _value(mark, indicator)
    return f'{_value(mark, indicator)} <span class="soft whole">{escape(by)} {number(float(figure))}</span>'


def _place(mark: Mark) -> str:
    return f"第{mark.rank}名" + ("（并列）" if mark.tied else "") if mark.rank is not None else "不排名"


def _rank(mark: Mark) -> str:
    if mark.rank is None:
        return '<span class="soft">不排名</span>'
    return f'<b>{mark.rank}</b>{"（并列）" if mark.tied else ""}<span class="soft">/{mark.of}</span>'


def _flags(mark: Mark) -> str:
    flags = ['<span class="veto">一票否决</span>'] if mark.veto else []
    if mark.small:
        flags.append("基数小，不作比较" if mark.indicator else "计分权重不足一半，不排名")
    elif mark.rank is None:
        flags.append("未知")
    return " ".join(flags)


def _order(mark: Mark) -> tuple[int, str]:
    return (mark.rank if mark.rank is not None else 10**6, mark.code)
