"""``riskengine check``: every error of the rule files, and what runs but deserves a look. Codes: :mod:`codes`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.rulebook.compound_checks import members_of
from riskengine.rulebook.duty_checks import route_takes
from riskengine.rulebook.entries import Entries, Entry, read_entries
from riskengine.rulebook.load import find_problems
from riskengine.rulebook.names import names_used, signals_behind, words
from riskengine.rulebook.units import unlike_comparisons
from riskengine.workspace import Workspace

__all__ = ["check"]


def check(workspace: Workspace, today: date | None = None) -> list[Problem]:
    """All errors (E…) and, where there are none, all issues (I…), in file order.

    ``today``: parameters whose newest value starts after it are named; without it they are not looked at.
    """
    entries = read_entries(workspace.rules)
    errors = find_problems(entries)
    return errors or sorted({*_signals(entries), *_rules(entries, today), *_duty(entries)})


def _signals(entries: Entries) -> Iterator[Problem]:
    signals = {entry.model.name: entry.model for entry in entries.signals}
    named = {name for entry in entries.rules for name in names_used(entry.model)}
    used = {signal.name for signal in signals_behind(signals, named)}
    provided = {entry.model.kind for entry in entries.sources}
    for entry in entries.signals:
        signal = entry.model
        if signal.name not in used:
            yield entry.problem(("name",), "I801", f"没有规则使用信号“{signal.name}”。如不再需要，请删去。")
        if signal.source is not None and signal.source not in provided:
            message = f"没有来源提供 {signal.source} 记录，信号“{signal.name}”一直没有数据。请在 sources/ 里补上来源。"
            yield entry.problem(("from",), "I808", message)
    if "人口" in named | words(*(each.formula for each in signals.values())):
        if entries.places and all(place.model.population is None for place in entries.places):
            yield entries.places[0].problem(("population",), "I810", "规则用到人口，但没有地区写了人口。请补上。")


def _rules(entries: Entries, today: date | None) -> Iterator[Problem]:
    status = {entry.model.id: entry.model.status for entry in entries.rules}
    units = {entry.model.name: entry.model.unit for entry in entries.signals}
    for entry in entries.rules:
        rule = entry.model
        yield from _parameters(entry, today)
        yield from _comparisons(entry, units)
        for key, number, member in members_of(rule):
            if rule.status in ("live", "trial") and status.get(member) in ("draft", "retired"):
                message = f"成员“{member}”的状态是 {status[member]}，不参与评估，永远不会命中。请改状态或删去。"
                yield entry.problem(("compound", key, number), "I807", message)
        own = [route.model for route in entries.routes if not route.model.catch_all]
        if rule.status == "live" and not any(route_takes(route, rule) for route in own):
            message = f"没有派发规则接收主题“{rule.theme}”的预警，只能靠兜底。请在 routes.yaml 里补上。"
            yield entry.problem(("theme",), "I805", message)


def _parameters(entry: Entry[Rule], today: date | None) -> Iterator[Problem]:
    used = names_used(entry.model)
    for name, parameter in entry.model.parameters.items():
        if name not in used:
            yield entry.problem(("parameters", name), "I802", f"没有条件使用参数“{name}”。如不再需要，请删去。")
        newest = max(parameter.values)
        if today is not None and newest > today:
            known = "在此之前用旧值" if min(parameter.values) <= today else "在此之前本规则一律未知"
            message = f"参数“{name}”最新的值从 {newest} 起才生效，{known}。请确认。"
            yield entry.problem(("parameters", name, "values", newest), "I803", message)


def _comparisons(entry: Entry[Rule], signal_units: dict[str, str]) -> Iterator[Problem]:
    rule = entry.model
    units = signal_units | {name: parameter.unit for name, parameter in rule.parameters.items()} | {"人口": "人"}
    texts: list[tuple[tuple[str | int, ...], str]] = [(("when",), rule.when or "")]
    texts += [(("floors", number, "when"), floor.when) for number, floor in enumerate(rule.floors)]
    for where, text in texts:
        for left, right, column in unlike_comparisons(text, units):
            message = f"“{left}”（{units[left]}）与“{right}”（{units[right]}）单位不同，不宜直接比较。请换算或改单位。"
            yield entry.problem(where, "I804", message, column)


def _duty(entries: Entries) -> Iterator[Problem]:
    rules = [entry.model for entry in entries.rules if entry.model.status == "live"]
    for number, entry in enumerate(entries.routes):
        route = entry.model
        if not route.catch_all and not any(route_takes(route, rule) for rule in rules):
            yield entry.problem((), "I806", "没有在用的规则会走到这一条。如不再需要，请删去。")
            continue
        for before in entries.routes[:number]:
            above = before.model
            keys = ("themes", "subjects", "levels", "places")
            if not route.catch_all and all(_within(getattr(route, key), getattr(above, key)) for key in keys):
                line = before.document.position(before.at)[0]
                yield entry.problem((), "I806", f"第{line}行的一条已经接走全部，这一条永远轮不到。请调整次序。")
                break
    if any(entry.model.lead == "township" for entry in entries.routes):
        served = {place.model.code for place in entries.places if place.model.unit is not None}
        towns = {place.model.code: place for place in entries.places if place.model.level == "town"}
        for code, town in towns.items():
            if code not in served:
                message = f"“{town.model.name}”没有写责任单位，派给属地的预警会落到兜底单位。请在 unit 列补上。"
                yield town.problem(("unit",), "I809", message)


def _within(narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
    """Everything that ``narrow`` takes is taken by ``wide``; empty takes everything."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))
