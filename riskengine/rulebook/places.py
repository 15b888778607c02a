"""``rules/places.csv``: the place tree, one row a place and population day, as Excel saves it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from riskengine.errors import Problem
from riskengine.model.duty import Place
from riskengine.rulebook.document import Document, Location
from riskengine.rulebook.suggest import suggestion
from riskengine.rulebook.translate import problems_of

__all__ = ["COLUMNS", "read_places"]

COLUMNS = (
    "code",
    "name",
    "level",
    "parent",
    "population",
    "valid_from",
    "unit",
    "aliases",
    "valid_until",
    "merged_into",
)
_REQUIRED = ("code", "name", "level", "parent")
_SIZE = 64 * 1024 * 1024
_LEVELS = dict.fromkeys(("县", "县级"), "county") | dict.fromkeys(("镇", "乡", "乡镇", "街道"), "town")
_LEVELS |= dict.fromkeys(("村", "社区"), "village")


def read_places(path: Path, file: str) -> tuple[Document, list[tuple[Location, Place]]]:
    """The rows that are good, each with its location ``(line,)``; ``problems`` of the document has the others.

    UTF-8 with or without BOM; GB18030 is read too, because that is what Excel writes when it is asked for CSV.
    """
    document = Document(file)
    try:
        raw = path.read_bytes() if path.stat().st_size <= _SIZE else b""
    except OSError as error:
        document.problems.append(Problem(file, 1, 1, "E101", f"文件打不开（{error.strerror}）。请检查权限。"))
        return document, []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    if not text.strip() or "\x00" in text or "\ufffd" in text:
        document.problems.append(Problem(file, 1, 1, "E101", "文件为空、过大或编码不对。请用 UTF-8 的 CSV 保存。"))
        return document, []
    reader = csv.reader(io.StringIO(text, newline=""))
    found: list[tuple[Location, Place]] = []
    try:
        header = [cell.strip() for cell in next(reader)]
        if not _header(header, document):
            return document, []
        for row in reader:
            if any(cell.strip() for cell in row):
                _row(dict(zip(header, (cell.strip() for cell in row), strict=False)), reader.line_num, document, found)
    except csv.Error:
        document.problems.append(Problem(file, reader.line_num, 1, "E108", "这一行的引号没有配对。请检查。"))
    _mergers(document, found)
    return document, found


def _mergers(document: Document, found: list[tuple[Location, Place]]) -> None:
    """A place is merged into another one of its level that is in the table and, in the end, into one that still stands."""
    levels = {place.code: place.level for _, place in found}
    into = {place.code: place.merged_into for _, place in found if place.merged_into is not None}
    for at, place in found:
        if place.merged_into is None:
            continue
        if place.merged_into not in levels:
            others = [code for code, level in levels.items() if level == place.level and code != place.code]
            near = suggestion(place.merged_into, others, 0)
            message = f"“{place.name}”并入的地区“{place.merged_into}”不在表里{near}"
        elif levels[place.merged_into] != place.level:
            message = f"“{place.name}”只能并入同一级的地区，“{place.merged_into}”不是同一级。请改成同级地区的代码。"
        elif _turns(place.code, into):
            message = f"“{place.name}”的并入关系绕成一圈。请写明最后并入的是哪个地区。"
        else:
            continue
        document.problems.append(document.problem((*at, "merged_into"), "E108", message))


def _turns(code: str, into: dict[str, str]) -> bool:
    """Whether following the mergers from ``code`` never ends."""
    seen = {code}
    while (code := into.get(code, "")) and code not in seen:
        seen.add(code)
    return bool(code)


def _header(header: list[str], document: Document) -> bool:
    document.values[()] = (1, 1)
    for number, name in enumerate(header):
        if name and name not in COLUMNS:
            near = suggestion(name, COLUMNS)
            document.problems.append(Problem(document.file, 1, number + 1, "E108", f"未知的列“{name}”{near}"))
        elif name and name in header[:number]:
            document.problems.append(Problem(document.file, 1, number + 1, "E108", f"列“{name}”写了两次。请删去一列。"))
    for name in _REQUIRED:
        if name not in header:
            document.problems.append(
                Problem(document.file, 1, 1, "E108", f"缺少列“{name}”。表头应为：{','.join(COLUMNS)}。")
            )
    return not document.problems


def _row(cells: dict[str, str], line: int, document: Document, found: list[tuple[Location, Place]]) -> None:
    at: Location = (line,)
    document.values[at] = (line, 1)
    for number, name in enumerate(cells):
        document.keys[(line, name)] = (line, number + 1)
    for name in ("code", "parent", "merged_into"):
        if re.fullmatch(r"[0-9.]+[eE]\+[0-9]+", cells.get(name, "")):
            message = f"{name}：“{cells[name]}”是被 Excel 改过的编码。请把该列设为文本格式后重新填写。"
            document.problems.append(document.problem((line, name), "E108", message))
            return
    values: dict[str, object] = {name: value or None for name, value in cells.items() if name}
    values["level"] = _LEVELS.get(cells.get("level", ""), cells.get("level") or None)
    values["aliases"] = tuple(a.strip() for a in re.split("[;；]", cells.get("aliases", "")) if a.strip())
    for name in ("valid_from", "valid_until"):
        values[name] = _day(cells.get(name, ""))
    try:
        found.append((at, Place.model_validate(values)))
    except ValidationError as error:
        document.problems += problems_of(error, Place, document, at)


def _day(text: str) -> date | str | None:
    """``2024-01-01``, and ``2024/1/1`` as Excel rewrites it."""
    parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    if parts is None:
        return text or None
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return text
