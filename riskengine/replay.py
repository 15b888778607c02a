"""A night built again from what it was made of, in a scratch workspace, and laid beside what was delivered.

A warning's life reaches back to the first night, so all nights up to the one asked for are run again: each with the rules that it
had (``data/sealed/rules/``) and with the files that it had, as they were sealed, in the same order. The log of those nights comes out
the same, too, hash for hash.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskengine.errors import ReplayDiffers, WrongUse
from riskengine.night import run_night
from riskengine.rulebook.sealed import unpack_rules
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

__all__ = ["replay"]


@dataclass(frozen=True)
class _Record:
    """What the workspace remembers: nights with their rules, files by the night that first saw them, lists of the night asked for.

    ``head``: the hash of the log's last line of that night; None where it cannot come out the same, because the log began later than the
    nights, or has lists that were made a second time.
    """

    nights: tuple[tuple[date, str], ...]
    files: dict[date, list[tuple[str, str]]]
    lists: dict[str, str]
    head: str | None


def replay(workspace: Workspace, as_of: date, *, verify: bool, say: Callable[[str], None] = lambda line: None) -> str:
    """Rebuild the night ``as_of`` below ``data/replay/`` and say in one sentence what came of it.

    With ``verify`` the SHA-256 of every list must be that of the night as delivered, else ReplayDiffers names the lists that differ.
    Raises WrongUse where the night has not run, or where its rules or files are no longer there.
    """
    with connect(workspace.database, workspace.scratch) as con:
        record = _remember(con, as_of)
    if as_of not in dict(record.nights):
        raise WrongUse(f"{as_of} 还没有运行过，无从重建。请用 riskengine status 查看已运行的夜。")
    inputs = _inputs(workspace, record)
    root = workspace.root / "data" / "replay" / as_of.isoformat()
    shutil.rmtree(root, ignore_errors=True)
    unpacked = None
    for number, (night, rules_hash) in enumerate(record.nights, start=1):
        if rules_hash != unpacked:
            unpack_rules(workspace, rules_hash, root)
            unpacked = rules_hash
        scratch = Workspace.at(root)
        for name, sha256 in record.files.get(night, ()):
            _put(inputs[sha256], scratch.inbox / name)
        say(f"重建 [{number}/{len(record.nights)}] {night}")
        run_night(scratch, night)
    with connect(scratch.database, scratch.scratch) as con:
        again = _remember(con, as_of)
    rebuilt = again.lists
    shown = root.relative_to(workspace.root).as_posix()
    if not verify:
        return f"{as_of} 已重建，清单在 {shown}/data/outbox/{as_of}/。"
    if rebuilt != record.lists:
        names = sorted(
            name for name in rebuilt.keys() | record.lists.keys() if rebuilt.get(name) != record.lists.get(name)
        )
        raise ReplayDiffers(
            f"{as_of} 重建后有 {len(names)} 份清单与当时不一致：{'、'.join(names[:10])}。重建的清单在 {shown}/，请对照查明原因；"
            "程序升级过的，算法可能变了，当时的版本写在那一夜的 run.json 里。"
        )
    if record.head is not None and again.head != record.head:
        raise ReplayDiffers(
            f"{as_of} 重建的清单与当时一致，但留痕的链头不同（当时 {record.head[:16]}…，重建 {(again.head or '无')[:16]}…）："
            f"请先运行 riskengine audit verify；再对照 {shown}/data/audit/ 与 data/audit/，从第一处不同的行查起。"
        )
    shutil.rmtree(root)
    return f"{as_of} 重建一致：{len(rebuilt)} 份清单逐字节相同（{len(record.nights)} 夜）。"


def _remember(con: Connection, as_of: date) -> _Record:
    nights = con.execute(
        "SELECT as_of, rules_hash FROM assess.night WHERE as_of <= $1 ORDER BY as_of", [as_of]
    ).fetchall()
    files: dict[date, list[tuple[str, str]]] = {}
    seen = con.execute(
        "SELECT min(as_of), name, sha256 FROM sense.file WHERE as_of <= $1 GROUP BY name, sha256 ORDER BY 1, 2", [as_of]
    )
    for night, name, sha256 in seen.fetchall():
        files.setdefault(night, []).append((name, sha256))
    lists = con.execute("SELECT path, sha256 FROM intervene.list WHERE as_of = $1", [as_of]).fetchall()
    [(head,)] = con.execute(
        """SELECT arg_max(hash, seq) FILTER (as_of = $1) FROM audit.line
        HAVING count(*) FILTER (what IN ('接续', '作废')) = 0""",
        [as_of],
    ).fetchall() or [(None,)]
    return _Record(tuple(nights), files, dict(lists), head)


def _inputs(workspace: Workspace, record: _Record) -> dict[str, Path]:
    """What to read for each file, by its SHA-256: as it was sealed; as it lies in the inbox where it was never taken in.

    Raises WrongUse naming the files of which neither is left.
    """
    wanted = {sha256: name for night in record.files.values() for name, sha256 in night}
    sealed = {sha256: workspace.sealed / sha256[:2] / f"{sha256}.parquet" for sha256 in wanted}
    found = {sha256: path for sha256, path in sealed.items() if path.is_file()}
    if len(found) < len(wanted):
        for path in sorted(workspace.inbox.rglob("*")) if workspace.inbox.is_dir() else ():
            if path.is_file():
                with path.open("rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                if sha256 in wanted:
                    found.setdefault(sha256, path)
    gone = sorted(name for sha256, name in wanted.items() if sha256 not in found)
    if gone:
        raise WrongUse(
            f"当时的 {len(gone)} 份来文（{'、'.join(gone[:5])}）既没有封存、也不在 data/inbox/ 里，无法重建。请把原件放回收件箱后再试。"
        )
    return found


def _put(original: Path, target: Path) -> None:
    """A link that shows where it leads: the name of a seal is the SHA-256 of the original, which the log tells."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(original)
