"""Field types of the contracts: how a cell is read, what it may hold, and how DuckDB stores it.

A contract field is annotated with one of these types, ``| None`` where the office need not say. All of them read
text as it stands in a file (see parse) and take a value of their own Python type as it is. What a cell means beyond
its text — the night, the order of day and month, a scale, the place tree — comes through pydantic's validation
context as a :class:`Reading`; without one, days are year first, nothing is scaled and a place is kept as it is
written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import PlainValidator, ValidationInfo
from pydantic.fields import FieldInfo

from riskengine.contracts import parse
from riskengine.contracts.place import PlaceNames

__all__ = [
    "Code",
    "Day",
    "FieldType",
    "Flag",
    "Money",
    "Number",
    "Outcome",
    "PlaceCode",
    "Quantity",
    "Reading",
    "Share",
    "Text",
    "Whole",
    "Word",
    "field_type",
    "sql_type",
]


@dataclass(frozen=True)
class FieldType:
    """What Python and SQL both need to know of a type. ``longest`` in characters; ``low`` and ``high`` inclusive."""

    name: str
    sql: str
    longest: int = 0
    low: float | None = None
    high: float | None = None
    zero: bool = True


@dataclass(frozen=True)
class Reading:
    """The validation context: ``as_of`` the night; ``dates`` field → order of day and month; ``scales`` field →
    multiplier.
    """

    as_of: date | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    places: PlaceNames | None = None


CODE = FieldType("code", "VARCHAR", longest=64)
WORD = FieldType("text", "VARCHAR", longest=100)
TEXT = FieldType("text", "VARCHAR", longest=2000)
DAY = FieldType("day", "DATE")
MONEY = FieldType("money", "DECIMAL(18,2)", low=0)
WHOLE = FieldType("whole", "BIGINT", low=0, high=10_000_000)
QUANTITY = FieldType("whole", "BIGINT", low=-10_000, high=10_000, zero=False)
SHARE = FieldType("real", "DOUBLE", low=0, high=100)
NUMBER = FieldType("real", "DOUBLE")
FLAG = FieldType("flag", "BOOLEAN")
PLACE = FieldType("place", "VARCHAR", longest=100)
OUTCOME = FieldType("outcome", "VARCHAR")


def _reading(info: ValidationInfo) -> Reading:
    return info.context if isinstance(info.context, Reading) else Reading()


def _reader(kind: FieldType) -> PlainValidator:
    def read(value: Any, info: ValidationInfo) -> Any:
        if value is None or (kind.name == "flag" and isinstance(value, bool)):
            return value
        reading, name = _reading(info), info.field_name or ""
        scale = reading.scales.get(name, 1.0)
        if isinstance(value, date) and kind.name == "day":
            return value.date() if isinstance(value, datetime) else value
        raw = value if isinstance(value, str) else str(value)
        match kind.name:
            case "code":
                return parse.code(raw, kind.longest)
            case "text":
                return parse.text(raw, kind.longest)
            case "day":
                return parse.day(raw, reading.dates.get(name, "ymd"))
            case "money":
                return parse.money(raw, scale)
            case "whole":
                return parse.whole(raw, int(kind.low or 0), int(kind.high or 0), zero=kind.zero, scale=scale)
            case "real":
                return parse.real(raw, kind.low, kind.high, scale)
            case "flag":
                return parse.flag(raw)
            case "outcome":
                return parse.outcome(raw)
            case "place":
                written = parse.code(raw, kind.longest)
                return written if written is None or reading.places is None else reading.places.code(written)
        raise AssertionError(kind.name)

    return PlainValidator(read)


Code = Annotated[str, CODE, _reader(CODE)]
"""A number or code that identifies something, at most 64 characters."""

Word = Annotated[str, WORD, _reader(WORD)]
"""A category, a unit, a title: at most 100 characters."""

Text = Annotated[str, TEXT, _reader(TEXT)]
"""Free text, at most 2,000 characters."""

Day = Annotated[date, DAY, _reader(DAY)]
"""A calendar day, 1900 to 2100; the record refuses days after the night unless its contract lists the column in
``future``.
"""

Money = Annotated[Decimal, MONEY, _reader(MONEY)]
"""Yuan with two decimals, never negative."""

Whole = Annotated[int, WHOLE, _reader(WHOLE)]
"""A count, 0 to 10,000,000."""

Quantity = Annotated[int, QUANTITY, _reader(QUANTITY)]
"""How many a row stands for, −10,000 to 10,000, never 0; negative takes back."""

Share = Annotated[float, SHARE, _reader(SHARE)]
"""Per cent, 0 to 100: ``97.93`` and ``97.93%`` are both 97.93."""

Number = Annotated[float, NUMBER, _reader(NUMBER)]
"""Any finite number; a per cent sign changes nothing."""

Flag = Annotated[bool, FLAG, _reader(FLAG)]
"""Yes or no."""

PlaceCode = Annotated[str, PLACE, _reader(PLACE)]
"""The code of a place of the tree, from its code, name, alias, or the town's name followed by the village's."""

Outcome = Annotated[str, OUTCOME, _reader(OUTCOME)]
"""What a unit found when it checked a warning: 属实, 误报, 已化解 or 无法核实."""


def field_type(info: FieldInfo) -> FieldType:
    """The type of a contract field. Raises TypeError for a field that is not of one of the types above."""
    pending: list[Any] = [*info.metadata, info.annotation]
    while pending:
        part = pending.pop(0)
        if isinstance(part, FieldType):
            return part
        pending += [*getattr(part, "__metadata__", ()), *get_args(part)]
    raise TypeError(f"not a contract field type: {info!r}")


def sql_type(info: FieldInfo) -> str:
    """How DuckDB stores a contract field."""
    return field_type(info).sql
