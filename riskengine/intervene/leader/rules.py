"""``规则.html``: how often each rule was right, with the interval that so few answers allow, and why it may be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from riskengine.intervene.leader.look import count, section
from riskengine.intervene.leader.wolf import LEAST, MUCH, NIGHTS, RuleRecord
from riskengine.intervene.markup import number, table
from riskengine.model.rulebook import Rulebook

__all__ = ["STYLE", "body"]

STYLE = """
td ul { margin: 0; padding-left: 1.1em; }
@media (min-width: 641px) { td:last-child:has(ul) { min-width: 18em; } }
"""
"""CSS of this page."""


def body(records: Sequence[RuleRecord], rulebook: Rulebook) -> str:
    """Three sections: ``#wolf`` (cries wolf), ``#judged`` (enough answers), ``#few`` (too few); a row a rule, ``#<rule id>``."""
    wolf = [each for each in records if each.cries]
    judged = [each for each in records if each.share is not None and not each.cries]
    few = [each for each in records if each.share is None]
    share = f"{MUCH * 100:.0f}%"
    return "\n".join(
        (
            f'<p class="soft">近 {NIGHTS} 夜在办过的预警，按单位反馈的核查结果统计；一条预警的结果计入参与它的每一条规则。'
            f"已核＝属实（含已化解）＋误报；已核不足 {LEAST} 件不算误报率。区间是 95% 把握的范围，件数越少越宽。</p>",
            _section("wolf", f"误报多的规则 {len(wolf)} 条", wolf, rulebook, f"没有误报率到 {share} 的规则。"),
            _section("judged", f"误报率低于 {share} 的规则 {len(judged)} 条", judged, rulebook, "没有。"),
            _section("few", f"反馈还不够的规则 {len(few)} 条", few, rulebook, "没有。"),
        )
    )


def _section(anchor: str, heading: str, records: Sequence[RuleRecord], rulebook: Rulebook, empty: str) -> str:
    if not records:
        return section(anchor, heading, f"<p>{empty}</p>")
    head = ("规则", "误报率", "预警", "已核", "属实", "误报", "无法核实", "在办", "可能的误报原因")
    rows = [_row(each, rulebook) for each in records]
    return section(anchor, heading, table(head, rows, numbers=range(2, 8), cards=True, caption=heading))


def _row(each: RuleRecord, rulebook: Rulebook) -> list[str]:
    rule = rulebook.rules.get(each.rule)
    version = rulebook.rule_hashes.get(each.rule, "")[:8]
    facts = " · ".join(escape(fact) for fact in (rule.theme if rule else "", each.rule, version) if fact)
    causes = "".join(f"<li>{each}</li>" for each in _causes(each, rule.false_causes)) if rule else ""
    return [
        f'<span id="{escape(each.rule)}"><b>{escape(each.title)}</b></span><br><span class="soft">{facts}</span>',
        _share(each),
        number(each.warnings),
        number(each.judged),
        number(each.confirmed),
        number(each.false),
        number(each.unclear),
        count(each.open, "清单.html", f"rule-{each.rule}", said=f"{escape(each.title)}在办") if each.open else "0",
        f"<ul>{causes}</ul>" if causes else "规则已不在规则库中",
    ]


def _causes(each: RuleRecord, declared: Sequence[str]) -> Iterator[str]:
    """The causes that the rule declares, how often each was the one, and those that it does not declare."""
    known = [cause.strip().rstrip("。") for cause in declared]
    for plain, cause in zip(known, declared, strict=True):
        times = each.causes.get(plain, 0)
        yield escape(cause) + (f'<span class="soft">（{times} 件）</span>' if times else "")
    others = sorted(
        (item for item in each.causes.items() if item[0] not in known), key=lambda item: (-item[1], item[0])
    )
    for cause, times in others:
        yield f'{escape(cause)}<span class="soft">（{times} 件，规则没有声明）</span>'


def _share(each: RuleRecord) -> str:
    if each.share is None or each.low is None or each.high is None:
        return '<span class="soft">反馈还不够</span>'
    late = ' class="late"' if each.cries else ""
    span = f"{each.low * 100:.0f}%–{each.high * 100:.0f}%"
    return f'<span{late}>{each.share * 100:.0f}%</span> <span class="soft whole">{span}</span>'
