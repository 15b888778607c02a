"""The text of an expression → its :mod:`tree`, with the same binding as the SQL that the text becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from riskengine.model.named_list import NamedList
from riskengine.rulebook.language.lists import listed_tokens, lists_used
from riskengine.rulebook.language.tokens import ExpressionError, Token, tokens
from riskengine.rulebook.language.tree import (
    And,
    Arithmetic,
    Call,
    Case,
    Compare,
    Flag,
    IsNull,
    IsTrue,
    Name,
    Negative,
    Node,
    Not,
    Nothing,
    Number,
    Or,
    Text,
)  # fmt: skip

__all__ = ["parsed"]

_COMPARISONS = ("<", "<=", ">", ">=", "=", "<>")


def parsed(text: str, lists: Mapping[str, NamedList] | None = None) -> Node | None:
    """The tree of ``text``; None where it is not understood (then nothing can be said about it)."""
    if not lists or not lists_used(text) & set(lists):
        return _plain(text)
    try:
        return _tree(listed_tokens(text, lists, {}), len(text))
    except ExpressionError:
        return None


@lru_cache(maxsize=20_000)
def _plain(text: str) -> Node | None:
    try:
        return _tree(tokens(text), len(text))
    except ExpressionError:
        return None


def _tree(typed: list[Token], length: int) -> Node | None:
    parser = _Parser(typed, length)
    try:
        node = parser.either()
    except (IndexError, RecursionError, ValueError):
        return None
    return node if parser.at == len(typed) else None


@dataclass
class _Parser:
    """Recursive descent; the same binding as the SQL that the text becomes."""

    typed: list[Token]
    length: int
    at: int = 0

    def peek(self, *texts: str) -> bool:
        """The next token is one of these words or signs (not a name or a text that looks like one)."""
        if self.at >= len(self.typed):
            return False
        token = self.typed[self.at]
        return token.kind in ("keyword", "operator") and token.text in texts

    def take(self, text: str) -> None:
        """The next token is ``text``, or the expression is not understood."""
        if not self.peek(text):
            raise ValueError(text)
        self.at += 1

    def span(self, start: int) -> tuple[int, int]:
        """From token ``start`` up to the next token; blanks between included."""
        end = self.typed[self.at].column - 1 if self.at < len(self.typed) else self.length
        return self.typed[start].column - 1, end

    def either(self) -> Node:
        start, parts = self.at, [self.every()]
        while self.peek("or"):
            self.at += 1
            parts.append(self.every())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), span=self.span(start))

    def every(self) -> Node:
        start, parts = self.at, [self.negated()]
        while self.peek("and"):
            self.at += 1
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else And(tuple(parts), span=self.span(start))

    def negated(self) -> Node:
        start = self.at
        if not self.peek("not"):
            return self.predicate()
        self.at += 1
        return Not(self.negated(), span=self.span(start))

    def predicate(self) -> Node:
        start, left = self.at, self.sum()
        if self.peek(*_COMPARISONS):
            sign = self.typed[self.at].text
            self.at += 1
            right = self.sum()
            return Compare(sign, left, right, span=self.span(start))
        if self.peek("is"):
            self.at += 1
            denied = self.peek("not")
            self.at += denied
            word = self.typed[self.at].text if self.peek("null", "true", "false") else ""
            self.take(word)
            span = self.span(start)
            found: Node = IsNull(left, span=span) if word == "null" else IsTrue(left, word == "true", span=span)
            return Not(found, span=span) if denied else found
        denied = self.peek("not")
        self.at += denied
        if self.peek("between"):
            self.at += 1
            low = self.sum()
            self.take("and")
            high = self.sum()
            span = self.span(start)
            both = (Compare(">=", left, low, span=span), Compare("<=", left, high, span=span))
            return Not(And(both, span=span), span=span) if denied else And(both, span=span)
        if self.peek("in"):
            self.at += 1
            self.take("(")
            listed = [self.sum()]
            while self.peek(","):
                self.at += 1
                listed.append(self.sum())
            self.take(")")
            span = self.span(start)
            any_ = Or(tuple(Compare("=", left, each, span=span) for each in listed), span=span)
            return Not(any_, span=span) if denied else any_
        if denied:
            raise ValueError("not")
        return left

    def sum(self) -> Node:
        start, left = self.at, self.product()
        while self.peek("+", "-"):
            sign = self.typed[self.at].text
            self.at += 1
            left = Arithmetic(sign, left, self.product(), span=self.span(start))
        return left

    def product(self) -> Node:
        start, left = self.at, self.single()
        while self.peek("*", "/"):
            sign = self.typed[self.at].text
            self.at += 1
            left = Arithmetic(sign, left, self.single(), span=self.span(start))
        return left

    def single(self) -> Node:
        start, token = self.at, self.typed[self.at]
        if self.peek("case"):
            return self.case()
        self.at += 1
        if token.kind == "number":
            return Number(float(token.text), span=self.span(start))
        if token.kind == "text":
            return Text(token.text, span=self.span(start))
        if token.kind == "word":
            return self.call(start, token.text.lower()) if self.peek("(") else Name(token.text, span=self.span(start))
        if token.text == "-":
            return Negative(self.single(), span=self.span(start))
        if token.text in ("true", "false"):
            return Flag(token.text == "true", span=self.span(start))
        if token.text == "null":
            return Nothing(span=self.span(start))
        if token.text != "(":
            raise ValueError(token.text)
        inner = self.either()
        self.take(")")
        return inner

    def call(self, start: int, function: str) -> Node:
        self.take("(")
        arguments = [self.sum()]
        while self.peek(","):
            self.at += 1
            arguments.append(self.sum())
        self.take(")")
        return Call(function, tuple(arguments), span=self.span(start))

    def case(self) -> Node:
        start = self.at
        self.take("case")
        branches = []
        while self.peek("when"):
            self.at += 1
            when = self.either()
            self.take("then")
            branches.append((when, self.sum()))
        default: Node = Nothing()
        if self.peek("else"):
            self.at += 1
            default = self.sum()
        self.take("end")
        return Case(tuple(branches), default, span=self.span(start))
