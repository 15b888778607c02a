"""How levels, deadlines and evidence are written, the same on every list and on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from riskengine.intervene.lines import Duty, Entry
from riskengine.model.duty import Level

__all__ = ["INTERNAL", "PROVISIONAL", "counts", "deadline", "evidence_in_short", "level_name", "numbered", "reason"]

_NAMED = 12  # so many merged warnings are named in the parent's cell; all have rows of their own

PROVISIONAL = (
    "“暂定”的期限要用到还没有公布的放假调休安排，先按周一至周五上班推算；安排公布后会重新计算，可能提前或推后几天。"
)
"""What a mark on a deadline means."""

INTERNAL = "内部工作等级，不对外发布"
"""Stands on everything that leaves the engine: these levels are no public alarm."""


def level_name(level: Level) -> str:
    """``红（I级）``: the colour is never the only sign."""
    return f"{level.name}（{level.code}级）"


def deadline(entry: Entry, duty: Duty, as_of: date) -> tuple[str, str]:
    """``("2026-06-30", "逾期3天")`` or ``("2027-02-12", "剩3天（暂定）")``; an empty mark once there is nothing left to wait for."""
    left = None if entry.lifted else duty.left(as_of)
    if left is None:
        return duty.deadline.isoformat(), ""
    mark = f"逾期{-left}天" if left < 0 else "今日到期" if left == 0 else f"剩{left}天"
    return duty.deadline.isoformat(), mark + ("（暂定）" if duty.provisional else "")


def reason(entry: Entry) -> str:
    """Why it stands, with what it is merged into before, and what is merged into it behind."""
    before = f"【并入 {entry.merged_into}】" if entry.merged_into else ""
    first = [f"{child.id}（{child.subject_name}，{child.level.name}）" for child in entry.children[:_NAMED]]
    named = "、".join(first) + ("等" if len(entry.children) > _NAMED else "")
    behind = f"\n含并入{len(entry.children)}件：{named}。" if entry.children else ""
    return f"{before}{entry.sentence}{behind}"


def numbered(sentences: Sequence[str]) -> str:
    """Several sentences as a numbered block, one as it is, none as empty text."""
    if len(sentences) < 2:
        return "".join(sentences)
    return "\n".join(f"{n}. {sentence}" for n, sentence in enumerate(sentences, 1))


def evidence_in_short(evidence: Iterable[Mapping[str, Any]], rows: int = 3) -> str:
    """Up to ``rows`` records a rule, a line each: number, day, category (or value); then how many in all."""
    blocks: list[str] = []
    for each in evidence:
        columns, records = list(each.get("columns", ())), list(each.get("rows", ()))
        if not records:
            continue
        telling = ("日期", "类别", "数值") if "数值" in columns else ("编号", "日期", "类别")
        named = [at for at, title in enumerate(columns) if title in telling]
        shown = named or list(range(min(3, len(columns))))
        texts = [" ".join(str(each) for each in (record[at] for at in shown) if each) for record in records[:rows]]
        rest = [f"等{len(records)}条，见“证据明细”"] if len(records) > rows else []
        blocks.append("\n".join([f"【{each.get('title') or '记录'}】", *texts, *rest]))
    return "\n".join(dict.fromkeys(blocks))


def counts(levels: Iterable[Level], found: Iterable[Entry]) -> str:
    """``红 1 · 橙 3 · 黄 8 · 蓝 12，在办共24条（其中已并入其他预警2条）``, lifted ones apart."""
    found = list(found)
    alive = [entry for entry in found if not entry.lifted]
    parts = " · ".join(f"{level.name} {sum(entry.level == level for entry in alive)}" for level in levels)
    lifted = len(found) - len(alive)
    merged = sum(entry.merged_into is not None for entry in alive)
    inside = f"（其中已并入其他预警{merged}条）" if merged else ""
    return f"{parts}，在办共{len(alive)}条{inside}" + (f"，今日解除{lifted}条" if lifted else "")
