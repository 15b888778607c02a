"""What is handed to a channel, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

__all__ = ["LOST", "REFUSED", "SENT", "Enclosed", "Outcome", "Parcel", "name_of"]

LOST: Final = "不明"
REFUSED: Final = "未送达"
SENT: Final = "已送"


@dataclass(frozen=True)
class Enclosed:
    """One file that goes along. ``name``: how it is called on the other side."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Parcel:
    """One message. ``id`` is the same whenever it is sent again; ``address`` may be secret and stays in memory.

    ``again``: an earlier attempt may have arrived.
    """

    id: str
    as_of: date
    to: str
    subject: str
    text: str
    enclosed: tuple[Enclosed, ...]
    address: str
    again: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: 已送; 未送达: surely not taken; 不明: it may have arrived, nobody can say. ``detail``: a Chinese sentence.

    ``down``: the channel itself does not work now, so nothing else need be tried on it. ``here``: it never left this machine.
    """

    result: Literal["已送", "未送达", "不明"]
    detail: str = ""
    down: bool = False
    here: bool = False


def name_of(text: str) -> str:
    """``text`` as a file name."""
    return "".join("_" if char in '\\/:*?"<>|' or ord(char) < 32 else char for char in text).strip(" .") or "_"
