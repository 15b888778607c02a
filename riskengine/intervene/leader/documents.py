"""The static pages of a night, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader import assessment, data, indicators, lists, rules, warnings
from riskengine.intervene.leader.look import PAGES, href, shell
from riskengine.intervene.leader.papers import papers_of
from riskengine.intervene.leader.readings import Readings
from riskengine.intervene.leader.trials import trials
from riskengine.intervene.leader.wolf import RuleRecord
from riskengine.intervene.lines import Entry
from riskengine.intervene.routing import current_places
from riskengine.intervene.situation import Situation
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["documents"]

_STYLE = """
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem .9rem; margin: .4rem 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.what { margin: .8rem 0 .1rem; font-weight: 600; }
.share { display: inline-block; min-width: 3.4em; }
.meter { display: inline-block; width: 6rem; height: .6rem; background: #e3e8ee; vertical-align: baseline; }
.meter i { display: block; height: 100%; background: var(--deep); }
tr:has(:target) { background: #fff7e0; }
@media print { tr:has(:target) { background: none; }
  .wide, table, caption, thead, tbody { break-before: avoid; } .what { break-after: avoid; } }
"""

_HEADINGS = {
    "清单.html": "清单",
    "预警.html": "预警详情",
    "指标.html": "指标与年度目标",
    "考核.html": "排名与考核",
    "规则.html": "规则准不准",
    "数据.html": "数据报送与运行情况",
}


def documents(
    con: Connection,
    rulebook: Rulebook,
    found: Sequence[Entry],
    tonight: Situation,
    told: Readings,
    records: Sequence[RuleRecord],
    paths: Mapping[str, str],
    as_of: date,
) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of every page that the front page leads to; ``told`` and ``records`` are the ones that it shows.

    ``paths``: unit id → its list, relative to the page.
    """
    places = current_places(rulebook.places, as_of).values()
    county = next((place.name for place in places if place.parent is None), "全县")
    opened = trials(con, rulebook, as_of)
    bodies = {
        "清单.html": (lists.body(found, rulebook, tonight, opened, paths, as_of, papers_of(con, as_of)), lists.STYLE),
        "预警.html": (warnings.body(found, rulebook, paths, as_of), warnings.STYLE),
        "指标.html": (indicators.body(told, rulebook), indicators.STYLE),
        "考核.html": (assessment.body(told, rulebook), assessment.STYLE),
        "规则.html": (rules.body(records, rulebook), rules.STYLE),
        "数据.html": (data.body(con, rulebook, found, tonight, told.findings, as_of), ""),
    }
    footer = f'全部明细：<a href="{href("全县清单.xlsx")}">全县清单.xlsx</a> · 规则版本 {escape(rulebook.hash[:8])}'
    for page, (content, style) in bodies.items():
        text = shell(
            f"{county}{PAGES[page]}",
            f"{county}{_HEADINGS[page]}",
            content,
            nav=page,
            as_of=as_of,
            footer=footer,
            style=_STYLE + style,
        )
        yield page, text.encode()
