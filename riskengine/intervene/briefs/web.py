"""A brief as one HTML file that opens from any folder and prints on A4."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template

from riskengine.intervene.briefs.compose import Brief, Section, Table
from riskengine.intervene.leader.look import FONT

__all__ = ["as_html"]

_SHORT = 14  # characters


def as_html(brief: Brief) -> bytes:
    """UTF-8; everything that the records brought is escaped."""
    template = Template(files(__package__).joinpath("brief.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(brief.title),
        subtitle=escape(brief.subtitle),
        internal=escape(brief.internal),
        font=FONT,
        body="\n".join(_section(each) for each in brief.sections),
        footer=escape(brief.footer),
    ).encode()


def _section(section: Section) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in section.sentences)
    return (
        f"<section><h2>{escape(section.heading)}</h2>{said}{''.join(_table(each) for each in section.tables)}</section>"
    )


def _table(table: Table) -> str:
    longest = [max(len(row[at]) for row in (table.head, *table.rows)) for at in range(len(table.head))]

    def cell(at: int, text: str) -> str:
        # a short column keeps its words whole beside a long one
        kind = ' class="n"' if at in table.numbers else ' class="whole"' if longest[at] <= _SHORT else ""
        return f"<td{kind}>{escape(text)}</td>"

    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in table.head)
    rows = "".join(f"<tr>{''.join(cell(at, text) for at, text in enumerate(row))}</tr>" for row in table.rows)
    return (
        f'<div class="wide"><table><caption>{escape(table.caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
