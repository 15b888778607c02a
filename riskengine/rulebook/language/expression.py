"""Conditions and formulas: the analyst's text → SQL that can reach nothing but the names it was given.

Three walls, each enough by itself: :mod:`tokens` refuses every character the language has no use for; sqlglot then
sees placeholders only (``w3 > w5``), never the analyst's words; and :mod:`nodes` and :mod:`functions` write the SQL,
node by node, from a white-list, so a node that nobody thought of is an error and not an output. NULL means unknown and
spreads, also through ``least`` and ``greatest`` (DuckDB's own skip it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from riskengine.rulebook.language.functions import FUNCTIONS
from riskengine.rulebook.language.lists import Lists, listed_tokens
from riskengine.rulebook.language.nodes import NODES
from riskengine.rulebook.language.tokens import ExpressionError, Token
from riskengine.rulebook.language.writing import CHINESE, OUTPUT, Type, Writer

__all__ = ["Compiled", "ExpressionError", "Type", "compile_expression"]


@dataclass(frozen=True)
class Compiled:
    """``sql``: DuckDB SQL, parenthesised, safe to splice anywhere. ``names``: what it reads."""

    sql: str
    names: frozenset[str]


def compile_expression(
    text: str,
    names: Mapping[str, str],
    *,
    boolean: bool,
    types: Mapping[str, Type] | None = None,
    lists: Lists | None = None,
) -> Compiled:
    """The SQL of ``text``, a condition (``boolean``) or a value; each name stands as the SQL that ``names`` gives it.

    ``types`` says what a name holds, where that is known; then a number compared with text is found here and not at
    night. ``lists``: what may stand after ``in``; a loaded rule book has them written out. ``days_since`` and
    ``days_until`` need ``as_of`` among ``names``. Raises ExpressionError, and nothing else.

    >>> compile_expression("起数 / 人口 > 2 且 类别 = '盗窃'",
    ...                    {"起数": "n", "人口": "p", "类别": "c"}, boolean=True).sql
    "(((CAST(n AS DOUBLE) / NULLIF(CAST(p AS DOUBLE), 0)) > 2) AND (c = '盗窃'))"
    """
    typed = listed_tokens(text, lists or {}, names)
    _glued(typed, names)
    writer = Writer(typed, names, types or {}, NODES, FUNCTIONS)
    result = writer.write(_parse(typed))
    if boolean and result.type not in ("flag", "any"):
        raise ExpressionError(f"这里要写条件（是或否），写成了{CHINESE[result.type]}。请加上比较，例如 > 0。", 1)
    if not boolean and result.type == "flag":
        raise ExpressionError("这里要写一个数，写成了条件。请去掉比较，或改用 case when … then 1 else 0 end。", 1)
    if len(result.sql) > OUTPUT:
        raise ExpressionError("表达式太复杂，请拆成几个信号。", 1)
    return Compiled(result.sql, frozenset(writer.used))


def _glued(typed: list[Token], names: Mapping[str, str]) -> None:
    """``起数且金额``: one word to the tokeniser, two to the analyst."""
    for token in typed:
        if token.kind != "word" or token.text in names:
            continue
        for at, char in enumerate(token.text):
            if char in "且或" and (token.text[:at] in names or token.text[at + 1 :] in names):
                column = token.column + at
                raise ExpressionError(f"“{char}”两边要留空格，否则与名称连成一个词。", column)


def _parse(typed: list[Token]) -> exp.Expr:
    """The tree over placeholders ``w<index of the token>`` and functions ``f<index>``."""
    words: list[str] = []
    for index, token in enumerate(typed):
        following = typed[index + 1] if index + 1 < len(typed) else None
        _adjacent(typed[index - 1] if index else None, token, following)
        if token.kind == "word" and following is not None and following.text == "(" and following.kind == "operator":
            words.append(f"f{index}")
        elif token.kind in ("word", "number", "text"):
            words.append(f"w{index}")
        else:
            words.append(token.text)
    ends, at = [], 0
    for word in words:
        at += len(word)
        ends.append(at)
        at += 1
    try:
        return _tree(" ".join(words))
    except SqlglotError as error:
        raise _syntax(error, typed, ends) from None
    except (RecursionError, ValueError, TypeError, AttributeError, LookupError):
        # a parser's own slip must not become the analyst's traceback
        raise ExpressionError("写法不对，请检查括号和运算符。", typed[0].column) from None


@lru_cache(maxsize=4000)
def _tree(placeholders: str) -> exp.Expr:
    """The same tree for every expression of the same shape: whoever writes SQL from it reads it only."""
    return sqlglot.parse_one(placeholders, read="duckdb")


def _adjacent(before: Token | None, token: Token, after: Token | None) -> None:
    """Refuse two operands side by side: sqlglot would take the second one for an alias of the first."""
    if before is None:
        return
    ends = before.kind in ("word", "number", "text") or before.text in (")", "end", "true", "false", "null")
    begins = token.kind in ("word", "number", "text") or token.text in ("case", "true", "false", "null", "(")
    if token.text == "not" and token.kind == "keyword" and (after is None or after.text not in ("in", "between")):
        begins = True
    if token.text == "(" and before.kind == "word":
        return
    if ends and begins:
        near = before.text + token.text
        hint = "“且”“或”“非”两边要留空格，" if any(c in near for c in "且或非") else ""
        raise ExpressionError(f"“{token.text}”前面缺少运算符。{hint}请补上 and、or、比较或加减乘除。", token.column)


def _syntax(error: SqlglotError, typed: list[Token], ends: list[int]) -> ExpressionError:
    details = getattr(error, "errors", None) or [{}]
    column = details[0].get("col") or 1
    index = next((i for i, end in enumerate(ends) if end >= column), len(typed) - 1)
    opened = sum((t.text == "(") - (t.text == ")") for t in typed if t.kind == "operator")
    if opened > 0:
        return ExpressionError("括号没有配对，缺少“)”。", typed[-1].column)
    if opened < 0:
        return ExpressionError("括号没有配对，多了“)”。", typed[index].column)
    if typed[-1].kind in ("operator", "keyword") and typed[-1].text not in (")", "end", "true", "false", "null"):
        return ExpressionError(f"“{typed[-1].text}”后面缺少内容，请补全。", typed[-1].column)
    return ExpressionError(f"“{typed[index].text}”附近写法不对，请检查运算符、括号和逗号。", typed[index].column)
