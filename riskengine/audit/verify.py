"""The log held to everything that can contradict it: itself, its other copy, the accounts of the nights, their tables and lists."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskengine import ledger
from riskengine.audit.chain import BEGIN, VOID, lines, standing
from riskengine.audit.copies import hold_together
from riskengine.audit.examine import Finding, read_files
from riskengine.audit.file import year_files
from riskengine.audit.happened import KINDS, happened, lay_out
from riskengine.audit.line import Line, canonical
from riskengine.audit.nights import Held, held
from riskengine.audit.versions import RULES, sealed_files, told
from riskengine.errors import WrongUse
from riskengine.store.database import Connection
from riskengine.workspace import Workspace

__all__ = ["Verified", "verify"]

_ABOUT = {word: (kind.words[0], kind.about) for kind in KINDS for word in kind.words}


@dataclass(frozen=True)
class Verified:
    """What came of it. ``head``: hash of the last line of the table; ``voided``: lines that a second making of lists replaced."""

    lines: int
    nights: int
    first: str | None
    last: str | None
    head: str | None
    voided: int
    lists: int
    findings: tuple[Finding, ...]


def verify(con: Connection, workspace: Workspace, head: str | None = None, *, files: bool = False) -> Verified:
    """Hold the log to everything. ``head``: a hash noted elsewhere, which must be that of one of its lines.

    ``files``: the delivered lists are read, too, and held to the SHA-256 that the log has of them; lists that are no longer in the
    outbox are passed over. Raises WrongUse where no night has been logged.
    """
    rows = lines(con)
    heads = _heads(workspace)
    paths = year_files(workspace)
    if not rows and not paths and not heads:
        raise WrongUse("这个工作区还没有留痕：从下一夜起才有。请先运行 riskengine run。")
    ended = {night.isoformat() for night in ledger.finished(workspace)}
    table, findings = hold_together(rows, read_files(paths), heads, ended)
    if head is not None and head.strip().lower() not in {row.hash for row in rows}:
        findings.append(
            Finding(
                "account", "head", f"留痕里没有哈希为 {head.strip()[:64]} 的一行：这份留痕与抄下它的那份不是同一份。"
            )
        )
    true = [line for seq, line in sorted(table.lines.items()) if seq not in table.doubtful]
    checked: list[Finding | None] = []
    try:
        holding = standing(true)
        phases = held(con)
        doubted = any(each.copy == "table" for each in findings)
        findings += _records(con, phases, holding, ended, doubted=doubted)
        findings += _rules(workspace, phases, holding, doubted=doubted)
        checked = [*_lists(workspace, holding)] if files else []
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ):  # somebody wrote a line, hash and all, that says what no night says
        message = "留痕里有一行的内容不是引擎写的样子，各夜的记录没有对照完。"
        findings.append(Finding("table", "changed", message))
    findings += [each for each in checked if each is not None]
    nights = sorted({row.as_of for row in rows})
    return Verified(
        lines=len(rows),
        nights=len(nights),
        first=nights[0] if nights else None,
        last=nights[-1] if nights else None,
        head=rows[-1].hash if rows else None,
        voided=sum(row.what == VOID for row in rows),
        lists=len(checked),
        findings=tuple(findings),
    )


def _heads(workspace: Workspace) -> dict[date, dict[str, Any]]:
    """What the accounts of the nights say of the log; nights that ran before there was one are left out."""
    told_by = {night: ledger.read(workspace, night).get("audit") for night in ledger.finished(workspace)}
    return {night: said for night, said in told_by.items() if said}


def _records(
    con: Connection, phases: Held, holding: list[Line], ended: set[str], *, doubted: bool
) -> Iterator[Finding]:
    """What the tables of the nights say now, beside what the log says that they said. ``doubted``: the log lacks lines, so that nothing
    follows from what it does not say.
    """
    logged = [line for line in holding if line.what in _ABOUT]
    if not holding:
        return
    begun = next((line for line in holding if line.what == BEGIN), None)
    after = date.fromisoformat(begun.said["last"]) if begun else None
    newest = max({*ended, *(line.as_of for line in holding)})
    lay_out(con, phases, phases.between(after, date.fromisoformat(newest)))
    now: dict[tuple[Any, ...], list[tuple[str, str | None, str]]] = defaultdict(list)
    for each in happened(con, KINDS):
        content = canonical(each.content)
        now[_about(each.as_of.isoformat(), each.what, each.content)].append((each.what, each.origin, content))
    unmatched = []
    for line in logged:
        there = now[_about(line.as_of, line.what, line.said)]
        if (entry := (line.what, line.origin, line.content)) in there:
            there.remove(entry)
        else:
            unmatched.append(line)
    for line in unmatched:
        there = now[_about(line.as_of, line.what, line.said)]
        told_now = f"库里现为：{there.pop(0)[2]}" if there else "库里已没有这条记录"
        message = f"第 {line.seq} 行记的是 {line.as_of} {line.what} {line.content}，{told_now}。"
        yield Finding("records", "not-recorded", message, line.seq)
    for (night, *_), entries in sorted(now.items(), key=lambda each: str(each[0])):
        for what, _, content in entries:
            if not doubted:  # else it may be what the doubtful line told
                yield Finding("records", "not-logged", f"库里 {night} 有“{what}”{content}，留痕里没有。")


def _about(night: str, what: str, content: Any) -> tuple[Any, ...]:
    family, columns = _ABOUT[what]
    return night, family, *(content.get(column) for column in columns)


def _rules(workspace: Workspace, phases: Held, holding: list[Line], *, doubted: bool) -> Iterator[Finding]:
    """The rule book of each night: as its tables name it, and as it lies sealed."""
    books = [line for line in holding if line.what == RULES]
    seen: set[str] = set()
    for n, line in enumerate(books):
        now = phases.hashes(date.fromisoformat(line.as_of))
        said = line.said["hash"]
        if said not in now.values():
            message = f"第 {line.seq} 行记的是 {line.as_of} 用规则 {said[:16]}…，库里现为 {'、'.join(sorted({each[:16] for each in now.values()}))}…。"
            yield Finding("records", "not-recorded", message, line.seq)
        if said in seen or doubted:  # without the doubtful line we cannot say which files there were
            continue
        seen.add(said)
        files = sealed_files(workspace, said)
        if files is not None and files != told(book.said for book in books[: n + 1])[1]["files"]:
            message = f"封存的规则 data/sealed/rules/{said[:16]}….zip 与第 {line.seq} 行记下的各文件 SHA-256 不符。"
            yield Finding("records", "not-recorded", message, line.seq)


def _lists(workspace: Workspace, holding: list[Line]) -> Iterator[Finding | None]:
    """None for each delivered list that is as it was."""
    for line in holding:
        path = workspace.night(date.fromisoformat(line.as_of)) / line.said["path"] if line.what == "清单" else None
        if path is None or not path.is_file():
            continue
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        shown = path.relative_to(workspace.root).as_posix()
        same = sha256 == line.said["sha256"]
        yield (
            None
            if same
            else Finding(
                "list",
                "changed",
                f"{shown} 与送出时不同（第 {line.seq} 行记下了它的 SHA-256）。",
                line.seq,
                None,
                shown,
            )
        )
