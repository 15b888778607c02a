"""The outbox of a night: written aside, put in place in one step, so that nobody ever opens half a night."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from riskengine.errors import NotDelivered
from riskengine.model.duty import Unit

__all__ = ["Document", "Written", "deliver", "file_name", "folder_names"]

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Document:
    """One file to deliver. ``path`` is relative to the night's folder; ``unit`` None: it is the whole county's."""

    path: str
    content: bytes
    unit: str | None = None
    lines: int | None = None


@dataclass(frozen=True)
class Written:
    """One file as it lies in the outbox."""

    unit: str | None
    path: str
    sha256: str
    lines: int | None


def file_name(name: str) -> str:
    """``name`` as one folder or file name that every system can hold; never a path of its own."""
    return _UNSAFE.sub("_", name).strip(" .") or "_"


def folder_names(units: Iterable[Unit]) -> dict[str, str]:
    """Unit id → the name of its folder and files: its own, with the id behind it where another unit is called the same."""
    found: dict[str, str] = {}
    for unit in units:
        name = file_name(unit.name)
        found[unit.id] = f"{name}（{unit.id}）" if name in found.values() else name
    return found


def deliver(folder: Path, documents: Iterable[Document]) -> list[Written]:
    """Write all ``documents`` and make them ``folder`` in one step; what lay there before is replaced.

    Raises NotDelivered when the disk is full or the folder cannot be written; nothing half-written remains then.
    """
    partial = folder.with_name(f"{folder.name}.partial")
    replaced = folder.with_name(f"{folder.name}.replaced")
    with _sentences(folder, partial):
        for left_over in (partial, replaced):
            shutil.rmtree(left_over, ignore_errors=True)
        written = [_write(partial, document) for document in documents]
        if folder.exists():
            os.rename(folder, replaced)
        os.rename(partial, folder)
        shutil.rmtree(replaced, ignore_errors=True)
    return written


def _write(folder: Path, document: Document) -> Written:
    path = folder / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(document.content)
        stream.flush()
        os.fsync(stream.fileno())
    return Written(document.unit, document.path, hashlib.sha256(document.content).hexdigest(), document.lines)


@contextmanager
def _sentences(folder: Path, partial: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        where = f"data/outbox/{folder.name}"
        if error.errno in _FULL:
            raise NotDelivered(
                f"{where}：清单没有写完：磁盘已满。请释放空间后再次运行即可，研判结果已保存，不会重复计算。"
            ) from error
        raise NotDelivered(
            f"{where}：清单没有写完：{error.strerror or error}。请检查该文件夹是否存在、可写、未被其他程序占用，然后再次运行即可。"
        ) from error
