"""An expression as the analyst typed it → a list of tokens, each with the column where it began.

Full-width punctuation and 且 或 非 are mapped here, outside quotes only. A character that no expression needs is
refused here, so that comments, semicolons, brackets, casts and placeholders never reach a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["DEPTH", "LENGTH", "STATEMENTS", "ExpressionError", "Token", "tokens"]

LENGTH = 2000
DEPTH = 50

Kind = Literal["word", "keyword", "number", "text", "operator"]


class ExpressionError(Exception):
    """An expression that cannot run. ``column`` counts from 1 in the text; ``str()`` is ``第5列：…``."""

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"第{column}列：{message}")


@dataclass(frozen=True)
class Token:
    """One word of an expression; ``text`` is normalised (keywords in lower case, quotes taken off)."""

    kind: Kind
    text: str
    column: int


_KEYWORDS = frozenset("and or not in between is null case when then else end true false".split())
STATEMENTS = frozenset(
    "select copy pragma attach detach insert update delete drop alter create install exists union join describe".split()
)
"""Words with which a text would ask the database for something else; no name either."""
_CONNECTIVES = {"且": "and", "或": "or", "非": "not"}
_QUOTES = {"'": "'", '"': '"', "“": "”", "‘": "’", "＇": "＇", "＂": "＂"}
_MAPPED = {"≥": ">=", "≤": "<=", "≠": "<>", "×": "*", "÷": "/", "，": ",", "　": " ", "−": "-", "–": "-", "—": "-"}
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_WORD = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*", re.ASCII)
_OPERATOR = re.compile(r"<=|>=|<>|!=|==|[-+*/()<>=,]")


def _narrow(text: str) -> str:
    """Full-width ASCII → ASCII, one character for one, so that columns stay true."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c in "　\t\r\n\u00a0" else c for c in text)


def tokens(text: str) -> list[Token]:
    """The tokens of ``text``. Raises ExpressionError on anything outside the language, before any parser sees it."""
    return list(_tokens(text))


@lru_cache(maxsize=10_000)  # a rule's condition is asked for a dozen times
def _tokens(text: str) -> tuple[Token, ...]:
    if len(text) > LENGTH:
        raise ExpressionError(f"表达式有{len(text)}个字符，最多{LENGTH}个。请拆成几个信号。", LENGTH + 1)
    flat = _narrow(text)
    found: list[Token] = []
    depth = at = 0
    while at < len(flat):
        start, char = at, flat[at]
        if char == " ":
            at += 1
            continue
        if text[at] in _QUOTES or char in _QUOTES:
            value, at = _quoted(text, at)
            found.append(Token("text", value, start + 1))
            continue
        token, at = _plain(flat, at)
        depth += {"(": 1, "case": 1, ")": -1, "end": -1}.get(token.text, 0) if token.kind != "word" else 0
        if depth > DEPTH:
            raise ExpressionError(f"括号嵌套超过{DEPTH}层。请拆成几个信号。", start + 1)
        found.append(token)
    if not found:
        raise ExpressionError("表达式是空的，请写一个条件或算式。", 1)
    return tuple(found)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The text between the quote at ``at`` and its partner (doubled = the quote itself), and the position after it."""
    close, start = _QUOTES[text[at]], at
    value = ""
    at += 1
    while at < len(text):
        if text[at] == close:
            if text[at : at + 2] == close * 2:
                value += close
                at += 2
                continue
            if any(ord(c) < 32 for c in value):
                raise ExpressionError("引号里有换行或控制字符，请删去。", start + 1)
            return value, at + 1
        value += text[at]
        at += 1
    raise ExpressionError("引号没有配对，请补上后一个引号。", start + 1)


def _plain(flat: str, at: int) -> tuple[Token, int]:
    """The number, word or operator that begins at ``at``, and the position after it."""
    char = flat[at]
    if number := _NUMBER.match(flat, at):
        after = number.end()
        if _WORD.match(flat, after):
            raise ExpressionError(f"数字“{number[0]}”后面紧跟着文字，请在中间加空格；名称不能以数字开头。", at + 1)
        if len(number[0]) > 40 or float(number[0]) == float("inf"):
            raise ExpressionError("这个数太大或太长，请改小。", at + 1)
        return Token("number", number[0], at + 1), after
    if word := _WORD.match(flat, at):
        text = word[0]
        if text in _CONNECTIVES:
            return Token("keyword", _CONNECTIVES[text], at + 1), word.end()
        if text.lower() in STATEMENTS:
            message = f"“{text}”是数据库的语句，条件里不能查别的表、读文件或改数据。请用信号把要的数算出来。"
            raise ExpressionError(message, at + 1)
        if text.lower() in _KEYWORDS:
            return Token("keyword", text.lower(), at + 1), word.end()
        return Token("word", text, at + 1), word.end()
    mapped = _MAPPED.get(char)
    if mapped is not None:
        return Token("operator", mapped, at + 1), at + 1
    if flat.startswith(("--", "/*"), at):
        raise ExpressionError("表达式里不能写注释，请写在 YAML 的 # 后面。", at + 1)
    if operator := _OPERATOR.match(flat, at):
        text = {"==": "=", "!=": "<>"}.get(operator[0], operator[0])
        return Token("operator", text, at + 1), operator.end()
    if char == ".":
        raise ExpressionError("名称里不能有点号：条件里只有信号和参数，没有别的表。请删去点号和它前面的部分。", at + 1)
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    allowed = "名称、数字、引号里的文字和 + - * / ( ) < > = ,"
    raise ExpressionError(f"不认识的字符“{shown}”，表达式里只能用{allowed}。", at + 1)
