"""What single rules say that should not be merged: parameters, trials, units, members, cases, routes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from riskengine.errors import Problem
from riskengine.model.duty import Route
from riskengine.model.rule import Rule
from riskengine.rulebook.checks.compounds import members_of
from riskengine.rulebook.checks.routes import route_takes
from riskengine.rulebook.entries import Entry
from riskengine.rulebook.issues.masked import graveness
from riskengine.rulebook.issues.reasoning import possible_ways
from riskengine.rulebook.issues.units import unlike
from riskengine.rulebook.issues.view import View
from riskengine.rulebook.language.syntax import parsed
from riskengine.rulebook.language.tree import Node
from riskengine.rulebook.names import names_used, parameters_in_force
from riskengine.rulebook.routes import written_out

__all__ = ["LONGEST", "rule_issues"]

LONGEST = 180
"""Days that a trial or an exception may run before somebody must decide again."""

_STATUS = {"draft": "草稿", "trial": "试运行", "live": "在用", "retired": "停用"}


def rule_issues(view: View) -> Iterator[Problem]:
    """I802 to I805, I807, I811, I820, I823 to I825, I829."""
    for entry in view.entries.rules:
        if entry.model.status == "retired":
            continue
        yield from _parameters(entry, view)
        yield from _units(entry, view)
        yield from _others(entry, view)
        yield from _cases(entry)
        if view.today is not None:
            yield from _trial(entry, view.today)
        if entry.model.status == "live":
            yield from _routed(entry, view)


def _parameters(entry: Entry[Rule], view: View) -> Iterator[Problem]:
    rule, used = entry.model, names_used(entry.model)
    held = {} if view.today is None else parameters_in_force(rule, view.today)
    for name, parameter in rule.parameters.items():
        where = ("parameters", name)
        if name not in used:
            yield entry.problem(where, "I802", f"没有条件使用参数“{name}”。如不再需要，请删去。")
        newest = max(parameter.values)
        if parameter.unit == "比例" and abs(parameter.values[newest]) > 1:
            value = parameter.values[newest]
            hundredth = f"百分数请除以100（{value:g}%写成{value / 100:g}）"
            message = f"参数“{name}”的单位是比例（0到1），写成了{value:g}。{hundredth}；倍数请把单位改成“倍”。"
            yield entry.problem((*where, "values", newest), "I829", message)
        if view.today is None:
            continue
        if held[name] is None and name in used:
            if parameter.until is not None and parameter.until < view.today:
                message = f"参数“{name}”到 {parameter.until} 已经失效，用到它的规则一律未知、不会预警。请按新文件补上值，或改 until。"
                yield entry.problem((*where, "until"), "I811", message)
            else:
                first = min(parameter.values)
                message = f"参数“{name}”从 {first} 起才生效，在此之前用到它的规则一律未知、不会预警。请补上当前的值。"
                yield entry.problem((*where, "values", first), "I811", message)
        elif newest > view.today:
            message = f"参数“{name}”最新的值从 {newest} 起才生效，在此之前用旧值。请确认。"
            yield entry.problem((*where, "values", newest), "I803", message)


def _units(entry: Entry[Rule], view: View) -> Iterator[Problem]:
    rule = entry.model
    units = {name: signal.unit for name, signal in view.signals.items()} | {"人口": "人"}
    units |= {name: parameter.unit for name, parameter in rule.parameters.items()}
    texts: list[tuple[tuple[str | int, ...], str]] = [(("when",), rule.when or "")]
    texts += [(("score", number, "of"), feature.of) for number, feature in enumerate(rule.score)]
    texts += [(("floors", number, "when"), floor.when) for number, floor in enumerate(rule.floors)]
    for where, text in texts:
        tree = parsed(text, view.lists) if text else None
        for what, left, one, right, other in unlike(tree, units) if tree is not None else ():
            pair = f"“{_words(left, text)}”（{one}）与“{_words(right, text)}”（{other}）"
            yield entry.problem(where, "I804", f"{pair}单位不同，不能{what}。请换算或改单位。", left.span[0] + 1)


def _words(node: Node, text: str) -> str:
    return text[node.span[0] : node.span[1]].strip()


def _others(entry: Entry[Rule], view: View) -> Iterator[Problem]:
    """Members and inhibited rules that are not in use."""
    rule = entry.model
    for keys, number, member in members_of(rule):
        other = view.rules.get(member)
        idle = ("draft", "retired", "trial") if rule.status == "live" else ("draft", "retired")
        if rule.status in ("live", "trial") and other is not None and other.status in idle:
            message = f"成员“{member}”的状态是 {other.status}（{_STATUS[other.status]}），对本规则永远不算命中。请改状态或删去。"
            yield entry.problem(("compound", *keys, number), "I807", message)
    for number, below in enumerate(rule.inhibits):
        if below in view.rules and view.rules[below].status in ("draft", "retired"):
            state = view.rules[below].status
            message = f"并入的规则“{below}”的状态是 {state}（{_STATUS[state]}），没有预警可并。如不再需要，请删去。"
            yield entry.problem(("inhibits", number), "I825", message)


def _cases(entry: Entry[Rule]) -> Iterator[Problem]:
    rule = entry.model
    if rule.status == "draft":
        return
    verdicts = {case.expect.verdict for case in rule.cases}
    lacking = [told for verdict, told in (("hit", "命中"), ("clear", "不命中")) if verdict not in verdicts]
    if lacking:
        what = "和".join(f"“{each}”" for each in lacking)
        message = f"缺少{what}的用例，改动以后没有人知道它还对不对。请在 cases 里各补一个（可用 riskengine test --new-case）。"
        yield entry.problem(("cases",) if rule.cases else ("id",), "I820", message)


def _trial(entry: Entry[Rule], today: date) -> Iterator[Problem]:
    until = entry.model.until
    if entry.model.status != "trial" or until is None:
        return
    if until < today:
        message = f"试运行到 {until} 已经结束，规则不再计算。请改成 live 或 retired，或写明新的 until。"
        yield entry.problem(("until",), "I823", message)
    elif until > today + timedelta(days=LONGEST):
        message = f"试运行要到 {until}，超过{LONGEST}天。请定一个近一些的日期，到期再决定。"
        yield entry.problem(("until",), "I824", message)


def _routed(entry: Entry[Rule], view: View) -> Iterator[Problem]:
    """Every level that the rule can have must find a route of its own for the whole county."""
    rule = entry.model
    if not view.entries.routes or {"routes", "levels", "places"} & view.entries.incomplete:
        return
    top = {place.model.code for place in view.entries.places if place.model.level == "county"}
    routes = (entry.model for entry in written_out(view.entries))
    own = [route for route in routes if not route.catch_all and route_takes(route, rule)]
    if not own:
        message = f"没有派发规则接收主题“{rule.theme}”的预警，只能靠兜底。请在 routes.yaml 里补上。"
        yield entry.problem(("theme",), "I805", message)
        return
    whole = [route for route in own if not route.places or set(route.places) & top]
    if any(not route.levels for route in whole):
        return
    levels = [name for name in _levels(rule, view) if not any(_takes(route, name) for route in whole)]
    if levels:
        part = any(_takes(route, name) for route in own for name in levels)
        where = "在有的地区" if part else ""
        message = f"主题“{rule.theme}”的“{'、'.join(levels)}”级预警{where}没有派发规则接收，只能靠兜底。请在 routes.yaml 里补上。"
        yield entry.problem(("theme",), "I805", message)


def _takes(route: Route, level: str) -> bool:
    return not route.levels or level in route.levels


def _levels(rule: Rule, view: View) -> list[str]:
    """The levels that the rule's warnings can have; all of them for a compound, whose score is its members'."""
    levels = view.levels
    if rule.compound is not None or not levels:
        return [level.name for level in levels]
    tree = view.tree(rule, rule.when, lasting=True)
    hits = None if tree is None else possible_ways(tree, view.domains)
    gravest, mildest = graveness(rule, view, hits or [()], levels)
    return [level.name for level in levels if gravest <= level.rank <= mildest]
