"""In which characters a text file is written, and a clean copy where DuckDB could not read it as it stands."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.header import Wanted

__all__ = ["Text", "texts"]

_CHUNK = 1 << 20
_HEAD = 1 << 18
_SHOWN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 BOM",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
_GAPS = (b"\n\n", b"\n\r\n")
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Text:
    """A text file as UTF-8 with one kind of line end. ``lines`` up to the last filled one, ``trailing_gaps`` blank
    ones after it.

    ``path`` is the file itself or a copy in scratch. ``quotes``: it holds a double quote. ``gaps``: it holds a blank
    line before the last filled one (without quotes perhaps only told of its beginning: who reads it must count).
    ``verified``: every byte is known to be a character; else whoever reads it must be strict.
    """

    path: Path
    encoding: str
    head: str
    lines: int
    trailing_gaps: int
    quotes: bool
    gaps: bool
    verified: bool


def texts(path: Path, name: str, source: Source, want: Wanted, scratch: Path) -> Iterator[Text]:
    """``path`` as text, best guess first; the next is asked for where the reader met a character that cannot be.

    A BOM decides; then ``source.encoding``; else strict UTF-8, then GB18030 and Big5, first the one that shows more
    of the column names. Raises SourceBroken when nothing is left; ``name`` is how the file is called in that sentence.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    candidates = _candidates(head, source, want)
    first: _Undecodable | None = None
    for encoding in candidates:
        try:
            if encoding in ("utf-8", "utf-8-sig"):
                scan = _scan(path, name)
                if scan.one_kind:
                    yield _as_it_stands(path, encoding, head, scan)
            yield _copy(path, name, encoding, scratch)
        except _Undecodable as error:
            first = first or error
    tried = "、".join(_SHOWN[encoding].removesuffix(" BOM") for encoding in candidates)
    line = first.line if first else 1
    advice = "多半是传输中损坏或混用了两种编码，请重新导出后报送。"
    if source.encoding != "auto":
        advice = f"请按这个编码另存后重报；如果换了编码，请改写来源 {source.source} 的 encoding。"
    raise SourceBroken(f"{name}：第 {line} 行有无法识别的文字（按 {tried} 都读不通）。{advice}")


class _Undecodable(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _candidates(head: bytes, source: Source, want: Wanted) -> list[str]:
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            return [encoding]
    if head[1:512:2].count(0) > head[:512:2].count(0):
        return ["utf-16-le"]
    if head[:512:2].count(0):
        return ["utf-16-be"]
    if source.encoding != "auto":
        return [{"big5": "cp950", "utf-16": "utf-16-le"}.get(source.encoding, source.encoding)]
    guesses = {encoding: head.decode(encoding, errors="replace") for encoding in ("gb18030", "cp950")}
    shown = {encoding: sum(column in text for column in want.mapped.values()) for encoding, text in guesses.items()}
    return ["utf-8", *sorted(shown, key=lambda encoding: -shown[encoding])]


@dataclass
class _Scan:
    """What one pass over the bytes tells; made for speed, since every text goes through it. ``tail``: line ends not
    yet followed.
    """

    crlf: bool = False
    lone: bool = False
    lone_cr: bool = False
    quotes: bool = False
    gaps: bool = False
    ends: int = 0
    tail: bytes = b"\n"

    def add(self, chunk: bytes, *, thorough: bool = True) -> None:
        """``thorough``: look for blank lines as well, which costs more than all the rest."""
        self.quotes = self.quotes or b'"' in chunk
        self.ends += chunk.count(b"\n")
        start = chunk[:4]
        filled = len(chunk.rstrip(b"\r\n"))
        seam = self.tail + start
        if filled:
            self.gaps = self.gaps or any(gap in seam.rstrip(b"\r\n") for gap in _GAPS)
            self.gaps = self.gaps or (thorough and chunk.find(b"\n\n", 0, filled) >= 0)
        if b"\r" in chunk or self.tail.endswith(b"\r"):
            self._line_ends(chunk, filled)
        elif not self.lone:
            self.lone = b"\n" in chunk
        self.tail = chunk[filled:] if filled else self.tail + chunk

    def _line_ends(self, chunk: bytes, filled: int) -> None:
        body = (b"\r" if self.tail.endswith(b"\r") else b"") + chunk
        pairs = body.count(b"\r\n")
        self.crlf = self.crlf or pairs > 0
        self.lone = self.lone or body.count(b"\n") > pairs
        # a chunk may end between the two halves of a pair: the next one sees to it
        self.lone_cr = self.lone_cr or body.count(b"\r") - body.endswith(b"\r") > pairs
        self.gaps = self.gaps or chunk.find(b"\n\r\n", 0, filled) >= 0

    @property
    def lines(self) -> int:
        return self.ends - self.tail.count(b"\n") + 1

    @property
    def trailing_gaps(self) -> int:
        return max(self.tail.count(b"\n") - 1, 0)

    @property
    def one_kind(self) -> bool:
        return not self.lone_cr and not self.tail.endswith(b"\r") and not (self.crlf and self.lone)


def _scan(path: Path, name: str, *, thorough: bool = False) -> _Scan:
    """Without quotes a blank line behind the first chunk need not be found: it is one row fewer than there are lines."""
    scan = _Scan()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise SourceBroken(f"{name}：文件里夹有空字节，不是完好的文本。多半是传输中损坏，请重新导出后报送。")
            scan.add(chunk, thorough=thorough or not scan.ends)
    return scan if thorough or not scan.quotes else _scan(path, name, thorough=True)


def _as_it_stands(path: Path, encoding: str, head: bytes, scan: _Scan) -> Text:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        text = decoder.decode(head, final=len(head) < _HEAD)
    except UnicodeDecodeError as error:
        raise _Undecodable(head[: error.start].count(b"\n") + 1) from None
    return Text(path, _SHOWN[encoding], text, scan.lines, scan.trailing_gaps, scan.quotes, scan.gaps, verified=False)


def _copy(path: Path, name: str, encoding: str, scratch: Path) -> Text:
    """Strictly decoded, written as UTF-8 with LF; raises _Undecodable at the first byte that is no character."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("strict"), translate=True)
    target, scan, lines, head = scratch / "text.csv", _Scan(), 1, ""
    with path.open("rb") as file, target.open("wb") as out:
        more = True
        while more:
            chunk = file.read(_CHUNK)
            more = bool(chunk)
            try:
                text = decoder.decode(chunk, final=not more)
            except UnicodeDecodeError as error:
                raise _Undecodable(lines + error.object[: error.start].count(b"\n")) from None
            if lines == 1:
                text = text.removeprefix("\ufeff")
            if "\0" in text:
                raise SourceBroken(f"{name}：文件里夹有空字节，不是完好的文本。多半是传输中损坏，请重新导出后报送。")
            lines += text.count("\n")
            if len(head) < _HEAD:
                head += text[: _HEAD - len(head)]
            clean = text.encode("utf-8")
            scan.add(clean)
            out.write(clean)
    return Text(target, _SHOWN[encoding], head, scan.lines, scan.trailing_gaps, scan.quotes, scan.gaps, verified=True)
