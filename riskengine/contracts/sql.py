"""Field types compiled to SQL: the same meaning as parse, for a million rows at once.

The patterns and word lists are parse's own; a property test holds both together. The open places of an expression are
written ``§``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from riskengine.contracts import parse
from riskengine.contracts.field import FieldType

__all__ = [
    "BLANKS",
    "any_of",
    "between",
    "blank_sql",
    "direct_sql",
    "normal_code",
    "normal_words",
    "put",
    "quoted",
    "text_literal",
    "value_sql",
]


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


BLANKS = any_of(parse.BLANKS)
"""What says nothing, as the right side of IN."""


def blank_sql(text: str) -> str:
    """Whether ``text`` says nothing. Not IN, not a list: DuckDB makes a join of either, and a join cannot be put off until needed."""

    def among(words: Iterable[str]) -> str:
        return f"CASE {text} {' '.join(f'WHEN {text_literal(word)} THEN TRUE' for word in words)} ELSE FALSE END"

    # most words begin with a Chinese character, and of those few say nothing
    chinese = [word for word in parse.BLANKS if word >= "一"]
    return f"CASE WHEN {text} >= '一' THEN {among(chinese)} ELSE {among(w for w in parse.BLANKS if w < '一')} END"


def _class(characters: str) -> str:
    return "[" + "".join("\\" + character if character in "\\[]^-" else character for character in characters) + "]"


def _normaliser(full: str, half: str, plain: str) -> str:
    """The normal form of a text; the translation, which costs most, only where a character asks for it.

    ``plain``: a cheap condition under which the text is its own normal form, for the texts that are most common.
    """
    wide = text_literal(_class(full + parse.ZERO_WIDTH))
    moved = f"translate(§, {text_literal(full + parse.ZERO_WIDTH)}, {text_literal(half)})"
    edges = text_literal(parse.EDGES)
    return (
        f"CASE WHEN {plain} THEN § WHEN regexp_matches(§, {wide}) THEN trim({moved}, {edges}) "
        # Chinese at both ends, that is, no blank: every edge comes before 、 in the order of characters
        f"WHEN § >= '、' AND right(§, 1) >= '、' THEN § "
        # contains, because DuckDB makes a join of a long IN, and a join cannot be put off until it is needed
        f"WHEN contains({edges}, left(§, 1)) OR contains({edges}, right(§, 1)) THEN trim(§, {edges}) ELSE § END"
    )


_CODE = _normaliser(parse.FULL, parse.HALF, "strlen(§) = length(§) AND § >= '!' AND right(§, 1) >= '!'")
_WORD = _normaliser(parse.LETTERS, parse.LETTERS_HALF, "strlen(§) = 0")


def normal_code(text: str) -> str:
    """parse.half as SQL; NULL stays NULL. ``text`` is a column: it is written several times."""
    return put(_CODE, text)


def normal_words(text: str) -> str:
    """parse.words as SQL; NULL stays NULL."""
    return put(_WORD, text)


def value_sql(kind: FieldType, text: str, *, dates: str = "ymd", scale: float = 1.0) -> tuple[str, str, str]:
    """Three expressions: the normal form of the column ``text``; its value; the value where it lies within the limits.

    The second has ``§`` where a column of normal text goes, the third where a column of values goes. The last
    is NULL both where nothing was said and where it is no value.
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
            clockless = f"WHEN {put(_STAMP, text)} THEN {front} WHEN {put(canonical, front)} AND {clock} THEN {front}"
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


def direct_sql(kind: FieldType, scale: float = 1.0) -> tuple[str, str] | None:
    """The quick way for cells that are written as DuckDB itself would write them, which nearly all are; None where there is none.

    A value straight from the text ``§``, and a condition over ``§`` and that value ``¤`` under which it is what value_sql gives, with
    a normal form that is the text itself (of a day: its first ten characters).
    """
    if scale != 1.0:
        return None
    match kind.name:
        case "day":
            stamp = "CAST(TRY_CAST(§ AS TIMESTAMP) AS VARCHAR) = §"
            plain = f"CASE strlen(§) WHEN 10 THEN CAST(¤ AS VARCHAR) = § WHEN 19 THEN {stamp} ELSE FALSE END"
            return "TRY_CAST(§ AS DATE)", f"coalesce({plain}, FALSE)"
        case "whole":
            return "TRY_CAST(§ AS BIGINT)", "coalesce(CAST(¤ AS VARCHAR) = §, FALSE)"
        case "money":
            return "TRY_CAST(§ AS DECIMAL(18,2))", f"coalesce({_canonical(kind)}, FALSE)"
        case "real":
            return "TRY_CAST(§ AS DOUBLE)", f"coalesce({_canonical(kind)}, FALSE)"
        case "flag":
            words = " ".join([f"WHEN {text_literal(word)} THEN TRUE" for word in parse.TRUE])
            words += " " + " ".join(f"WHEN {text_literal(word)} THEN FALSE" for word in parse.FALSE)
            return f"CASE § {words} END", "¤ IS NOT NULL"
    return None


def _limited(kind: FieldType) -> str:
    if kind.name == "day":
        return between("DATE '1900-01-01'", "DATE '2100-12-31'")
    if kind.name == "money":
        return "CASE WHEN § >= 0 THEN § END"
    if kind.name == "whole":
        limited = between(str(int(kind.low or 0)), str(int(kind.high or 0)))
        return limited if kind.zero else limited.replace("WHEN", "WHEN § <> 0 AND", 1)
    if kind.name == "real" and kind.low is not None:
        return between(str(kind.low), str(kind.high))
    return "§"


def between(low: str, high: str) -> str:
    """The limit of a type: the value where it lies from ``low`` to ``high``."""
    return f"CASE WHEN § BETWEEN {low} AND {high} THEN § END"


def _within(kind: FieldType) -> str:
    blank = max(len(word.encode()) for word in parse.BLANKS)
    # bytes are counted at no cost, and a text of few enough bytes has few enough characters
    return (
        f"CASE WHEN strlen(§) > {blank} AND strlen(§) <= {kind.longest} THEN § "
        f"WHEN length(§) <= {kind.longest} AND NOT {blank_sql('§')} THEN § END"
    )


_PLAIN_NUMBER = "[0-9]{1,15}([.][0-9]{1,2})?"


def _of_length(characters: int, test: str) -> str:
    # CASE, because AND outside WHERE always asks both sides
    return f"CASE WHEN strlen(§) = {characters} THEN {test} ELSE FALSE END"


_STAMP = _of_length(19, "CAST(TRY_CAST(§ AS TIMESTAMP) AS VARCHAR) = §")
"""2026-06-30 09:30:00, written as DuckDB writes it itself."""


def _canonical(kind: FieldType) -> str:
    """A cheap test that the text is already in DuckDB's own form, so that nothing has to be normalised."""
    match kind.name:
        case "day":
            return _of_length(10, "CAST(TRY_CAST(§ AS DATE) AS VARCHAR) = §")
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
        branches.append(
            (f"WHEN {text_literal(word)} THEN " if word else "ELSE ") + (number if by == 1 else product(by))
        )
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
        # by way of text: DuckDB divides to make a double of a decimal, which is at times off in the last place
        exact = f"TRY_CAST(CAST({_exactly(by)} AS VARCHAR) AS DOUBLE)"
        return f"CASE WHEN {exact} IS NOT NULL THEN {exact} ELSE {number} * CAST('{float(by)!r}' AS DOUBLE) END"

    slow = _multiplied(number, parse.REAL, product, scale)
    if scale != 1.0:
        return f"{slow} + 0.0"
    return f"CASE WHEN {_canonical(kind)} THEN TRY_CAST(§ AS DOUBLE) ELSE {slow} + 0.0 END"
