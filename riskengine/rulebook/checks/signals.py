"""Signals against the contracts and against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel

from riskengine.contracts import contract, kinds
from riskengine.errors import Problem
from riskengine.model.signal import WINDOWED, Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.language.expression import ExpressionError, Type, compile_expression
from riskengine.rulebook.language.functions import FUNCTIONS
from riskengine.rulebook.language.tokens import STATEMENTS
from riskengine.rulebook.names import builtins_of, column_types, columns_of, made_of, previous_columns, signals_behind
from riskengine.rulebook.suggest import suggestion

__all__ = ["RESERVED", "check_signals", "chinese", "expression_problem"]

T = TypeVar("T", bound=BaseModel)

_SQL = """
all analyse analyze any array asc asymmetric both cast check collate column constraint create default deferrable desc describe
distinct do except fetch for foreign from group having initially intersect into lambda lateral leading limit offset on only order
pivot placing primary qualify references returning select show some summarize symmetric table to trailing union unique unpivot
using variadic when where window with and or not in between is null case then else end true false 且 或 非
"""
RESERVED = frozenset(
    {
        "人口",
        "静默天数",
        "静默来源数",
        "命中数",
        "as_of",
        "subject",
        "place",
        "name",
        *_SQL.split(),
        *STATEMENTS,
        *FUNCTIONS,
    }
)
"""Names that no signal, parameter or list may have, in lower case: built-in ones, words of the language and of SQL."""
_LONGEST = 104
"""Windows of a trend: it compares each with each."""

_CHAIN = 30
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
        same = name.lower()  # the database does not tell upper case from lower
        if same in files:
            yield entry.problem(("name",), "E501", f"信号“{name}”在 {files[same]} 已有（大小写不分）。请换一个名称。")
            continue
        if same in RESERVED:
            yield entry.problem(("name",), "E506", f"“{name}”是内置名称或保留字，不能用作信号名。请换一个名称。")
        signals[name], files[same] = entry.model, entry.document.file
    for entry in entries.signals:
        if entry.model.source is not None:
            yield from _measured(entry, entries)
        elif entry.model.formula is not None:
            yield from _formula(entry, signals, entries)
        elif entry.model.usual is not None or entry.model.upper is not None:
            yield from _baseline(entry, signals, "signals" in entries.incomplete)
        else:
            yield from _derived(entry, signals, "signals" in entries.incomplete)
    yield from _cycles(entries, signals)


def _measured(entry: Entry[Signal], entries: Entries) -> Iterator[Problem]:
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
        yield from _compiles(entry, entries, "where", signal.where, names, types, boolean=True)
    if signal.of is None:
        return
    if signal.measure in ("count", "busiest", "days_since"):
        yield entry.problem(("of",), "E504", f"measure: {signal.measure} 不用 of。请删去 of，条件写进 where。")
        return
    if signal.measure == "streak":
        before = previous_columns(kind)
        names |= before
        types |= {name: column_types(kind)[column] for name, column in before.items()}
    yield from _compiles(entry, entries, "of", signal.of, names, types, boolean=signal.measure in _CONDITIONS)


def _compiles(
    entry: Entry[Signal],
    entries: Entries,
    key: str,
    text: str,
    names: Mapping[str, str],
    types: Mapping[str, Type],
    *,
    boolean: bool,
) -> Iterator[Problem]:
    number = key == "of" and entry.model.measure in _NUMBERS
    asked = f"-({text})" if number else text
    try:
        compile_expression(asked, names, boolean=boolean, types=types, lists=entries.named_lists)
    except ExpressionError as error:
        if entries.unsure(error.message):
            return
        if number:  # asked as a negative, so that text and days are refused; told at the column of the text itself
            error = ExpressionError(error.message.replace("负号后面要写数", "这里要写数"), max(error.column - 2, 1))
        yield expression_problem(entry, (key,), error)


def _formula(entry: Entry[Signal], signals: Mapping[str, Signal], entries: Entries) -> Iterator[Problem]:
    signal = entry.model
    usable = set(signals)
    for subject in signal.subject:
        usable |= set(builtins_of(subject))
    types: dict[str, Type] = dict.fromkeys(usable, "number")
    every, lists = {n: n for n in usable}, entries.named_lists
    try:
        names = compile_expression(signal.formula or "", every, boolean=False, types=types, lists=lists).names
    except ExpressionError as error:
        if not entries.unsure(error.message):
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


def _derived(entry: Entry[Signal], signals: Mapping[str, Signal], incomplete: bool) -> Iterator[Problem]:
    """A rate, a trend or a rank: the signal it is made of, and whether it can be made of that one."""
    signal = entry.model
    key = _form(signal)
    name = signal.rate or signal.trend or signal.rank or ""
    built_in = signal.trend is None and any(name in builtins_of(subject) for subject in signal.subject)
    if name not in signals and not built_in:
        if not incomplete:
            yield entry.problem((key,), "E504", f"{key}：未知信号“{name}”{suggestion(name, signals)}")
        return
    if signal.rate is not None:
        base = signals.get(name)
        if base is not None and (base.measure == "share" or base.rate is not None or base.unit in ("比例", "%")):
            message = f"rate：“{name}”已经是比率，不能再按人口算。请选一个件数、人数或金额的信号。"
            yield entry.problem((key,), "E504", message)
        for number, subject in enumerate(signal.subject):
            if subject not in PLACES:
                message = f"rate：{chinese((subject,))} 没有人口，算不出每万人多少。可用：village、town、county。"
                yield entry.problem(("subject", number), "E503", message)
    if signal.rank is not None and signal.among == "parent" and Subject.COUNTY in signal.subject:
        message = "rank：县没有上级，不能写 among: parent。请写 among: all，或从 subject 里删去 county。"
        yield entry.problem(("among",), "E504", message)
    if signal.trend is not None:
        below = signals[name]
        if below.source is None or below.window is None:
            message = f"trend：“{name}”没有时间窗口，算不出趋势。请选一个写了 from 和 window 的信号。"
            yield entry.problem((key,), "E504", message)
        elif below.measure not in WINDOWED:
            message = f"trend：“{name}”是 measure: {below.measure}，趋势只对 {'、'.join(WINDOWED)} 计算。"
            yield entry.problem((key,), "E504", message)
        if signal.enough > signal.depth:
            message = f"least：趋势只看{signal.depth}个窗口，要求至少{signal.enough}个就永远未知。请改小 least 或改大 history。"
            yield entry.problem(("least",), "E504", message)
        if signal.depth > _LONGEST:
            message = f"history：趋势最多看{_LONGEST}个窗口，现为{signal.depth}个。请改小 history，或把 window 放长。"
            yield entry.problem(("history",), "E504", message)
    yield from _covers(entry, key, name, signals)


def _form(signal: Signal) -> str:
    """The key that says what the signal is made of."""
    forms = ("formula", "usual", "upper", "rate", "trend", "rank")
    return next((form for form in forms if getattr(signal, form) is not None), "from")


def _cycles(entries: Entries, signals: Mapping[str, Signal]) -> Iterator[Problem]:
    below = {name: made_of(signal) & set(signals) for name, signal in signals.items()}
    for entry in entries.signals:
        path = _way_back(entry.model.name, below)
        if path:
            message = f"公式绕成了圈：{' → '.join(path)}。请断开其中一处。"
            yield entry.problem((_form(entry.model),), "E505", message)
    depth: dict[str, int] = {}
    for signal in signals_behind(signals, signals):
        depth[signal.name] = 1 + max((depth.get(name, 0) for name in below[signal.name]), default=0)
    for entry in entries.signals:
        if depth.get(entry.model.name) == _CHAIN + 1:
            message = f"公式一层套一层，超过{_CHAIN}层。请直接用最初的几个信号来算。"
            yield entry.problem((_form(entry.model),), "E505", message)


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
