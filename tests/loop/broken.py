"""Files as they should never arrive, each named as its source would claim it."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import date

from tests.loop.county import FRAUD_HEADER, SECOND, cases, text

__all__ = ["BROKEN", "NAMED", "identity_number", "name_of"]

SOUND = text(cases(SECOND, "东湾镇", 2, "X"))


def _cut_off_workbook() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 500)
        archive.writestr("xl/worksheets/sheet1.xml", "<row/>" * 5000)
    return whole.getvalue()[:-400]


def _packed_bomb() -> bytes:
    """256 MB of blanks in a quarter of a megabyte: refused once 200 times its size has unfolded."""
    return gzip.compress(b" " * (64 << 20), 9) * 4


def _workbook_bomb() -> bytes:
    """A sheet of 4 GB by what its directory says, 40 MB by what is in it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (40 << 20))
    return whole.getvalue()


def _far_cell() -> bytes:
    """A sheet with one cell filled in at the far corner: 16 million columns times rows, were it read whole."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            '<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
        )
    return whole.getvalue()


BROKEN: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("电诈案件_20260630_空.csv", lambda: b"", ""),
    "blank": ("电诈案件_20260630_白.csv", lambda: b"\n\n  \n", ""),
    "pdf": ("电诈案件_20260630_p.csv", lambda: b"%PDF-1.7 \x00\x01", ""),
    "page": ("电诈案件_20260630_h.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>", ""),
    "cut-off": ("电诈案件_20260630_c.xlsx", _cut_off_workbook, ""),
    "noise": ("电诈案件_20260630_n.csv", lambda: bytes(range(256)) * 8, ""),
    "zeros": ("电诈案件_20260630_z.csv", lambda: SOUND.encode() + b"\0" * 600, ""),
    "two-encodings": (
        "电诈案件_20260630_e.csv",
        lambda: SOUND.encode() + "FZ-X-9,2026-06-30,东湾镇,其他诈骗,1,立案,社交软件\n".encode("gb18030") + b"\xff\xfe\n",
        "",
    ),
    "no-key": ("电诈案件_20260630_k.csv", lambda: SOUND.replace("案件编号", "案件号码", 1).encode(), ""),
    "no-header": ("电诈案件_20260630_o.csv", lambda: SOUND.split("\n", 1)[1].encode(), ""),
    "open-quote": (
        "电诈案件_20260630_q.csv",
        lambda: SOUND.replace("FZ-X-000,", '"FZ-X-000,', 1).encode(),
        "",
    ),
    "gzip-bomb": ("电诈案件_20260630_b.csv.gz", _packed_bomb, ""),
    "gzip-cut-off": ("电诈案件_20260630_g.csv.gz", lambda: gzip.compress(SOUND.encode() * 50)[:-20], ""),
    "gzip-twice": ("电诈案件_20260630_t.csv.gz", lambda: gzip.compress(gzip.compress(SOUND.encode())), ""),
    "workbook-bomb": ("电诈案件_20260630_w.xlsx", _workbook_bomb, ""),
    "far-cell": ("电诈案件_20260630_f.xlsx", _far_cell, ""),
    "zip": ("电诈案件_20260630_y.xlsx", lambda: _zip(), ""),
    "json": ("电诈案件_20260630_j.csv", lambda: b'[{"a": 1}]', ""),
}
def _zip():
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("电诈案件.csv", SOUND)
    return whole.getvalue()
NAMED={}
def name_of(k): return "反诈中心/"+BROKEN[k][0]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
def identity_number(area: str = "990100", born: date = date(1980, 1, 2), serial: int = 1) -> str:
    digits = f"{area}{born:%Y%m%d}{serial:03d}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]
