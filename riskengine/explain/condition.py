"""A condition taken apart as the language reads it, and each part answered by the engine on the subject's own row.

The parts are found by the tokens alone (``or`` binds loosest, then ``and``, then ``not``; brackets and ``case … end``
hold together, ``between x and y`` is one test), and each is compiled by :func:`compile_expression` from its own text:
what is shown is the engine's answer, not a second reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from riskengine.explain.chain import Part
from riskengine.model.value import valued
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.language.tokens import Token, tokens
from riskengine.store.database import Connection

__all__ = ["Answers", "Clause", "answered", "clause_of", "failing", "ask_for"]

Kind = Literal["all", "any", "not", "test"]


@dataclass(frozen=True)
class Clause:
    """A condition or a part of one. ``sides``: the two texts of a plain comparison and its sign, for the gap."""

    kind: Kind
    text: str
    parts: tuple[Clause, ...] = ()
    sides: tuple[str, str, str] | None = None

    def walk(self) -> list[Clause]:
        """The part and all below it."""
        return [self, *(below for part in self.parts for below in part.walk())]


def clause_of(text: str) -> Clause:
    """The parts of a condition. Raises ExpressionError where it is not in the language."""
    return _clause(text, tokens(text))


def _clause(text: str, words: Sequence[Token]) -> Clause:
    if _enclosed(words):
        return _clause(text, words[1:-1])
    for connective, kind in (("or", "any"), ("and", "all")):
        pieces = _split(words, connective)
        if len(pieces) > 1:
            return Clause(
                "any" if kind == "any" else "all", _slice(text, words), tuple(_clause(text, p) for p in pieces)
            )
    if words and words[0].kind == "keyword" and words[0].text == "not":
        return Clause("not", _slice(text, words), (_clause(text, words[1:]),))
    return Clause("test", _slice(text, words), sides=_sides(text, words))


def _depths(words: Sequence[Token]) -> list[int]:
    """Depth of brackets and of ``case`` before each token, closing ones already outside."""
    found, depth = [], 0
    for word in words:
        down = (word.kind == "operator" and word.text == ")") or (word.kind == "keyword" and word.text == "end")
        up = (word.kind == "operator" and word.text == "(") or (word.kind == "keyword" and word.text == "case")
        depth -= down
        found.append(depth)
        depth += up
    return found


def _enclosed(words: Sequence[Token]) -> bool:
    """One pair of brackets around everything."""
    if len(words) < 3 or words[0].kind != "operator" or words[0].text != "(":
        return False
    depths = _depths(words)
    return words[-1].text == ")" and depths[-1] == 0 and all(depth > 0 for depth in depths[1:-1])


def _split(words: Sequence[Token], connective: str) -> list[Sequence[Token]]:
    pieces: list[Sequence[Token]] = []
    start, between = 0, False
    for at, (word, depth) in enumerate(zip(words, _depths(words), strict=True)):
        if depth or word.kind != "keyword":
            continue
        if word.text == "between":
            between = True
        elif word.text == "and" and between:
            between = False
        elif word.text == connective:
            pieces.append(words[start:at])
            start = at + 1
    return [*pieces, words[start:]]


def _sides(text: str, words: Sequence[Token]) -> tuple[str, str, str] | None:
    signs = [
        at
        for at, (word, depth) in enumerate(zip(words, _depths(words), strict=True))
        if depth == 0 and word.kind == "operator" and word.text in (">", ">=", "<", "<=", "=", "<>")
    ]
    if len(signs) != 1 or not 0 < signs[0] < len(words) - 1:
        return None
    at = signs[0]
    return _slice(text, words[:at]), words[at].text, _slice(text, words[at + 1 :])


def _slice(text: str, words: Sequence[Token]) -> str:
    """The text from the first of these tokens through the last."""
    ends = [token.column - 1 for token in tokens(text)] + [len(text)]
    end = next(each for each in ends if each > words[-1].column - 1)
    return text[words[0].column - 1 : end].strip()


@dataclass
class Answers:
    """Values and answers that are asked of one row, all in one statement. ``names``: as for
    :func:`compile_expression`.
    """

    names: Mapping[str, str]
    asked: dict[tuple[str, bool], str] = field(default_factory=dict)
    found: dict[tuple[str, bool], float | bool | None] = field(default_factory=dict)

    def ask(self, text: str, *, boolean: bool) -> None:
        """Remember an expression to be answered. Raises ExpressionError."""
        sql = compile_expression(text, self.names, boolean=boolean).sql
        self.asked[text, boolean] = sql if boolean else f"round(CAST({sql} AS DOUBLE), 9)"

    def fetch(self, con: Connection, source: str) -> None:
        """Answer everything on the one row ``w`` of ``source``; all stay unknown where there is no row."""
        if self.asked:
            row = con.execute(f"SELECT {', '.join(self.asked.values())} FROM {source}").fetchone()
            self.found = dict(zip(self.asked, row or [None] * len(self.asked), strict=True))

    def holds(self, text: str) -> bool | None:
        """What a condition came to."""
        answer = self.found.get((text, True))
        return None if answer is None else bool(answer)

    def value(self, text: str) -> float | None:
        """What a value came to."""
        answer = self.found.get((text, False))
        return None if answer is None else float(answer)


def ask_for(clause: Clause, answers: Answers) -> None:
    """Ask for every part of a condition, and for both sides of each comparison."""
    for part in clause.walk():
        answers.ask(part.text, boolean=True)
        for side in (part.sides[0], part.sides[2]) if part.sides and _numeric(part, answers.names) else ():
            answers.ask(side, boolean=False)


def _numeric(part: Clause, names: Mapping[str, str]) -> bool:
    return all(token.kind != "text" for token in tokens(part.text))


def answered(clause: Clause, answers: Answers, units: Mapping[str, str], values: Mapping[str, float | None]) -> Part:
    """The condition with its answers. ``values`` of the names, ``units`` as people write them."""
    parts = tuple(answered(part, answers, units, values) for part in clause.parts)
    holds = answers.holds(clause.text)
    gap = _gap(clause, answers, units) if holds is False else None
    return Part(clause.kind, clause.text, _filled(clause.text, units, values), holds, gap, parts)


def _filled(text: str, units: Mapping[str, str], values: Mapping[str, float | None]) -> str:
    """The text with the number of each name behind it: ``近7日诈骗起数（12起） >= 起数下限（4起）``."""
    shown, at = "", 0
    for token in tokens(text):
        if token.kind == "word" and token.text in values:
            end = token.column - 1 + len(token.text)
            shown += f"{text[at:end]}（{valued(values[token.text], units.get(token.text))}）"
            at = end
    return shown + text[at:]


def _gap(clause: Clause, answers: Answers, units: Mapping[str, str]) -> str | None:
    """By how much a comparison misses: ``差2起``, ``超出3天``."""
    if clause.sides is None:
        return None
    left, sign, right = clause.sides
    have, want = answers.value(left), answers.value(right)
    if have is None or want is None or sign == "<>":
        return None
    named = [token.text for side in (left, right) for token in tokens(side) if token.kind == "word"]
    unit = next((units[name] for name in named if name in units), None)
    if unit == "是否":
        return None
    if sign == "=":
        return f"要{valued(want, unit)}，是{valued(have, unit)}"
    if have == want:
        return "正好相等，要多一点才成立" if sign == ">" else "正好相等，要少一点才成立"
    far = valued(abs(want - have), unit)
    return f"还差{far}" if sign in (">", ">=") else f"高出{far}"


def failing(part: Part, holds: bool | None = False) -> list[Part]:
    """The single tests to blame: those that do not hold (or, with None, those that are unknown)."""
    if part.kind == "test":
        return [part] if part.holds is holds else []
    if part.holds is not holds:
        return []
    if part.kind == "not":
        return [part]
    return [each for below in part.parts for each in failing(below, holds)]
