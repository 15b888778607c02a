"""One copy of the log held to itself: which line was changed, dropped, moved or put in.

A line is vouched for twice: by its own hash, and by the line after it, which names that hash. So a single change shows where it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from riskengine.audit.line import GENESIS, Line, parse

__all__ = ["Examined", "Finding", "Seen", "examine", "read_files"]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written. ``copy``: ``table`` or ``file`` (the two copies of the log), ``both`` where they differ,
    ``records`` (the tables of the night), ``account`` (run.json), ``list`` (a delivered file).

    ``code``: changed, dropped, moved, inserted, unlinked, differs, not-recorded, not-logged, head. ``seq``: the line's number,
    ``last``: of the last line where it is about several; ``where``: file and line of the file, where it is about a file.
    """

    copy: str
    code: str
    message: str
    seq: int | None = None
    last: int | None = None
    where: str | None = None


@dataclass(frozen=True)
class Seen:
    """A line as it was met. ``line`` is None where it cannot be read as one; ``where``: how people find it."""

    line: Line | None
    where: str


@dataclass(frozen=True)
class Examined:
    """``lines``: for each number the line that counts, broken ones among them; ``doubtful``: numbers that a finding is about."""

    lines: dict[int, Line]
    doubtful: frozenset[int]
    findings: tuple[Finding, ...]


def read_files(paths: Sequence[Path]) -> list[Seen]:
    """All lines of the files, in their order. Raises OSError."""
    found = []
    for path in paths:
        with path.open("rb") as file:
            found += [Seen(parse(raw), f"{path.name}:{number}") for number, raw in enumerate(file, start=1)]
    return found


def examine(seen: Sequence[Seen], copy: str) -> Examined:
    """Hold the lines, in the order in which they stand, to their own hashes and to each other."""
    told = {each.line.previous for each in seen if each.line is not None}
    chosen = _chosen(seen, told)
    kept = _in_order([n for n, _ in sorted((n, seq) for seq, n in chosen.items())], seen)
    findings = list(_out_of_place(seen, chosen, kept, copy))
    lines = {seq: line for seq, n in chosen.items() if (line := seen[n].line) is not None}
    broken = {finding.seq for finding in findings if finding.code == "changed"}
    for seq, line in sorted(lines.items()):
        if not line.whole:
            findings.append(_untrue(line, seen[chosen[seq]].where, lines, copy))
            broken.add(seq)
    findings += _gaps(lines, {seq for seq in broken if seq is not None}, copy)
    findings += _links(lines, broken, seen, chosen, copy)
    doubtful = {n for each in findings if each.seq is not None for n in range(each.seq, (each.last or each.seq) + 1)}
    return Examined(lines, frozenset(doubtful), tuple(findings))


def _chosen(seen: Sequence[Seen], told: set[str]) -> dict[int, int]:
    """Number → which of those that claim it: one that is true and named by another line, else a true one, else the first."""
    best: dict[int, tuple[tuple[bool, bool], int]] = {}
    for n, each in enumerate(seen):
        if each.line is not None:
            worth = (each.line.whole, each.line.whole and each.line.hash in told)
            if each.line.seq not in best or worth > best[each.line.seq][0]:
                best[each.line.seq] = (worth, n)
    return {seq: n for seq, (_, n) in best.items()}


def _in_order(positions: Sequence[int], seen: Sequence[Seen]) -> set[int]:
    """The positions of a longest run of rising numbers: what stands outside it was moved."""
    ends: list[int] = []
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for n in positions:
        line = seen[n].line
        if line is None:
            continue
        at = bisect_left(ends, line.seq)
        before[n] = tails[at - 1] if at else None
        ends[at : at + 1], tails[at : at + 1] = [line.seq], [n]
    kept, last = set(), tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _out_of_place(seen: Sequence[Seen], chosen: dict[int, int], kept: set[int], copy: str) -> Iterator[Finding]:
    """Lines that cannot be read, stand twice, or stand elsewhere than their number says."""
    after = 0
    for n, each in enumerate(seen):
        if each.line is None:
            seq = after + 1
            free = seq not in chosen
            after = seq if free else after
            what = f"第 {seq} 行被改动，已不是一行留痕" if free else f"第 {after} 行之后多出一行，不是留痕"
            yield Finding(
                copy,
                "changed" if free else "inserted",
                f"{each.where}：{what}。",
                seq if free else after,
                None,
                each.where,
            )
        elif chosen[each.line.seq] != n:
            yield Finding(
                copy,
                "inserted",
                f"{each.where}：多出一行，编号 {each.line.seq} 已另有一行。",
                each.line.seq,
                None,
                each.where,
            )
        elif n not in kept:
            message = f"{each.where}：第 {each.line.seq} 行被挪动，不在原来的位置。"
            yield Finding(copy, "moved", message, each.line.seq, None, each.where)
        else:
            after = each.line.seq


def _untrue(line: Line, where: str, lines: dict[int, Line], copy: str) -> Finding:
    """A line that its own hash denies: changed, or another line under this number."""
    home = next(
        (other.seq - 1 for other in lines.values() if other.previous == line.hash and other.seq - 1 != line.seq), None
    )
    if home is not None:
        return Finding(
            copy, "moved", f"{where}：第 {line.seq} 行的位置上是原来的第 {home} 行，被挪动过。", line.seq, None, where
        )
    return Finding(
        copy,
        "changed",
        f"{where}：第 {line.seq} 行（{line.as_of} {line.what}）被改动，与它自己的哈希不符。",
        line.seq,
        None,
        where,
    )


def _gaps(lines: dict[int, Line], broken: set[int], copy: str) -> Iterator[Finding]:
    """Numbers between the first and the last that nobody has."""
    there = sorted({0, *lines, *broken})
    name = "库" if copy == "table" else "文件"
    for before, after in zip(there, there[1:], strict=False):
        if after > before + 1:
            first, last = before + 1, after - 1
            what = f"第 {first} 行" if first == last else f"第 {first} 至 {last} 行"
            yield Finding(copy, "dropped", f"{name}里缺{what}。", first, last if last > first else None)


def _links(
    lines: dict[int, Line], broken: set[int | None], seen: Sequence[Seen], chosen: dict[int, int], copy: str
) -> Iterator[Finding]:
    """True lines of which the second does not name the first: one of the two was written anew, hash included."""
    for seq, line in sorted(lines.items()):
        before = lines.get(seq - 1)
        expected = GENESIS if seq == 1 else before.hash if before is not None and seq - 1 not in broken else None
        if expected is None or seq in broken or line.previous == expected:
            continue
        after = lines.get(seq + 1)
        guilty = seq if after is not None and after.previous != line.hash or seq == 1 else seq - 1
        if guilty == seq - 1 and _unlinked_before(lines, seq - 1):
            continue  # told there already
        where = seen[chosen[guilty]].where
        message = f"{where}：第 {seq} 行接不上第 {seq - 1} 行，第 {guilty} 行被改写过（连同它的哈希）。"
        yield Finding(copy, "unlinked", message, guilty, None, where)


def _unlinked_before(lines: dict[int, Line], seq: int) -> bool:
    """Whether the line ``seq`` itself does not name the line before it."""
    before = lines.get(seq - 1)
    return seq in lines and lines[seq].previous != (
        before.hash if before else GENESIS if seq == 1 else lines[seq].previous
    )
