"""Columns, names and lines as people read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from riskengine.contracts import contract
from riskengine.explain.chain import Feature
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.model.value import plain, valued

__all__ = [
    "MARKS",
    "TYPES",
    "VERDICTS",
    "columns",
    "definition",
    "in_band",
    "kind_and_key",
    "spark",
    "width",
    "wrapped",
]

TYPES = {
    Subject.COUNTY: "县", Subject.TOWN: "乡镇", Subject.VILLAGE: "村（社区）", Subject.PETITION: "信访事项",
    Subject.DISPUTE: "矛盾纠纷", Subject.HAZARD: "安全隐患", Subject.PROJECT: "项目", Subject.RECTIFICATION: "整治点位",
    Subject.SURVEY: "群众感受调查项", Subject.INDICATOR: "指标", Subject.UNIT: "单位",
}  # fmt: skip
VERDICTS = {"hit": "命中", "clear": "没有", "unknown": "未知"}
MARKS = {True: "✔", False: "✘", None: "？"}
_BARS = "▁▂▃▄▅▆▇█"
_PIECES = re.compile(r"[（“《]*(?:[!-~]{1,60}|.)[，。；：、）”》！？]*\s*")
"""What a line may be broken between: Chinese characters one by one, other words whole; marks stay with what they open
or close.
"""


def kind_and_key(type_: str, key: str, name: str) -> str:
    """``乡镇 990100101``; empty where the name says both already, as in 安全隐患 XA2026-08002（消防，椒坪乡）."""
    kind = TYPES[Subject(type_)]
    return "" if not key or (key in name and name.startswith(kind)) else f"{kind} {key}"


def in_band(each: Feature) -> str:
    """Where a feature's value lies: ``7个 在 [6个, 9个)``; 数未知 where it is NULL, empty where the feature reads no number."""
    if not each.of:
        return ""
    if each.value is None:
        return "数未知"
    lower = "−∞" if each.lower is None else valued(each.lower, each.unit)
    upper = "+∞" if each.upper is None else valued(each.upper, each.unit)
    return f"{valued(each.value, each.unit)} 在 [{lower}, {upper})"


def definition(signal: Signal, subject: Subject) -> str:
    """A signal's definition in words: ``诈骗案件，近7日，类别 = '刷单返利'，计数``."""
    if signal.formula is not None:
        return f"算式：{signal.formula}"
    if signal.usual is not None:
        return f"“{signal.usual}”的往常值：此前最多{signal.history}个同样长的窗口的平均（最近{signal.gap}个不计）"
    if signal.upper is not None:
        return f"“{signal.upper}”的上界：误报率{plain(signal.alarm * 100)}%，由此前最多{signal.history}个窗口推算"
    if signal.rate is not None:
        return f"“{signal.rate}”按每万人口计"
    if signal.trend is not None:
        return f"“{signal.trend}”最近{signal.depth}个窗口的走势，每个窗口变化多少"
    if signal.rank is not None:
        among = "同一上级地区之内" if signal.among == "parent" else f"全部{TYPES[subject]}之中"
        return f"“{signal.rank}”在{among}的名次，1为最高"
    model = contract(str(signal.source))
    parts = [str(model.title), f"近{signal.window}日" if signal.window else "全部已知记录"]
    match signal.lag:
        case "1y" | "2y":
            parts[1] += f"的{'去年' if signal.lag == '1y' else '前年'}同期"
        case "lunar":
            parts[1] += "的去年农历同期"
        case 0:
            pass
        case days:
            parts[1] += f"（到{days}天前为止）"
    if signal.where:
        parts.append(signal.where)
    of = signal.of or ""
    parts.append({
        "count": "计数", "sum": f"“{of}”合计", "max": f"“{of}”的最大值", "min": f"“{of}”的最小值", "share": f"其中“{of}”所占比例",
        "distinct": f"不同“{of}”的个数", "busiest": "最多一天的件数", "latest": f"最近一次的“{of}”", "previous": f"上一次的“{of}”",
        "streak": f"最近连续几次“{of}”", "days_since": "距最近一次的天数",
    }[str(signal.measure)])  # fmt: skip
    if signal.once:
        parts.append(f"先在{'、'.join(contract(kind).title for kind in signal.once)}里报过的事不计")
    return "，".join(parts)


def spark(series: Sequence[float | None]) -> str:
    """A series as a line of small bars; a gap where nothing is known."""
    known = [value for value in series if value is not None]
    top = max(known, default=0.0)
    low = min(0.0, min(known, default=0.0))
    span = (top - low) or 1.0
    return "".join("·" if value is None else _BARS[round((value - low) / span * 7)] for value in series)


def width(text: str) -> int:
    """Columns that a text takes in a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrapped(text: str, room: int, indent: str = "") -> list[str]:
    """Lines of at most ``room`` columns; all but the first begin with ``indent``. Breaks between Chinese characters
    and at blanks.
    """
    lines: list[str] = []
    line = ""
    for word in _PIECES.findall(text):
        if width(line + word.rstrip()) > room and line.strip():
            lines.append(line.rstrip())
            line = indent + word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def columns(rows: Sequence[Sequence[str]], room: int, indent: str = "  ", *, flow: bool = False) -> list[str]:
    """Rows as aligned columns; what does not fit into ``room`` is cut and ends in …, or, with ``flow``, the last
    column goes on in the next lines.
    """
    if not rows:
        return []
    wide = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    if flow:
        left = sum(wide[:-1]) + 2 * len(wide[:-1]) + len(indent)
        rest = max(20, room - left)
        lines = []
        for row in rows:
            head = indent + "".join(_cut(cell, wide[at]) + "  " for at, cell in enumerate(row[:-1]))
            parts = wrapped(row[-1], rest)
            lines += [(head + parts[0]).rstrip(), *(" " * left + part for part in parts[1:])]
        return lines
    while sum(wide) + 2 * len(wide) + len(indent) > room and max(wide) > 8:
        wide[wide.index(max(wide))] -= 1
    return [(indent + "  ".join(_cut(cell, wide[at]) for at, cell in enumerate(row))).rstrip() for row in rows]


def _cut(cell: str, room: int) -> str:
    if width(cell) > room:
        while cell and width(cell) > room - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (room - width(cell))
