"""Named lists in conditions: ``类别 in 高发类别`` means ``类别 in ('刷单返利', '虚假投资')``.

Checks see the analyst's own text, so that columns stay those of the file; whoever decides a night sees the text in which the
values stand written out, so that a changed list is a changed rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskengine.model.indicator import Indicator
from riskengine.model.named_list import NamedList
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.rulebook.language.tokens import LENGTH, ExpressionError, Token, tokens
from riskengine.rulebook.suggest import suggestion

__all__ = [
    "Lists", "indicator_written_out", "listed_tokens", "lists_used", "rule_written_out", "signal_written_out", "written_out",
]  # fmt: skip

Lists = Mapping[str, NamedList]


def listed_tokens(text: str, lists: Lists, names: Mapping[str, str]) -> list[Token]:
    """The tokens of ``text`` with each list's values in the place of its name, at the name's column.

    Raises ExpressionError where ``in`` is followed by a word that is no list, where a list stands outside ``in``,
    and where a list is too long to be written out.
    """
    typed = tokens(text)
    found: list[Token] = []
    for index, token in enumerate(typed):
        if token.kind != "word" or token.text in names:
            found.append(token)
        elif index and typed[index - 1].kind == "keyword" and typed[index - 1].text == "in":
            if token.text not in lists:
                near = suggestion(token.text, lists)
                hint = "请在 lists.yaml 里补上这个名单，或直接写 in ('盗窃', '诈骗')。"
                raise ExpressionError(f"未知名单“{token.text[:60]}”{near}{hint}", token.column)
            found += _values(lists[token.text], token.column)
        elif token.text in lists:
            raise ExpressionError(f"“{token.text}”是名单，前面要写 in 或 not in。", token.column)
        else:
            found.append(token)
    if len(found) > len(typed) and len(written_out(text, lists)) > LENGTH:
        column = next(token.column for token in typed if token.text in lists)
        raise ExpressionError(f"名单写开后条件超过{LENGTH}个字符。请缩短名单，或拆成几个信号。", column)
    return found


def _values(named: NamedList, column: int) -> Iterator[Token]:
    yield Token("operator", "(", column)
    for number, value in enumerate(named.values):
        if number:
            yield Token("operator", ",", column)
        if isinstance(value, str):
            if any(ord(char) < 32 for char in value):
                raise ExpressionError(f"名单“{named.name}”的值里有换行或控制字符，请删去。", column)
            yield Token("text", value, column)
        else:
            if value < 0:
                yield Token("operator", "-", column)
            yield Token("number", _number(abs(value)), column)
    yield Token("operator", ")", column)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and value < 1e15 else repr(value)


def lists_used(text: str | None) -> frozenset[str]:
    """The words after ``in``; nothing where the text cannot be read."""
    try:
        typed = tokens(text or "")
    except ExpressionError:
        return frozenset()
    pairs = zip(typed, typed[1:], strict=False)
    return frozenset(b.text for a, b in pairs if (a.kind, a.text) == ("keyword", "in") and b.kind == "word")


def written_out(text: str, lists: Lists) -> str:
    """``text`` with the values of its lists in the place of their names; everything else stays as it was typed."""
    if not lists or not lists_used(text) & set(lists):
        return text
    typed = tokens(text)
    found, at = "", 0
    for before, token in zip(typed, typed[1:], strict=False):
        if (before.kind, before.text) == ("keyword", "in") and token.kind == "word" and token.text in lists:
            start = token.column - 1
            found += text[at:start] + _literal(lists[token.text])
            at = start + len(token.text)
    return found + text[at:]


def _literal(named: NamedList) -> str:
    values = ("'" + each.replace("'", "''") + "'" if isinstance(each, str) else f"{'-' if each < 0 else ''}{_number(abs(each))}"
              for each in named.values)  # fmt: skip
    return f"({', '.join(values)})"


def signal_written_out(signal: Signal, lists: Lists) -> Signal:
    """The signal as the night computes it."""
    texts = {"where": signal.where, "of": signal.of, "formula": signal.formula}
    changed = {key: out for key, text in texts.items() if text and (out := written_out(text, lists)) != text}
    return signal.model_copy(update=changed) if changed else signal


def rule_written_out(rule: Rule, lists: Lists) -> Rule:
    """The rule as the night decides it."""
    changed: dict[str, object] = {
        "when": rule.when and written_out(rule.when, lists),
        "score": tuple(each.model_copy(update={"of": written_out(each.of, lists)}) for each in rule.score),
        "floors": tuple(each.model_copy(update={"when": written_out(each.when, lists)}) for each in rule.floors),
    }
    if rule.evidence is not None and rule.evidence.where is not None:
        changed["evidence"] = rule.evidence.model_copy(update={"where": written_out(rule.evidence.where, lists)})
    return rule.model_copy(update=changed)


def indicator_written_out(indicator: Indicator, lists: Lists) -> Indicator:
    """The indicator as the night computes it."""
    computed = indicator.computed
    if computed is None:
        return indicator
    texts = {"where": computed.where, "of": computed.of, "per": computed.per}
    changed = {key: out for key, text in texts.items() if text and (out := written_out(text, lists)) != text}
    return indicator.model_copy(update={"computed": computed.model_copy(update=changed)}) if changed else indicator
