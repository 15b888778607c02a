"""Formulas in a list that people fill in: never computed here, read as the value that the spreadsheet left, and said."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from riskengine.sense.header import Header, Note

__all__ = ["Written", "formulas"]

_NAMED = 10
"""So many cells of a file are named."""

_LONGEST = 500  # characters of a formula that are kept as text
_ERRORS = frozenset({"#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!"})
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)=\"([^\"]*)\"")
_HAS = re.compile(rb"<(?:\w+:)?f[ />]")
_CELL = re.compile(
    r"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)"
)

Place = tuple[int, int]
"""Row and column, from 0."""


def formulas(path: Path, sheet: str) -> dict[Place, str]:
    """Where formulas stand on the sheet of an .xlsx, with what they say (without ``=``; empty: shared with another cell)."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        targets = {one.get("Id"): one.get("Target", "") for one in map(_attributes, _RELATION.findall(relations))}
        own = next((one for one in map(_attributes, _SHEET.findall(book)) if one.get("name") == sheet), {})
        target = targets.get(own.get("r:id", ""), "").removeprefix("/xl/")
        if f"xl/{target}" not in names:
            return {}
        body = archive.read(f"xl/{target}")
    if not _HAS.search(body):
        return {}
    text = body.decode("utf-8", "replace")
    return {(int(row) - 1, _column(letters)): unescape(said or "") for letters, row, said in _CELL.findall(text)}


class Written:
    """The formulas below a header: what is read in their place, and what is said of it."""

    def __init__(self, formulas: Mapping[Place, str], header: Header) -> None:
        self._header = header
        self._by_row: dict[int, dict[int, str]] = {}
        for (row, column), said in formulas.items():
            if row > header.index and column < len(header.names):
                self._by_row.setdefault(row, {})[column] = said
        self._read: list[str] = []

    def take(self, row: int, cells: list[str]) -> None:
        """Put the formula itself, as text, where the spreadsheet left no value or an error."""
        for column, said in self._by_row.get(row, {}).items():
            if column >= len(cells):
                cells += [""] * (column + 1 - len(cells))
            left = cells[column].strip()
            if not left or left in _ERRORS:
                cells[column] = f"={said}"[:_LONGEST] if said else ""
                how = "按写的文字读入"
            else:
                how = "按显示的结果读入"
            self._read.append(f"第{row + 1}行“{self._header.names[column]}”{how}")

    def notes(self, file: str, sheet: str) -> list[Note]:
        """One note that names the cells."""
        if not self._read:
            return []
        more = f"等{len(self._read)}格" if len(self._read) > _NAMED else ""
        message = f"{file}：工作表“{sheet}”里有公式，不会计算：{'、'.join(self._read[:_NAMED])}{more}。请改成直接填写的文字或日期。"
        return [Note("formula", message)]


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
