"""Exceptions, inhibition and named lists: that they speak of things there are, and mean one thing."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.rulebook.checks.compounds import seen_from
from riskengine.rulebook.checks.signals import RESERVED, chinese
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_agreements"]


def check_agreements(entries: Entries) -> Iterator[Problem]:
    """Problems of ``exceptions.yaml``, ``lists.yaml`` and of the rules' ``inhibits``."""
    yield from _exceptions(entries)
    yield from _lists(entries)
    rules = {entry.model.id: entry.model for entry in entries.rules}
    for entry in entries.rules:
        yield from _inhibits(entry, rules, "warnings" in entries.incomplete)
        yield from _cycle(entry, rules)


def _exceptions(entries: Entries) -> Iterator[Problem]:
    rules = {entry.model.id for entry in entries.rules}
    levels = [entry.model.name for entry in entries.levels]
    seen: dict[tuple[str, str], int] = {}
    for entry in entries.exemptions:
        held = entry.model
        if held.rule not in rules and "warnings" not in entries.incomplete:
            yield entry.problem(("rule",), "E801", f"例外写的规则“{held.rule}”不存在{suggestion(held.rule, rules)}")
        if (
            held.breaks_at is not None
            and levels
            and "levels" not in entries.incomplete
            and held.breaks_at not in levels
        ):
            near = suggestion(held.breaks_at, levels)
            yield entry.problem(("breaks_at",), "E606", f"未知等级“{held.breaks_at}”{near}")
        both = (held.rule, held.subject)
        if both in seen:
            message = f"规则“{held.rule}”对“{held.subject}”的例外在第{seen[both]}行已有。请合成一条。"
            yield entry.problem(("rule",), "E501", message)
        seen.setdefault(both, entry.document.position(entry.at)[0])


def _lists(entries: Entries) -> Iterator[Problem]:
    signals = {entry.model.name for entry in entries.signals}
    parameters = {name: entry.model.id for entry in entries.rules for name in entry.model.parameters}
    seen: dict[str, int] = {}
    for entry in entries.lists:
        named = entry.model
        if named.name in seen:
            yield entry.problem(("name",), "E501", f"名单“{named.name}”在第{seen[named.name]}行已有。请换一个名称。")
        seen.setdefault(named.name, entry.document.position(entry.at)[0])
        if named.name.lower() in RESERVED or named.name in signals or named.name in parameters:
            what = "信号" if named.name in signals else "内置名称或保留字"
            if named.name in parameters:
                what = f"规则“{parameters[named.name]}”的参数"
            yield entry.problem(("name",), "E507", f"名单“{named.name}”与{what}同名。请给名单换一个名称。")
        if len({isinstance(value, str) for value in named.values}) > 1:
            number = next(
                n for n, value in enumerate(named.values) if isinstance(value, str) != isinstance(named.values[0], str)
            )
            message = f"名单“{named.name}”里既有文字又有数。请都写成文字（数加引号），或都写成数。"
            yield entry.problem(("values", number), "E508", message)


def _inhibits(entry: Entry[Rule], rules: dict[str, Rule], incomplete: bool) -> Iterator[Problem]:
    rule = entry.model
    for number, below in enumerate(rule.inhibits):
        where = ("inhibits", number)
        if below == rule.id:
            yield entry.problem(where, "E613", "inhibits：规则不能并入自己。请删去。")
        elif below in rule.inhibits[:number]:
            yield entry.problem(where, "E613", f"inhibits：“{below}”写了两次。请删去一个。")
        elif below not in rules:
            if not incomplete:
                yield entry.problem(where, "E613", f"inhibits：未知规则“{below}”{suggestion(below, rules)}")
        elif not seen_from(rule.subject, rules[below].subject):
            told = f"“{below}”的对象是 {chinese((rules[below].subject,))}，从 {chinese((rule.subject,))} 看不到。"
            yield entry.problem(where, "E615", f"inhibits：{told}并入的规则应与本规则同对象，或在本规则的地区之内。")


def _cycle(entry: Entry[Rule], rules: dict[str, Rule]) -> Iterator[Problem]:
    start = entry.model.id
    pending, seen = [[start]], {start}
    while pending:
        path = pending.pop()
        for below in rules[path[-1]].inhibits if path[-1] in rules else ():
            if below == start and len(path) > 1:
                message = f"inhibits 绕成了圈：{' → '.join([*path, start])}。请断开其中一处。"
                yield entry.problem(("inhibits",), "E614", message)
                return
            if below not in seen:
                seen.add(below)
                pending.append([*path, below])
