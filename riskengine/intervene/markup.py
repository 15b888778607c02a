"""The pieces that the page is put together from: a table, a level, a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from riskengine.intervene.wording import level_name
from riskengine.model.duty import Level

__all__ = ["badge", "number", "table"]


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    total: Sequence[str] | None = None,
    numbers: Iterable[int] = (),
    cards: bool = False,
    caption: str = "",
) -> str:
    """Cells are HTML already. ``cards``: on a phone each row becomes a card, its cells named by the head. ``caption``: what the table
    shows, plain text, for those who hear it; it is not seen.
    """
    right = set(numbers)

    def cell(at: int, tag: str, content: str) -> str:
        side = ' class="n"' if at in right else ""
        name = f' data-name="{head[at]}"' if cards and at > 1 and tag == "td" else ""
        scope = ' scope="col"' if tag == "th" else ""
        return f"<{tag}{scope}{side}{name}>{content}</{tag}>"

    def cells(row: Sequence[str], tag: str = "td") -> str:
        return "".join(cell(at, tag, content) for at, content in enumerate(row))

    top = cells(head, "th")
    body = "".join(f"<tr>{cells(row)}</tr>\n" for row in rows)
    last = f'<tr class="sum">{cells(total)}</tr>\n' if total else ""
    kind = ' class="cards"' if cards else ""
    said = f'<caption><span class="said">{escape(caption)}</span></caption>' if caption else ""
    return f'<div class="wide"><table{kind}>{said}<thead><tr>{top}</tr></thead>\n<tbody>\n{body}{last}</tbody></table></div>'


def badge(level: Level, *, short: bool = False) -> str:
    """A level as a coloured patch with its name on it; ``short``: without its code."""
    red, green, blue = (int(level.colour[at : at + 2], 16) for at in (1, 3, 5))
    ink = "#fff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#000"
    return f'<span class="badge" style="background:{level.colour};color:{ink}">{escape(level.name if short else level_name(level))}</span>'


def number(count: int) -> str:
    """``1,024``."""
    return f"{count:,}"
