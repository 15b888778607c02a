"""How each node of an expression is written as SQL: the white-list ``NODES``."""

from __future__ import annotations

from sqlglot import exp

from riskengine.contracts.sql import text_literal
from riskengine.rulebook.language.tokens import ExpressionError
from riskengine.rulebook.language.writing import Type, Value, Write, Writer
from riskengine.rulebook.suggest import suggestion

__all__ = ["NODES"]

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=", exp.EQ: "=", exp.NEQ: "<>",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}


def _name(w: Writer, node: exp.Expr) -> Value:
    if not isinstance(node.this, exp.Identifier) or any(node.args.get(part) for part in ("table", "db", "catalog")):
        raise w.error(node, "名称里不能有点号。")
    token = w.token(node, node.name)
    if token.kind == "number":
        value = float(token.text)  # a whole number stays whole, any other is a DOUBLE: DECIMAL literals would overflow
        if value.is_integer() and value < 1e15:
            return Value(str(int(value)), "number")
        return Value(repr(value) if "e" in repr(value) else f"{value!r}e0", "number")
    if token.kind == "text":
        return Value(text_literal(token.text), "text", token.text)
    if token.text not in w.names:
        if token.text in w.functions:
            raise ExpressionError(f"“{token.text}”是函数，后面要写括号。", token.column)
        near = suggestion(token.text, w.names)
        raise ExpressionError(f"未知名称“{token.text[:60]}”{near}", token.column)
    w.used.add(token.text)
    sql = w.names[token.text]
    kind: Type = w.types.get(token.text, "date" if token.text == "as_of" else "any")
    return Value(sql, kind)


def _compare(w: Writer, node: exp.Expr) -> Value:
    sides = [node.this, node.expression]
    if any(type(side) in _COMPARISONS or isinstance(side, exp.Is) for side in sides):
        raise w.error(node, "不能连写比较（如 1 < x < 3）。请写成 1 < x and x < 3，或 x between 1 and 3。")
    if any(isinstance(side, exp.Null) for side in sides):
        raise w.error(node, "与 null 比较永远不成立，请写 is null 或 is not null。")
    values = [w.write(side) for side in sides]
    if all(value.literal is not None for value in values):
        raise w.error(node, "两边都是固定文字，比较没有意义。")
    w.alike(node, values, "比较")
    if any(value.literal is not None for value in values) and type(node) not in (exp.EQ, exp.NEQ):
        raise w.error(node, "文字只能用 = 或 <> 比较。")
    return Value(f"({values[0].sql} {_COMPARISONS[type(node)]} {values[1].sql})", "flag")


def _arithmetic(w: Writer, node: exp.Expr) -> Value:
    sign = _ARITHMETIC[type(node)]
    left, right = w.number(node.this, f"“{sign}”两边"), w.number(node.expression, f"“{sign}”两边")
    if sign == "/":
        return Value(f"(CAST({left} AS DOUBLE) / NULLIF(CAST({right} AS DOUBLE), 0))", "number")
    if sign == "*":  # as DOUBLE: products of integers and decimals overflow their own types
        return Value(f"(CAST({left} AS DOUBLE) * CAST({right} AS DOUBLE))", "number")
    return Value(f"({left} {sign} {right})", "number")


def _connective(w: Writer, node: exp.Expr) -> Value:
    word = "AND" if isinstance(node, exp.And) else "OR"
    parts: list[exp.Expr] = []
    rest: exp.Expr = node
    while type(rest) is type(node):  # a long chain leans to the left; a loop keeps it off Python's stack
        parts.append(rest.expression)
        rest = rest.this
    parts.append(rest)
    return Value("(" + f" {word} ".join(w.flag(part, f"{word.lower()} 两边") for part in reversed(parts)) + ")", "flag")


def _case(w: Writer, node: exp.Expr) -> Value:
    if node.this is not None:
        raise w.error(node, "case 后面直接写 when 条件，例如 case when 甲 > 1 then 2 else 0 end。")
    branches = [(w.flag(each.this, "when 后面"), w.write(each.args.get("true"))) for each in node.args["ifs"]]
    default = node.args.get("default")
    last = None if default is None else w.write(default)
    kind = w.alike(node, [value for _, value in branches] + ([last] if last else []), "case 的各个结果")
    sql = " ".join(f"WHEN {when} THEN {value.sql}" for when, value in branches)
    return Value(f"(CASE {sql} ELSE {last.sql if last else 'NULL'} END)", kind)


def _in(w: Writer, node: exp.Expr) -> Value:
    listed = node.expressions
    if not listed or node.args.get("field") is not None or node.args.get("query") is not None:
        raise w.error(node, "in 后面要写括号里的清单，例如 in ('盗窃', '诈骗')。")
    values = [w.write(node.this), *(w.write(each) for each in listed)]
    if any(not isinstance(each, exp.Column | exp.Neg) for each in listed) or w.alike(node, values, "in ") == "flag":
        raise w.error(node, "in 的清单里只能写固定的数或文字。")
    return Value(f"({values[0].sql} IN ({', '.join(value.sql for value in values[1:])}))", "flag")


def _is(w: Writer, node: exp.Expr) -> Value:
    word = node.expression
    if not isinstance(word, exp.Null | exp.Boolean) or type(node.this) in (*_COMPARISONS, exp.Is, exp.Null):
        raise w.error(node, "is 后面只能写 null、true 或 false（前面可加 not），is 前面只写一个名称或算式。")
    if isinstance(word, exp.Boolean):
        return Value(f"({w.flag(node.this, 'is true 前面')} IS {'TRUE' if word.this else 'FALSE'})", "flag")
    return Value(f"({w.write(node.this).sql} IS NULL)", "flag")


def _between(w: Writer, node: exp.Expr) -> Value:
    values = [w.write(node.this), w.write(node.args.get("low")), w.write(node.args.get("high"))]
    w.alike(node, values, "between ")
    if any(value.literal is not None or value.type == "flag" for value in values) or node.args.get("symmetric"):
        raise w.error(node, "between 只用于数，例如 x between 1 and 3。")
    return Value(f"({values[0].sql} BETWEEN {values[1].sql} AND {values[2].sql})", "flag")


def _call(w: Writer, node: exp.Expr) -> Value:
    token = w.token(node, str(node.this))
    function = w.functions.get(token.text.lower())
    if function is None:
        near = suggestion(token.text, w.functions, shown=20)
        raise ExpressionError(f"没有函数“{token.text[:60]}”{near}", token.column)
    least, most, write = function
    if not least <= len(node.expressions) <= most:
        wanted = f"{least}" if least == most else f"{least}至{most}" if most < 99 else f"至少{least}"
        given = len(node.expressions)
        raise ExpressionError(f"函数 {token.text.lower()} 要{wanted}个参数，写了{given}个。", token.column)
    return write(w, node)


def _nothing(w: Writer, node: exp.Expr) -> Value:
    return Value("NULL", "any")


NODES: dict[type[exp.Expr], Write] = {
    exp.Column: _name,
    exp.Boolean: lambda w, node: Value("TRUE" if node.this else "FALSE", "flag"),
    exp.Null: _nothing,
    exp.Paren: lambda w, node: w.write(node.this),
    exp.And: _connective,
    exp.Or: _connective,
    exp.Not: lambda w, node: Value(f"(NOT {w.flag(node.this, 'not 后面')})", "flag"),
    exp.Neg: lambda w, node: Value(f"(- {w.number(node.this, '负号后面')})", "number"),
    exp.Case: _case,
    exp.In: _in,
    exp.Is: _is,
    exp.Between: _between,
    exp.Anonymous: _call,
    **dict.fromkeys(_COMPARISONS, _compare),
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
}
