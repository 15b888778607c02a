"""The writer: walks a parsed expression and is the only place where its SQL comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from riskengine.rulebook.language.tokens import ExpressionError, Token

__all__ = ["CHINESE", "OUTPUT", "Function", "Type", "Value", "Write", "Writer"]

Type = Literal["number", "text", "flag", "date", "any"]

CHINESE = {"number": "数", "text": "文字", "flag": "是否", "date": "日期", "any": "值"}
OUTPUT = 100_000
_DEPTH = 100


@dataclass(frozen=True)
class Value:
    """One written node. ``literal``: the text of a string literal, which takes the type of what it is compared with."""

    sql: str
    type: Type
    literal: str | None = None


@dataclass
class Writer:
    """Writes a tree as SQL; the only place where SQL comes from."""

    typed: list[Token]
    names: Mapping[str, str]
    types: Mapping[str, Type]
    nodes: Mapping[type[exp.Expr], Write]
    functions: Mapping[str, Function]
    used: set[str] = field(default_factory=set)
    depth: int = 0

    def write(self, node: exp.Expr | None) -> Value:
        """Any node, or an ExpressionError where the white-list does not know it."""
        if node is None:
            raise ExpressionError("缺少内容，请补全。", 1)
        handler = self.nodes.get(type(node))
        if handler is None:
            usable = "比较、and or not、in、between、is null、case、加减乘除和函数"
            raise self.error(node, f"表达式里不能用这种写法。可用：{usable}。")
        self.depth += 1
        if self.depth > _DEPTH:
            raise self.error(node, "表达式套得太深，请拆成几个信号。")
        value = handler(self, node)
        self.depth -= 1
        return value

    def number(self, node: exp.Expr | None, place: str) -> str:
        """A node that must be a number; ``place`` begins the sentence where it is not."""
        value = self.write(node)
        if value.type not in ("number", "any") or value.literal is not None:
            assert node is not None
            raise self.error(node, f"{place}要写数，写成了{CHINESE[value.type]}。")
        return value.sql

    def flag(self, node: exp.Expr | None, place: str) -> str:
        """A node that must be a condition; ``place`` begins the sentence where it is not."""
        value = self.write(node)
        if value.type not in ("flag", "any") or value.literal is not None:
            assert node is not None
            raise self.error(node, f"{place}要写条件，写成了{CHINESE[value.type]}。")
        return value.sql

    def alike(self, node: exp.Expr, values: list[Value], what: str) -> Type:
        """The one type of all values; literals of text only beside text."""
        types = {value.type for value in values if value.type != "any"}
        if len(types) > 1:
            both = "与".join(sorted(CHINESE[each] for each in types))
            raise self.error(node, f"{what}两边不是一类：{both}不能放在一起比较。")
        return next(iter(types), "any")

    def token(self, node: exp.Expr, placeholder: str) -> Token:
        """The token that ``placeholder`` (``w3``, ``f3``) stands for; a keyword in a name's place is an error."""
        if placeholder[:1] in "wf" and placeholder[1:].isdecimal() and int(placeholder[1:]) < len(self.typed):
            return self.typed[int(placeholder[1:])]
        raise self.error(node, f"“{placeholder[:20]}”用错了位置，请检查它前后的内容。")

    def column(self, node: exp.Expr) -> int:
        """Column of the first word below ``node``."""
        for each in node.dfs():
            text = each.name if isinstance(each, exp.Column) else each.this if isinstance(each, exp.Anonymous) else ""
            if isinstance(text, str) and text[1:].isdecimal() and int(text[1:]) < len(self.typed):
                return self.typed[int(text[1:])].column
        return self.typed[0].column

    def error(self, node: exp.Expr, message: str) -> ExpressionError:
        """``message`` at the column of ``node``."""
        return ExpressionError(message, self.column(node))



Write = Callable[[Writer, exp.Expr], Value]
Function = tuple[int, int, Write]
"""Least and most arguments, and how the call is written."""
