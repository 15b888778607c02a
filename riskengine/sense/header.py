"""Where the header of a table lies and what its columns are called: title rows above it, odd spacing, missing and new
columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from riskengine.contracts import contract
from riskengine.contracts.personal import personal_name
from riskengine.contracts.receipt import Receipt
from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.liken import likened

__all__ = ["SEARCHED_ROWS", "Header", "Note", "Wanted", "check", "locate", "no_header", "tidy", "wanted"]

SEARCHED_ROWS = 20
"""The header stands among so many first rows, or there is none."""

_CJK = "\u3400-\u9fff"


@dataclass(frozen=True)
class Note:
    """Something about a file that somebody should know; becomes a row of ``sense.issue``."""

    code: str
    message: str


@dataclass(frozen=True)
class Wanted:
    """Columns by what a source wants of them, under their tidy names. ``mapped``: tidy name → the name written in the
    source.

    ``fatal``: without these no row could be stored (key, required fields) or a row would be misread
    (``retract_when``, ``skip_when``). ``spare``: mapped, and nobody is told where they are missing. ``loose``: a title
    may be written slightly otherwise.
    """

    mapped: dict[str, str]
    ignored: frozenset[str]
    fatal: frozenset[str]
    spare: frozenset[str] = frozenset()
    loose: bool = False


@dataclass(frozen=True)
class Header:
    """``index``: place of the header among the rows given, from 0. ``names``: tidy, unique, one a column.

    ``likened``: titles that are read as another one, with the one they are read as; under that they stand in ``names``.
    """

    index: int
    names: tuple[str, ...]
    likened: tuple[tuple[str, str], ...] = ()

    def notes(self, file: str) -> list[Note]:
        """Which titles were read as others."""
        return [
            Note(
                "likened-column",
                f"{file}：列名“{title}”按“{name}”读入。请核对；今后请用原来的列名“{name}”，不是这个意思的请换一个列名。",
            )
            for title, name in self.likened
        ]


def tidy(name: str) -> str:
    """A column name as people mean it: half-width, trimmed, line breaks and the blanks between Chinese characters
    taken out.
    """
    text = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    text = re.sub(r"[\r\n]+", "", text)
    text = re.sub(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])", "", text)
    return re.sub(r"\s+", " ", text).strip()


def wanted(source: Source) -> Wanted:
    """What ``source`` maps, ignores and cannot do without."""
    fields = contract(source.kind).model_fields
    columns = [cell.column for cell in source.fields.values() if cell.column is not None]
    fatal = [
        cell.column
        for name, cell in source.fields.items()
        if cell.column and name in fields and fields[name].is_required()
    ]
    conditions = [condition.column for condition in (source.retract_when, source.skip_when) if condition is not None]
    mapped = (*columns, *source.key, *conditions, *source.blank_when)
    return Wanted(
        mapped={tidy(column): column for column in mapped},
        ignored=frozenset(tidy(column) for column in source.ignore),
        fatal=frozenset(tidy(column) for column in (*fatal, *source.key, *conditions)),
        spare=frozenset(tidy(column) for column in source.may_lack),
        loose=source.loose_header,
    )


def locate(rows: Sequence[Sequence[str]], want: Wanted) -> Header | None:
    """The row among the first 20 that holds most wanted names, if it holds at least half of the mapped ones that no file may lack.

    Titles that nearly say a wanted name count where the source is ``loose`` and no row says all names as they are written.
    """
    asked = want.mapped.keys() - want.spare
    best = _fullest([(tidy(cell) for cell in row) for row in rows[:SEARCHED_ROWS]], want)
    if best is not None and (not want.loose or asked <= {tidy(cell) for cell in rows[best]}):
        return Header(best, _unique(rows[best]))
    if not want.loose:
        return None
    meant = [_likened(row, want) for row in rows[:SEARCHED_ROWS]]
    best = _fullest(
        [(own.get(tidy(cell), tidy(cell)) for cell in row) for row, own in zip(rows, meant, strict=False)], want
    )
    if best is None:
        return None
    names = tuple(meant[best].get(name, name) for name in _unique(rows[best]))
    return Header(best, names, tuple(meant[best].items()))


def _fullest(rows: Iterable[Iterable[str]], want: Wanted) -> int | None:
    best, most = None, 0
    asked = len(want.mapped.keys() - want.spare)
    for index, row in enumerate(rows):
        names = set(row)
        mapped = len(names & want.mapped.keys())
        found = mapped + len(names & want.ignored)
        if found > most and 2 * mapped >= asked:
            best, most = index, found
    return best


def _likened(row: Sequence[str], want: Wanted) -> dict[str, str]:
    titles = [title for cell in row if (title := tidy(cell))]
    return likened(titles, [*want.mapped, *sorted(want.ignored)])


def check(file: str, names: Sequence[str], source: Source, want: Wanted) -> list[Note]:
    """Compare the columns of ``file`` with what ``source`` wants: a fatal column missing raises SourceBroken, the
    rest are notes.
    """
    new = [name for name in names if name not in want.mapped and name not in want.ignored]
    private = {name: told for name in names if (told := personal_name(name))}
    new = [name for name in new if name not in private and not re.fullmatch(r"列\d+", name)]
    missing = [name for name in want.mapped if name not in names]
    if fatal := [name for name in missing if name in want.fatal]:
        told = "、".join(f"“{want.mapped[name]}”{_near(name, new)}" for name in fatal)
        raise SourceBroken(f"{file}：缺少必需的列{told}。{_what_to_do(source, '请补上这一列后重报')}")
    notes = [
        Note("personal-column", f"{file}：列“{name}”含{told}，属于个人信息，整列没有读入。请今后不要报送这一列。")
        for name, told in private.items()
    ]
    notes += [
        Note(
            "new-column",
            f"{file}：列“{name}”不是清单上的列，没有读入。要说的请写进“处置措施”或“理由”。"
            if source.kind == Receipt.kind
            else f"{file}：新出现的列“{name}”没有使用。请在来源 {source.source} 的 fields 里写明用途，或列入 ignore。",
        )
        for name in new
    ]
    notes += [
        Note("missing-column", f"{file}：没有列“{want.mapped[name]}”{_near(name, new)}，按空值读入。请核对是否漏报。")
        for name in missing
        if name not in want.spare
    ]
    return notes


def no_header(file: str, rows: Sequence[Sequence[str]], source: Source, want: Wanted) -> SourceBroken:
    """The error for a table in which :func:`locate` found no header; raises nothing itself."""
    if source.kind == Receipt.kind:
        return SourceBroken(f"{file}：前 {SEARCHED_ROWS} 行里找不到清单的表头，没有读入。{_what_to_do(source, '')}")
    filled = [row for row in rows[:SEARCHED_ROWS] if any(cell.strip() for cell in row)]
    best = max(filled, key=lambda row: len({tidy(cell) for cell in row} & want.mapped.keys()), default=[])
    seen = [tidy(cell) for cell in best if cell.strip()]
    lacking = "、".join(f"“{column}”{_near(name, seen)}" for name, column in want.mapped.items() if name not in seen)
    return SourceBroken(
        f"{file}：前 {SEARCHED_ROWS} 行里找不到表头，缺少列{lacking}。{_what_to_do(source, '请补上列名后重报')}"
    )


def _what_to_do(source: Source, supply: str) -> str:
    """Who fills in a list cannot change the rules, and need not: the list has all columns."""
    if source.kind == Receipt.kind:
        return (
            "回执请填在本单位最新的预警清单里，表头那一行和各列列名照原样保留，改好后重报；全县清单、指标提示不是回执。"
        )
    return f"{supply}；如果是列名改了，请改写 rules/sources 里来源 {source.source} 的列名。"


def _near(name: str, candidates: Sequence[str]) -> str:
    close = get_close_matches(name, candidates, n=1, cutoff=0.5)
    return f"（是否就是“{close[0]}”？）" if close else ""


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Blank names become 列7; the second of the same name gets ``_2``."""
    taken: set[str] = set()
    names = []
    for position, cell in enumerate(cells, start=1):
        name = base = tidy(cell) or f"列{position}"
        count = 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names.append(name)
    return tuple(names)
