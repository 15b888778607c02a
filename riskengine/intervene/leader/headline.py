"""The top of the leader's page: one sentence, the numbers by level with the change on the night before, the last thirty nights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.charts import nights_chart
from riskengine.intervene.leader.history import History
from riskengine.intervene.leader.look import count
from riskengine.intervene.lines import Entry
from riskengine.intervene.situation import Situation
from riskengine.intervene.wording import level_name
from riskengine.model.duty import Level

__all__ = ["change", "headline"]

_LIST = "清单.html"
_ENOUGH = 5  # nights; fewer make no chart


def headline(found: Sequence[Entry], levels: Sequence[Level], tonight: Situation, past: History, as_of: date) -> str:
    """HTML of the section ``#summary``."""
    alive = [entry for entry in found if not entry.lifted]
    late = sum(entry.overdue(as_of) > 0 for entry in alive)
    chart = _nights(past, levels)
    shape = "top" if chart else "top alone"
    return (
        '<section id="summary" aria-labelledby="h-summary"><h2 id="h-summary" class="said">今夜总览</h2>\n'
        f'<p class="lead">{_sentence(found, alive, late, tonight)}</p>\n<div class="{shape}">'
        f'<ul class="levels">{"".join(_tile(level, alive, past) for level in levels)}{_late(late)}</ul>{chart}</div></section>'
    )


def change(now: int, before: int | None, *, than: str = "比上一夜") -> str:
    """``↑2`` with what it means for those who hear it; nothing where there is nothing to compare with."""
    if before is None:
        return ""
    if now == before:
        return f'<span class="same">{than}持平</span>'
    word, arrow = ("多", "↑") if now > before else ("少", "↓")
    kind = "worse" if now > before else "better"
    return f'<span class="{kind}"><span aria-hidden="true">{arrow}</span>{than}{word}{abs(now - before)}</span>'


def _sentence(found: Sequence[Entry], alive: Sequence[Entry], late: int, tonight: Situation) -> str:
    new = sum(entry.change == "新增" for entry in alive)
    merged = sum(entry.merged_into is not None for entry in alive)
    inside = f"（其中 {merged} 条已并入其他预警）" if merged else ""
    text = (
        f"在办预警 {count(len(alive), _LIST, 'open')} 条{inside}，今日新增 {count(new, _LIST, 'new')} 条、"
        f"解除 {count(len(found) - len(alive), _LIST, 'lifted')} 条；逾期未反馈 {count(late, _LIST, 'late')} 条。"
    )
    troubles = (
        (len(tonight.silences), "处未按时报送", "silence"),
        (tonight.account.broken, "个文件未能读入", "files"),
        (len(tonight.faults), "条规则未能运行", "faults"),
    )
    told = [f"{count(many, '数据.html', anchor)} {what}" for many, what, anchor in troubles if many]
    return text + (f"数据方面：{'，'.join(told)}。" if told else "")


def _tile(level: Level, alive: Sequence[Entry], past: History) -> str:
    own = [entry for entry in alive if entry.level == level]
    fresh = sum(entry.change == "新增" for entry in own)
    before = past.before[1].get(level.rank, 0) if past.before else None
    new = f'<span class="whole">{"· " if past.before else ""}新增{fresh}</span>' if fresh else ""
    beside = f"{change(len(own), before)} {new}".strip()
    name = level_name(level)
    return (
        f'<li style="border-top-color:{escape(level.colour)}"><span class="name">{escape(name)}</span>'
        f"<b>{count(len(own), _LIST, f'level-{level.rank}', said=name)}</b>"
        f'<span class="soft">{beside}</span></li>'
    )


def _late(late: int) -> str:
    return (
        f'<li class="owed"><span class="name">逾期未反馈</span><b>{count(late, _LIST, "late", said="逾期未反馈")}</b>'
        '<span class="soft">过了办理期限</span></li>'
    )


def _nights(past: History, levels: Sequence[Level]) -> str:
    if len(past.nights) < _ENOUGH:
        return "" if past.before else '<p class="soft">这是第一夜，没有以前的夜可比。</p>'
    names = " ".join(
        f'<span class="whole"><span class="key" style="background:{escape(level.colour)}" aria-hidden="true"></span>'
        f"{escape(level.name)}</span>"
        for level in reversed(levels)
    )
    legend = f"近{len(past.nights)}夜在办预警（件）　自上而下：{names}"
    return f'<figure>{nights_chart(past.nights, levels)}<figcaption class="soft">{legend}</figcaption></figure>'
