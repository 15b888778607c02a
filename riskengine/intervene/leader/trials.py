"""What people decided about the rules: hits that exceptions keep quiet, warnings that rules on trial would have opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from riskengine.intervene.decisions import Decisions, Held
from riskengine.intervene.leader.look import section
from riskengine.intervene.markup import badge, table
from riskengine.model.duty import Level
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Trial", "suppressed", "trial_section", "trials"]


@dataclass(frozen=True)
class Trial:
    """A warning that a rule on trial would have opened tonight."""

    id: str
    rule: str
    subject: str
    theme: str
    level: Level
    units: tuple[str, ...]


def trials(con: Connection, rulebook: Rulebook, as_of: date) -> list[Trial]:
    """What trial rules would have opened tonight, gravest first, with the units it would have gone to."""
    levels: Mapping[int, Level] = {level.rank: level for level in rulebook.levels}
    names = {id_: unit.name for id_, unit in rulebook.units.items()}
    return [
        Trial(
            id_,
            rulebook.rules[rule].title if rule in rulebook.rules else rule,
            name or subject,
            theme,
            levels.get(rank, rulebook.levels[-1]),
            tuple(names.get(unit, unit) for unit in units or ()),
        )
        for id_, rule, subject, name, theme, rank, units in con.execute(_OPENED, {"as_of": as_of}).fetchall()
    ]


def suppressed(decided: Decisions) -> str:
    """The section ``#suppressed``, a row a hit; exceptions that are over are named."""
    parts = [
        f"<p>有效的例外 {decided.exceptions} 条，今夜压住 {len(decided.held)} 次命中：命中照常记录，不作预警。</p>"
        if decided.exceptions or decided.held
        else "<p>没有有效的例外。</p>"
    ]
    if decided.held:
        head = ("等级", "对象", "规则", "谁定的", "为什么", "到期")
        parts.append(table(head, [_held(each) for each in decided.held], cards=True, caption="被例外压住的命中"))
    if decided.expired:
        parts.append(
            f'<p class="note">{decided.expired} 条例外已过期，不再起作用，请从 rules/exceptions.yaml 中删去或另行研究。</p>'
        )
    return section("suppressed", f"被例外压住的命中 {len(decided.held)} 次", "\n".join(parts))


def trial_section(decided: Decisions, opened: Sequence[Trial]) -> str:
    """The section ``#trials``, a row a warning that would have been opened tonight."""
    parts = [
        f"<p>试运行规则 {decided.trials} 条，今夜本会新增 {decided.opened} 件（不派发）。</p>"
        if decided.trials
        else "<p>没有试运行中的规则。</p>"
    ]
    if opened:
        rows = [
            [
                badge(each.level),
                f'<b>{escape(each.subject)}</b><br><span class="soft whole">{escape(each.id)}</span>',
                escape(each.rule),
                escape(each.theme),
                escape("、".join(each.units)) or "无对应单位",
            ]
            for each in opened
        ]
        head = ("等级", "对象", "规则", "主题", "本会派给")
        parts.append(table(head, rows, cards=True, caption="试运行规则本会新增的预警"))
    parts += [
        f'<p class="note">“{escape(title)}”试运行已于 {until} 到期，不再运行：请在规则文件中转为正式（live）或停用（retired）。</p>'
        for title, until in decided.over
    ]
    return section("trials", f"试运行规则 {len(opened)} 件", "\n".join(parts))


def _held(each: Held) -> list[str]:
    left = f"剩{each.left}天" if each.left else "今夜到期"
    return [
        badge(each.level),
        f"<b>{escape(each.subject)}</b>",
        escape(each.rule),
        escape(each.who),
        escape(each.why),
        f'<span class="whole">{each.until}</span> <span class="soft whole">{left}</span>',
    ]


_OPENED = """
SELECT s.id, w.rule, w.subject, w.subject_name, w.theme, s.level, list(d.unit ORDER BY d.role DESC, d.unit) FILTER (d.unit IS NOT NULL)
FROM assess.trial_state AS s
JOIN assess.trial_warning AS w ON w.id = s.id
LEFT JOIN intervene.trial_duty AS d ON d.as_of = s.as_of AND d.id = s.id
WHERE s.as_of = $as_of AND s.change = '新增'
GROUP BY ALL
ORDER BY s.level, w.rule, w.subject, s.id
"""
