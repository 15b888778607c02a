"""A mapping over a contract as one nested query.

A cell is read in stages, each a column of a nested query, so that the costly stage runs only where the cheap one said
nothing: ``c_`` the cell or constant → ``m_`` translated by the mapping → ``d_`` a value straight from it, ``f_`` whether that
will do → ``n_`` half-width and trimmed, where it has to be → ``u_`` a value → ``v_`` the same where it lies within the
limits, else NULL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from riskengine.contracts import parse
from riskengine.contracts.field import field_type
from riskengine.contracts.record import Record
from riskengine.contracts.sql import (
    BLANKS,
    any_of,
    between,
    blank_sql,
    direct_sql,
    normal_words,
    put,
    quoted,
    text_literal,
    value_sql,
)
from riskengine.model.source import Cell

__all__ = ["FieldSql", "field_sql", "order_problems", "staged"]


@dataclass(frozen=True)
class FieldSql:
    """One contract field. Each stage may use the columns of the stage before; ``problem`` is TRUE where pydantic would
    refuse.

    ``join``: the place table is joined on ``n_<field>`` as ``p_<field>`` before ``value`` is computed.
    """

    field: str
    cell: str
    translated: str
    refused: str
    direct: str
    plain: str
    normal: str
    value: str
    limited: str
    problem: str
    default: str
    join: str = ""


def field_sql(
    contract: type[Record], field: str, cell: Cell, columns: frozenset[str], as_of: date, *, quick: bool = False
) -> FieldSql:
    """The stages of ``field`` as ``cell`` fills it from the ``columns`` of the file; a column that is not there is all
    empty.

    ``quick``: only what is written as DuckDB itself would write it is read, everything else is a ``problem``. What is no
    problem has the same value either way; the query is many times shorter, and planning the long one costs a tenth of a second.
    """
    info = contract.model_fields[field]
    kind = field_type(info)
    unsaid = cell.constant is None and (cell.column is None or cell.column not in columns) and not cell.values
    if unsaid and not info.is_required():
        return _nothing(field, kind.sql, "" if info.default is None else f"{info.default!r}")
    if cell.column is not None and cell.column in columns:
        read = quoted(cell.column)
    else:
        read = "CAST(NULL AS VARCHAR)" if cell.constant is None else text_literal(cell.constant)
    translated, refused = f"c_{field}", "FALSE"
    if cell.values or cell.otherwise != "keep" or cell.pattern is not None:
        plain = f"coalesce({read}, '')"
        read = normal_words(plain)
        if cell.pattern is not None:
            read = f"coalesce(nullif(regexp_extract({read}, {text_literal(cell.pattern)}, 1), ''), {read})"
        translated, refused = _translated(cell, f"c_{field}")
    normal, value, limited = value_sql(kind, f"m_{field}", dates=cell.dates, scale=cell.scale)
    value = put(value, f"n_{field}")
    direct, plain = "NULL", "FALSE"
    if straight := direct_sql(kind, cell.scale):
        direct = put(straight[0], f"m_{field}")
        plain = put(straight[1], f"m_{field}").replace("¤", f"d_{field}")
        front = f"left(m_{field}, 10)" if kind.name == "day" else f"m_{field}"
        normal = f"m_{field}" if quick else f"CASE WHEN f_{field} THEN {front} ELSE {normal} END"
        value = f"CASE WHEN f_{field} THEN d_{field} END" if quick else f"CASE WHEN f_{field} THEN d_{field} ELSE {value} END"
    join = ""
    if kind.name == "place":
        join = f"LEFT JOIN place_text AS p_{field} ON p_{field}.written = n_{field}"
        value = f"p_{field}.code"
    if kind.name == "day":
        limited = between("DATE '1900-01-01'", f"DATE '{min(contract.latest(field, as_of), date(2100, 12, 31))}'")
    missing = f"v_{field} IS NULL"
    if not info.is_required():
        said = f"replace(n_{field}, ' ', '')" if kind.name == "outcome" else f"n_{field}"
        missing = f"(CASE WHEN v_{field} IS NULL AND n_{field} IS NOT NULL THEN NOT {blank_sql(said)} ELSE FALSE END)"
    default = "" if info.is_required() or info.default is None else f"{info.default!r}"
    return FieldSql(
        field=field,
        cell=read,
        translated=translated,
        refused=refused,
        direct=direct,
        plain=plain,
        normal=normal,
        value=value,
        limited=put(limited, f"u_{field}"),
        problem=missing if refused == "FALSE" else f"({missing} OR r_{field})",
        default=default,
        join=join,
    )


def _nothing(field: str, sql: str, default: str) -> FieldSql:
    """A field that this file says nothing about and may leave out: nothing is computed."""
    empty = "CAST(NULL AS VARCHAR)"
    return FieldSql(
        field=field,
        cell=empty,
        translated=empty,
        refused="FALSE",
        direct=empty,
        plain="FALSE",
        normal=empty,
        value=f"CAST(NULL AS {sql})",
        limited=f"CAST(NULL AS {sql})",
        problem="FALSE",
        default=default,
    )


def _translated(cell: Cell, text: str) -> tuple[str, str]:
    listed = {parse.words(written): means for written, means in cell.values.items()}
    branches = " ".join(f"WHEN {text_literal(written)} THEN {text_literal(means)}" for written, means in listed.items())
    unlisted = f"{text} NOT IN {any_of({**listed, **dict.fromkeys(parse.BLANKS)})}"
    other = text
    if cell.otherwise == "refuse":
        other = f"CASE WHEN {text} IN {BLANKS} THEN {text} END"
    elif cell.otherwise != "keep":
        other = f"CASE WHEN {text} IN {BLANKS} THEN {text} ELSE {text_literal(cell.otherwise)} END"
    chosen = f"CASE {text} {branches} ELSE {other} END" if branches else other
    return chosen, unlisted if cell.otherwise == "refuse" else "FALSE"


def order_problems(contract: type[Record], present: Iterable[str]) -> list[str]:
    """One condition a pair of days that must not be the wrong way round."""
    there = set(present)
    return [
        f"coalesce(v_{later} < v_{earlier}, FALSE)" for earlier, later in contract.orders if {earlier, later} <= there
    ]


def staged(fields: Iterable[FieldSql], marks: dict[str, str], where: str, key: str | None = None) -> str:
    """The nested query over ``raw``: ``row_no``, the ``marks``, and for each field ``t_`` its text in the file,
    ``n_``, ``v_``.

    ``key`` replaces the cell of the field of that name.
    """
    fields = list(fields)
    passed = ", ".join(["row_no", *marks])

    def stage(columns: Iterable[str], below: str) -> str:
        return f"SELECT {passed}, {', '.join(columns)} FROM {below}"

    names = [field.field for field in fields]
    marked = ", ".join(f"{mark} AS {name}" for name, mark in marks.items())
    cells = ", ".join(f"{key if key and field.field == 'key' else field.cell} AS c_{field.field}" for field in fields)
    query = f"SELECT row_no, {marked}, {cells} FROM raw WHERE {where}"
    query = stage(
        (f"c_{f.field} AS t_{f.field}, {f.translated} AS m_{f.field}, {f.refused} AS r_{f.field}" for f in fields),
        f"({query})",
    )
    kept = [f"t_{name}, r_{name}" for name in names]
    query = stage(
        (f"{k}, m_{f.field}, {f.direct} AS d_{f.field}" for k, f in zip(kept, fields, strict=True)), f"({query})"
    )
    query = stage(
        (f"{k}, m_{f.field}, d_{f.field}, {f.plain} AS f_{f.field}" for k, f in zip(kept, fields, strict=True)), f"({query})"
    )
    query = stage(
        (f"{k}, d_{f.field}, f_{f.field}, {f.normal} AS n_{f.field}" for k, f in zip(kept, fields, strict=True)), f"({query})"
    )
    joins = " ".join(f.join for f in fields)
    query = stage(
        (f"{k}, n_{f.field}, {f.value} AS u_{f.field}" for k, f in zip(kept, fields, strict=True)), f"({query}) {joins}"
    )
    return stage(
        [*(f"t_{n}, r_{n}, n_{n}" for n in names), *(f"{f.limited} AS v_{f.field}" for f in fields)], f"({query})"
    )
