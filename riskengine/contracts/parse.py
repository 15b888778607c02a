"""How the text of one cell becomes a value. Every pattern and word list here is also what the SQL is compiled from.

Each function takes text as it stands in the file and returns the value, or None where the office said nothing; it
raises ValueError with the complaint alone (``不能为负数，请填写0或正数``): whoever knows the column puts column and value
before it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

__all__ = [
    "BLANKS",
    "CLOCK",
    "EDGES",
    "FALSE",
    "FULL",
    "HALF",
    "LETTERS",
    "LETTERS_HALF",
    "MODES",
    "MULTIPLIERS",
    "NUMBER",
    "OUTCOMES",
    "REAL",
    "SERIAL",
    "TRUE",
    "ZERO_WIDTH",
    "code",
    "day",
    "factor",
    "flag",
    "half",
    "is_blank",
    "money",
    "outcome",
    "real",
    "text",
    "translated",
    "whole",
    "words",
]

ZERO_WIDTH = "\ufeff\u200b"
EDGES = " \t\r\n\v\f\u3000\u00a0\u2002\u2003"
"""Characters that are trimmed from both ends of a cell."""

FULL = "".join(chr(point) for point in range(0xFF01, 0xFF5F)) + "\u3000\u00a0\u2212"
HALF = "".join(chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F)) + "  -"
"""Full-width characters and what they become in codes, numbers and days."""

LETTERS = "".join(wide for wide, narrow in zip(FULL, HALF, strict=True) if narrow.isalnum())
LETTERS_HALF = "".join(chr(ord(character) - 0xFEE0) for character in LETTERS)
"""In words and sentences only letters and digits become half-width: Chinese punctuation stays as people read it."""

_NARROW = str.maketrans(FULL, HALF, ZERO_WIDTH)
_WORDS = str.maketrans(LETTERS, LETTERS_HALF, ZERO_WIDTH)

BLANKS = (
    "",
    "-",
    "--",
    "---",
    "—",
    "——",
    "－",
    "/",
    "／",
    "\\",
    "无",
    "N/A",
    "n/a",
    "N／A",
    "#N/A",
    "NULL",
    "null",
    "Null",
    "NaN",
    "nan",
)
"""What offices write for "we say nothing". 无 is an answer where yes or no is asked (see FALSE)."""

TRUE = ("是", "有", "Y", "y", "YES", "Yes", "yes", "TRUE", "True", "true", "1", "√", "✓", "✔")
FALSE = ("否", "无", "N", "n", "NO", "No", "no", "FALSE", "False", "false", "0", "×", "没有")
OUTCOMES = ("属实", "误报", "已化解", "无法核实")

_HANDS = "[0-9]{1,2}[:时][0-9]{2}(?:[:分][0-9]{2}(?:[.][0-9]{1,9})?)?[分秒]?(?: ?[AaPp][Mm])?"
CLOCK = f"(?:[T ]{{0,3}}{_HANDS})?"
"""A time behind a day, or nothing."""

_YMD = f"([0-9]{{4}}) ?[-/.年] ?([0-9]{{1,2}}) ?[-/.月] ?([0-9]{{1,2}}) ?[日号]?{CLOCK}"
_YM = "([0-9]{4}) ?[-/年] ?([0-9]{1,2}) ?月?()"
_COMPACT = f"([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})(?:[0-9]{{6}}|{CLOCK})"
_ENDS_WITH_YEAR = f"([0-9]{{1,2}}) ?[-/.] ?([0-9]{{1,2}}) ?[-/.] ?([0-9]{{4}}){CLOCK}"
_MINGUO = f"(?:民国)?([0-9]{{2,3}}) ?[-/.年] ?([0-9]{{1,2}}) ?[-/.月] ?([0-9]{{1,2}}) ?[日号]?{CLOCK}"
_MINGUO_COMPACT = "([0-9]{3})([0-9]{2})([0-9]{2})()"
SERIAL = "([2-7][0-9]{4}|80000)(?:[.][0-9]{1,12})?"
"""An Excel serial day, 20000 (1954) to 80000 (2119), with or without its time."""

MODES: dict[str, tuple[tuple[str, tuple[int, int, int], int], ...]] = {
    "ymd": ((_YMD, (1, 2, 3), 0), (_COMPACT, (1, 2, 3), 0), (_YM, (1, 2, 0), 0)),
    "mdy": ((_ENDS_WITH_YEAR, (3, 1, 2), 0),),
    "dmy": ((_ENDS_WITH_YEAR, (3, 2, 1), 0),),
    "minguo": ((_MINGUO, (1, 2, 3), 1911), (_MINGUO_COMPACT, (1, 2, 3), 1911)),
}
"""Mode → patterns, which group is year, month, day (0: the first day of the month), years to add. All modes read those
of ymd too.
"""

_UNITS = "人次|件次|户次|元|起|人|件|户|套|天|次|个|处|宗|名|月|家|栋|%"
_DIGITS = "(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:[.][0-9]{1,20})?|[.][0-9]{1,20}"
_SUFFIX = f" ?(千万|百万|千|万|亿)? ?(?:{_UNITS})?"
NUMBER = f"([-+]?)[¥￥$]? ?({_DIGITS}){_SUFFIX}"
REAL = f"([-+]?)[¥￥$]? ?((?:{_DIGITS})(?:[eE][-+]?[0-9]{{1,2}})?){_SUFFIX}"
MULTIPLIERS = {"千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}

_NUMBER = re.compile(NUMBER)
_REAL = re.compile(REAL)
_SERIAL = re.compile(SERIAL)
_MODES = {mode: tuple((re.compile(p), g, y) for p, g, y in patterns) for mode, patterns in MODES.items()}
_WHOLE_LIKE = Decimal("1")
_EPOCH = date(1899, 12, 30)


def half(raw: str) -> str:
    """A code, number or day: all full-width characters half-width, edges trimmed."""
    return raw.translate(_NARROW).strip(EDGES)


def words(raw: str) -> str:
    """A word or a sentence: full-width letters and digits half-width, edges trimmed, punctuation kept."""
    return raw.translate(_WORDS).strip(EDGES)


def is_blank(raw: str) -> bool:
    """Whether the cell says nothing."""
    return words(raw) in BLANKS


def translated(raw: str | None, values: Mapping[str, str], otherwise: str, pattern: str | None = None) -> str | None:
    """What a mapping's ``pattern``, ``values`` and ``otherwise`` make of a cell before it is read; a blank that is not
    listed stays blank.
    """
    if not values and otherwise == "keep" and pattern is None:
        return raw
    read = words(raw or "")
    if pattern is not None and (found := re.search(pattern, read, re.ASCII)):
        read = found[1] or read
    listed = {words(written): means for written, means in values.items()}
    if read in listed:
        return listed[read]
    if read in BLANKS or otherwise == "keep":
        return read
    if otherwise == "refuse":
        raise ValueError(f"不在对照表里，请填写{'、'.join(listed)}之一")
    return otherwise


def code(raw: str, longest: int) -> str | None:
    """A number or code; spaces inside are kept."""
    return _within(half(raw), longest)


def text(raw: str, longest: int) -> str | None:
    """A word or a sentence of at most ``longest`` characters."""
    return _within(words(raw), longest)


def _within(read: str, longest: int) -> str | None:
    if read in BLANKS:
        return None
    if len(read) > longest:
        raise ValueError(f"超过{longest}个字，请缩短后重报")
    return read


def day(raw: str, mode: str = "ymd") -> date | None:
    """A calendar day from 1900 to 2100; a time behind it is passed over, a month alone is its first day."""
    read = half(raw)
    if read in BLANKS:
        return None
    for pattern, (year, month, day_), add in (*_MODES["ymd"], *(_MODES[mode] if mode != "ymd" else ())):
        if found := pattern.fullmatch(read):
            return _calendar(int(found[year]) + add, int(found[month]), int(found[day_]) if day_ else 1)
    if found := _SERIAL.fullmatch(read):
        return _calendar_check(_EPOCH + timedelta(days=int(found[1])))
    raise ValueError("不是能识别的日期，请写成 2024-03-05 这样的形式")


def _calendar(year: int, month: int, day_: int) -> date:
    try:
        return _calendar_check(date(year, month, day_))
    except ValueError as error:
        raise ValueError("不是真实存在的日期（年份须在1900至2100之间），请核对年、月、日") from error


def _calendar_check(read: date) -> date:
    if not 1900 <= read.year <= 2100:
        raise ValueError("不是真实存在的日期（年份须在1900至2100之间），请核对年、月、日")
    return read


def factor(multiplier: str | None, scale: float = 1.0) -> Decimal:
    """What the digits are multiplied by: 万, 亿 and the mapping's ``scale`` in one exact number (six decimals of scale
    count).
    """
    return MULTIPLIERS.get(multiplier or "", 1) * Decimal(repr(scale)).quantize(Decimal("0.000001"))


def _decimal(read: str, scale: float) -> Decimal:
    found = _NUMBER.fullmatch(read)
    if not found:
        raise ValueError("不是数字，请只填写数字，例如 1200.50")
    digits = Decimal(found[1] + found[2].replace(",", "")).quantize(Decimal("0.00000001"), ROUND_HALF_UP)
    return digits * factor(found[3], scale)


def money(raw: str, scale: float = 1.0) -> Decimal | None:
    """Yuan, rounded to fen, half up. Never negative."""
    read = half(raw)
    if read in BLANKS:
        return None
    amount = _decimal(read, scale).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if amount < 0:
        raise ValueError("不能为负数，请填写0或正数")
    if amount >= Decimal(10) ** 16:
        raise ValueError("数值过大，请核对单位")
    return abs(amount)


def whole(raw: str, low: int, high: int, *, zero: bool = True, scale: float = 1.0) -> int | None:
    """A whole number from ``low`` to ``high``; ``12.0`` is 12."""
    read = half(raw)
    if read in BLANKS:
        return None
    number = _decimal(read, scale)
    if number != number.to_integral_value():
        raise ValueError("不是整数，请填写整数")
    if number < 0 <= low:
        raise ValueError("不能为负数，请填写0或正数")
    if not low <= number <= high:
        raise ValueError(f"超出范围，请填写{low}到{high}之间的整数")
    if number == 0 and not zero:
        raise ValueError("不能为0，请填写正数，冲减用负数")
    return int(number)


def real(raw: str, low: float | None = None, high: float | None = None, scale: float = 1.0) -> float | None:
    """A finite number, from ``low`` to ``high`` where given; a per cent sign changes nothing: ``97.93%`` is 97.93."""
    read = half(raw)
    if read in BLANKS:
        return None
    found = _REAL.fullmatch(read)
    if not found:
        raise ValueError("不是数字，请只填写数字，例如 97.93")
    number = float(found[1] + found[2].replace(",", ""))
    if (by := factor(found[3], scale)) != 1:
        # in decimals, so that 0.9793 × 100 is 97.93; digits with an exponent may be too many for them
        number = float(_decimal(read, scale)) if _NUMBER.fullmatch(read) else number * float(by)
    if not math.isfinite(number) or (low is not None and number < low) or (high is not None and number > high):
        raise ValueError(_beyond(number, low, high))
    return number + 0.0


def _beyond(number: float, low: float | None, high: float | None) -> str:
    """The complaint of a number outside its limits; 9793 as a percentage is 97.93 without its point."""
    if low is None or high is None:
        return "数值过大，请核对单位"
    meant = number / 100
    lost = (low, high) == (0, 100) and 10 <= meant <= high
    return f"超出范围，请填写{low:g}到{high:g}之间的数" + (f"；是否应为{meant:.10g}？" if lost else "")


def flag(raw: str) -> bool | None:
    """Yes or no; 无 is no."""
    read = half(raw)
    if read in TRUE:
        return True
    if read in FALSE:
        return False
    if read in BLANKS:
        return None
    raise ValueError("不是“是”或“否”，请填写“是”或“否”")


def outcome(raw: str) -> str | None:
    """One of OUTCOMES, spaces anywhere passed over; None while only signed."""
    read = half(raw).replace(" ", "")
    if read in BLANKS:
        return None
    if read not in OUTCOMES:
        raise ValueError(f"不是规定的核查结果，请从{'、'.join(OUTCOMES)}中选一个")
    return read
