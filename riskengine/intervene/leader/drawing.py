"""From a Vega-Lite specification to SVG that can stand in a page: offline, the same everywhere, with a name for those who cannot see it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

import vl_convert

from riskengine.intervene.leader.look import FONT

__all__ = ["AXIS", "BAD", "DEEP", "GOOD", "INK", "SOFT", "drawn", "lookup"]

INK, SOFT, DEEP, BAD, GOOD = "#1b2530", "#55606d", "#1d3f66", "#a30000", "#1f6b2c"
"""The colours of the pages' style, for lines and words in charts."""

_LINE = "#d3dae2"
_FAMILY = FONT.replace('"', "'")
_NONE = "none-to-measure"  # a font that no machine has: where nothing is found nothing is laid out, and two thirds of the time are saved
_NAMED = f' font-family="{_NONE}"'
_ROOT = re.compile(r"^<svg[^>]*>")
_SPEC = "https://vega.github.io/schema/vega-lite/v5.json"

AXIS: dict[str, Any] = {
    "labelColor": SOFT, "labelFontSize": 11, "labelOverlap": False, "labelLimit": 0, "labelBound": False, "labelFlush": False,
    "gridColor": _LINE, "domainColor": _LINE, "tickColor": _LINE, "labelAngle": 0,
}  # fmt: skip
"""How every axis looks; labels stand where they are put, so that no text has to be measured."""


def drawn(
    spec: Mapping[str, Any], width: int, height: int, room: tuple[int, int, int, int], title: str, said: str
) -> str:
    """The chart as an ``<svg>`` of ``width`` times ``height`` pixels that gives way on a narrow page.

    ``room``: left, right, top, bottom for labels, in pixels, fixed. ``title`` and ``said`` (what the chart shows, in words) are what a
    screen reader reads.
    """
    left, right, top, bottom = room
    whole = {
        "$schema": _SPEC,
        "width": width - left - right,
        "height": height - top - bottom,
        "autosize": {"type": "none"},
        "padding": {"left": left, "right": right, "top": top, "bottom": bottom},
        "config": {"font": _NONE, "text": {"fontSize": 11, "font": _NONE}, "view": {"stroke": None}, "aria": False, "background": None},
        **spec,
    }  # fmt: skip
    svg = vl_convert.vegalite_to_svg(whole, vl_version="v5.21")  # holds its data itself: there is nothing to fetch
    name = (
        f'<svg class="drawn" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="{_FAMILY}" role="img" '
        f'aria-label="{escape(f"{title}。{said}", quote=True)}"><title>{escape(title)}</title><desc>{escape(said)}</desc>'
    )
    return _ROOT.sub(lambda _: name, svg.replace(_NAMED, ""), count=1)


def lookup(shown: Mapping[str, str]) -> str:
    """A Vega expression that puts the label of a value in its place."""
    return f"({json.dumps(shown, ensure_ascii=False, sort_keys=True)})[datum.value]"
