"""The functions that an expression may call: the white-list ``FUNCTIONS``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlglot import exp

from riskengine.rulebook.language.writing import CHINESE, OUTPUT, Function, Value, Writer

__all__ = ["FUNCTIONS"]


def _abs(w: Writer, node: exp.Expr) -> Value:
    return Value(f"abs({w.number(node.expressions[0], 'abs 里')})", "number")


def _round(w: Writer, node: exp.Expr) -> Value:
    digits = "0"
    if len(node.expressions) == 2:
        second = node.expressions[1]
        token = w.token(second, second.name) if isinstance(second, exp.Column) else None
        if token is None or token.kind != "number" or token.text not in "0123456":
            raise w.error(node, "round 的第二个参数只能是0到6的整数。")
        digits = token.text
    return Value(f"round({w.number(node.expressions[0], 'round 里')}, {digits})", "number")


def _extreme(word: str) -> Callable[[Writer, exp.Expr], Value]:
    def write(w: Writer, node: exp.Expr) -> Value:
        values = [w.write(each) for each in node.expressions]
        kind = w.alike(node, values, word)
        if kind in ("text", "flag"):
            raise w.error(node, f"{word} 只用于数。")
        sqls = [value.sql for value in values]
        unknown = " OR ".join(f"{sql} IS NULL" for sql in sqls)
        if sum(map(len, sqls)) > OUTPUT:  # each level writes its parts twice
            raise w.error(node, "表达式太复杂，请拆成几个信号。")
        return Value(f"(CASE WHEN {unknown} THEN NULL ELSE {word}({', '.join(sqls)}) END)", kind)

    return write


def _coalesce(w: Writer, node: exp.Expr) -> Value:
    values = [w.write(each) for each in node.expressions]
    kind = w.alike(node, values, "coalesce ")
    return Value(f"coalesce({', '.join(value.sql for value in values)})", kind)


def _day(w: Writer, node: exp.Expr) -> str:
    value = w.write(node)
    if value.literal is not None:
        try:
            return f"DATE '{date.fromisoformat(value.literal).isoformat()}'"
        except ValueError:
            raise w.error(node, f"“{value.literal[:20]}”不是日期，请写成 '2026-06-30'。") from None
    if value.type not in ("date", "any"):
        raise w.error(node, f"这里要写日期，写成了{CHINESE[value.type]}。")
    return value.sql


def _days(first: int | None, second: int | None) -> Callable[[Writer, exp.Expr], Value]:
    """Days from argument ``first`` to argument ``second``; None stands for the night."""

    def write(w: Writer, node: exp.Expr) -> Value:
        if None in (first, second) and "as_of" not in w.names:
            raise w.error(node, "这里不能用 days_since、days_until：没有“今晚”可比。")
        ends = [w.names["as_of"] if at is None else _day(w, node.expressions[at]) for at in (first, second)]
        return Value(f"date_diff('day', {ends[0]}, {ends[1]})", "number")

    return write


def _calendar(word: str) -> Callable[[Writer, exp.Expr], Value]:
    def write(w: Writer, node: exp.Expr) -> Value:
        return Value(f"{word}({_day(w, node.expressions[0])})", "number")

    return write


def _text_test(word: str) -> Callable[[Writer, exp.Expr], Value]:
    def write(w: Writer, node: exp.Expr) -> Value:
        values = [w.write(each) for each in node.expressions]
        if any(value.type not in ("text", "any") for value in values):
            raise w.error(node, f"{word} 只用于文字。")
        return Value(f"{word}({values[0].sql}, {values[1].sql})", "flag")

    return write


FUNCTIONS: dict[str, Function] = {
    "abs": (1, 1, _abs),
    "least": (2, 99, _extreme("least")),
    "greatest": (2, 99, _extreme("greatest")),
    "coalesce": (2, 99, _coalesce),
    "round": (1, 2, _round),
    "days_between": (2, 2, _days(0, 1)),
    "days_since": (1, 1, _days(0, None)),
    "days_until": (1, 1, _days(None, 0)),
    "month_of": (1, 1, _calendar("month")),
    "day_of": (1, 1, _calendar("day")),
    "starts_with": (2, 2, _text_test("starts_with")),
    "contains": (2, 2, _text_test("contains")),
}
