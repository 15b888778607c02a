"""The papers of the night and the places that are listed, as a section of ``清单.html``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from html import escape

from riskengine.intervene.leader.look import href, link, section
from riskengine.intervene.markup import table
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["NO_PAPERS", "Papers", "papers_of", "papers_section"]


@dataclass(frozen=True)
class Papers:
    """Tonight's: number, kind, id, why, main recipient, its file, the other recipients. Plates that hang: number, listed on, says."""

    written: tuple[tuple[str, str, str, str, str, str | None, tuple[str, ...]], ...]
    plates: tuple[tuple[str, date, str], ...]


NO_PAPERS = Papers((), ())


def papers_of(con: Connection, as_of: date) -> Papers:
    """As ``intervene.paper`` and ``intervene.plate`` have them when the pages are written."""
    written = con.execute(_WRITTEN, {"as_of": as_of}).fetchall()
    plates = con.execute(_PLATES, {"as_of": as_of}).fetchall()
    return Papers(tuple((*row[:6], tuple(row[6] or ())) for row in written), tuple(plates))


def papers_section(papers: Papers, rulebook: Rulebook, shown: Collection[str]) -> str:
    """The section ``#papers``; empty where a workspace has no ladder. ``shown``: warnings that have a page tonight."""
    if rulebook.ladder.office is None:
        return ""

    def name(unit: str) -> str:
        return rulebook.units[unit].name if unit in rulebook.units else unit

    parts = []
    if papers.written:
        rows = [
            (
                f'<a class="whole" href="{href(path)}">{escape(number)}</a>' if path else escape(number),
                escape(kind),
                escape(name(unit))
                + (f'<br><span class="soft">抄送 {escape("、".join(map(name, copies)))}</span>' if copies else ""),
                escape(why),
                link(f'<span class="whole">{escape(id_)}</span>', "预警.html", id_) if id_ in shown else escape(id_),
            )
            for number, kind, id_, why, unit, path, copies in papers.written
        ]
        parts.append(table(("文号", "公文", "主送", "事由", "预警"), rows, cards=True, caption="今夜的公文"))
    else:
        parts.append("<p>今夜没有公文。</p>")
    if papers.plates:
        listed = [(escape(number), str(day), escape(says)) for number, day, says in papers.plates]
        parts.append(table(("编号", "挂牌日期", "哪里、为什么"), listed, cards=True, caption="挂牌中的地方"))
    return section("papers", f"公文 {len(papers.written)} 份、挂牌 {len(papers.plates)} 处", "\n".join(parts))


_WRITTEN = """
SELECT number, kind, id, any_value(why), any_value(unit) FILTER (role = '主送'), any_value(path) FILTER (role = '主送'),
  list(unit ORDER BY unit) FILTER (role = '抄送')
FROM intervene.paper WHERE as_of = $as_of GROUP BY number, kind, id ORDER BY kind, len(number), number
"""

_PLATES = """
SELECT p.number, p.as_of, p.says FROM intervene.plate AS p WHERE p.what = '挂牌' AND p.as_of <= $as_of AND NOT EXISTS (
  FROM intervene.plate AS o WHERE o.number = p.number AND o.what = '摘牌' AND o.as_of <= $as_of)
ORDER BY p.number
"""
