"""How the pages of a night look: one shell with its style, links from page to page, sections, lamps. Every page is a file of its own."""

from __future__ import annotations

from datetime import date
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import quote

from riskengine.intervene.markup import number
from riskengine.intervene.wording import INTERNAL
from riskengine.model.indicator import Lamp

__all__ = ["FONT", "LAMPS", "LAMP_LISTS", "PAGES", "count", "day_name", "href", "lamp", "link", "section", "shell"]

PAGES = {
    "index.html": "首页",
    "清单.html": "清单",
    "预警.html": "预警",
    "指标.html": "指标",
    "考核.html": "考核",
    "规则.html": "规则",
    "数据.html": "数据",
}
"""The pages of a night, by file name, as the navigation names them."""

FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif'
"""Chinese fonts of the common systems; nothing is embedded and nothing is fetched."""

LAMPS: dict[Lamp, tuple[str, str, str]] = {
    "红": ("#B3261E", "#FFFFFF", "■"),
    "黄": ("#FFD24D", "#000000", "▲"),
    "绿": ("#2B7036", "#FFFFFF", "●"),
    "灰": ("#59636F", "#FFFFFF", "○"),
}
"""Lamp → (patch, ink, shape): word, shape and colour always stand together."""

LAMP_LISTS: tuple[tuple[Lamp, str], ...] = (("红", "red"), ("黄", "yellow"), ("绿", "green"), ("灰", "grey"))
"""Lamp → anchor of its list on 指标.html."""

_WEEKDAYS = "一二三四五六日"


def shell(
    title: str, heading: str, body: str, *, nav: str, as_of: date, footer: str = "", style: str = "", wide: bool = False
) -> str:
    """A whole page as HTML text: self-contained, without script, printing on A4 landscape.

    ``title`` and ``heading`` are plain text (of the window, of the page); ``body`` and ``footer`` are HTML already. ``nav``: the page's own
    file name, a key of PAGES. ``style``: CSS that only this page needs. ``wide``: uses the whole window rather than a reading width.
    """
    template = Template(files(__package__).joinpath("shell.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(f"{title} {as_of}"),
        heading=escape(heading),
        day=day_name(as_of),
        internal=INTERNAL,
        font=FONT,
        style=style,
        nav="".join(_tab(page, name, nav) for page, name in PAGES.items()),
        kind=' class="broad"' if wide else "",
        body=body,
        footer=f"<p>{footer}</p>" if footer else "",
    )


def section(anchor: str, heading: str, content: str, *, more: str = "", kind: str = "") -> str:
    """A part of a page that a link can lead to: ``<section id=anchor>`` under an ``h2``. ``heading`` is plain text, ``content`` and
    ``more`` (a link beside the heading) are HTML. ``kind``: a CSS class.
    """
    beside = f' <span class="more">{more}</span>' if more else ""
    name = escape(anchor, quote=True)
    shape = f' class="{kind}"' if kind else ""
    return (
        f'<section id="{name}" aria-labelledby="h-{name}"{shape}>'
        f'<div class="head"><h2 id="h-{name}">{escape(heading)}</h2>{beside}</div>\n{content}\n</section>'
    )


def href(page: str, anchor: str | None = None) -> str:
    """A relative link to a file of the night (``page`` may lie in a folder) and to a place on it, percent-encoded."""
    return quote(page) + (f"#{quote(anchor)}" if anchor else "")


def link(content: str, page: str, anchor: str | None = None, *, said: str = "") -> str:
    """``content`` (HTML) as a link; ``said``: what a screen reader says in its place, where the content alone is too short."""
    label = f' aria-label="{escape(said, quote=True)}"' if said else ""
    return f'<a href="{href(page, anchor)}"{label}>{content}</a>'


def count(number_of: int, page: str, anchor: str, *, said: str = "") -> str:
    """A number that leads to its list: the section ``anchor`` has exactly so many rows in its tables."""
    label = f' aria-label="{escape(said, quote=True)}{number_of}"' if said else ""
    return f'<a class="count" href="{href(page, anchor)}"{label}>{number(number_of)}</a>'


def lamp(colour: Lamp) -> str:
    """An indicator's lamp as a patch with shape and word: ``■ 红灯``."""
    patch, ink, shape = LAMPS[colour]
    return f'<span class="badge" style="background:{patch};color:{ink}"><span aria-hidden="true">{shape}</span> {colour}灯</span>'


def day_name(day: date) -> str:
    """``2026年6月30日 星期二``."""
    return f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}"


def _tab(page: str, name: str, here: str) -> str:
    current = ' aria-current="page"' if page == here else ""
    return f'<li><a href="{href(page)}"{current}>{name}</a></li>'
