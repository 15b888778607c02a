"""Workbooks that are refused whole, with a sentence: with a password, with macros."""

from __future__ import annotations

import struct
import zipfile

import pytest

from riskengine.errors import SourceBroken
from riskengine.sense.ole import entries
from tests.sense.desk import Desk
from tests.sense.test_filled_lists import ONE, TITLES, filled, read


def container(*names: str) -> bytes:
    """A small OLE container with nothing but a directory of these names (512-byte sectors: FAT, then the directory)."""
    head = bytearray(b"\xff" * 512)
    head[:76] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 68
    struct.pack_into("<HHHHH", head, 24, 62, 3, 0xFFFE, 9, 6)
    struct.pack_into("<III", head, 44, 1, 1, 0)
    struct.pack_into("<I", head, 76, 0)
    chain, directory = [0xFFFFFFFD], b""
    for name in ("Root Entry", *names):
        text = name.encode("utf-16-le")
        directory += text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + b"\0" * 62
    sectors = -(-len(directory) // 512)
    chain += [at + 2 if at + 1 < sectors else 0xFFFFFFFE for at in range(sectors)]
    return (
        bytes(head) + struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff") + directory.ljust(sectors * 512, b"\0")
    )


def test_a_password_is_told_by_what_the_container_holds_wherever_its_directory_lies(desk: Desk) -> None:
    many = [f"Stream {n}" for n in range(20)]
    path = desk.put("表.xlsx", container(*many, "EncryptionInfo", "EncryptedPackage"))
    assert entries(path) >= {"EncryptedPackage", "Stream 19"}
    with pytest.raises(SourceBroken, match="^表.xlsx：工作簿设了打开密码，读不了。请取消密码后重报。$"):
        read(desk, path)
    assert entries(desk.put("短.xls", container("Workbook")[:300])) == frozenset()


def test_macros_are_refused_in_new_and_old_workbooks(desk: Desk) -> None:
    path = filled(desk, [TITLES, ONE], name="宏.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0")
    told = "：工作簿里有宏，没有读入。请用 Excel 或 WPS 另存为“Excel 工作簿（*.xlsx）”后重报。$"
    with pytest.raises(SourceBroken, match="^宏.xlsm" + told.replace("*", r"\*")):
        read(desk, path)
    with pytest.raises(SourceBroken, match="^宏.xls" + told.replace("*", r"\*")):
        read(desk, desk.put("宏.xls", container("Workbook", "_VBA_PROJECT_CUR")))
