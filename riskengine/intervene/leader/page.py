"""``index.html``: the leader's page, readable in two minutes. Every number leads to its list, every name to its explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.came_back import came_back
from riskengine.intervene.leader.headline import headline
from riskengine.intervene.leader.history import history
from riskengine.intervene.leader.look import link, shell
from riskengine.intervene.leader.readings import Readings
from riskengine.intervene.leader.targets import targets
from riskengine.intervene.leader.tiles import towns
from riskengine.intervene.leader.trust import missing, wolves
from riskengine.intervene.leader.urgent import grave, late
from riskengine.intervene.leader.wolf import RuleRecord
from riskengine.intervene.lines import Entry
from riskengine.intervene.routing import current_places
from riskengine.intervene.situation import Situation
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["leaders_page"]

_STYLE = """
.lead { font-size: 1.08rem; margin: .7rem 0; }
.top { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 27rem); gap: .6rem 1.6rem; align-items: center; }
.top.alone { grid-template-columns: 1fr; }
.levels, .tiles, .courses { display: grid; list-style: none; margin: 0; padding: 0; }
.levels { grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .6rem; }
.levels li { border: 1px solid var(--line); border-top: 6px solid var(--line); border-radius: 4px; padding: .35rem .7rem .45rem; }
.levels .name { display: block; }
.levels b { display: block; font-size: 1.9rem; line-height: 1.15; }
.levels .owed { border-top-color: var(--ink); }
.key { display: inline-block; width: .8em; height: .8em; border: 1px solid #0006; margin: 0 .25em 0 .2em; vertical-align: -.05em; }
.worse { color: var(--bad); font-weight: 600; }
.better { color: #1f6b2c; font-weight: 600; }
.same { color: var(--soft); }
#grave td:nth-child(1) { width: 9.5em; }
#grave td:nth-child(2) { width: 24%; }
#grave td:nth-child(4) { width: 17em; }
#grave td:nth-child(5) { width: 10.5em; }
.pair { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 0 2rem; }
.pair.even { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.pair:has(.many) { grid-template-columns: minmax(0, 1fr); }
.tiles { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .35rem; margin: .4rem 0; }
.tiles li { position: relative; border: 1px solid var(--line); border-left: 7px solid var(--line); border-radius: 3px;
  padding: .1rem .45rem .2rem; break-inside: avoid; }
.tiles div { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 .4rem; }
.tiles b { font-size: 1.15rem; line-height: 1.3; }
.tiles .count::after { content: ""; position: absolute; inset: 0; }
.tiles .state { font-size: .8rem; line-height: 1.4; }
.tiles .ways { display: flex; gap: .4rem; white-space: nowrap; }
.courses { grid-template-columns: repeat(auto-fill, minmax(17.5rem, 1fr)); gap: .7rem 1.4rem; }
.courses li { break-inside: avoid; display: flex; flex-direction: column; }
.courses .says { font-size: .93rem; flex: 1; }
.plain { list-style: none; padding: 0; }
.plain li { margin: .25rem 0; }
@media screen and (max-width: 900px) { .pair, .pair.even, .top { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 640px) {
  .levels, .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .levels .owed { grid-column: 1 / -1; }
  .courses .drawn { width: 100%; }
  #grave td:nth-child(n) { width: auto; }
}
@media print {
  html { font-size: 8.6pt; }
  section { margin-top: .5rem; }
  th, td { padding: .1rem .4rem; }
  .head, .wide { margin-bottom: .25rem; }
  .top { align-items: end; }
  .top svg.drawn { max-height: 19mm; width: auto; }
  .levels li { padding: .1rem .6rem .2rem; }
  .tiles { grid-template-columns: repeat(5, minmax(0, 1fr)); gap: .25rem; }
  .tiles.many { grid-template-columns: repeat(9, minmax(0, 1fr)); }
  .tiles b { font-size: 1rem; line-height: 1.15; }
  .tiles li { padding: 0 .4rem .05rem; }
  .tiles .state { line-height: 1.2; }
  .courses .drawn { max-height: 22mm; }
  p, .lead, .plain li { margin: .15rem 0; }
  .levels b { font-size: 1.5rem; }
  .pair > section, .courses li, .levels li { break-inside: avoid; }
  .courses { grid-template-columns: repeat(4, minmax(0, 1fr)); }
}
"""


def leaders_page(
    con: Connection,
    rulebook: Rulebook,
    found: Sequence[Entry],
    tonight: Situation,
    told: Readings,
    records: Sequence[RuleRecord],
    paths: Mapping[str, str],
    as_of: date,
) -> str:
    """The page as HTML text. ``paths``: unit id → its list, relative to the page. Earlier nights are read from ``assess.state``."""
    places = current_places(rulebook.places, as_of)
    county = next((place.name for place in places.values() if place.parent is None), "全县")
    past = history(con, rulebook, found, as_of)
    returned = came_back(con, rulebook, found, as_of)
    body = "\n".join(
        (
            headline(found, rulebook.levels, tonight, past, as_of),
            grave(found, rulebook, as_of),
            f'<div class="pair">{late(found, rulebook, paths, as_of, returned)}\n{towns(rulebook, past, told, as_of)}</div>',
            targets(rulebook, told),
            f'<div class="pair even">{wolves(records)}\n{missing(rulebook, tonight, told)}</div>',
        )
    )
    return shell(
        f"{county}风险预警",
        f"{county}风险预警日报",
        body,
        nav="index.html",
        as_of=as_of,
        footer=f"全部明细：{link('全县清单.xlsx', '全县清单.xlsx')} · 规则版本 {escape(rulebook.hash[:8])}",
        style=_STYLE,
        wide=True,
    )
