"""The two copies of the log held to each other, and both to what the accounts of the nights noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from riskengine.audit.examine import Examined, Finding, Seen, examine
from riskengine.audit.line import Line

__all__ = ["hold_together"]


def hold_together(
    rows: Sequence[Line], read: Sequence[Seen], heads: Mapping[date, Mapping[str, Any]], ended: AbstractSet[str]
) -> tuple[Examined, list[Finding]]:
    """``rows`` of the table by number, lines ``read`` from the files, ``heads``: the entry ``audit`` of each night's run.json,
    ``ended``: the nights that have one. Gives the table as examined, and all that is found.
    """
    table = examine([Seen(row, f"audit.line 第 {row.seq} 行") for row in rows], "table")
    file = examine(read, "file")
    findings = [*table.findings, *file.findings, *_copies(table, file)]
    newest = max((said["seq"] for said in heads.values()), default=max({0, *table.lines, *file.lines}))
    for examined, copy in ((table, "table"), (file, "file")):
        findings += _ends(examined, copy, newest, ended)
    return table, findings + list(_accounts(table, heads))


def _copies(table: Examined, file: Examined) -> Iterator[Finding]:
    """Lines of which the copies tell different things, each true in itself."""
    both = table.lines.keys() & file.lines.keys() - table.doubtful - file.doubtful
    differ = [seq for seq in sorted(both) if table.lines[seq] != file.lines[seq]]
    if differ:
        count = f"，共 {len(differ)} 行" if len(differ) > 1 else ""
        message = f"库与文件从第 {differ[0]} 行起说法不同{count}：其中一份被改写过，连同哈希。各夜 run.json 里的链头可以说明是哪一份。"
        yield Finding("both", "differs", message, differ[0], differ[-1] if len(differ) > 1 else None)


def _ends(examined: Examined, copy: str, newest: int, ended: AbstractSet[str]) -> Iterator[Finding]:
    """``newest``: the last line of the newest account. A copy that ends before it lost lines; one that goes on got lines that no night
    wrote, unless the night that writes them was broken off and is still to be run again.
    """
    name = "库" if copy == "table" else "文件"
    last = max({*examined.lines, *examined.doubtful}, default=0)
    if last < newest:
        yield Finding(copy, "dropped", f"{name}末尾缺 {newest - last} 行：从第 {last + 1} 行起。", last + 1, newest)
    beyond = [seq for seq, line in sorted(examined.lines.items()) if seq > newest and line.as_of in ended]
    if beyond:
        message = f"{name}末尾多出 {len(beyond)} 行：第 {beyond[0]} 行起不是哪一夜写下的，最近一夜的 run.json 到第 {newest} 行为止。"
        yield Finding(copy, "inserted", message, beyond[0], beyond[-1])


def _accounts(table: Examined, heads: Mapping[date, Mapping[str, Any]]) -> Iterator[Finding]:
    """The head that each night's run.json noted must be that line's hash still."""
    for night, said in heads.items():
        line = table.lines.get(said["seq"])
        if line is not None and line.hash == said["head"]:
            continue
        if line is None or said["seq"] in table.doubtful:
            continue  # told already
        message = (
            f"{night} 的 run.json 记下的链头是第 {said['seq']} 行 {said['head'][:16]}…，库里现为 {line.hash[:16]}…。"
        )
        yield Finding("account", "head", message, said["seq"])
