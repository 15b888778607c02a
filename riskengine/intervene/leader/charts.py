"""The charts of the pages: Vega-Lite drawn to SVG by vl-convert, offline, with the labels as text in the reader's own fonts.

The layout is fixed (nothing is measured), so the same numbers give the same bytes on every machine. Whoever cannot see a chart hears its
title and its description.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from riskengine.intervene.leader.drawing import AXIS, BAD, DEEP, GOOD, INK, SOFT, drawn, lookup
from riskengine.model.duty import Level
from riskengine.model.figure import number
from riskengine.model.period import month_day

__all__ = ["Curve", "nights_chart", "year_course"]


@dataclass(frozen=True)
class Curve:
    """What the chart of an indicator shows. ``points``: end of period and value (None: nothing that could be believed), oldest first.
    ``year``: the year that the target speaks of. ``running``: readings add up over the year (年内累计), so that last year is drawn beside
    this one, month by month. ``target_text``: how the target is written at its line (目标≥92). ``forecast``: (value, low, high) at the
    end of the year. ``places``: the values are places in a ranking, the first on top.
    """

    name: str
    unit: str
    points: tuple[tuple[date, float | None], ...]
    year: int
    running: bool = False
    target: float | None = None
    target_text: str = "目标"
    control: float | None = None
    forecast: tuple[float, float, float] | None = None
    places: bool = False
    width: int = 340
    height: int = 150


def year_course(curve: Curve) -> str:
    """The course of an indicator: its readings, last year beside them where they add up, the line of the target, the control value, and
    where the year is expected to end with the 80 % interval. An empty text where there is nothing to draw.

    The same curve is drawn once in a process, however many nights and pages show it.
    """
    if not any(value is not None for _, value in curve.points):
        return ""
    return _course(curve)


def nights_chart(
    nights: Sequence[tuple[date, Mapping[int, int]]], levels: Sequence[Level], *, width: int = 430, height: int = 150
) -> str:
    """Open warnings of the last nights by level, the gravest at the bottom. ``nights``: night → rank → how many, oldest first."""
    ranks = {level.rank: level for level in levels}
    names = [f"{at:02}" for at in range(len(nights))]
    rows = [
        {"x": name, "n": many, "level": ranks[rank].name, "rank": rank}
        for name, (_, by_rank) in zip(names, nights, strict=True)
        for rank, many in sorted(by_rank.items())
        if rank in ranks and many
    ]
    top = max((sum(by_rank.values()) for _, by_rank in nights), default=0) or 1
    step = max(1, (len(nights) - 1) // 4)
    shown = {names[at]: month_day(nights[at][0]) for at in range(len(nights) - 1, -1, -step)}
    spec = {
        "data": {"values": rows},
        "mark": {"type": "bar", "stroke": "#00000055", "strokeWidth": 0.5},
        "encoding": {
            "x": {
                "field": "x",
                "type": "ordinal",
                "scale": {"domain": names, "paddingInner": 0.15, "paddingOuter": 0.1},
                "axis": {
                    **AXIS, "title": None, "grid": False, "values": sorted(shown), "labelExpr": lookup(shown), "labelAlign": "center",
                },
            },
            "y": {
                "field": "n",
                "type": "quantitative",
                "scale": {"domain": [0, top], "nice": 4},
                "axis": {**AXIS, "title": None, "tickCount": 4, "tickMinStep": 1, "format": "d"},
            },
            "color": {
                "field": "level",
                "type": "nominal",
                "scale": {"domain": [each.name for each in levels], "range": [each.colour for each in levels]},
                "legend": None,
            },
            "order": {"field": "rank", "type": "quantitative"},
        },
    }  # fmt: skip
    totals = [sum(by_rank.values()) for _, by_rank in nights]
    most, least = totals.index(max(totals)), totals.index(min(totals))
    newest = "，".join(f"{level.name}{nights[-1][1].get(level.rank, 0)}件" for level in levels)
    said = (
        f"{month_day(nights[0][0])}至{month_day(nights[-1][0])}共{len(nights)}夜。最多{totals[most]}件（{month_day(nights[most][0])}），"
        f"最少{totals[least]}件（{month_day(nights[least][0])}）。今夜{totals[-1]}件：{newest}。"
    )
    return drawn(spec, width, height, (30, 22, 14, 22), f"近{len(nights)}夜在办预警件数，按等级", said)


@lru_cache(maxsize=512)
def _course(curve: Curve) -> str:
    known = [(end, value) for end, value in curve.points if value is not None]
    rows: list[dict[str, Any]] = []
    for end, value in curve.points:
        if not curve.running or end.year >= curve.year - 1:
            series = "去年" if curve.running and end.year < curve.year else "今年"
            rows.append({"x": _at(curve, end), "y": value, "series": series})  # a gap breaks the line
    heights = [row["y"] for row in rows if row["y"] is not None]
    if not heights:
        return ""
    last_end, last = known[-1]
    right = 12.0 if curve.running else curve.year * 12 + 12.0
    now = _at(curve, last_end) if not curve.running or last_end.year == curve.year else None
    heights += [each for each in (curve.target, curve.control) if each is not None]
    layers: list[dict[str, Any]] = []
    limits = _limits(curve)
    layers += [_rule(value, colour) for value, _, colour in limits]
    layers += [
        _lines(rows, "去年", SOFT, dash=[3, 3], points=False),
        _lines(rows, "今年", DEEP, dash=[1, 0], points=True),
    ]
    if curve.forecast is not None:
        value, low, high = curve.forecast
        heights += [low, high]
        layers += _outlook(value, low, high, right, (now, last) if now is not None else None)
    elif now is not None:
        layers.append(_text([{"x": now, "y": last, "t": number(last)}], INK, dx=5, dy=-8))
    before = [row for row in rows if row["series"] == "去年" and row["y"] is not None]
    if before:
        layers.append(_text([{**before[len(before) // 2], "t": "去年"}], SOFT, dx=-8, dy=-9))
    layers += [_limit_text(value, text, colour) for value, text, colour in limits]
    first = 1.0 if curve.running else min(row["x"] for row in rows) - 0.5
    low_y, high_y = _room(heights)
    spec = {
        "layer": layers,
        "encoding": {
            "x": {
                "field": "x", "type": "quantitative", "scale": {"domain": [first, right], "nice": False, "zero": False},
                "axis": _months(curve, first),
            },
            "y": {
                "field": "y", "type": "quantitative",
                "scale": {"domain": [low_y, high_y], "nice": False, "zero": False, "reverse": curve.places},
                "axis": {**AXIS, "title": None, "tickCount": 4, "tickMinStep": 0 if curve.unit == "%" else 1, "format": ",~f"},
            },
        },
    }  # fmt: skip
    return drawn(
        spec, curve.width, curve.height, (46, 48, 16, 22), f"{curve.name}（{curve.unit}）走势", _told(curve, known)
    )


def _outlook(
    value: float, low: float, high: float, right: float, start: tuple[float, float] | None
) -> list[dict[str, Any]]:
    """The dashed way to the forecast, its interval as a bar with ends, its value in words."""
    layers: list[dict[str, Any]] = []
    if start is not None and start[0] < right:
        way = [{"x": start[0], "y": start[1]}, {"x": right, "y": value}]
        cone = [{"x": start[0], "y": start[1], "y2": start[1]}, {"x": right, "y": low, "y2": high}]
        layers += [
            {
                "data": {"values": cone},
                "mark": {"type": "area", "color": DEEP, "opacity": 0.16},
                "encoding": {"y2": {"field": "y2"}},
            },
            {
                "data": {"values": way},
                "mark": {"type": "line", "color": DEEP, "strokeDash": [2, 3], "strokeWidth": 1.5},
            },
        ]
    interval = [{"x": right, "y": low, "y2": high}]
    layers += [
        {
            "data": {"values": interval}, "mark": {"type": "rule", "color": DEEP, "strokeWidth": 4, "opacity": 0.55},
            "encoding": {"y2": {"field": "y2"}},
        },
        {
            "data": {"values": [{"x": right, "y": value}]},
            "mark": {"type": "point", "shape": "diamond", "filled": True, "color": DEEP, "size": 60, "opacity": 1},
        },
        _text([{"x": right, "y": value, "t": "预计"}], SOFT, dx=6, dy=-13),
        _text([{"x": right, "y": value, "t": number(value)}], INK, dx=6),
    ]  # fmt: skip
    return layers


def _lines(rows: list[dict[str, Any]], series: str, colour: str, *, dash: list[int], points: bool) -> dict[str, Any]:
    own = [{"x": row["x"], "y": row["y"]} for row in rows if row["series"] == series]
    mark: dict[str, Any] = {"type": "line", "color": colour, "strokeWidth": 2 if points else 1.5, "strokeDash": dash}
    if points:
        mark["point"] = {"color": colour, "size": 22, "filled": True}
    return {"data": {"values": own}, "mark": mark}


def _limits(curve: Curve) -> list[tuple[float, str, str]]:
    """Target and control value with what is written at their lines; one line where they are the same."""
    if curve.target is not None and curve.target == curve.control:
        return [(curve.target, f"{curve.target_text}{number(curve.target)}，也是控制值", BAD)]
    found = []
    if curve.target is not None:
        found.append((curve.target, f"{curve.target_text}{number(curve.target)}", GOOD))
    if curve.control is not None:
        found.append((curve.control, f"控制值{number(curve.control)}", BAD))
    return found


def _rule(value: float, colour: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"y": value}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": [6, 3], "strokeWidth": 1.5},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }


def _limit_text(value: float, text: str, colour: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"y": value, "t": text}]},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "bottom",
            "dx": 3,
            "dy": -2,
            "color": colour,
            "fontWeight": 600,
        },
        "encoding": {"x": {"value": 0}, "text": {"field": "t"}},
    }


def _text(values: list[dict[str, Any]], colour: str, *, dx: int, dy: int = 0) -> dict[str, Any]:
    mark = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "dx": dx,
        "dy": dy,
        "color": colour,
        "fontWeight": 600,
    }
    return {"data": {"values": values}, "mark": mark, "encoding": {"text": {"field": "t"}}}


def _at(curve: Curve, end: date) -> float:
    return float(end.month if curve.running else end.year * 12 + end.month)


def _months(curve: Curve, first: float) -> dict[str, Any]:
    if curve.running:
        return {**AXIS, "title": None, "grid": False, "values": [1, 3, 6, 9, 12], "labelExpr": "datum.value + '月'"}
    years = [year for year in range(int(first) // 12, curve.year + 1) if year * 12 + 6.5 >= first]
    shown = {str(year * 12 + 6.5): str(year) for year in years}
    return {
        **AXIS,
        "title": None,
        "grid": False,
        "ticks": False,
        "values": [float(each) for each in shown],
        "labelExpr": lookup(shown),
    }


def _room(heights: Sequence[float]) -> tuple[float, float]:
    """The span of the values with air above and below; never below zero where nothing is."""
    low, high = min(heights), max(heights)
    air = (high - low) * 0.15 or max(abs(high) * 0.1, 0.5)
    return (max(0.0, low - air) if low >= 0 else low - air), high + air


def _told(curve: Curve, known: Sequence[tuple[date, float]]) -> str:
    end, value = known[-1]
    parts = [f"最近读数{number(value)}{curve.unit}（{end.year}年{end.month}月）"]
    if curve.points[-1][1] is None:
        parts.append("此后没有读数")
    if curve.target is not None:
        parts.append(f"{curve.target_text}{number(curve.target)}{curve.unit}")
    if curve.control is not None:
        parts.append(f"控制值{number(curve.control)}{curve.unit}")
    if curve.forecast is not None:
        middle, low, high = (number(each) for each in curve.forecast)
        parts.append(f"预计年末{middle}{curve.unit}，80%区间{low}至{high}")
    return "；".join(parts) + "。"
