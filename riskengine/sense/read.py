"""Read one file, whatever its shape, into the temp tables ``raw`` and ``raw_bad``."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.bound import LIMITS, Limits, gunzip
from riskengine.sense.encoding import texts
from riskengine.sense.header import Note, Wanted, wanted
from riskengine.sense.pour import reset
from riskengine.sense.read_json import read_json
from riskengine.sense.read_parquet import read_parquet
from riskengine.sense.read_sheet import read_sheet
from riskengine.sense.read_text import Unreadable, read_text
from riskengine.store.database import Connection

__all__ = ["ReadReport", "read"]

_GZIP, _ZIP, _OLE, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_FOREIGN = {
    b"%PDF": "PDF 文件",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
}


@dataclass(frozen=True)
class ReadReport:
    """What was read. ``format``: csv, tsv, xlsx, xls, jsonl or parquet, with ``.gz`` where it came packed.
    ``encoding``: of text, else "".

    ``columns``: all columns of the file by their tidy names. ``rows_read``: rows in ``raw`` plus rows in ``raw_bad``,
    before the door. ``header_row``: row number of the header, 0 where the format has none.
    """

    format: str
    encoding: str
    columns: tuple[str, ...]
    rows_read: int
    header_row: int
    notes: tuple[Note, ...] = ()


def read(
    con: Connection, path: Path, source: Source, scratch: Path, *, name: str | None = None, limits: Limits = LIMITS
) -> ReadReport:
    """Create ``raw(row_no BIGINT, <mapped columns, VARCHAR>)`` and ``raw_bad(row_no, source_column, reason)`` from
    ``path``.

    The format is told by content, the suffix is not trusted. Columns in ``raw`` carry the names written in
    ``source``; those that the file lacks are NULL, those that nobody mapped stay outside. ``row_no`` is the row's
    number in the file as a person sees it, header included. Empty cells are NULL. ``name`` is how sentences call the
    file (default: its own name).

    Raises SourceBroken with one sentence: where, what, what to do.
    """
    name = name or path.name
    want = wanted(source)
    reset(con)
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="read-") as folder:
        room = Path(folder)
        suffix = ""
        if _head(path).startswith(_GZIP):
            unfolded = room / "unfolded"
            gunzip(path, name, unfolded, limits)
            path, suffix = unfolded, ".gz"
        report = _read(con, path, name, source, want, room, limits)
    return report if not suffix else ReadReport(**{**vars(report), "format": report.format + suffix})


def _read(
    con: Connection, path: Path, name: str, source: Source, want: Wanted, room: Path, limits: Limits
) -> ReadReport:
    head = _head(path)
    encoding = ""
    if not head:
        raise SourceBroken(f"{name}：文件是空的（0 字节）。请重新导出后报送；没有数据时也请保留表头。")
    _refuse_foreign(head, name)
    if head.startswith(_ZIP) or head.startswith(_OLE):
        form, header, poured, notes = read_sheet(con, path, name, source, want, room, limits)
    elif head.startswith(_PARQUET):
        form, header, poured, notes = read_parquet(con, path, name, source, want, limits)
    else:
        for text in texts(path, name, source, want, room):
            reader = read_json if text.head.lstrip("\ufeff \t\r\n").startswith("{") else read_text
            encoding = text.encoding
            try:
                form, header, poured, notes = reader(con, text, name, source, want, room)
                break
            except Unreadable:
                reset(con)
    header_row = 0 if form in ("jsonl", "parquet") else header.index + 1
    return ReadReport(form, encoding, header.names, poured.rows_read, header_row, (*notes, *poured.notes(name)))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1024)


def _refuse_foreign(head: bytes, name: str) -> None:
    for magic, told in _FOREIGN.items():
        if head.startswith(magic):
            raise SourceBroken(f"{name}：这是{told}，不是表格。请导出为 Excel 或 CSV 后重报。")
    if head.startswith(_GZIP):
        raise SourceBroken(f"{name}：压缩包里还是压缩包。请只压缩一层后重报。")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise SourceBroken(f"{name}：这其实是网页或 XML，只是改了扩展名。请用 Excel 打开，另存为 .xlsx 后重报。")
    if start.startswith(b"["):
        raise SourceBroken(f"{name}：这是 JSON 数组。请改为每行一个 JSON 对象（JSONL）后重报。")
