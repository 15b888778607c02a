"""Signals against the contracts and against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel

from riskengine.contracts import contract, kinds
from riskengine.errors import Problem
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.expression import ExpressionError, Type, compile_expression
from riskengine.rulebook.names import builtins_of, column_types, columns_of, previous_columns, words
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_signals", "chinese", "expression_problem"]

T = TypeVar("T", bound=BaseModel)

_RESERVED = frozenset({"人口", "静默天数", "静默来源数", "命中数", "as_of", "subject", "place", "name"})
_CONDITIONS = ("share", "streak")
_NUMBERS = ("sum", "max", "min", "latest", "previous")
_SUBJECTS = {
    "county": "县", "town": "乡镇", "village": "村", "petition": "信访事项", "dispute": "矛盾纠纷", "hazard": "安全隐患",
    "project": "风险项目", "rectification": "重点整治", "survey": "调查", "indicator": "指标", "unit": "单位",
}  # fmt: skip


def chinese(subjects: tuple[Subject, ...]) -> str:
    """``town（乡镇）、county（县）``: as it is written in the file, and what it means."""
    return "、".join(f"{subject.value}（{_SUBJECTS[subject.value]}）" for subject in subjects)


def expression_problem(entry: Entry[T], where: tuple[str | int, ...], error: ExpressionError) -> Problem:
    """The problem of an expression at its own column, as far as the text stands on one line."""
    return entry.problem(where, "E301", f"{where[-1]} {error}", error.column)


def check_signals(entries: Entries) -> Iterator[Problem]:
    """Problems of all signals."""
    signals: dict[str, Signal] = {}
    files: dict[str, str] = {}
    for entry in entries.signals:
        name = entry.model.name
        if name in signals:
            yield entry.problem(("name",), "E501", f"信号“{name}”在 {files[name]} 已有。请换一个名称。")
            continue
        if name in _RESERVED:
            yield entry.problem(("name",), "E506", f"“{name}”是内置名称，不能用作信号名。请换一个名称。")
        signals[name], files[name] = entry.model, entry.document.file
    for entry in entries.signals:
        if entry.model.source is not None:
            yield from _measured(entry)
        elif entry.model.formula is not None:
            yield from _formula(entry, signals, "signals" in entries.incomplete)
        else:
            yield from _baseline(entry, signals, "signals" in entries.incomplete)
    yield from _cycles(entries, signals)


def _measured(entry: Entry[Signal]) -> Iterator[Problem]:
    signal = entry.model
    kind = signal.source or ""
    if kind not in kinds():
        yield entry.problem(("from",), "E401", f"未知的记录种类“{kind}”{suggestion(kind, kinds(), 20)}")
        return
    for number, subject in enumerate(signal.subject):
        if subject not in PLACES and subject.value != kind:
            own = f"、{kind}" if contract(kind).subject else ""
            message = f"{kind} 的记录不能对 {chinese((subject,))} 计算。可用：village、town、county{own}。"
            yield entry.problem(("subject", number), "E503", message)
        elif subject not in PLACES and not contract(kind).subject:
            yield entry.problem(("subject", number), "E503", f"{kind} 没有自己的对象，请用 village、town 或 county。")
    names: dict[str, str] = {**columns_of(kind), "as_of": "as_of"}
    types: dict[str, Type] = {**column_types(kind), "as_of": "date"}
    if signal.where is not None:
        yield from _compiles(entry, "where", signal.where, names, types, boolean=True)
    if signal.of is None:
        return
    if signal.measure in ("count", "busiest", "days_since"):
        yield entry.problem(("of",), "E504", f"measure: {signal.measure} 不用 of。请删去 of，条件写进 where。")
        return
    if signal.measure == "streak":
        before = previous_columns(kind)
        names |= before
        types |= {name: column_types(kind)[column] for name, column in before.items()}
    yield from _compiles(entry, "of", signal.of, names, types, boolean=signal.measure in _CONDITIONS)


def _compiles(
    entry: Entry[Signal], key: str, text: str, names: Mapping[str, str], types: Mapping[str, Type], *, boolean: bool
) -> Iterator[Problem]:
    number = key == "of" and entry.model.measure in _NUMBERS
    try:
        compile_expression(f"-({text})" if number else text, names, boolean=boolean, types=types)
    except ExpressionError as error:
        if number:  # asked as a negative, so that text and days are refused; told at the column of the text itself
            error = ExpressionError(error.message.replace("负号后面要写数", "这里要写数"), max(error.column - 2, 1))
        yield expression_problem(entry, (key,), error)


def _formula(entry: Entry[Signal], signals: Mapping[str, Signal], incomplete: bool) -> Iterator[Problem]:
    signal = entry.model
    usable = set(signals)
    for subject in signal.subject:
        usable |= set(builtins_of(subject))
    types: dict[str, Type] = dict.fromkeys(usable, "number")
    try:
        names = compile_expression(signal.formula or "", {n: n for n in usable}, boolean=False, types=types).names
    except ExpressionError as error:
        if not (incomplete and error.message.startswith("未知名称")):
            yield expression_problem(entry, ("formula",), error)
        return
    for name in sorted(names):
        yield from _covers(entry, "formula", name, signals)


def _covers(entry: Entry[Signal], key: str, name: str, signals: Mapping[str, Signal]) -> Iterator[Problem]:
    """Every subject of the signal must have ``name`` as well."""
    lacking = tuple(
        subject
        for subject in entry.model.subject
        if name not in builtins_of(subject) and (name not in signals or subject not in signals[name].subject)
    )
    if lacking:
        message = f"“{name}”不适用于 {chinese(lacking)}。请在“{name}”的 subject 里补上，或从本信号的 subject 里删去。"
        yield entry.problem((key,), "E503", message)


def _baseline(entry: Entry[Signal], signals: Mapping[str, Signal], incomplete: bool) -> Iterator[Problem]:
    signal = entry.model
    key = "usual" if signal.usual is not None else "upper"
    name = signal.usual or signal.upper or ""
    below = signals.get(name)
    if below is None:
        if not incomplete:
            yield entry.problem((key,), "E504", f"{key}：未知信号“{name}”{suggestion(name, signals)}")
        return
    if below.source is None or below.window is None:
        message = f"{key}：“{name}”没有时间窗口，算不出往常。请选一个写了 from 和 window 的信号。"
        yield entry.problem((key,), "E504", message)
    elif below.measure not in ("count", "sum"):
        message = f"{key}：“{name}”是 measure: {below.measure}，往常只对 count、sum 计算。"
        yield entry.problem((key,), "E504", message)
    yield from _covers(entry, key, name, signals)


def _cycles(entries: Entries, signals: Mapping[str, Signal]) -> Iterator[Problem]:
    below = {name: words(signal.formula) & set(signals) for name, signal in signals.items()}
    for entry in entries.signals:
        path = _way_back(entry.model.name, below)
        if path:
            message = f"公式绕成了圈：{' → '.join(path)}。请断开其中一处。"
            yield entry.problem(("formula",), "E505", message)


def _way_back(start: str, below: Mapping[str, frozenset[str] | set[str]]) -> list[str]:
    """The way from ``start`` back to itself, or nothing."""
    pending = [[start]]
    seen: set[str] = set()
    while pending:
        path = pending.pop()
        for name in sorted(below.get(path[-1], set())):
            if name == start:
                return [*path, start]
            if name not in seen:
                seen.add(name)
                pending.append([*path, name])
    return []
