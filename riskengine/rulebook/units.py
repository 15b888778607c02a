"""Two bare names on the two sides of a comparison should be counted in the same unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskengine.rulebook.tokens import ExpressionError, Token, tokens

__all__ = ["unlike_comparisons"]

_COMPARISONS = (">", ">=", "<", "<=", "=", "<>")
_EDGES = ("and", "or", "not", "(", ")", "when", "then", "else", "end", "case")


def unlike_comparisons(text: str, units: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    """``(left, right, column)`` of comparisons of two bare names whose units are known and differ; no sums."""
    try:
        typed = tokens(text)
    except ExpressionError:
        return
    for index in range(1, len(typed) - 1):
        sign, left, right = typed[index], typed[index - 1], typed[index + 1]
        if sign.text not in _COMPARISONS or sign.kind != "operator":
            continue
        if not (_edge(typed, index - 2) and _edge(typed, index + 2)):
            continue
        here, there = units.get(left.text), units.get(right.text)
        if here is not None and there is not None and here != there:
            yield left.text, right.text, left.column


def _edge(typed: list[Token], index: int) -> bool:
    return not 0 <= index < len(typed) or typed[index].text in _EDGES
