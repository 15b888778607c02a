"""哪条规则狼来了 and 缺什么数据: how far the picture above can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.look import count, link, section
from riskengine.intervene.leader.readings import Readings
from riskengine.intervene.leader.urgent import short
from riskengine.intervene.leader.wolf import LEAST, MUCH, NIGHTS, RuleRecord
from riskengine.intervene.markup import table
from riskengine.intervene.situation import Situation
from riskengine.model.rulebook import Rulebook

__all__ = ["missing", "wolves"]

_RULES, _DATA, _LIST = "规则.html", "数据.html", "清单.html"
_MOST = 6
_NAMED = 2  # messages that are shown of a kind; all stand behind the number
_LONG = 48  # characters of one


def wolves(records: Sequence[RuleRecord]) -> str:
    """The section ``#wolves``: rules that were enough judged and too often false, the surest on top."""
    loud = [each for each in records if each.cries]
    judged = sum(each.share is not None for each in records)
    beside = link("各条规则", _RULES)
    much = f"{MUCH * 100:.0f}%"
    note = (
        f'<p class="soft">标准：近{NIGHTS}夜的预警中，单位反馈属实或误报的满{LEAST}件，其中误报占{much}以上。误报较少的规则'
        f"{count(judged - len(loud), _RULES, 'judged', said='误报较少的规则')}条，反馈不满{LEAST}件、还看不出的"
        f"{count(len(records) - judged, _RULES, 'few', said='反馈不满的规则')}条。</p>"
    )
    if not loud:
        said = "没有误报偏多的规则。" if judged else "反馈还太少，说不上哪条规则误报多。"
        return section("wolves", "哪条规则狼来了", f"<p>{said}</p>{note}", more=beside)
    rows = [
        [
            link(escape(each.title), _RULES, each.rule),
            f"{each.judged}件中{each.false}件",
            f"<b>{(each.share or 0) * 100:.0f}%</b> "
            f'<span class="soft whole">{(each.low or 0) * 100:.0f}%–{(each.high or 0) * 100:.0f}%</span>',
            count(each.open, _LIST, f"rule-{each.rule}", said=f"{each.title}在办") if each.open else "0",
        ]
        for each in loud[:_MOST]
    ]
    shown = table(["规则", "误报", "误报率（95%区间）", "在办"], rows, numbers=(3,), caption="误报多的规则")
    rest = (
        f'<p class="soft">另有 {len(loud) - _MOST} 条，见{link("规则", _RULES, "wolf")}。</p>'
        if len(loud) > _MOST
        else ""
    )
    return section("wolves", "哪条规则狼来了", shown + rest + note, more=beside)


def missing(rulebook: Rulebook, tonight: Situation, found: Readings) -> str:
    """The section ``#missing``: who did not report, what could not be read or run, which readings are doubted, what nobody answers for."""
    names = {id_: each.name for id_, each in rulebook.indicators.items()}
    decided = tonight.decided
    kinds: tuple[tuple[int, str, str, str, Sequence[str]], ...] = (
        (
            len(tonight.silences),
            "处未按时报送（按未知处理，不视为平安）",
            _DATA,
            "silence",
            [f"{unit} {title}{_since(last, days)}" for title, unit, last, days, _ in tonight.silences],
        ),
        (tonight.account.broken, "个文件未能读入", _DATA, "files", ()),
        (
            len(found.findings),
            "处指标读数有问题",
            _DATA,
            "findings",
            list(dict.fromkeys(names.get(each.indicator, each.indicator) for each in found.findings)),
        ),
        (
            len(tonight.faults),
            "条规则未能运行（相关预警暂不变动）",
            _DATA,
            "faults",
            [title for title, _ in tonight.faults],
        ),
        (
            len(tonight.problems),
            f"处数据问题{'（含上面未能读入的）' if tonight.account.broken else ''}",
            _DATA,
            "issues",
            [message for _, message in tonight.problems],
        ),
        (tonight.unrouted, "条预警没有分到责任单位，请核对 rules/routes.yaml", _DATA, "unrouted", ()),
        (tonight.caught, "条预警没有专门的分办规定，已交兜底单位，请核对 rules/routes.yaml", _DATA, "caught", ()),
        (len(decided.held), "次命中被例外压住，不作预警", _LIST, "suppressed", ()),
    )
    lines = [f"{count(many, page, anchor)} {what}{_named(told)}" for many, what, page, anchor, told in kinds if many]
    upkeep = ((decided.expired, "条例外已过期", "suppressed"), (len(decided.over), "条规则试运行已到期", "trials"))
    lines += [f"{many} {link(what, _LIST, anchor)}，请处理" for many, what, anchor in upkeep if many]
    beside = link("数据情况", _DATA)
    if not lines:
        return section("missing", "缺什么数据", "<p>各来源均按时报送，全部规则正常运行。</p>", more=beside)
    items = "".join(f"<li>{line}</li>" for line in lines)
    return section("missing", "缺什么数据", f'<ul class="plain">{items}</ul>', more=beside)


def _named(examples: Sequence[str]) -> str:
    shown = [short(each, _LONG) for each in examples[:_NAMED]]
    return (
        f"：{escape('；'.join(each.rstrip('。') for each in shown))}{'等' if len(examples) > _NAMED else ''}"
        if shown
        else ""
    )


def _since(last: date | None, days: int | None) -> str:
    if last is None:
        return "从未报送"
    return f"已{days}天" if days is not None else f"自{last}起"
