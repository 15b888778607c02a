"""Contracts compiled to SQL: the same meaning as parse, for a million rows at once.

A cell is read in stages, each a column of a nested query, so that the costly stage runs only where the cheap one said nothing:
``c_`` the cell or constant → ``m_`` translated by the mapping → ``n_`` half-width and trimmed, where it has to be → ``u_`` a
value of the right type → ``v_`` the same where it
lies within the limits, else NULL. The patterns and word lists are parse's own; a property test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from riskengine.contracts import parse
from riskengine.contracts.field import FieldType, field_type
from riskengine.contracts.record import Record
from riskengine.model.source import Cell

__all__ = ["FieldSql", "any_of", "field_sql", "normal_code", "normal_words", "order_problems", "put", "quoted", "staged", "text_literal", "value_sql"]


@dataclass(frozen=True)
class FieldSql:
    """One contract field. Each stage may use the columns of the stage before; ``problem`` is TRUE where pydantic would refuse.

    ``join``: the place table is joined on ``n_<field>`` as ``p_<field>`` before ``value`` is computed.
    """

    field: str
    cell: str
    translated: str
    refused: str
    normal: str
    value: str
    limited: str
    problem: str
    default: str
    join: str = ""


def put(expression: str, column: str) -> str:
    """``expression`` with ``column`` in its open places."""
    return expression.replace("§", column)


def quoted(identifier: str) -> str:
    """A column name as SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A string as SQL."""
    return "'" + text.replace("'", "''") + "'"


def any_of(words: Iterable[str]) -> str:
    """The right side of IN."""
    return "(" + ", ".join(text_literal(word) for word in words) + ")"


_BLANKS = any_of(parse.BLANKS)


def _class(characters: str) -> str:
    return "[" + "".join("\\" + character if character in "\\[]^-" else character for character in characters) + "]"


def _normaliser(full: str, half: str) -> tuple[str, str]:
    """The test whether a text has to be normalised, and the normalising expression."""
    test = f"{_class(full + parse.ZERO_WIDTH)}|^{_class(parse.EDGES)}|{_class(parse.EDGES)}$"
    moved = f"translate(§, {text_literal(full + parse.ZERO_WIDTH)}, {text_literal(half)})"
    return f"regexp_matches(§, {text_literal(test)})", f"trim({moved}, {text_literal(parse.EDGES)})"


_CODE_TEST, _CODE_NORMAL = _normaliser(parse.FULL, parse.HALF)
_WORD_TEST, _WORD_NORMAL = _normaliser(parse.LETTERS, parse.LETTERS_HALF)


def normal_code(text: str) -> str:
    """parse.half as SQL; NULL stays NULL. ``text`` is a column: it is written several times."""
    return f"CASE WHEN {put(_CODE_TEST, text)} THEN {put(_CODE_NORMAL, text)} ELSE {text} END"


def normal_words(text: str) -> str:
    """parse.words as SQL; NULL stays NULL."""
    return f"CASE WHEN {put(_WORD_TEST, text)} THEN {put(_WORD_NORMAL, text)} ELSE {text} END"


def value_sql(kind: FieldType, text: str, *, dates: str = "ymd", scale: float = 1.0) -> tuple[str, str, str]:
    """Three expressions: the normal form of the column ``text``; its value; the value where it lies within the limits.

    The second has ``§`` where a column of normal text goes, the third where a column of values goes. The last is NULL both where
    nothing was said and where it is no value.
    """
    if kind.name == "text":
        return normal_words(text), _within(kind), "§"
    if kind.name in ("code", "place"):
        return normal_code(text), _within(kind), "§"
    canonical = _canonical(kind)
    normal = normal_code(text)
    if canonical:
        clockless = ""
        if kind.name == "day":
            # the commonest form of all systems: an ISO day with its time behind it
            front = f"left({text}, 10)"
            clock = f"regexp_full_match(substr({text}, 11), {text_literal(parse.CLOCK)})"
            clockless = f"WHEN {put(canonical, front)} AND {clock} THEN {front}"
        normal = f"CASE WHEN {put(canonical, text)} THEN {text} {clockless} ELSE {normal} END"
    match kind.name:
        case "day":
            value = _day(dates)
        case "money":
            value = _money(scale)
        case "whole":
            value = _whole(kind, scale)
        case "real":
            value = _real(kind, scale)
        case "flag":
            value = f"CASE WHEN § IN {any_of(parse.TRUE)} THEN TRUE WHEN § IN {any_of(parse.FALSE)} THEN FALSE END"
        case "outcome":
            spaceless = "replace(§, ' ', '')"
            value = f"CASE WHEN {spaceless} IN {any_of(parse.OUTCOMES)} THEN {spaceless} END"
        case _:
            raise AssertionError(kind.name)
    return normal, value, _limited(kind)


def _limited(kind: FieldType) -> str:
    if kind.name == "day":
        return _between("DATE '1900-01-01'", "DATE '2100-12-31'")
    if kind.name == "money":
        return "CASE WHEN § >= 0 THEN § END"
    if kind.name == "whole":
        limited = _between(str(int(kind.low or 0)), str(int(kind.high or 0)))
        return limited if kind.zero else limited.replace("WHEN", "WHEN § <> 0 AND", 1)
    if kind.name == "real" and kind.low is not None:
        return _between(str(kind.low), str(kind.high))
    return "§"


def _between(low: str, high: str) -> str:
    return f"CASE WHEN § BETWEEN {low} AND {high} THEN § END"


def _within(kind: FieldType) -> str:
    return f"CASE WHEN § NOT IN {_BLANKS} AND length(§) <= {kind.longest} THEN § END"


_PLAIN_NUMBER = "[0-9]{1,15}([.][0-9]{1,2})?"


def _canonical(kind: FieldType) -> str:
    """A cheap test that the text is already in DuckDB's own form, so that nothing has to be normalised."""
    match kind.name:
        case "day":
            return "CAST(TRY_CAST(§ AS DATE) AS VARCHAR) = §"
        case "whole":
            return "CAST(TRY_CAST(§ AS BIGINT) AS VARCHAR) = §"
        case "money" | "real":
            return f"regexp_full_match(§, {text_literal(_PLAIN_NUMBER)})"
    return ""


def _day(dates: str) -> str:
    fast = f"WHEN {_canonical(FieldType('day', 'DATE'))} THEN TRY_CAST(§ AS DATE)"
    slow = []
    for pattern, (year, month, day_), add in (*parse.MODES["ymd"], *(parse.MODES[dates] if dates != "ymd" else ())):
        anchored = text_literal(f"^{pattern}$")
        groups = "-".join(f"\\{group}" if group else "1" for group in (year, month, day_))
        made = f"regexp_replace(§, {anchored}, '{groups}')"
        if add:
            western = f"CAST(TRY_CAST(regexp_extract(§, {anchored}, {year}) AS INTEGER) + {add} AS VARCHAR)"
            made = f"{western} || '-' || regexp_replace(§, {anchored}, '\\{month}-\\{day_}')"
        made = f"TRY_CAST({made} AS DATE)"
        slow.append(f"WHEN regexp_matches(§, {anchored}) THEN {made}")
    serial = text_literal(f"^{parse.SERIAL}$")
    days = f"TRY_CAST(regexp_extract(§, {serial}, 1) AS INTEGER)"
    slow.append(f"WHEN regexp_matches(§, {serial}) THEN DATE '1899-12-30' + {days}")
    return f"CASE {fast} {' '.join(slow)} END"


def _digits(pattern: str) -> str:
    sign_and_number = "regexp_extract(§, %s, 1) || replace(regexp_extract(§, %s, 2), ',', '')"
    return "(" + sign_and_number.replace("%s", text_literal(f"^{pattern}$")) + ")"


def _multiplied(number: str, pattern: str, product: Callable[[Decimal], str], scale: float) -> str:
    """``number`` or, where 万, 亿 or the scale multiply it, what ``product`` makes of the factor."""
    branches = []
    for word in (*parse.MULTIPLIERS, ""):
        by = parse.factor(word, scale).normalize()
        branches.append((f"WHEN {text_literal(word)} THEN " if word else "ELSE ") + (number if by == 1 else product(by)))
    return f"(CASE regexp_extract(§, {text_literal(f'^{pattern}$')}, 3) {' '.join(branches)} END)"


_DECIMAL = f"TRY_CAST({_digits(parse.NUMBER)} AS DECIMAL(24,8))"


def _exactly(by: Decimal) -> str:
    digits = max(0, -int(by.as_tuple().exponent))
    return f"TRY_CAST({_DECIMAL} * CAST('{by:f}' AS DECIMAL(14,{digits})) AS DECIMAL(38,14))"


def _decimal(scale: float) -> str:
    return _multiplied(_DECIMAL, parse.NUMBER, _exactly, scale)


def _money(scale: float) -> str:
    slow = f"TRY_CAST({_decimal(scale)} AS DECIMAL(18,2))"
    if scale != 1.0:
        return slow
    return f"CASE WHEN {_canonical(FieldType('money', ''))} THEN TRY_CAST(§ AS DECIMAL(18,2)) ELSE {slow} END"


def _whole(kind: FieldType, scale: float) -> str:
    number = _decimal(scale)
    slow = f"CASE WHEN {number} = floor({number}) THEN TRY_CAST({number} AS BIGINT) END"
    if scale != 1.0:
        return slow
    return f"CASE WHEN {_canonical(kind)} THEN TRY_CAST(§ AS BIGINT) ELSE {slow} END"


def _real(kind: FieldType, scale: float) -> str:
    number = f"TRY_CAST({_digits(parse.REAL)} AS DOUBLE)"

    def product(by: Decimal) -> str:
        # by way of text: DuckDB divides to make a double of a decimal, which is off by one unit in the last place at times
        exact = f"TRY_CAST(CAST({_exactly(by)} AS VARCHAR) AS DOUBLE)"
        return f"CASE WHEN {exact} IS NOT NULL THEN {exact} ELSE {number} * CAST('{float(by)!r}' AS DOUBLE) END"

    slow = _multiplied(number, parse.REAL, product, scale)
    if scale != 1.0:
        return f"{slow} + 0.0"
    return f"CASE WHEN {_canonical(kind)} THEN TRY_CAST(§ AS DOUBLE) ELSE {slow} + 0.0 END"


def field_sql(contract: type[Record], field: str, cell: Cell, columns: frozenset[str], as_of: date) -> FieldSql:
    """The stages of ``field`` as ``cell`` fills it from the ``columns`` of the file; a column that is not there is all empty."""
    info = contract.model_fields[field]
    kind = field_type(info)
    if cell.column is not None and cell.column in columns:
        read = quoted(cell.column)
    else:
        read = "CAST(NULL AS VARCHAR)" if cell.constant is None else text_literal(cell.constant)
    translated, refused = f"c_{field}", "FALSE"
    if cell.values or cell.otherwise != "keep":
        plain = f"coalesce({read}, '')"
        read = f"CASE WHEN {put(_WORD_TEST, plain)} THEN {put(_WORD_NORMAL, plain)} ELSE {plain} END"
        translated, refused = _translated(cell, f"c_{field}")
    normal, value, limited = value_sql(kind, f"m_{field}", dates=cell.dates, scale=cell.scale)
    value = put(value, f"n_{field}")
    join = ""
    if kind.name == "place":
        join = f"LEFT JOIN place_text AS p_{field} ON p_{field}.written = n_{field}"
        value = f"p_{field}.code"
    if kind.name == "day":
        limited = _between("DATE '1900-01-01'", f"DATE '{min(contract.latest(field, as_of), date(2100, 12, 31))}'")
    missing = f"v_{field} IS NULL"
    if not info.is_required():
        said = f"replace(n_{field}, ' ', '')" if kind.name == "outcome" else f"n_{field}"
        missing = f"(v_{field} IS NULL AND n_{field} IS NOT NULL AND {said} NOT IN {_BLANKS})"
    default = "" if info.is_required() or info.default is None else f"{info.default!r}"
    return FieldSql(
        field=field, cell=read, translated=translated, refused=refused, normal=normal, value=value,
        limited=put(limited, f"u_{field}"), problem=missing if refused == "FALSE" else f"({missing} OR r_{field})", default=default, join=join,
    )


def _translated(cell: Cell, text: str) -> tuple[str, str]:
    listed = {parse.words(written): means for written, means in cell.values.items()}
    branches = " ".join(f"WHEN {text_literal(written)} THEN {text_literal(means)}" for written, means in listed.items())
    unlisted = f"{text} NOT IN {any_of({**listed, **dict.fromkeys(parse.BLANKS)})}"
    other = text
    if cell.otherwise == "refuse":
        other = f"CASE WHEN {text} IN {_BLANKS} THEN {text} END"
    elif cell.otherwise != "keep":
        other = f"CASE WHEN {text} IN {_BLANKS} THEN {text} ELSE {text_literal(cell.otherwise)} END"
    chosen = f"CASE {text} {branches} ELSE {other} END" if branches else other
    return chosen, unlisted if cell.otherwise == "refuse" else "FALSE"


def order_problems(contract: type[Record], present: Iterable[str]) -> list[str]:
    """One condition a pair of days that must not be the wrong way round."""
    there = set(present)
    return [f"coalesce(v_{later} < v_{earlier}, FALSE)" for earlier, later in contract.orders if {earlier, later} <= there]


def staged(fields: Iterable[FieldSql], marks: dict[str, str], where: str, key: str | None = None) -> str:
    """The nested query over ``raw``: ``row_no``, the ``marks``, and for each field ``t_`` its text in the file, ``n_``, ``v_``.

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
    query = stage((f"c_{f.field} AS t_{f.field}, {f.translated} AS m_{f.field}, {f.refused} AS r_{f.field}" for f in fields), f"({query})")
    query = stage((f"t_{f.field}, r_{f.field}, {f.normal} AS n_{f.field}" for f in fields), f"({query})")
    joins = " ".join(f.join for f in fields)
    query = stage((f"t_{f.field}, r_{f.field}, n_{f.field}, {f.value} AS u_{f.field}" for f in fields), f"({query}) {joins}")
    return stage([*(f"t_{n}, r_{n}, n_{n}" for n in names), *(f"{f.limited} AS v_{f.field}" for f in fields)], f"({query})")
