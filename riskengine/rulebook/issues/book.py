"""What the rule book says as a whole that should not be merged: things unused, routes never reached, exceptions that ran out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES
from riskengine.rulebook.checks.routes import route_takes
from riskengine.rulebook.issues.rules import LONGEST
from riskengine.rulebook.issues.units import unlike
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.language.lists import lists_used
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.names import names_used, signals_behind, words
from riskengine.rulebook.routes import CONDITIONS, written_out

__all__ = ["book_issues"]

_LOOKED = 300
"""A route is compared with so many before it, at most."""


def book_issues(view: View) -> Iterator[Problem]:
    """I801, I804 of formulas, I806, I808 to I810, I812, I821, I822, I826, I830, I831. Silent where a file that matters was unreadable."""
    unread = view.entries.incomplete
    if not {"signals", "warnings"} & unread:
        yield from _signals(view)
    yield from _formulas(view)
    if not {"routes", "warnings"} & unread:
        yield from _routes(view)
        if view.entries.routes and not any(entry.model.status == "live" for entry in view.entries.rules):
            message = "没有一条在用的规则：今晚什么也不会警，在办的预警会全部解除。请恢复 warnings/ 里的规则。"
            yield view.entries.routes[0].problem((), "I831", message)
    if not {"routes", "places"} & unread:
        yield from _towns(view)
    if not {"signals", "warnings", "indicators", "lists"} & unread:
        yield from _lists(view)
    yield from _exceptions(view)


def _signals(view: View) -> Iterator[Problem]:
    entries = view.entries
    named = {name for rule in view.rules.values() for name in names_used(rule)}
    used = {signal.name for signal in signals_behind(view.signals, named)}
    provided = {entry.model.kind for entry in entries.sources}
    for entry in entries.signals:
        signal = entry.model
        if signal.name not in used:
            yield entry.problem(("name",), "I801", f"没有规则使用信号“{signal.name}”。如不再需要，请删去。")
        if signal.source is not None and signal.source not in provided and "sources" not in entries.incomplete:
            message = f"没有来源提供 {signal.source} 记录，信号“{signal.name}”一直没有数据。请在 sources/ 里补上来源。"
            yield entry.problem(("from",), "I808", message)
    rates = any(signal.rate is not None and signal.name in used for signal in view.signals.values())
    if (rates or "人口" in named | words(*(each.formula for each in view.signals.values()))) and entries.places:
        if "places" not in entries.incomplete and all(place.model.population is None for place in entries.places):
            yield entries.places[0].problem(("population",), "I810", "规则用到人口，但没有地区写了人口。请补上。")


def _formulas(view: View) -> Iterator[Problem]:
    units = {name: signal.unit for name, signal in view.signals.items()} | {"人口": "人"}
    for entry in view.entries.signals:
        text = entry.model.formula or ""
        tree = parsed(text, view.lists) if text else None
        for what, left, one, right, other in unlike(tree, units) if tree is not None else ():
            pair = [text[node.span[0] : node.span[1]].strip() for node in (left, right)]
            message = f"“{pair[0]}”（{one}）与“{pair[1]}”（{other}）单位不同，不能{what}。请换算或改单位。"
            yield entry.problem(("formula",), "I804", message, left.span[0] + 1)


def _routes(view: View) -> Iterator[Problem]:
    entries = view.entries
    rules = [rule for rule in view.rules.values() if rule.status == "live"]
    routes = written_out(entries)
    for number, entry in enumerate(routes):
        route = entry.model
        if not route.catch_all and not any(route_takes(route, rule) for rule in rules):
            yield entry.problem((), "I806", "没有在用的规则会走到这一条。如不再需要，请删去。")
            continue
        for before in routes[: min(number, _LOOKED)]:
            above = before.model
            if not route.catch_all and all(_within(getattr(route, key), getattr(above, key)) for key in CONDITIONS):
                line = before.document.position(before.at)[0]
                yield entry.problem((), "I812", f"第{line}行的一条已经接走全部，这一条永远轮不到。请调整次序。")
                break


def _within(narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
    """Everything that ``narrow`` takes is taken by ``wide``; empty takes everything."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _towns(view: View) -> Iterator[Problem]:
    entries = view.entries
    if not any(entry.model.lead == "township" for entry in written_out(entries)):
        return
    served = {place.model.code for place in entries.places if place.model.unit is not None}
    towns = {place.model.code: place for place in entries.places if place.model.level == "town"}
    for code, town in towns.items():
        if code not in served:
            message = f"“{town.model.name}”没有写责任单位，派给属地的预警会落到兜底单位。请在 unit 列补上。"
            yield town.problem(("unit",), "I809", message)


def _lists(view: View) -> Iterator[Problem]:
    used: set[str] = set()
    for signal in view.signals.values():
        used |= _signal_lists(signal)
    for rule in view.rules.values():
        used |= _rule_lists(rule)
    for each in view.entries.indicators:
        if (computed := each.model.computed) is not None:
            used |= lists_used(computed.where) | lists_used(computed.of) | lists_used(computed.per)
    for entry in view.entries.lists:
        if entry.model.name not in used:
            yield entry.problem(("name",), "I826", f"没有条件使用名单“{entry.model.name}”。如不再需要，请删去。")


def _signal_lists(signal: Signal) -> frozenset[str]:
    return lists_used(signal.where) | lists_used(signal.of) | lists_used(signal.formula)


def _rule_lists(rule: Rule) -> frozenset[str]:
    found = lists_used(rule.when) | lists_used(rule.evidence.where if rule.evidence else None)
    for text in (*(each.of for each in rule.score), *(each.when for each in rule.floors)):
        found |= lists_used(text)
    return found


def _exceptions(view: View) -> Iterator[Problem]:
    codes = {place.model.code for place in view.entries.places}
    for entry in view.entries.exemptions:
        held, rule = entry.model, view.rules.get(entry.model.rule)
        if rule is not None and rule.subject in PLACES and held.subject not in codes:
            if "places" not in view.entries.incomplete:
                message = f"例外的对象“{held.subject}”不在地区表里，这条例外不起作用。请写地区代码。"
                yield entry.problem(("subject",), "I830", message)
        if view.today is None:
            continue
        if held.until < view.today:
            message = f"例外到 {held.until} 已经到期，不再起作用。请删去，或由“{held.who}”重新决定后改 until。"
            yield entry.problem(("until",), "I821", message)
        elif held.until > view.today + timedelta(days=LONGEST):
            message = f"例外要到 {held.until}，超过{LONGEST}天。请定一个近一些的日期，到期再决定。"
            yield entry.problem(("until",), "I822", message)
