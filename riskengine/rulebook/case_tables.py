"""Small text tables of cases: a header of field titles or names, a record a line, read through the kind's real contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from riskengine.contracts import contract, parse
from riskengine.contracts.field import Reading, field_type
from riskengine.contracts.place import PlaceNames
from riskengine.contracts.record import Record
from riskengine.model.duty import Place
from riskengine.model.period import Period, called, end_of
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.names import columns_of
from riskengine.rulebook.suggest import suggestion

__all__ = ["LONGEST", "READINGS", "Complaint", "Given", "read_readings", "read_table", "subjects_of"]

LONGEST = 200
"""So many records a table of a case may hold; more belong into ``件数``."""

_NOTHING = ("", "_", "＿")


READINGS = {
    "期末": "end",
    "数值": "value",
    "去年同期": "last_year",
    "全市平均": "city",
    "全省平均": "province",
    "同类平均": "peers",
    "全市排名": "rank",
    "样本量": "sample",
    "分子": "numerator",
    "分母": "denominator",
}
"""Titles of a table of readings → what they hold."""


@dataclass(frozen=True)
class Given:
    """One line of a table of readings: the period that ends on ``end``, and what was reported (None: ``_``)."""

    end: date
    value: float | None
    last_year: float | None = None
    city: float | None = None
    province: float | None = None
    peers: float | None = None
    rank: int | None = None
    sample: int | None = None
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a table: ``line`` of its text from 0, ``column`` of that line from 0, and a sentence."""

    line: int
    column: int
    message: str


@dataclass(frozen=True)
class _Cell:
    column: int
    text: str


def read_table(kind: str, text: str, as_of: date, places: PlaceNames) -> tuple[list[Record], list[Complaint]]:
    """The records of a table, and everything that is wrong with it.

    Columns stand apart by two or more blanks, or by ``|``; an empty cell and ``_`` mean that nothing was reported. A day may
    leave out the year of ``as_of``: ``06-28``. A record without a number (``编号``) gets one. Lines that begin with ``#`` are
    passed over.
    """
    known = columns_of(kind)
    columns, rows, complaints = _rows(text, known, f"{contract(kind).title}（{kind}）")
    records: list[Record] = []
    for nth, (number, cells) in enumerate(rows, start=1):
        found = _record(kind, dict(zip(columns, cells, strict=True)), nth, as_of, places)
        if isinstance(found, Record):
            records.append(found)
        else:
            complaints += (Complaint(number, column, says) for column, says in found)
    return records, complaints


def read_readings(text: str, period: Period, as_of: date) -> tuple[list[Given], list[Complaint]]:
    """The readings of a case of an indicator, oldest first, and everything that is wrong with the table.

    Titles are those of :data:`READINGS`, 期末 and 数值 must be there; ``期末`` is the last day of a ``period``, not after
    ``as_of``, each once; it may leave out the year of ``as_of``. ``_`` is no reading.
    """
    columns, rows, complaints = _rows(text, READINGS, "读数表")
    if columns and not {"end", "value"} <= set(columns):
        return [], [Complaint(0, 0, "读数表要有“期末”和“数值”两列。请补上表头。")]
    found: dict[date, Given] = {}
    for number, cells in rows:
        values: dict[str, Any] = {}
        for name, cell in zip(columns, cells, strict=True):
            try:
                values[name] = _given(name, cell.text, period, as_of)
            except ValueError as error:
                says = f"{'' if name == 'end' else '“' + cell.text[:40] + '”'}{error}。"
                complaints.append(Complaint(number, cell.column, says))
        if len(values) < len(columns):
            continue
        reading = Given(**values)
        if reading.end in found:
            complaints.append(Complaint(number, 0, f"{reading.end} 这一期写了两次。请删去一行。"))
        found.setdefault(reading.end, reading)
    return [found[end] for end in sorted(found)], complaints


def subjects_of(type_: Subject, records: Sequence[Record], parents: Mapping[str, Place]) -> list[str]:
    """The subjects of that type that the records speak of, in their order; none of units, which are written in many ways.

    ``parents``: code → place; a record counts for the place of that level that it lies in.
    """
    found: dict[str, None] = {}
    for record in records:
        if type_ in PLACES:
            code: str | None = record.place
            while code is not None and code in parents and parents[code].level != type_.value:
                code = parents[code].parent
            if code is not None:
                found[code] = None
        elif type_.value == record.kind:
            found["@".join(str(getattr(record, column)) for column in record.subject)] = None
    return list(found)


def _rows(
    text: str, known: Mapping[str, str], whose: str
) -> tuple[list[str], list[tuple[int, list[_Cell]]], list[Complaint]]:
    """Columns, the lines that have as many cells, and what is wrong; no columns where the header cannot be read."""
    lines = [(number, line) for number, line in enumerate(text.splitlines()) if line.strip()]
    lines = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    if len(lines) < 2:
        at = lines[0][0] if lines else 0
        return [], [], [Complaint(at, 0, "表要有一行表头和至少一行记录，各列之间空两格或用 | 隔开。")]
    if len(lines) - 1 > LONGEST:
        return [], [], [Complaint(lines[LONGEST][0], 0, f"一个表最多 {LONGEST} 行，相同的记录请用“件数”一列。")]
    (at, header), *rest = lines
    columns, complaints = _columns(known, whose, at, _cells(header))
    if complaints:
        return [], [], complaints
    rows = []
    for number, line in rest:
        cells = _cells(line)
        if len(cells) == len(columns):
            rows.append((number, cells))
            continue
        says = f"表头有 {len(columns)} 列，这一行有 {len(cells)} 列。没有报的写 _，各列之间空两格或用 | 隔开。"
        complaints.append(Complaint(number, 0, says))
    return columns, rows, complaints


def _given(name: str, text: str, period: Period, as_of: date) -> date | float | int | None:
    """One cell of a table of readings. Raises ValueError with the complaint alone."""
    if name != "end":
        if text in _NOTHING:
            return None
        return parse.whole(text, 0, 10**12) if name in ("rank", "sample") else parse.real(text)
    short = re.fullmatch(r"\d{1,2}-\d{1,2}", text)
    end = parse.day(f"{as_of.year}-{text}" if short else text)
    if end is None:
        raise ValueError("期末没有写，请写这一期的最后一天")
    if end != end_of(period, end):
        of = called(period, end)
        raise ValueError(f"期末写了 {end}，{of}的最后一天是 {end_of(period, end)}，请改正")
    if end > as_of:
        raise ValueError(f"期末 {end} 在 as_of（{as_of}）之后，那时还不知道，请删去这一行或改 as_of")
    return end


def _cells(line: str) -> list[_Cell]:
    if "|" in line:
        outer = re.fullmatch(r"(\s*\|?)(.*?)(\|?\s*)", line, re.DOTALL)
        assert outer is not None
        start, found = len(outer[1]), []
        for part in outer[2].split("|"):
            found.append(_Cell(start + len(part) - len(part.lstrip()), part.strip()))
            start += len(part) + 1
        return found
    return [_Cell(each.start(), each.group()) for each in re.finditer(r"\S+(?:[ \u3000]\S+)*", line)]


def _columns(
    known: Mapping[str, str], whose: str, line: int, header: Sequence[_Cell]
) -> tuple[list[str], list[Complaint]]:
    found: list[str] = []
    complaints = []
    for cell in header:
        name = known.get(cell.text)
        if name is None:
            near = suggestion(cell.text, [title for title in known if not title.isascii()])
            says = f"{whose}没有“{cell.text[:40]}”这一列{near}"
            complaints.append(Complaint(line, cell.column, says))
        elif name in found:
            complaints.append(Complaint(line, cell.column, f"“{cell.text}”这一列写了两次。请删去一列。"))
        found.append(name or "")
    return found, complaints


def _record(
    kind: str, cells: Mapping[str, _Cell], nth: int, as_of: date, places: PlaceNames
) -> Record | list[tuple[int, str]]:
    """The record, or (column, sentence) for whatever the contract refuses."""
    model = contract(kind)
    values: dict[str, Any] = {"key": f"用例-{nth:03d}"}
    for name, cell in cells.items():
        if cell.text in _NOTHING:
            continue
        short = field_type(model.model_fields[name]).name == "day" and re.fullmatch(r"\d{1,2}-\d{1,2}", cell.text)
        values[name] = f"{as_of.year}-{cell.text}" if short else cell.text
    try:
        return model.model_validate(values, context=Reading(as_of=as_of, places=places))
    except ValidationError as error:
        return list(_refusals(model, error, cells))


def _refusals(model: type[Record], error: ValidationError, cells: Mapping[str, _Cell]) -> Iterator[tuple[int, str]]:
    first = next(iter(cells.values())).column
    for detail in error.errors(include_url=False):
        context = detail.get("ctx", {})
        field = str(detail["loc"][0] if detail["loc"] else context.get("field", ""))
        title = model.model_fields[field].title or field if field in model.model_fields else field
        cell = cells.get(field)
        written = f"“{cell.text[:40]}”" if cell is not None and cell.text else ""
        says = "没有写，这一列必须填" if detail["type"] == "missing" else detail["msg"].removeprefix("Value error, ")
        yield (cell.column if cell else first), f"{title}{written}{says}{'' if says.endswith('？') else '。'}"
