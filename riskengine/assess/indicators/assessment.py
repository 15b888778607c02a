"""The yearly assessment: what each indicator costs a town or a unit, step by step, and what is left in all.

``Mark.why`` of one indicator (JSON): ``counted`` (whether its weight is in the sum), ``reason`` where it is not
(``unknown``, ``small``, ``no-weight``, ``no-target``, ``county-only``, ``year-end``, ``no-rule``, ``no-base``), ``reading``,
``period`` (2026-05), ``target`` (the line that was held against it), ``target_kind``, ``gap`` (in the indicator's unit),
``formula`` and ``says`` (Chinese, without a full stop).

``Mark.why`` of the whole: ``points`` (left of the weights that counted), ``counted`` (their sum), ``available`` (of all that
apply), ``deducted``, ``by`` (indicator → points deducted, those above 0), ``left_out`` (``[indicator, reason]``), ``vetoes``
(indicators), ``says``, ``score_before`` (at the end of the month before; null where it had no rank then). ``Mark.value`` of the
whole is points / counted x 100, ``Mark.weight`` is ``counted``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from riskengine.assess.indicators.lines import gap
from riskengine.assess.indicators.noun import Reading
from riskengine.assess.indicators.spoken import span
from riskengine.assess.indicators.target import asked_of_year
from riskengine.model.figure import amount, difference, measure, number
from riskengine.model.indicator import Indicator
from riskengine.model.period import label

__all__ = ["Charge", "Scope", "Total", "charge", "total"]

Scope = Literal["place", "unit"]

_LEFT_OUT = {
    "no-weight": "不计分",
    "unknown": "没有可用的读数，未知，未计分",
    "small": "基数小，未计分",
    "no-target": "没有目标，不计分",
    "no-rule": "没有规定怎样扣分，不计分",
    "county-only": "目标只对全县，不对乡镇计分",
    "year-end": "年内累计未满，年末再计分",
    "no-base": "去年同期未知或为0，无从按变化计分，未计分",
}

_SHORT = {"unknown": "未知", "small": "基数小", "year-end": "年末计分", "no-base": "去年同期未知"}
_NEVER = ("no-weight", "no-target", "no-rule", "county-only")
"""Reasons for which an indicator is no part of the sum at all."""


@dataclass(frozen=True)
class Charge:
    """What one indicator costs. ``weight`` is 0 where it is not counted; then nothing is deducted either."""

    indicator: str
    name: str
    weight: float
    deducted: float
    veto: bool
    why: Mapping[str, Any]

    @property
    def left_out(self) -> str | None:
        """Why it is not counted; None where it is."""
        reason: str | None = self.why["reason"]
        return reason


@dataclass(frozen=True)
class Total:
    """All charges of a town or a unit. ``score`` None: nothing could be counted. ``small``: less than half of the weights could."""

    score: float | None
    counted: float
    deducted: float
    small: bool
    veto: bool
    why: Mapping[str, Any]


def charge(
    indicator: Indicator, scope: Scope, reading: Reading | None, day: date, *, missed: bool, small: bool = False
) -> Charge:
    """What ``reading`` (of the year so far, of the period that is due; ``last_year``: of last year's same span) costs on ``day``.

    ``missed``: the miss is certain, so that a veto holds. ``small``: too few cases to charge a town by; the unit that answers for the
    county is charged all the same.
    """
    deduct, target = indicator.deduct, indicator.target
    trace: dict[str, Any] = {
        "counted": False, "reason": _left_out(indicator, scope, reading, day, small=small), "reading": reading.value if reading else None,
        "period": label(indicator.period, reading.end) if reading else None, "target": None,
        "target_kind": target.kind if target else None, "gap": None, "formula": None, "says": "",
    }  # fmt: skip
    if trace["reason"] is not None or deduct is None or reading is None or reading.value is None:
        trace["says"] = f"{indicator.name}：{_LEFT_OUT[str(trace['reason'])]}"
        return Charge(indicator.id, indicator.name, 0.0, 0.0, False, trace)
    line = _line(indicator, reading, day) or 0.0
    missing = round(gap(indicator, reading.value, line), 6)
    most = min(deduct.most, indicator.weight)
    raw = missing / deduct.each * deduct.points
    deducted = round(min(most, raw), 2)
    formula = f"{number(missing)}÷{number(deduct.each)}×{number(deduct.points)}＝{number(raw)}分"
    if raw > most:
        formula += f"，最多扣{number(most)}分"
    veto = deduct.veto and missed
    held = f"{span(indicator, reading.end)}{amount(indicator, reading.value)}，{_asked(indicator, line)}"
    costs = f"相差{difference(indicator, missing)}，扣{number(deducted)}分（{formula}）" if missing else "不扣分"
    trace |= {
        "counted": True, "target": line, "gap": missing, "formula": formula if missing else None,
        "says": f"{indicator.name}：{held}，{costs}" + ("；一票否决" if veto else ""),
    }  # fmt: skip
    return Charge(indicator.id, indicator.name, indicator.weight, deducted, veto, trace)


def total(charges: Sequence[Charge], weights: Mapping[str, float]) -> Total:
    """The sum of ``charges``: score = (weights counted - deducted) / weights counted x 100, rounded to 0.01.

    ``weights``: of all indicators by id, for those that were left out.
    """
    counted = round(sum(each.weight for each in charges), 2)
    deducted = round(sum(each.deducted for each in charges), 2)
    apply = [each for each in charges if each.left_out not in _NEVER]
    available = round(sum(weights[each.indicator] for each in apply), 2)
    outs = [each for each in apply if each.left_out is not None]
    vetoes = [each for each in charges if each.veto]
    score = round((counted - deducted) / counted * 100, 2) if counted else None
    small = counted < available / 2
    costs = sorted((each for each in charges if each.deducted), key=lambda each: (-each.deducted, each.indicator))
    if score is None:
        says = "没有可以计分的指标，未知"
    else:
        says = f"计分权重{number(counted)}分，扣{number(deducted)}分，折合{number(score)}分"
        if costs:
            says += "；扣分：" + "、".join(f"{each.name}扣{number(each.deducted)}分" for each in costs)
    if outs:
        lost = number(round(available - counted, 2))
        says += f"；未计分{len(outs)}项（{lost}分）：" + "、".join(
            f"{each.name}（{_SHORT[str(each.left_out)]}）" for each in outs
        )
    if small and score is not None:
        says += "；计分权重不足一半，不参加排名"
    if vetoes:
        says += f"；一票否决：{'、'.join(each.name for each in vetoes)}"
    why = {
        "points": round(counted - deducted, 2), "counted": counted, "available": available, "deducted": deducted,
        "by": {each.indicator: each.deducted for each in costs},
        "left_out": [[each.indicator, each.left_out] for each in outs],
        "vetoes": [each.indicator for each in vetoes], "says": says,
    }  # fmt: skip
    return Total(score, counted, deducted, small, bool(vetoes), why)


def _left_out(indicator: Indicator, scope: Scope, reading: Reading | None, day: date, *, small: bool) -> str | None:
    target = indicator.target
    if not indicator.weight:
        return "no-weight"
    if target is None:
        return "no-target"
    if indicator.deduct is None:
        return "no-rule"
    count = measure(indicator) == "count"
    town = scope == "place"
    if town and (target.kind == "rank_within" or (count and target.kind not in ("zero", "change"))):
        return "county-only"
    if reading is None or reading.value is None:
        return "unknown"
    if town and small:
        return "small"
    if count and target.kind == "at_least" and reading.end != date(reading.end.year, 12, 31):
        return "year-end"
    if target.kind == "change" and not reading.last_year:
        return "no-base"
    return None if _line(indicator, reading, day) is not None else "no-target"


def _line(indicator: Indicator, reading: Reading, day: date) -> float | None:
    """The number to be held against: of a change, last year's same span with the change that is asked for."""
    target = indicator.target
    if target is None or target.kind == "zero":
        return 0.0 if target else None
    asked = asked_of_year(target.values, reading.end, day)
    if target.kind != "change" or asked is None:
        return asked
    return (reading.last_year or 0) * (1 + asked / 100)


def _asked(indicator: Indicator, line: float) -> str:
    if indicator.target is not None and indicator.target.kind == "change":
        return f"按去年同期折算的目标{amount(indicator, line, 1)}"
    return f"目标{amount(indicator, line)}"
