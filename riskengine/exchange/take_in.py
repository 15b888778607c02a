"""A changed workbook → the rule files: all of it or nothing, checked as a whole before a byte is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from riskengine.errors import NotDelivered, Problem, RulesInvalid, WrongUse
from riskengine.exchange.changes import Changes, Seat, find_band_changes, find_dated_changes, find_point_changes
from riskengine.exchange.export import stamp_of
from riskengine.exchange.lists import find_exception_changes, find_route_changes
from riskengine.exchange.patch import NotAList, Patch
from riskengine.exchange.sheets import read_sheets
from riskengine.exchange.tables import BANDS, EXCEPTIONS, INDICATORS, PARAMETERS, POINTS, ROUTES, tables_of
from riskengine.rulebook.document import Document
from riskengine.rulebook.entries import Entries, read_entries
from riskengine.rulebook.load import find_problems
from riskengine.workspace import Workspace

__all__ = ["TakenIn", "take_in"]

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class TakenIn:
    """``said``: one sentence a change. ``files``: what was (or, tried only, would be) written, relative to the workspace."""

    said: tuple[str, ...]
    files: tuple[str, ...]


def take_in(workspace: Workspace, path: Path, *, write: bool = True) -> TakenIn:
    """Bring the changes of the workbook ``path`` into the files of ``rules/``; with ``write`` False only say them.

    Raises WrongUse for a file that is no such workbook or was exported from other numbers, RulesInvalid with every cell that cannot
    stand (nothing is written then), NotDelivered where a file cannot be written.
    """
    entries = read_entries(workspace.rules)
    errors = find_problems(entries, cases=False)
    if errors:
        raise RulesInvalid(errors)
    tables = tables_of(entries)
    sheets, stamp, problems = read_sheets(path, tables)
    if not problems and stamp != stamp_of(tables):
        raise WrongUse(
            f"{path.name}：规则里的数在导出之后又改过（或“说明”表被改动），现在导入会把那些改动冲掉。请重新导出，再改一次。"
        )
    changes = Changes(problems=list(problems))
    for sheet in sheets:
        match sheet.table.title:
            case title if title in (PARAMETERS, INDICATORS):
                find_dated_changes(sheet, changes)
            case title if title == POINTS:
                find_point_changes(sheet, changes)
            case title if title == BANDS:
                find_band_changes(sheet, changes)
            case title if title == ROUTES:
                find_route_changes(sheet, entries, changes)
            case title if title == EXCEPTIONS:
                find_exception_changes(sheet, entries, changes)
    if changes.problems:
        raise RulesInvalid(changes.problems)
    texts = {file: _patched(workspace, file, changes) for file in changes.edits}
    _check(workspace, texts, changes)
    if write:
        _write(workspace, texts)
    return TakenIn(tuple(changes.said), tuple(texts))


def _patched(workspace: Workspace, file: str, changes: Changes) -> bytes:
    path = workspace.root / file
    data = path.read_bytes() if path.exists() else b"exceptions: []\n"
    bom = _BOM if data.startswith(_BOM) else b""
    patch = Patch(data.removeprefix(_BOM).decode())
    try:
        for edit in changes.edits[file]:
            edit(patch)
    except NotAList as error:
        message = f"{file}：{error} 用方括号写在一起，没法逐条移动或删除。请先改成每条一行、以“- ”开头，再导入。"
        raise WrongUse(message) from error
    return bom + patch.text.encode()


def _check(workspace: Workspace, texts: Mapping[str, bytes], changes: Changes) -> None:
    """Check the changed rule book as a whole in a copy; what is wrong is told by the cells it came from."""
    copy = workspace.scratch / "import"
    shutil.rmtree(copy, ignore_errors=True)
    try:
        shutil.copytree(workspace.rules, copy / "rules")
        for file, text in texts.items():
            (copy / file).write_bytes(text)
        entries = read_entries(copy / "rules")
        problems = find_problems(entries, cases=False)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    if problems:
        documents = _documents(entries)
        raise RulesInvalid([_at_cell(problem, documents.get(problem.file), changes.seats) for problem in problems])


def _documents(entries: Entries) -> dict[str, Document]:
    groups = (entries.rules, entries.routes, entries.exemptions, entries.indicators)
    return {entry.document.file: entry.document for group in groups for entry in group}


def _at_cell(problem: Problem, document: Document | None, seats: list[Seat]) -> Problem:
    """The same problem at the cell that stands nearest before it in the file; itself where no cell does."""
    before = [
        (document.position(seat.at), len(seat.at), seat)
        for seat in seats
        if document is not None
        and seat.file == problem.file
        and document.position(seat.at) <= (problem.line, problem.column)
    ]
    if not before:
        return problem
    seat = max(before, key=lambda each: each[:2])[2]
    return seat.sheet.problem(seat.line, seat.title, problem.code, problem.message)


def _write(workspace: Workspace, texts: Mapping[str, bytes]) -> None:
    """Each file beside its place first, so that a full disk leaves the rule book as it was."""
    partial = {file: workspace.root / f"{file}.partial" for file in texts}
    try:
        for file, text in texts.items():
            partial[file].write_bytes(text)
        for file, path in partial.items():
            os.replace(path, workspace.root / file)
    except OSError as error:
        raise NotDelivered(
            f"rules/ 没有写成（{error.strerror}），规则文件没有改动。请检查磁盘空间与权限后再导入。"
        ) from error
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)
