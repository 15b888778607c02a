"""``指标.html``: an article an indicator: where it stands, where the year will end, what it is made of, what its towns say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from riskengine.intervene.leader.charts import year_course
from riskengine.intervene.leader.composition import composition, town_table
from riskengine.intervene.leader.curves import curve
from riskengine.intervene.leader.look import LAMP_LISTS, lamp, link, section
from riskengine.intervene.leader.readings import Correction, Readings, Standing, text_of
from riskengine.intervene.markup import table
from riskengine.model.figure import amount_or_unknown, number
from riskengine.model.indicator import Indicator
from riskengine.model.period import called, month_day
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding

__all__ = ["STYLE", "body"]

STYLE = """
article { margin: 2rem 0 0; }
.course { display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: .2rem 1.6rem; align-items: start; }
.meter.back i { background: #7a8794; }
@media (max-width: 900px) { .course { grid-template-columns: minmax(0, 1fr); } }
@media print { article { break-inside: auto; } .course { break-inside: avoid; } }
"""
"""CSS of this page."""

_ROWS = 13  # readings that are listed; the chart and the database have more


def body(told: Readings, rulebook: Rulebook) -> str:
    """A section a lamp (``#red #yellow #green #grey``) that lists its indicators, then ``#<indicator id>``, towns ``#<id>-<place>``."""
    if not rulebook.indicators:
        return "<p>规则库里没有指标（rules/indicators/）。</p>"
    if not told.county:
        return "<p>今晚没有指标的研判结果。</p>"
    shown = [each for each in told.county.values() if each.indicator in rulebook.indicators]
    parts = [_lamp_list(colour, anchor, shown, rulebook) for colour, anchor in LAMP_LISTS]
    parts += [_article(standing, rulebook.indicators[standing.indicator], told, rulebook) for standing in shown]
    return "\n".join(parts)


def _lamp_list(colour: str, anchor: str, shown: Sequence[Standing], rulebook: Rulebook) -> str:
    own = [each for each in shown if each.lamp == colour]
    heading = f"{colour}灯指标 {len(own)} 项"
    if not own:
        return section(anchor, heading, "<p>没有。</p>")
    head = ("灯", "指标", "读数", "目标", "进度", "一句话")
    rows = [
        [
            lamp(each.lamp),
            link(escape(rulebook.indicators[each.indicator].name), "", each.indicator),
            f'<span class="whole">{escape(text_of(each.why, "value_text") or "未知")}</span><br>'
            f'<span class="soft whole">{escape(text_of(each.why, "span"))}</span>'
            + _since_new_year(each, rulebook.indicators[each.indicator]),
            escape(text_of(each.why, "target", "text") or "没有定目标"),
            escape(text_of(each.why, "words", "course")) if each.why.get("target") else "",
            escape(each.says),
        ]
        for each in own
    ]
    return section(anchor, heading, table(head, rows, cards=True, caption=heading))


def _since_new_year(standing: Standing, indicator: Indicator) -> str:
    """What stands beside a target of the year where the reading is of one month alone."""
    reached = standing.why.get("year_to_date")
    if not isinstance(reached, int | float):
        return ""
    return f'<br><span class="soft whole">年初以来{escape(amount_or_unknown(indicator, float(reached)))}</span>'


def _article(standing: Standing, indicator: Indicator, told: Readings, rulebook: Rulebook) -> str:
    chart = year_course(curve(standing, indicator, width=520, height=210))
    facts = _facts(standing, indicator, rulebook)
    parts = [
        f'<article id="{escape(indicator.id)}" aria-labelledby="h-{escape(indicator.id)}">',
        f'<div class="head"><h2 id="h-{escape(indicator.id)}">{lamp(standing.lamp)} {escape(indicator.name)}</h2></div>',
        f'<p class="lead">{escape(standing.says)}</p>',
        f'<div class="course"><figure class="chart">{chart}</figure>{facts}</div>' if chart else facts,
        _notes(standing, facts),
        composition(told.parts.get(indicator.id, ()), standing, indicator),
        town_table(told.towns.get(indicator.id, ()), indicator, told.marks),
        _table(standing, indicator, told.corrections),
        _findings([each for each in told.findings if each.indicator == indicator.id]),
        f'<p class="soft">定义：{escape(indicator.definition)} 依据：{escape(indicator.basis)}</p>',
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def _facts(standing: Standing, indicator: Indicator, rulebook: Rulebook) -> str:
    why = standing.why
    value = text_of(why, "value_text")
    origin = "、".join(part for part in (text_of(why, "span"), standing.origin or "") if part)
    both = ""
    if standing.reported is not None and standing.computed is not None:
        reported, computed = (amount_or_unknown(indicator, each) for each in (standing.reported, standing.computed))
        both = f"报送 {reported}，按本县记录计算 {computed}"
    target = why.get("target") or {}
    groups = [
        "，".join(dict.fromkeys(str(each[key]) for key in ("running", "text") if each.get(key)))
        for each in (why.get("groups") or {}).values()
    ]
    course, lit = text_of(why, "reasons", "course"), text_of(why, "reasons", "lamp")
    changed = (target.get("changed") or {}).get("text")
    items = (
        ("读数", f"{value}（{origin}）" if value and origin else value or "未知：没有可以采信的读数"),
        ("两种来源", both),
        (
            "目标",
            "；".join(
                filter(None, (str(target.get("text") or ""), str(changed or ""), str(target.get("reference") or "")))
            ),
        ),
        (
            "控制值",
            amount_or_unknown(indicator, standing.control) + _after(text_of(why, "control", "text"))
            if standing.control is not None
            else "",
        ),
        ("进度", text_of(why, "words", "course") + _after(course) if target else ""),
        (
            "年末预测",
            text_of(why, "forecast_text")
            + _after(text_of(why, "chance_text"))
            + _after(standing.method and f"方法：{standing.method}"),
        ),
        ("与去年同期", text_of(why, "change_text")),
        ("连续变化", text_of(why, "falls", "text")),
        ("与比较组", "；".join(filter(None, groups))),
        ("名次", text_of(why, "rank_text")),
        ("亮灯理由", lit if lit != course else ""),
        ("责任单位", _unit(standing.owner, rulebook)),
        ("报送单位", _unit(indicator.reports, rulebook) if indicator.reports else "不报送，按本县记录计算"),
    )
    told = "".join(f"<dt>{title}</dt><dd>{escape(text)}</dd>" for title, text in items if text)
    return f'<dl class="facts">{told}</dl>'


def _notes(standing: Standing, told: str) -> str:
    """What stands neither in the sentence nor among the facts."""
    notes = [escape(str(each)) for each in standing.why.get("notes") or () if str(each) not in standing.says]
    left = [each for each in notes if each not in told]
    return f"<ul>{''.join(f'<li>{each}</li>' for each in left)}</ul>" if left else ""


def _table(
    standing: Standing, indicator: Indicator, corrections: Mapping[tuple[str, str, date], tuple[Correction, ...]]
) -> str:
    """The newest readings, newest first: what the chart shows, for those who cannot see it, with what was corrected."""
    rows = _series(standing)[: -_ROWS - 1 : -1]
    if not any(row.get("value") is not None or row.get("doubt") for _, row in rows):
        return ""
    columns = (
        ("last_year", "去年同期"), ("city", "全市"), ("province", "全省"), ("peers", "同类"), ("rank", "名次"),
        ("numerator", "分子"), ("denominator", "分母"),
    )  # fmt: skip
    filled = [(key, title) for key, title in columns if any(row.get(key) is not None for _, row in rows)]
    cells = [
        [
            f'<span class="whole">{called(indicator.period, end, so_far=indicator.covers == "year")}</span>',
            amount_or_unknown(indicator, row.get("value")),
            *(_cell(key, row.get(key), indicator) for key, _ in filled),
            "，".join(
                filter(
                    None,
                    (
                        str(row.get("origin") or ""),
                        *_versions(row, corrections.get((indicator.id, standing.place, end), ()), indicator),
                    ),
                )
            ),
        ]
        for end, row in rows
    ]
    head = ("期", "读数", *(title for _, title in filled), "来源和更正")
    return f'<p class="what">历次读数</p>{table(head, cells, numbers=range(1, len(head) - 1), caption=f"{indicator.name}：历次读数")}'


def _cell(key: str, value: Any, indicator: Indicator) -> str:
    if value is None:
        return ""
    return number(value) if key in ("rank", "numerator", "denominator") else amount_or_unknown(indicator, value)


def _versions(row: Mapping[str, Any], versions: Sequence[Correction], indicator: Indicator) -> list[str]:
    told = [f"<b>不予采信</b>：{escape(str(row['doubt']))}"] if row.get("doubt") else []
    sent = int(row.get("versions") or 1)
    # versions are found by the day that they bear; a return of the first days of a month may speak of the month before
    if len(versions) > 1 and sum(not each.retracted for each in versions) == sent:
        words = [
            f"{month_day(each.known_on)}{'撤回' if each.retracted else amount_or_unknown(indicator, each.value)}"
            for each in versions
        ]
        told.append(f"更正{len(versions) - 1}次：{' → '.join(words)}")
    elif sent > 1:
        told.append(f"更正{sent - 1}次")
    return told


def _findings(findings: Sequence[Finding]) -> str:
    items = "".join(f"<li>{escape(each.message)}</li>" for each in findings)
    return (
        f'<div class="note"><p>{link("数据问题", "数据.html", "findings")}：</p><ul>{items}</ul></div>' if items else ""
    )


def _series(standing: Standing) -> list[tuple[date, dict[str, Any]]]:
    """Readings, oldest first, as (end of period, column → value)."""
    columns = [str(each) for each in standing.why.get("columns") or ()]
    rows = [dict(zip(columns, row, strict=False)) for row in standing.why.get("series") or ()]
    return [(date.fromisoformat(row["end"]), row) for row in rows if row.get("end")]


def _after(text: str | None) -> str:
    return f"；{text}" if text else ""


def _unit(id_: str, rulebook: Rulebook) -> str:
    return rulebook.units[id_].name if id_ in rulebook.units else id_
