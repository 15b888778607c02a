"""Indicators that say nothing, are not guarded, or look forgotten."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from riskengine.errors import Problem
from riskengine.model.indicator import Indicator
from riskengine.model.source import Source
from riskengine.rulebook.checks.targets import PERCENT
from riskengine.rulebook.entries import Entry
from riskengine.rulebook.issues.small_numbers import GUARD
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.issues.wording import wrong_words

__all__ = ["indicator_issues"]

_WHOLE = 100


def indicator_issues(view: View) -> Iterator[Problem]:
    """I808, I819, I828 and I832 to I837 of indicators. Silent where a file that matters was unreadable."""
    provided: dict[str, list[Source]] = {}
    for source in view.entries.sources:
        provided.setdefault(source.model.kind, []).append(source.model)
    for entry in view.entries.indicators:
        if "sources" not in view.entries.incomplete:
            yield from _no_source(entry, provided)
        yield from _says_nothing(entry)
        yield from _unguarded(entry)
        yield from _old_target(entry, view)
        yield from _wording(entry)
        if not entry.model.cases:
            message = "没有用例，改动以后没有人知道它还对不对。请在 cases 里写一个：知道哪些读数，应当说什么。"
            yield entry.problem((), "I835", message)
    if "indicators" not in view.entries.incomplete:
        yield from _alike(view)
        yield from _weights(view)


def _no_source(entry: Entry[Indicator], provided: Mapping[str, Sequence[Source]]) -> Iterator[Problem]:
    indicator = entry.model
    if indicator.reports is not None and indicator.returns not in provided:
        message = f"没有来源提供 {indicator.returns} 记录，这项指标报不进来。请在 sources/ 里补上来源。"
        yield entry.problem(("reports",), "I808", message)
    elif indicator.reports is not None and not any(
        _by(each, indicator.reports) for each in provided[indicator.returns]
    ):
        message = f"没有来源由“{indicator.reports}”报送 {indicator.returns} 记录，别的单位报的不作数。请核对 sources/ 里的 reports。"
        yield entry.problem(("reports",), "I808", message)
    if indicator.computed is not None and indicator.computed.source not in provided:
        message = f"没有来源提供 {indicator.computed.source} 记录，这项指标算不出来。请在 sources/ 里补上来源。"
        yield entry.problem(("computed", "from"), "I808", message)


def _by(source: Source, unit: str) -> bool:
    """What the source holds may come from the unit: its own, nobody's in particular, or each row's own reporter's."""
    return source.reports is None or source.reports.unit == unit or "reporter" in source.fields


def _says_nothing(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    if indicator.target is None and indicator.control is None and not indicator.compare:
        message = "没有目标（target）、控制值（control），也不作比较（compare），有了读数也说不出好坏。请至少写一样。"
        yield entry.problem((), "I832", message)


def _unguarded(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    if indicator.unit == PERCENT and None in indicator.plausible:
        message = "百分率没有写 plausible（合理范围），97.93 写成 0.9793 时不容易认出来。请写明，例如 [50, 100]。"
        yield entry.problem(("plausible",), "I833", message)
    computed = indicator.computed
    if computed is not None and computed.measure in ("share", "ratio") and indicator.least < GUARD:
        message = f"分母只有几件时比率忽高忽低，而 least 是{indicator.least}。请写成{GUARD}以上，缺省是30。"
        yield entry.problem(("least",), "I819", message)


def _old_target(entry: Entry[Indicator], view: View) -> Iterator[Problem]:
    target = entry.model.target
    if target is None or not target.values or view.today is None:
        return
    newest = max(target.values)
    if newest.year < view.today.year - 2:
        message = f"目标最新的值是 {newest} 起的，已有{view.today.year - newest.year}年没有更新。请核对今年的目标表，没有变也请添一个今年的值。"
        yield entry.problem(("target", "values", newest), "I834", message)


def _wording(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    texts: list[tuple[tuple[str, ...], str]] = [
        (("name",), indicator.name),
        (("definition",), indicator.definition),
        (("basis",), indicator.basis),
    ]
    texts += [
        ((key, "reference"), each.reference) for key in ("target", "control") if (each := getattr(indicator, key))
    ]
    for where, text in texts:
        if (found := wrong_words(text)) is not None:
            yield entry.problem(where, "I828", f"{where[-1]}：{found[0]}", found[1])


def _alike(view: View) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], str] = {}
    for entry in view.entries.indicators:
        indicator = entry.model
        if indicator.computed is None:
            continue
        made = (indicator.computed.model_copy(update={"by": ()}), indicator.period, indicator.covers)
        if made in seen:
            message = f"算法与指标“{seen[made]}”完全一样，会是同一个数报两次。如不是有意的，请删去一项。"
            yield entry.problem(("computed",), "I836", message)
        seen.setdefault(made, indicator.id)


def _weights(view: View) -> Iterator[Problem]:
    weighted = [entry for entry in view.entries.indicators if entry.model.weight]
    total = math.fsum(entry.model.weight for entry in weighted)
    if weighted and abs(total - _WHOLE) > 1e-6:
        message = f"各项指标的 weight 合起来是{total:g}，不是{_WHOLE}。请核对考核办法；只写了一部分的，先都不写。"
        yield weighted[0].problem(("weight",), "I837", message)
