"""Curves and a proposal for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.model.figure import number
from riskengine.plan.text import table
from riskengine.tune.noun import Curve, Point

__all__ = ["HEAD", "as_text", "point_row"]

HEAD = ("取值", "预警", "周均", "属实", "误报", "漏掉", "晚几天", "查准率", "95%区间", "")
"""Head of a curve's table; the last column draws the number of warnings."""

_BAR = 24


def as_text(curve: Curve) -> str:
    """The table of one curve, a bar for the number of warnings, the value in force marked."""
    return "\n".join(_lines(curve))


def _lines(curve: Curve) -> Iterator[str]:
    yield f"参数“{curve.parameter}”（现为{number(curve.now)}{curve.unit}），过去{curve.nights}夜，其余不变时："
    most = max(point.given for point in curve.points) or 1
    rows = [[*point_row(curve, point), "█" * round(_BAR * point.given / most)] for point in curve.points]
    yield from table(HEAD, rows)
    yield "  预警：这条规则参与的；属实含已化解；漏掉：核实过确有其事、这个取值下却不会预警的；晚几天：其余的平均晚几天预警。结果不足的不算查准率。"


def point_row(curve: Curve, point: Point) -> list[str]:
    """One value in words; no precision where too few have an outcome."""
    here = "→ " if point.value == curve.now else "  "
    share = "" if point.precision is None else f"{point.precision:.0%}"
    interval = "" if point.interval is None else f"{point.interval[0]:.0%}–{point.interval[1]:.0%}"
    later = "" if point.later is None else f"{point.later:.1f}"
    counted = (point.given, f"{point.weekly:.1f}", point.confirmed, point.false, point.lost, later)
    return [f"{here}{number(point.value)}", *map(str, counted), share, interval]
