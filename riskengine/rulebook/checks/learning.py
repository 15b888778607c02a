"""What ``rules/learning.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from riskengine.contracts import contract, kinds
from riskengine.errors import Problem
from riskengine.model.learning import Effect, Grave, Learning
from riskengine.model.noun import Noun
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.language.expression import ExpressionError, compile_expression
from riskengine.rulebook.names import column_types, columns_of
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_learning"]

_Where = tuple[str | int, ...]

_NO_EVENTS = ("receipt", "indicator", "survey")
"""Kinds whose records are no events of a place."""


def check_learning(entries: Entries) -> Iterator[Problem]:
    """Problems of ``learning.yaml`` that show beside the other files."""
    entry = entries.settings.get("learning")
    if entry is None or not isinstance(entry.model, Learning):
        return
    learning = entry.model
    if learning.sample.size == 1:
        message = "size：每个主题每月只抽1个，预警线上下两头就有一头看不到。请写2以上，或写0不抽。"
        yield entry.problem(("sample", "size"), "E981", message)
    yield from _themes(entry, entries, ("sample", "themes"), learning.sample.themes)
    for at, subject in enumerate(learning.sample.subjects):
        if subject in learning.sample.subjects[:at]:
            yield entry.problem(("sample", "subjects", at), "E981", f"对象“{subject.value}”写了两次。请删去一个。")
    for at, grave in enumerate(learning.graves):
        if grave.title in [each.title for each in learning.graves[:at]]:
            yield entry.problem(("graves", at, "title"), "E982", f"“{grave.title}”写了两次。请换一个名称。")
        yield from _grave(entry, entries, at, grave)
    yield from _effect(entry, entries, learning.effect)


def _grave(entry: Entry[Noun], entries: Entries, at: int, grave: Grave) -> Iterator[Problem]:
    yield from _themes(entry, entries, ("graves", at, "themes"), grave.themes)
    problem = _kind(entry, ("graves", at, "from"), grave.source)
    if problem is not None:
        yield problem
    elif grave.where is not None:
        names = {**columns_of(grave.source), "as_of": "as_of"}
        try:
            compile_expression(grave.where, names, boolean=True, types={**column_types(grave.source), "as_of": "date"})
        except ExpressionError as error:
            yield entry.problem(("graves", at, "where"), "E301", f"where {error}", error.column)


def _effect(entry: Entry[Noun], entries: Entries, effect: Effect) -> Iterator[Problem]:
    for theme, kind in effect.counts.items():
        yield from _themes(entry, entries, ("effect", "counts"), (theme,), theme)
        problem = _kind(entry, ("effect", "counts", theme), kind)
        if problem is not None:
            yield problem
    seen: dict[str, str] = {}
    for at, measure in enumerate(effect.measures):
        if measure.title in [each.title for each in effect.measures[:at]]:
            message = f"措施“{measure.title}”写了两次。请合成一条。"
            yield entry.problem(("effect", "measures", at, "title"), "E983", message)
        for number, word in enumerate(measure.words):
            if word in seen:
                message = f"“{word}”在“{seen[word]}”里已有，轮不到这里。请删去一个。"
                yield entry.problem(("effect", "measures", at, "words", number), "E983", message)
            seen.setdefault(word, measure.title)


def _kind(entry: Entry[Noun], where: _Where, kind: str) -> Problem | None:
    if kind not in kinds():
        return entry.problem(where, "E401", f"未知的记录种类“{kind}”{suggestion(kind, kinds(), 20)}")
    if kind in _NO_EVENTS:
        message = f"{kind}（{contract(kind).title}）的记录不是发生在一个地方的事。请换一种记录。"
        return entry.problem(where, "E982", message)
    return None


def _themes(
    entry: Entry[Noun], entries: Entries, where: _Where, themes: Iterable[str], key: str | None = None
) -> Iterator[Problem]:
    """``key``: where the theme stands as a key, not in a list."""
    known = entries.themes
    if known is None or "themes" in entries.incomplete:
        return
    for at, theme in enumerate(themes):
        if theme not in known:
            yield entry.problem(
                (*where, at if key is None else key), "E602", f"未知主题“{theme}”{suggestion(theme, known, 12)}"
            )
