"""Rules: names, subjects, bands, floors, sentences, and compounds over other rules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from riskengine.contracts import kinds
from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.checks.signals import RESERVED, chinese, expression_problem
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.language.expression import ExpressionError, Type, compile_expression
from riskengine.rulebook.names import MEMBERS, builtins_of, column_types, columns_of, placeholders
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_rules"]

Where = tuple[str | int, ...]
Bands = tuple[tuple[float | None, float | None, float], ...]


def check_rules(entries: Entries) -> Iterator[Problem]:
    """Problems of all rules."""
    signals = {entry.model.name: entry.model for entry in entries.signals}
    files: dict[str, str] = {}
    for entry in entries.rules:
        rule = entry.model
        if rule.id in files:
            yield entry.problem(("id",), "E501", f"规则“{rule.id}”在 {files[rule.id]} 已有。请换一个编号。")
        files.setdefault(rule.id, entry.document.file)
        if entries.themes is not None and rule.theme not in entries.themes:
            near = suggestion(rule.theme, entries.themes, 20)
            yield entry.problem(("theme",), "E602", f"未知主题“{rule.theme}”{near}")
        yield from _parameters(entry, signals)
        yield from _expressions(entry, signals, entries)
        yield from _floors(entry, entries)
        for number, feature in enumerate(rule.score):
            yield from _bands(entry, ("score", number, "bands"), feature.bands)
        yield from _evidence(entry, entries)


def _names_for(rule: Rule, signals: Mapping[str, Signal]) -> set[str]:
    if rule.compound is not None:
        return {MEMBERS, *rule.parameters}
    fitting = {name for name, signal in signals.items() if rule.subject in signal.subject}
    return fitting | set(rule.parameters) | set(builtins_of(rule.subject))


def _parameters(entry: Entry[Rule], signals: Mapping[str, Signal]) -> Iterator[Problem]:
    for name, parameter in entry.model.parameters.items():
        if name.lower() in RESERVED - {MEMBERS, "as_of"} - set(builtins_of(entry.model.subject)):
            message = f"“{name}”是内置名称或保留字，不能用作参数名。请换一个名称。"
            yield entry.problem(("parameters", name), "E506", message)
        if name in signals or name in builtins_of(entry.model.subject) or name in (MEMBERS, "as_of"):
            yield entry.problem(("parameters", name), "E604", f"参数“{name}”与信号同名。请给参数换一个名称。")
        for day, value in parameter.values.items():
            if not math.isfinite(value):
                yield entry.problem(("parameters", name, "values", day), "E203", f"{name}：“{value}”应为有限的数字。")


def _expressions(entry: Entry[Rule], signals: Mapping[str, Signal], entries: Entries) -> Iterator[Problem]:
    rule = entry.model
    usable = _names_for(rule, signals)
    texts: list[tuple[Where, str, bool]] = []
    if rule.when is not None:
        texts.append((("when",), rule.when, True))
    texts += [(("score", number, "of"), feature.of, False) for number, feature in enumerate(rule.score)]
    texts += [(("floors", number, "when"), floor.when, True) for number, floor in enumerate(rule.floors)]
    types: dict[str, Type] = dict.fromkeys(usable, "number")
    other = {name for name in signals if name not in usable} if rule.compound is None else set()
    for where, text, boolean in texts:
        try:
            every = {name: name for name in usable | other}
            names = compile_expression(text, every, boolean=boolean, types=types, lists=entries.named_lists).names
        except ExpressionError as error:
            if not entries.unsure(error.message):
                yield expression_problem(entry, where, error)
            continue
        for name in sorted(names & other):
            yield _foreign(entry, where, name, signals)
    says: list[tuple[Where, str]] = [(("score", number, "says"), each.says) for number, each in enumerate(rule.score)]
    says += [(("floors", number, "says"), each.says) for number, each in enumerate(rule.floors)]
    for where, sentence in says:
        try:
            held = placeholders(sentence)
        except ValueError as error:
            yield entry.problem(where, "E302", f"says：{error}。请写成 {{信号名}}。")
            continue
        for name in held:
            if name in other:
                yield _foreign(entry, where, name, signals)
            elif name not in usable and "signals" not in entries.incomplete:
                yield entry.problem(where, "E302", f"says：花括号里的“{name}”未知{suggestion(name, usable)}")


def _foreign(entry: Entry[Rule], where: Where, name: str, signals: Mapping[str, Signal]) -> Problem:
    subject = entry.model.subject
    message = f"信号“{name}”只用于 {chinese(signals[name].subject)}，本规则的对象是 {chinese((subject,))}。"
    return entry.problem(where, "E603", f"{message}请在信号的 subject 里补上，或换一个信号。")


def _floors(entry: Entry[Rule], entries: Entries) -> Iterator[Problem]:
    levels = [level.model.name for level in entries.levels]
    if not levels:
        return
    for number, floor in enumerate(entry.model.floors):
        if floor.level not in levels:
            near = suggestion(floor.level, levels)
            yield entry.problem(("floors", number, "level"), "E606", f"未知等级“{floor.level}”{near}")


def _bands(entry: Entry[Rule], where: Where, bands: Bands) -> Iterator[Problem]:
    """The bands, in any order, must cover every number exactly once."""
    spans = []
    for number, (lower, upper, points) in enumerate(bands):
        low = -math.inf if lower is None else lower
        high = math.inf if upper is None else upper
        if not low < high or not math.isfinite(points):
            message = f"第{number + 1}档 [{_end(lower)}, {_end(upper)}] 写反了或是空的。请让前一个数小于后一个数。"
            yield entry.problem((*where, number), "E605", message)
            return
        spans.append((low, high, number))
    reached = -math.inf
    for low, high, number in sorted(spans):
        if low != reached:
            gap = low > reached
            span = f"{_edge(reached)} 到 {_edge(low)}" if gap else f"{_edge(low)} 到 {_edge(min(reached, high))}"
            what = "没有对应的档，请补上（−∞ 和 +∞ 写 null）。" if gap else "落在两档里。请让各档首尾相接。"
            yield entry.problem((*where, number), "E605", f"得分档不对：{span} {what}")
            return
        reached = high
    if reached != math.inf:
        message = f"得分档不对：{_edge(reached)} 到 +∞ 没有对应的档，请补上（−∞ 和 +∞ 写 null）。"
        yield entry.problem((*where, len(bands) - 1), "E605", message)


def _end(value: float | None) -> str:
    return "null" if value is None else f"{value:g}"


def _edge(value: float) -> str:
    return {-math.inf: "−∞", math.inf: "+∞"}.get(value, f"{value:g}")


def _evidence(entry: Entry[Rule], entries: Entries) -> Iterator[Problem]:
    evidence = entry.model.evidence
    if evidence is None:
        return
    if evidence.source not in kinds():
        message = f"未知的记录种类“{evidence.source}”{suggestion(evidence.source, kinds(), 20)}"
        yield entry.problem(("evidence", "from"), "E401", message)
        return
    subject = entry.model.subject
    if subject not in (*PLACES, Subject.UNIT) and subject.value != evidence.source:
        message = f"{evidence.source} 的记录不能作 {chinese((subject,))} 的证据。请写 from: {subject.value}。"
        yield entry.problem(("evidence", "from"), "E611", message)
    if evidence.where is not None:
        names = {**columns_of(evidence.source), "as_of": "as_of"}
        types: dict[str, Type] = {**column_types(evidence.source), "as_of": "date"}
        try:
            compile_expression(evidence.where, names, boolean=True, types=types, lists=entries.named_lists)
        except ExpressionError as error:
            if not entries.unsure(error.message):
                yield expression_problem(entry, ("evidence", "where"), error)
