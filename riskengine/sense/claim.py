"""Which files of the inbox are new tonight, and which source each belongs to."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Literal

from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Source
from riskengine.store.database import Connection
from riskengine.workspace import Workspace

__all__ = ["Arrival", "arrivals", "claims", "received_on"]

_PASSED_OVER = re.compile(
    r"^(~\$.*|\..*|.*\.(part|partial|tmp|temp|crdownload|download)|Thumbs\.db|desktop\.ini)$", re.IGNORECASE
)


_SEALED = re.compile(r"sealed/([0-9a-f]{2})/\1[0-9a-f]{62}\.parquet")

FAR_DAYS = 366
"""A file dated further ahead than this is not waited for, its date is wrong."""


@dataclass(frozen=True)
class Arrival:
    """A file that nobody has read yet. ``name``: its path below the inbox, with ``/``. ``sha256``: "" where it cannot
    be opened.

    ``received_on``: the day its name tells, None where it tells none (then it counts as received tonight).
    ``status``: claimed by exactly one source; refused because two claim it; unclaimed; unreadable (no permission).
    ``message``: "" when claimed.
    """

    path: Path
    name: str
    sha256: str
    source: Source | None
    received_on: date | None
    status: Literal["claimed", "unclaimed", "refused", "unreadable"]
    message: str = ""


def arrivals(con: Connection, workspace: Workspace, rulebook: Rulebook, as_of: date) -> list[Arrival]:
    """Files below the inbox that are to be looked at on the night ``as_of``, oldest first; those without a day in the
    name last.

    Left out: temporary files, files whose name tells a day after ``as_of`` (they wait), and files whose very bytes
    this source has sent before on the same day. The same bytes again on another day are a new report (零报告 looks the
    same every day).
    """
    known = _known(con)
    found = []
    for path, name in _files(workspace.inbox):
        arrival = _look(path, name, rulebook.sources)
        if arrival.received_on is None or arrival.received_on <= as_of:
            found.append(arrival)
        elif (arrival.received_on - as_of).days > FAR_DAYS:
            found.append(_misdated(arrival))
    found.sort(key=lambda arrival: (arrival.received_on is None, arrival.received_on or as_of, arrival.name))
    fresh = []
    for arrival in found:
        identity = _identity(arrival)
        if identity is None or identity not in known:
            fresh.append(arrival)
        if identity is not None:
            # as _known will tell it tomorrow, or tonight after a kill: an undated copy of a dated file says nothing new
            known |= {identity, (*identity[:2], None)}
    return fresh


def _misdated(arrival: Arrival) -> Arrival:
    """A day so far ahead is a slip of the pen; as a day to wait for it would hide the file for ever."""
    message = f"{arrival.name}：文件名里的日期是 {arrival.received_on}，离今晚太远，可能写错。请改正文件名后重报。"
    return replace(arrival, received_on=None, status="refused", message=message)


def claims(source: Source, name: str) -> bool:
    """Whether one of the source's globs fits ``name``. ``*`` stays within a folder, ``**`` crosses folders; a glob
    without ``/`` fits the file name in any folder; upper and lower case are the same.
    """
    return any(_glob(pattern).fullmatch(_composed(name)) for pattern in source.files)


def received_on(source: Source, name: str) -> date | None:
    """The day that ``name`` tells by the source's ``received.pattern``; None where there is no pattern, no match or
    no such day.
    """
    if source.received is None:
        return None
    match = re.search(source.received.pattern, _composed(name))
    digits = re.sub(r"\D", "", (match.group(1) or "") if match and match.groups() else "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else None
    except ValueError:
        return None


Identity = tuple[str, str, date | None]


def _known(con: Connection) -> set[Identity]:
    """Only what was taken in: a file that was refused is looked at again, since the rules or the file may have been
    mended.
    """
    rows = con.execute("SELECT DISTINCT sha256, source, received_on FROM sense.file WHERE status = 'loaded'").fetchall()
    return {(sha256, source, day) for sha256, source, day in rows} | {
        (sha256, source, None) for sha256, source, _ in rows
    }


def _identity(arrival: Arrival) -> Identity | None:
    return None if arrival.source is None else (arrival.sha256, arrival.source.source, arrival.received_on)


def _files(inbox: Path) -> Iterator[tuple[Path, str]]:
    """Regular files below ``inbox``; links are followed, but no folder is entered twice."""
    entered: set[str] = set()
    for folder, folders, files in os.walk(inbox, followlinks=True):
        real = os.path.realpath(folder)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not _PASSED_OVER.match(name))
        for name in files:
            path = Path(folder, name)
            if not _PASSED_OVER.match(name) and path.is_file():
                yield path, path.relative_to(inbox).as_posix()


def _sha256(path: Path) -> str:
    """Of the original: where ``path`` links to a sealed file, as in a night that is built again, the seal's own name says it."""
    sealed = path.resolve()
    if path.is_symlink() and _SEALED.fullmatch("/".join(sealed.parts[-3:])):
        return sealed.stem
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _look(path: Path, name: str, sources: Mapping[str, Source]) -> Arrival:
    claiming = [source for source in sources.values() if claims(source, name)]
    source = claiming[0] if len(claiming) == 1 else None
    day = received_on(source, name) if source else None
    try:
        sha256 = _sha256(path)
    except OSError as error:
        message = f"{name}：文件打不开（{error.strerror}）。请检查文件权限，下次运行会再读。"
        return Arrival(path, name, "", source, day, "unreadable", message)
    if source is not None:
        return Arrival(path, name, sha256, source, day, "claimed")
    if claiming:
        both = "、".join(source.source for source in claiming)
        message = (
            f"{name}：有 {len(claiming)} 个来源都认领了这个文件（{both}）。请改写 rules/sources 里的 files，只留一个。"
        )
        return Arrival(path, name, sha256, None, None, "refused", message)
    message = f"{name}：没有来源认领这个文件{_nearest(name, sources.values())}。请改文件名后重报，或在 rules/sources 里补上 files。"
    return Arrival(path, name, sha256, None, None, "unclaimed", message)


def _nearest(name: str, sources: Iterable[Source]) -> str:
    scored = [
        (SequenceMatcher(None, _composed(name), re.sub(r"[*?]+", "", pattern)).ratio(), source.source, pattern)
        for source in sources
        for pattern in source.files
    ]
    ratio, source, pattern = max(scored, default=(0.0, "", ""))
    return f"，最接近的是来源 {source} 的“{pattern}”" if ratio >= 0.5 else ""


def _composed(name: str) -> str:
    """One spelling for composed and decomposed characters: some systems hand names over decomposed."""
    return unicodedata.normalize("NFC", name)


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    pattern = _composed(pattern).removeprefix("./")
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = (
        pieces.get(part)
        or (
            f"[{'^' if part[1] in '!^' else ''}{re.escape(part[1:-1].lstrip('!^'))}]".replace(r"\-", "-")
            if part.startswith("[") and len(part) > 2
            else re.escape(part)
        )
        for part in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|.", pattern)
    )
    anywhere = "" if "/" in pattern else "(?:.*/)?"
    return re.compile(anywhere + "".join(parts), re.IGNORECASE)
