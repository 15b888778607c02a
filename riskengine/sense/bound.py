"""Bounds on what a compressed file may unfold to: a small file that would fill the disk is refused before it does."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from riskengine.errors import SourceBroken

__all__ = ["LIMITS", "MAX_BYTES", "MAX_CELLS", "MAX_RATIO", "Limits", "check_workbook", "gunzip", "with_macros"]

MAX_BYTES = 2 << 30
MAX_RATIO = 200
RATIO_FROM = 10 << 20
MAX_CELLS = 20_000_000
_EXCEL_ROWS, _EXCEL_COLUMNS = 1 << 20, 1 << 14
_CHUNK = 1 << 20
_ROW = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d+)"')
_FAR = re.compile(rb'<(?:\w+:)?c [^>]*?\br="[A-Za-z]+(\d{5,})"')
_WIDE = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Za-z]{2,})\d+"(?:[^>]*[^/])?>')
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Limits:
    """``bytes``: unfolded size. ``ratio``: unfolded to packed, asked only beyond ``ratio_from`` bytes. ``cells``: of
    one sheet's rectangle, which a reader may hold whole in memory even where nearly all of it is empty.
    """

    bytes: int = MAX_BYTES
    ratio: int = MAX_RATIO
    ratio_from: int = RATIO_FROM
    cells: int = MAX_CELLS


LIMITS = Limits()


def gunzip(path: Path, name: str, target: Path, limits: Limits = LIMITS) -> None:
    """Unfold ``path`` into ``target``. Raises SourceBroken beyond the limits, or where the file is cut short or
    damaged.
    """
    packed, unfolded = path.stat().st_size, 0
    try:
        with gzip.open(path) as file, target.open("wb") as out:
            while chunk := file.read(_CHUNK):
                unfolded += len(chunk)
                _within(name, packed, unfolded, limits)
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceBroken(f"{name}：压缩文件不完整或已损坏。多半是没有传完，请重新上传。") from error


def with_macros(name: str) -> SourceBroken:
    """The error for a workbook with macros. They would never run here, but the file lies where others open it."""
    return SourceBroken(f"{name}：工作簿里有宏，没有读入。请用 Excel 或 WPS 另存为“Excel 工作簿（*.xlsx）”后重报。")


def check_workbook(path: Path, name: str, limits: Limits = LIMITS) -> None:
    """Refuse an .xlsx that is damaged, brings macros, unfolds beyond the limits, or spans a rectangle of too many cells.

    Every member is unfolded once and its checksum compared, so a size that lies in the directory does not help.
    """
    packed = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if not {"[Content_Types].xml", "mimetype"} & {member.filename for member in members}:
                raise SourceBroken(f"{name}：这是压缩包，不是 Excel 工作簿。请解压后把里面的文件逐个放进来。")
            if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
                raise with_macros(name)
            _within(name, packed, sum(member.file_size for member in members), limits)
            for member in members:
                _scan_member(archive, member, name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise SourceBroken(
            f"{name}：Excel 文件不完整或已损坏。多半是没有传完，请用 Excel 打开确认后重新上传。"
        ) from error


def _scan_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
    rows, columns, tail = 0, 0, b""
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            if sheet:
                body = tail + chunk
                rows, columns = _extent(body, rows, columns)
                tail = body[-256:]
    if rows * columns > limits.cells or rows > _EXCEL_ROWS or columns > _EXCEL_COLUMNS:
        raise SourceBroken(
            f"{name}：工作表的范围达到 {rows} 行 × {columns} 列，超过上限。"
            "多半是远处有误填的格子，请删除多余的行列后重报。"
        )


def _extent(body: bytes, rows: int, columns: int) -> tuple[int, int]:
    """The rectangle that the cells of ``body`` reach, told by their own addresses: the declared dimension may lie."""
    for pattern in (_ROW, _FAR):
        rows = max(rows, max(map(int, pattern.findall(body)), default=0))
    columns = max(columns, max(map(_column, _WIDE.findall(body)), default=0))
    for letter in reversed(_LETTERS[columns:]):
        if f' r="{letter}'.encode() in body:
            return rows, max(columns, _column(letter.encode()))
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _within(name: str, packed: int, unfolded: int, limits: Limits) -> None:
    if unfolded > limits.bytes:
        raise SourceBroken(f"{name}：解压后超过 {_size(limits.bytes)}，拒绝读取。请拆成几个文件后重报。")
    if unfolded > limits.ratio_from and unfolded > packed * limits.ratio:
        raise SourceBroken(
            f"{name}：解压后是原来的 {limits.ratio} 倍以上，疑似压缩炸弹，拒绝读取。请与报送单位核对后重报。"
        )


def _size(count: int) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count} 字节"
