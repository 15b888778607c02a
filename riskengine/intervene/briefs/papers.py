"""The briefs that a night leaves: a week's on its Sunday, a month's on its last day; or any period's, when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from riskengine.intervene.briefs.compose import compose
from riskengine.intervene.briefs.span import Span, spans_ending
from riskengine.intervene.briefs.web import as_html
from riskengine.intervene.briefs.word import as_word
from riskengine.intervene.lines import Entry
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["due_papers", "papers"]


def papers(con: Connection, rulebook: Rulebook, span: Span, found: Sequence[Entry]) -> list[tuple[str, bytes]]:
    """``(file name, content)`` of the brief of ``span``, as Word and as HTML. ``found``: the warnings of the night ``span.asked``."""
    brief = compose(con, rulebook, span, found)
    return [(f"{brief.file}.docx", as_word(brief)), (f"{brief.file}.html", as_html(brief))]


def due_papers(con: Connection, rulebook: Rulebook, night: date, found: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """The papers of the periods that end on ``night``; none on most nights."""
    for span in spans_ending(night):
        yield from papers(con, rulebook, span, found)
