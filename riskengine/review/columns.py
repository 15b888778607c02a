"""Tables of what was learnt: records in, a frame with Chinese heads out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from riskengine.review.burden import UnitBurden
from riskengine.review.causes import CauseRecord
from riskengine.review.credit import Record
from riskengine.review.effect import MeasureEffect
from riskengine.review.graves import GraveRecall
from riskengine.review.lead import LeadTime, Quartiles
from riskengine.review.recall import Recall
from riskengine.review.tables import share

__all__ = [
    "burden_frame",
    "cause_frame",
    "effect_frame",
    "grave_frame",
    "lead_frame",
    "missed_frame",
    "record_frame",
    "sample_frame",
]

Names = Mapping[str, str]


def record_frame(themes: Sequence[Record], levels: Sequence[Record], level_names: Names) -> pd.DataFrame:
    """A row a theme, then a row a level; only where something was answered."""
    rows = [("主题", each.name, each) for each in themes]
    rows += [("等级", level_names.get(each.name, each.name), each) for each in levels]
    return _frame(
        ("按", "名称", "预警", "属实或已化解", "误报", "无法核实", "未答复", "查准率", "95%区间"),
        (
            (by, name, each.warnings, each.confirmed, each.false, each.unclear, each.open)
            + (share(each.precision), _span(each.low, each.high))
            for by, name, each in rows
            if each.judged or each.unclear
        ),
    )


def sample_frame(samples: Sequence[Recall]) -> pd.DataFrame:
    """A row a theme that was sampled; subjects a month, on average."""
    head = (
        "主题",
        "月数",
        "抽查",
        "有答复",
        "确有其事",
        "无法核实",
        "未预警对象",
        "漏报率",
        "漏报率区间",
        "每月约漏",
        "每月找到",
    )
    return _frame(
        (*head, "查全率", "查全率区间"),
        (
            (each.theme, each.draws, each.sent, each.answered, each.true, each.unclear, f"{each.population:.0f}")
            + (_fine(each.share), _span(each.low, each.high), _number(each.missed), _number(each.found))
            + (share(each.recall), _span(each.recall_low, each.recall_high))
            for each in samples
        ),
    )


def grave_frame(graves: Sequence[GraveRecall]) -> pd.DataFrame:
    """A row a kind of grave event of which there was one."""
    return _frame(
        ("事件", "看哪些主题", "事前几天", "起数", "事前有预警", "没有预警", "查全率", "95%区间"),
        (
            (each.title, "、".join(each.themes), each.before, len(each.events), each.found, len(each.missed))
            + (share(each.recall), _span(each.low, each.high))
            for each in graves
            if each.events
        ),
    )


def missed_frame(graves: Sequence[GraveRecall]) -> pd.DataFrame:
    """A row a grave event without a warning, the newest first."""
    missed = [(event.on.isoformat(), each.title, event) for each in graves for event in each.missed]
    return _frame(
        ("日期", "事件", "地区", "记录编号"),
        ((on, title, event.place_name, event.key) for on, title, event in sorted(missed, key=_newest)),
    )


def lead_frame(leads: Sequence[LeadTime], rule_titles: Names) -> pd.DataFrame:
    """A row a rule with enough confirmed warnings; days as ``中位数（四分位–四分位）``."""
    return _frame(
        ("规则", "名称", "属实或已化解", "其后有新记录", "到新记录(天)", "到核查结果(天)"),
        (
            (each.rule, rule_titles.get(each.rule, each.rule), each.confirmed, each.to_record.n)
            + (_quartiles(each.to_record), _quartiles(each.to_answer))
            for each in leads
            if each.to_record.median is not None or each.to_answer.median is not None
        ),
    )


def burden_frame(burdens: Sequence[UnitBurden], unit_names: Names) -> pd.DataFrame:
    """A row a unit, the most burdened first."""
    head = ("单位", "下发", "每周", "最忙一周", "在办", "签收", "答复", "其中误报", "误报率", "95%区间")
    return _frame(
        head,
        (
            (unit_names.get(each.unit, each.unit), each.lines, f"{each.per_week:.1f}", _busiest(each))
            + (each.standing, each.signed, each.answered, each.false, share(each.share), _span(each.low, each.high))
            for each in burdens
        ),
    )


def cause_frame(causes: Sequence[CauseRecord], rule_titles: Names) -> pd.DataFrame:
    """A row a rule and cause, declared or given; only how many are unexplained where nobody wrote a cause."""
    return _frame(
        ("规则", "名称", "误报", "原因", "规则声明过", "单位写了"),
        (
            (each.rule, rule_titles.get(each.rule, each.title), each.false, cause, declared, times)
            for each in causes
            for cause, declared, times in (
                *((cause, "是", times) for cause, times in each.declared.items() if each.said),
                *((cause, "否", times) for cause, times in each.others.items()),
                *((("（没有写原因）", "", each.unsaid),) if each.unsaid else ()),
            )
        ),
    )


def effect_frame(groups: Sequence[MeasureEffect]) -> pd.DataFrame:
    """A row a group of handled warnings; records a place, a fall with a minus."""
    return _frame(
        ("措施或结果", "可比", "无可比对象", "办理后变化", "自然变化", "净变化", "95%区间", "自然回落占"),
        (
            (
                each.name,
                each.pairs,
                each.unmatched,
                _signed(each.change),
                _signed(each.natural),
                _signed(each.effect),
            )
            + ("" if each.low is None else f"{_signed(each.low)}～{_signed(each.high)}",)
            + ("" if each.natural_share is None else f"{each.natural_share:.0%}",)
            for each in groups
        ),
    )


def _frame(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(head))


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.0%}–{high:.0%}"


def _fine(value: float | None) -> str:
    return "样本不足" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "样本不足" if value is None else f"{value + 0.0:+.1f}"


def _quartiles(days: Quartiles) -> str:
    return "样本不足" if days.median is None else f"{days.median:g}（{days.first:g}–{days.third:g}）"


def _busiest(burden: UnitBurden) -> str:
    monday, lines = burden.busiest
    return f"{monday:%m-%d}起{lines}条"


def _newest(row: tuple[str, str, Any]) -> tuple[int, str, str]:
    return -date.fromisoformat(row[0]).toordinal(), row[1], row[2].key
