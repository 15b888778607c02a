"""Pictures of a plan as inline SVG: the open warnings night by night, and the units' weeks. Colours are never the only
sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from math import ceil

from riskengine.model.period import month_day
from riskengine.plan.burden import Burden

__all__ = ["loads", "nights"]

_WIDTH, _HEIGHT = 880, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 96, 16, 34
_NAME = 12  # so many characters of a unit's name fit beside its bars
_OLD, _NEW = "#5b6770", "#b3261e"


def nights(before: Mapping[date, int], after: Mapping[date, int]) -> str:
    """Two lines over the nights: before dashed and grey, after solid and red, each named at its end."""
    days = list(before)
    top = _top(max([1, *before.values(), *after.values()]))
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(at: int) -> float:
        return _LEFT + wide * at / max(1, len(days) - 1)

    def y(value: float) -> float:
        return _TOP + high * (1 - value / top)

    told = (
        f"在办预警件数，{days[0]} 至 {days[-1]}。原来最多 {max(before.values())} 件，末夜 {before[days[-1]]} 件；"
        f"改后最多 {max(after.values())} 件，末夜 {after[days[-1]]} 件。"
    )
    parts = [_open(_HEIGHT, "每夜在办预警", told)]
    for tick in range(0, top + 1, max(1, top // 4)):
        parts.append(f'<line x1="{_LEFT}" y1="{y(tick):.1f}" x2="{_LEFT + wide}" y2="{y(tick):.1f}" class="grid"/>')
        parts.append(_text(_LEFT - 8, y(tick) + 4, str(tick), "end"))
    step = max(1, ceil(len(days) / 7))
    for at in range(0, len(days), step):
        parts.append(_text(x(at), _HEIGHT - 12, month_day(days[at]), "middle"))
    ends = [y(before[days[-1]]), y(after[days[-1]])]
    if abs(ends[0] - ends[1]) < 15:  # keep the two names apart
        middle, sign = sum(ends) / 2, 1 if ends[0] >= ends[1] else -1
        ends = [middle + sign * 8, middle - sign * 8]
    for side, colour, dash, name, end in (
        (before, _OLD, "6 4", "原来", ends[0]),
        (after, _NEW, "", "改后", ends[1]),
    ):
        points = " ".join(f"{x(at):.1f},{y(side[day]):.1f}" for at, day in enumerate(days))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.2"{dashed}/>')
        parts.append(_text(_LEFT + wide + 8, end + 4, f"{name} {side[days[-1]]} 件", "start", colour))
    return "".join([*parts, "</svg>"])


def loads(burdens: Sequence[Burden], names: Mapping[str, str]) -> str:
    """Two bars a unit: mean newly given a week, before (hatched) and after (solid), with the worst week as a mark."""
    top = max([1.0, *(max(b.before.worst, b.after.worst, b.before.mean, b.after.mean) for b in burdens)])
    left, row = 170, 40
    wide, height = _WIDTH - left - 150, 28 + row * len(burdens)

    def x(value: float) -> float:
        return left + wide * value / top

    told = "；".join(
        f"{names[b.unit]}：原周均 {b.before.mean:g} 件、最忙 {b.before.worst} 件，改后周均 {b.after.mean:g} 件、最忙 {b.after.worst} 件"
        for b in burdens
    )
    parts = [_open(height, "单位每周新接", told)]
    parts.append(
        '<defs><pattern id="before" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#e3e6e8"/>'
        f'<line x1="0" y1="0" x2="0" y2="6" stroke="{_OLD}" stroke-width="2.4"/>'
        "</pattern></defs>"
    )
    for at, each in enumerate(burdens):
        y = 10 + row * at
        name = names[each.unit]
        parts.append(_text(left - 10, y + 19, name if len(name) <= _NAME else name[: _NAME - 1] + "…", "end"))
        for load, fill, dy in ((each.before, "url(#before)", 0), (each.after, _NEW, 15)):
            parts.append(
                f'<rect x="{left}" y="{y + dy}" width="{max(1.0, x(load.mean) - left):.1f}" height="12" fill="{fill}"/>'
            )
            parts.append(
                f'<line x1="{x(load.worst):.1f}" y1="{y + dy - 1}" x2="{x(load.worst):.1f}" y2="{y + dy + 13}" '
                'stroke="#1a1a1a" stroke-width="2"/>'
            )
            parts.append(_text(x(load.worst) + 8, y + dy + 11, f"周均 {load.mean:g}，最忙 {load.worst}", "start"))
    return "".join([*parts, "</svg>"])


def _top(most: int) -> int:
    """A round number that four steps divide."""
    for step in (1, 2, 3, 4, 5, 8, 10, 15, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000):
        if most <= step * 4:
            return step * 4
    return ceil(most / 4) * 4


def _open(height: int, title: str, told: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}" '
        'xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>"
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
