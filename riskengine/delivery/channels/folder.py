"""A folder, a mounted share: each message is a folder of its own, named after it, put in place in one step.

Exactly once: a message that is sent again comes out as the same folder with the same bytes.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from riskengine.delivery.channels.parcel import LOST, REFUSED, SENT, Outcome, Parcel, name_of
from riskengine.model.deliveries import Channel

__all__ = ["DIGEST", "send"]

DIGEST = "摘要.txt"


def send(channel: Channel, parcel: Parcel, now: datetime) -> Outcome:
    """Lay ``parcel`` into the folder at its address, which must exist: a share that is not mounted is not filled behind its back."""
    top = Path(parcel.address)
    if not top.is_dir():
        return Outcome(REFUSED, "文件夹不存在，或共享盘没有接上。请检查后等下一次送达。", down=True)
    place = top / name_of(f"{parcel.as_of} {parcel.to} {parcel.id}")
    aside = top / f".{parcel.id}.partial"
    inside = [(DIGEST, f"{parcel.text}\n".encode())] if parcel.text else []
    inside += [(name_of(each.name), each.content) for each in parcel.enclosed]
    try:
        if place.is_dir() and all(_same(place / name, content) for name, content in inside):
            return Outcome(SENT, "此前已送达")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for name, content in inside:
            _write(aside / name, content)
        shutil.rmtree(place, ignore_errors=True)
        os.rename(aside, place)
        _hold(top)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        told = f"文件夹写不进去（{error.strerror or type(error).__name__}）。请检查磁盘空间与权限。"
        return Outcome(LOST if place.is_dir() else REFUSED, told, down=True)
    return Outcome(SENT)


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _hold(folder: Path) -> None:
    """The rename survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
