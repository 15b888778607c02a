"""A page taken apart without a browser: rows by the anchor that they stand under, links, tags."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

__all__ = ["Read", "read"]

_VOID = {"br", "meta", "img", "input", "hr", "link", "path", "line", "rect"}


class Read(HTMLParser):
    """``rows``: anchor → texts of its table rows (also those of anchors within); ``texts``: anchor → all its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.rows: dict[str, list[list[str]]] = {}
        self.texts: dict[str, str] = {}
        self.tags: set[str] = set()
        self.links: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self._row: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not any(name.startswith("on") for name in given), f"{tag} acts"
        self.tags.add(tag)
        self.links += [unquote(value or "") for name, value in attrs if name in ("href", "src")]
        if tag in _VOID:
            return
        self._open.append((tag, given.get("id")))
        if given.get("id"):
            self.rows.setdefault(str(given["id"]), [])
            self.texts.setdefault(str(given["id"]), "")
        if tag == "tr":
            self._row = []
            for anchor in self._anchors():
                self.rows[anchor].append(self._row)
        if tag in ("td", "th") and self._row is not None:
            self._row.append("")

    def handle_endtag(self, tag: str) -> None:
        while tag not in _VOID and self._open and self._open.pop()[0] != tag:
            pass
        if tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        for anchor in self._anchors():
            self.texts[anchor] += data
        if self._row and any(tag in ("td", "th") for tag, _ in self._open):
            self._row[-1] += data

    def _anchors(self) -> list[str]:
        return [anchor for _, anchor in self._open if anchor]

    def body(self, anchor: str) -> list[list[str]]:
        """The rows below the head of the one table of ``anchor``."""
        return self.rows[anchor][1:]


def read(folder: Path, name: str) -> Read:
    """The page ``name`` of a night's folder."""
    return Read((folder / name).read_text(encoding="utf-8"))
