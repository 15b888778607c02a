"""Curves as one HTML file that needs no other: precision over volume, each value a point with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from riskengine.intervene.leader.drawing import AXIS, BAD, DEEP, SOFT, drawn
from riskengine.model.figure import number
from riskengine.tune.noun import Curve
from riskengine.tune.text import HEAD, point_row

__all__ = ["as_page"]

_STYLE = (
    'body{font:16px/1.6 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1b2530;margin:0}'
    "main{max-width:60rem;margin:auto;padding:1rem}table{border-collapse:collapse}th,td{border:1px solid #c5ced8;padding:.25rem .6rem;"
    "text-align:right}th{background:#eef2f6}tr.now td{font-weight:700}pre{background:#f4f6f8;padding:1rem;overflow:auto}"
    "svg{max-width:100%;height:auto}"
)


def as_page(title: str, curves: Sequence[Curve], said: Sequence[str], diff: str, effect: str) -> str:
    """The page: for each curve its sentence, picture and table; then the patch and its plan, where there is a proposal."""
    return "".join(_parts(title, curves, said, diff, effect))


def _parts(title: str, curves: Sequence[Curve], said: Sequence[str], diff: str, effect: str) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
    )
    for curve, sentence in zip(curves, said, strict=True):
        yield f"<h2>参数“{escape(curve.parameter)}”</h2><p>{escape(sentence)}</p>"
        if any(point.precision is not None for point in curve.points):
            yield f"<figure>{_picture(curve)}<figcaption>横轴：每周预警件数；纵轴：查准率（%），竖线为95%区间；红点为现值，数字为取值。</figcaption></figure>"
        rows = [(point.value == curve.now, point_row(curve, point)) for point in curve.points]
        head = "".join(f'<th scope="col">{escape(each)}</th>' for each in HEAD[:-1])
        body = "".join(
            f"<tr{' class=now' if now else ''}>" + "".join(f"<td>{escape(cell.strip())}</td>" for cell in row) + "</tr>"
            for now, row in rows
        )
        yield f"<table><caption>取值与预警，箭头为现值</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if diff:
        yield f"<h2>建议的改动</h2><pre>{escape(diff)}</pre><h2>推演</h2><pre>{escape(effect)}</pre>"
    yield "</main></body></html>"


def _picture(curve: Curve) -> str:
    rows: list[dict[str, Any]] = [
        {
            "weekly": point.weekly, "precision": round(100 * point.precision, 1), "low": round(100 * point.interval[0], 1),
            "high": round(100 * point.interval[1], 1), "value": number(point.value), "now": point.value == curve.now,
        }
        for point in curve.points
        if point.precision is not None and point.interval is not None
    ]  # fmt: skip
    few, many = min(row["weekly"] for row in rows), max(row["weekly"] for row in rows)
    room = max((many - few) * 0.08, 0.2)
    lowest, highest = max(0, min(row["low"] for row in rows) - 5), min(100, max(row["high"] for row in rows) + 5)
    named: list[float] = []  # points that lie on each other share one name, the one in force before the others
    for row in sorted(rows, key=lambda each: not each["now"]):
        free = all(abs(row["weekly"] - each) > room / 2 for each in named)
        row["name"] = row["value"] if free else ""
        named += [row["weekly"]] if free else []
    x: dict[str, Any] = {
        "field": "weekly",
        "type": "quantitative",
        "scale": {"domain": [few - room, many + room], "nice": False},
        "axis": {**AXIS, "title": None},
    }
    y: dict[str, Any] = {
        "field": "precision",
        "type": "quantitative",
        "scale": {"domain": [lowest, highest], "nice": False},
        "axis": {**AXIS, "title": None},
    }
    spec: dict[str, Any] = {
        "data": {"values": rows},
        "encoding": {"x": x},
        "layer": [
            {
                "mark": {"type": "rule", "color": SOFT},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": SOFT, "strokeDash": [4, 3]},
                "encoding": {"y": y, "order": {"field": "weekly"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"y": y, "color": {"condition": {"test": "datum.now", "value": BAD}, "value": DEEP}},
            },
            {
                "mark": {"type": "text", "dx": 6, "dy": -8, "align": "left", "color": DEEP},
                "encoding": {"y": y, "text": {"field": "name", "type": "nominal"}},
            },
        ],
    }
    best = max(rows, key=lambda row: row["precision"])
    told = f"横轴每周预警件数，纵轴查准率（%），竖线为95%区间；红点为现值。查准率最高的取值是{best['value']}，{best['precision']}%。"
    return drawn(spec, 720, 320, (44, 24, 24, 30), f"{curve.parameter}的取值：查准率与预警件数", told)
