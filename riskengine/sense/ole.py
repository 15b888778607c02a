"""What an OLE container (legacy .xls, an encrypted workbook, a macro project) holds, told by the names in its directory."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["ENCRYPTED", "MACROS", "entries"]

ENCRYPTED = frozenset({"EncryptedPackage", "EncryptionInfo"})
"""Office puts a workbook with a password into a container with streams of these names."""

MACROS = frozenset({"_VBA_PROJECT_CUR", "_VBA_PROJECT"})
"""Storages of a macro project."""

_ENTRY = 128
_END = 0xFFFFFFFA
"""From here on a sector number means that there is none."""

_MOST = 4096  # sectors of a directory that are followed; a real one has a few


def entries(path: Path) -> frozenset[str]:
    """Names of the streams and storages of the container at ``path``; of one that is damaged, those that can still be read.

    Source: [MS-CFB], sections 2.2 (header), 2.3 (FAT) and 2.6 (directory).
    """
    found = set()
    with path.open("rb") as file:
        head = file.read(512)
        if len(head) < 512:
            return frozenset()
        shift, sector = struct.unpack_from("<H", head, 30)[0], struct.unpack_from("<I", head, 48)[0]
        if shift not in (9, 12):
            return frozenset()
        size, tables = 1 << shift, struct.unpack_from("<109I", head, 76)
        for _ in range(_MOST):
            if sector >= _END:
                break
            file.seek((sector + 1) * size)
            page = file.read(size)
            found |= {_name(page[at : at + _ENTRY]) for at in range(0, len(page) - _ENTRY + 1, _ENTRY)}
            table = sector // (size // 4)
            if len(page) < size or table >= len(tables) or tables[table] >= _END:
                break
            file.seek((tables[table] + 1) * size + sector % (size // 4) * 4)
            following = file.read(4)
            sector = struct.unpack("<I", following)[0] if len(following) == 4 else _END
    return frozenset(found - {""})


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: length - 2].decode("utf-16-le", "replace") if 2 < length <= 64 else ""
