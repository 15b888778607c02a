"""``预警.html``: every open warning and every one lifted tonight, each with all that is known about why it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from riskengine.intervene.leader.look import link
from riskengine.intervene.lines import Entry, families
from riskengine.intervene.markup import badge, table
from riskengine.intervene.wording import PROVISIONAL, deadline
from riskengine.model.rulebook import Rulebook
from riskengine.model.value import plain, valued

__all__ = ["STYLE", "body"]

STYLE = """
article { margin: 1.8rem 0 0; border-top: 2px solid var(--deep); padding-top: .5rem; }
.records td { white-space: nowrap; }
@media print { .records td { white-space: normal; } }
"""
"""CSS of this page."""

_ROWS = 10  # records shown of one rule; the unit's workbook has all that the night keeps


def body(found: Sequence[Entry], rulebook: Rulebook, paths: Mapping[str, str], as_of: date) -> str:
    """An article a warning, ``#<warning id>``, gravest first and children behind their parent; lifted ones last.

    ``paths``: unit id → its list, relative to the page.
    """
    listed = families(found)
    if not listed:
        return "<p>今晚没有在办的预警，也没有解除的预警。</p>"
    units = {signal.name: signal.unit for signal in rulebook.signals.values()}
    note = (
        f'<p class="soft">共 {len(listed)} 件，按等级由重到轻，今晚解除的在最后。'
        "要看某一件逐步怎样算出来、怎样变化会降一级，请用命令 riskengine explain 加预警编号。</p>"
    )
    return note + "\n".join(_article(entry, rulebook, units, paths, as_of) for entry in listed)


def _article(entry: Entry, rulebook: Rulebook, units: Mapping[str, str], paths: Mapping[str, str], as_of: date) -> str:
    nights = (as_of - entry.opened_on).days + 1
    since = f"{entry.opened_on} 起，第 {nights} 天"
    facts = [entry.id, entry.place_name, entry.theme, since, f"今晚{entry.change}"]
    if entry.score is not None:
        facts.append(f"{plain(entry.score)} 分{_from(entry)}")
    ruled = {str(each.get("rule")): each for each in entry.why.get("rules") or ()}
    parts = [
        f'<article id="{escape(entry.id)}">',
        f"<h2>{badge(entry.level)} {escape(entry.subject_name)}</h2>",
        f'<p class="soft">{" · ".join(escape(fact) for fact in facts if fact)}</p>',
        _family(entry),
        f'<p class="lead">{escape(entry.sentence)}</p>',
        '<p class="note">今晚部分数据缺失，等级暂不下调。</p>' if entry.stale else "",
        _duties(entry, paths, as_of),
        _advice(entry),
        *(_rule(rule, ruled.get(rule, {}), rulebook, units) for rule in _order(entry, ruled)),
        _evidence(entry, ruled),
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def _from(entry: Entry) -> str:
    """From how many points on the level is what it is."""
    return f"（{plain(entry.level.score)} 分起为{entry.level.name}）" if entry.level.score is not None else ""


def _order(entry: Entry, ruled: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys((*ruled, *entry.rules)))


def _family(entry: Entry) -> str:
    parts = []
    if entry.merged_into:
        parts.append(
            f'<p class="note">已并入 {link(escape(entry.merged_into), "", entry.merged_into)}：'
            "那一条能解释这一条；编号、等级、期限不变，仍须分别办理和反馈。</p>"
        )
    if entry.children:
        named = "、".join(
            f"{link(escape(child.id), '', child.id)}（{escape(child.subject_name)}，{escape(child.level.name)}）"
            for child in entry.children
        )
        parts.append(f"<p>含并入 {len(entry.children)} 件：{named}。</p>")
    return "".join(parts)


def _duties(entry: Entry, paths: Mapping[str, str], as_of: date) -> str:
    if not entry.duties:
        return '<p class="note">没有分到责任单位，请核对 rules/routes.yaml。</p>'
    rows = []
    for duty in entry.duties:
        day, mark = deadline(entry, duty, as_of)
        late = " late" if "逾期" in mark else ""
        name = escape(duty.unit_name)
        rows.append(
            [
                link(name, paths[duty.unit]) if duty.unit in paths else name,
                duty.role + ("（兜底）" if duty.catch_all else ""),
                f'<span class="whole">{duty.delivered_on}</span>',
                f'<span class="whole{late}">{day} {mark}</span>',
                escape(" ".join(duty.receipt.split())),
            ]
        )
    head = ("责任单位（点开清单）", "角色", "下发日期", "办理期限", "回执")
    waits = any(duty.provisional and deadline(entry, duty, as_of)[1] for duty in entry.duties)
    note = f'<p class="soft">{PROVISIONAL}</p>' if waits else ""
    return table(head, rows, cards=True, caption=f"{entry.id} 的责任单位和期限") + note


def _advice(entry: Entry) -> str:
    listed = (("建议措施", entry.actions), ("可能的误报原因", entry.false_causes), ("依据", entry.bases))
    told = "".join(f"<dt>{title}</dt><dd>{'<br>'.join(map(escape, texts))}</dd>" for title, texts in listed if texts)
    return f'<dl class="facts">{told}</dl>' if told else ""


def _rule(rule: str, told: Mapping[str, Any], rulebook: Rulebook, units: Mapping[str, str]) -> str:
    known = rulebook.rules.get(rule)
    title = str(told.get("title") or (known.title if known else rule))
    facts = [f"版本 {told['version']}"] if told.get("version") else []
    if told.get("level"):
        facts.append(f"{told['level']} {plain(told.get('score') or 0)} 分")
    if told.get("on"):
        facts.append(f"{told['on']} 判断")
    head = (
        f"<h3>规则：{link(escape(title), '规则.html', rule)} "
        f'<span class="soft">{escape(rule)} {escape(" · ".join(facts))}</span></h3>'
    )
    return "".join(
        (head, _features(told), _listed(told.get("floors")), _members(told), _values(told, units), _unknown(told))
    )


def _features(told: Mapping[str, Any]) -> str:
    features = [each for each in told.get("features") or () if isinstance(each, dict)]
    if not features:
        return ""
    total = sum(max(0.0, float(each.get("points") or 0)) for each in features)
    rows = []
    for each in features:
        points = float(each.get("points") or 0)
        share = max(0.0, points) / total * 100 if total else 0.0
        rows.append(
            [
                escape(str(each.get("feature") or "")),
                plain(points),
                f'<span class="share">{share:.0f}%</span><span class="meter" aria-hidden="true"><i style="width:{share:.0f}%"></i></span>',
                escape(str(each.get("says") or "")) if points else '<span class="soft">没有得分</span>',
            ]
        )
    return table(("得分项", "分", "占比", "说明"), rows, numbers=(1,), caption="得分怎样组成")


def _listed(floors: object) -> str:
    texts = (
        [str(each.get("says") or "") for each in floors if isinstance(each, dict)] if isinstance(floors, list) else []
    )
    return f"<p>保底：{escape('；'.join(texts))}。</p>" if texts else ""


def _members(told: Mapping[str, Any]) -> str:
    """The hits that a compound rule was put together from, down to the plain rules."""
    details = [each for each in told.get("details") or () if isinstance(each, dict)]
    if not details:
        return ""
    items = []
    for each in details:
        says = "，".join(str(one.get("says") or "") for one in each.get("features") or () if one.get("points"))
        named = (
            f"{each.get('title') or each.get('rule')}（{each.get('subject') or ''}，{each.get('on') or ''}）：{says}"
        )
        items.append(f"<li>{escape(named)}{_members(each)}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _values(told: Mapping[str, Any], units: Mapping[str, str]) -> str:
    values, parameters = told.get("values") or {}, told.get("parameters") or {}
    items = [f"{name} {_said(value, units.get(name))}" for name, value in values.items()]
    items += [
        f"{name} {_said(each.get('value'), each.get('unit'))}（参数，{each.get('since')} 起）"
        for name, each in parameters.items()
        if isinstance(each, dict)
    ]
    return f'<p class="soft">当夜的值：{escape("；".join(items))}。</p>' if items else ""


def _unknown(told: Mapping[str, Any]) -> str:
    names = [str(each) for each in told.get("unknown") or ()]
    return f'<p class="note">当夜未知：{escape("、".join(names))}。</p>' if names else ""


def _evidence(entry: Entry, ruled: Mapping[str, Any]) -> str:
    """Records once, however many of the warning's rules show the same ones."""
    tables: dict[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], list[str]] = {}
    for each in entry.evidence:
        rows = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in each.get("rows") or ())
        key = (str(each.get("title") or "记录"), tuple(map(str, each.get("columns") or ())), rows)
        rule = str(each.get("rule") or "")
        tables.setdefault(key, []).append(str(ruled.get(rule, {}).get("title") or rule))
    return "".join(_records(*key, rules) for key, rules in tables.items() if key[2])


def _records(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], rules: Iterable[str]) -> str:
    filled = [at for at in range(len(columns)) if any(at < len(row) and row[at] for row in rows)]
    shown = [[escape(row[at]) if at < len(row) else "" for at in filled] for row in rows[:_ROWS]]
    more = f'<p class="soft">另有 {len(rows) - _ROWS} 条，见单位清单的“证据明细”。</p>' if len(rows) > _ROWS else ""
    caption = f"证据：{title} {len(rows)} 条（{'、'.join(dict.fromkeys(rules))}）"
    head = [escape(columns[at]) for at in filled]
    return (
        f'<div class="records"><p class="what">{escape(caption)}</p>{table(head, shown, caption=caption)}{more}</div>'
    )


def _said(value: object, unit: str | None) -> str:
    """As :func:`valued`; what is no number as it stands."""
    return valued(value, unit) if value is None or isinstance(value, int | float) else str(value)
