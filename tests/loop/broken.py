"""Files as they should never arrive, each named as its source would claim it, with the sentence that is due."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.loop.county import FRAUD_HEADER, SECOND, cases, text

__all__ = ["BROKEN", "SOUND", "Broken", "identity_number"]

SOUND = text(cases(SECOND, "东湾镇", 2, "X"))
"""What the office meant to send."""

_RENAMED = "如果是列名改了，请改写 rules/sources 里来源 fraud-cases 的列名。"
_CUT_OFF = "Excel 文件不完整或已损坏。多半是没有传完，请用 Excel 打开确认后重新上传。"


@dataclass(frozen=True)
class Broken:
    """``sentence`` follows the file's name and a colon."""

    suffix: str
    content: Callable[[], bytes]
    sentence: str

    @property
    def name(self) -> str:
        """The path below the inbox."""
        return f"反诈中心/电诈案件_20260630_{self.suffix}"


def _zip(members: dict[str, bytes | str]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return whole.getvalue()


def _sheet(content: bytes | str) -> bytes:
    return _zip({"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": content})


BROKEN: dict[str, Broken] = {
    "empty": Broken("empty.csv", lambda: b"", "文件是空的（0 字节）。请重新导出后报送；没有数据时也请保留表头。"),
    "blank lines only": Broken(
        "blank.csv", lambda: b"\n\n  \n", "文件是空的，连表头也没有。请重新导出后报送；没有数据时也请保留表头。"
    ),
    "a PDF called csv": Broken(
        "pdf.csv", lambda: b"%PDF-1.7 \x00\x01", "这是PDF 文件，不是表格。请导出为 Excel 或 CSV 后重报。"
    ),
    "a web page called xls": Broken(
        "page.xls",
        lambda: b"<html><table><tr><td>1</td></tr></table></html>",
        "这其实是网页或 XML，只是改了扩展名。请用 Excel 打开，另存为 .xlsx 后重报。",
    ),
    "a JSON array": Broken(
        "array.csv", lambda: b'[{"a": 1}]', "这是 JSON 数组。请改为每行一个 JSON 对象（JSONL）后重报。"
    ),
    "a workbook cut off": Broken("cut.xlsx", lambda: _sheet(random.Random(1).randbytes(5000))[:-400], _CUT_OFF),
    "noise": Broken(
        "noise.csv",
        lambda: b"\x81\xff" * 900,
        "第 1 行有无法识别的文字（按 UTF-8、GB18030、Big5 都读不通）。多半是传输中损坏或混用了两种编码，请重新导出后报送。",
    ),
    "zero bytes at the end": Broken(
        "zeros.csv",
        lambda: SOUND.encode() + b"\0" * 600,
        "文件里夹有空字节，不是完好的文本。多半是传输中损坏，请重新导出后报送。",
    ),
    "two encodings in one file": Broken(
        "mixed.csv",
        lambda: SOUND.encode() + "FZ-X-9,2026-06-30,东湾镇,其他诈骗,1,立案,短信\n".encode("gb18030") + b"\xff\xfe\n",
        "第 4 行有无法识别的文字（按 UTF-8、GB18030、Big5 都读不通）。多半是传输中损坏或混用了两种编码，请重新导出后报送。",
    ),
    "the key column renamed": Broken(
        "nokey.csv",
        lambda: SOUND.replace("案件编号", "案件号码", 1).encode(),
        f"缺少必需的列“案件编号”（是否就是“案件号码”？）。请补上这一列后重报；{_RENAMED}",
    ),
    "no header": Broken(
        "noheader.csv",
        lambda: SOUND.split("\n", 1)[1].encode(),
        "前 20 行里找不到表头，缺少列“发案日期”、“辖区”、“类型”、“损失金额”、“备注”、“案件编号”、“状态”。"
        f"请补上列名后重报；{_RENAMED}",
    ),
    "a quote left open": Broken(
        "quote.csv",
        lambda: SOUND.replace("FZ-X-000,", '"FZ-X-000,', 1).encode(),
        "第 2 行的引号没有闭合，后面的内容都并进了一格。请补上引号后重报；这个文件一行也没有读入。",
    ),
    "256 MB in a quarter of a megabyte": Broken(
        "bomb.csv.gz",
        lambda: gzip.compress(b" " * (64 << 20), 9) * 4,
        "解压后是原来的 200 倍以上，疑似压缩炸弹，拒绝读取。请与报送单位核对后重报。",
    ),
    "a workbook that unfolds to 40 MB": Broken(
        "bomb.xlsx",
        lambda: _sheet(b" " * (40 << 20)),
        "解压后是原来的 200 倍以上，疑似压缩炸弹，拒绝读取。请与报送单位核对后重报。",
    ),
    "one cell filled in at the far corner": Broken(
        "far.xlsx",
        lambda: _sheet('<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        "工作表的范围达到 1048576 行 × 16384 列，超过上限。多半是远处有误填的格子，请删除多余的行列后重报。",
    ),
    "a packed file cut off": Broken(
        "cut.csv.gz",
        lambda: gzip.compress(SOUND.encode() * 50)[:-20],
        "压缩文件不完整或已损坏。多半是没有传完，请重新上传。",
    ),
    "packed twice": Broken(
        "twice.csv.gz",
        lambda: gzip.compress(gzip.compress(SOUND.encode())),
        "压缩包里还是压缩包。请只压缩一层后重报。",
    ),
    "a zip called xlsx": Broken(
        "zip.xlsx",
        lambda: _zip({"电诈案件.csv": SOUND}),
        "这是压缩包，不是 Excel 工作簿。请解压后把里面的文件逐个放进来。",
    ),
}
"""What an office must send again, by what is wrong with it."""

HEADER_ONLY = text([])
NEW_COLUMN = text([f"{row},1" for row in cases(date(2026, 5, 20), "东湾镇", 2, "N")], f"{FRAUD_HEADER},涉案平台")
LESS = text(["FZ-L-0,2026-05-20,东湾镇,刷单返利,立案,短信"], FRAUD_HEADER.replace("损失金额,", ""))

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(serial: int = 1) -> str:
    """A number with a right checksum for nobody: its area code belongs to no place."""
    digits = f"99010019800102{serial:03d}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
