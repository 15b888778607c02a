"""Routes and their cases: that every warning finds a unit that answers, and that every branch can be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from riskengine.contracts.place import PlaceNames
from riskengine.errors import Problem
from riskengine.model.duty import Route
from riskengine.model.route_case import RouteCase
from riskengine.model.rule import Rule
from riskengine.model.subject import Subject
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.routes import CONDITIONS, Written, branches
from riskengine.rulebook.suggest import suggestion

__all__ = ["LEADS", "check_route_cases", "check_routes", "route_takes"]

LEADS = ("township", "reporter")
"""What may stand for a unit that depends on the warning."""

_CALLED = {"themes": "主题", "subjects": "对象", "levels": "等级", "places": "地区"}


def route_takes(route: Route, rule: Rule) -> bool:
    """The route can take warnings of the rule, whatever their level and place."""
    return (not route.themes or rule.theme in route.themes) and (not route.subjects or rule.subject in route.subjects)


@dataclass(frozen=True)
class _Known:
    """The names that may stand in a route or in a case of one; ``unsure``: kinds whose file could not be read whole."""

    themes: Collection[str]
    levels: Collection[str]
    places: Collection[str]
    units: Collection[str]
    unsure: Collection[str]


def _known(entries: Entries) -> _Known:
    themes, unsure = set(entries.themes or ()), set(entries.incomplete)
    if entries.themes is None:
        themes = {rule.model.theme for rule in entries.rules}
        if "warnings" in entries.incomplete:
            unsure.add("themes")  # a rule that could not be read may be the one of this theme
    levels = {level.model.name for level in entries.levels}
    places = {place.model.code for place in entries.places}
    return _Known(themes, levels, places, {unit.model.id for unit in entries.units}, unsure)


def check_routes(entries: Entries) -> Iterator[Problem]:
    """E701, E704 to E707, E202 of a route without a lead, E501 of two routes with one name."""
    if not entries.routes or "routes" in entries.incomplete:
        return
    known = _known(entries)
    named: dict[str, str] = {}
    for each in sorted(branches(entries), key=lambda each: each.entry.document.position(each.entry.at)):
        yield from _names(each, known)
        yield from _narrowing(each, known)
        name = each.entry.model.name
        if name is not None and name in named:
            yield each.entry.problem(("name",), "E501", f"派发“{name}”已有（第{named[name]}条）。请换一个名称。")
        named.setdefault(name or "", each.number)
        if each.entry.model.lead == "reporter":
            yield from _reporter(each, entries)
    yield from _catch_all(entries)


def _names(each: Written, known: _Known) -> Iterator[Problem]:
    entry, branch = each.entry, each.entry.model
    for key in ("themes", "levels", "places"):
        names = getattr(known, key)
        for number, name in enumerate(getattr(branch, key)):
            if name not in names and key not in known.unsure:
                what = {"themes": "主题", "levels": "等级", "places": "地区编码"}[key]
                yield entry.problem((key, number), "E704", f"未知{what}“{name}”{suggestion(name, names, 12)}")
    if branch.lead is None and each.above is None:
        yield entry.problem((), "E202", "缺少字段“lead”，请补上。")
    if "units" in known.unsure:
        return
    if branch.lead is not None and branch.lead not in (*known.units, *LEADS):
        yield entry.problem(("lead",), "E701", f"未知责任单位“{branch.lead}”{suggestion(branch.lead, known.units)}")
    for number, unit in enumerate(branch.copies or ()):
        if unit not in (*known.units, "township"):
            message = f"抄送的单位“{unit}”不在 units.yaml 里{suggestion(unit, known.units)}"
            yield entry.problem(("copies", number), "E701", message)


def _narrowing(each: Written, known: _Known) -> Iterator[Problem]:
    """A branch below another one must narrow it, and must leave something over."""
    branch, above = each.entry.model, each.above
    if above is None:
        return
    for key in (key for key in each.excluded if key not in known.unsure):
        wide = "、".join(map(str, getattr(above.route, key)))
        message = f"上一层只管{_CALLED[key]}“{wide}”，这里写的都不在其中，永远轮不到。请改这里或上一层的 {key}。"
        yield each.entry.problem((key,), "E707", message)
    if not any(getattr(branch, key) for key in CONDITIONS) and not branch.catch_all:
        message = "细分没有写条件，会把上一层的全部接走。请写 themes、subjects、levels 或 places，或把它并入上一层。"
        yield each.entry.problem((), "E707", message)


def _catch_all(entries: Entries) -> Iterator[Problem]:
    caught = [each for each in branches(entries) if each.entry.model.catch_all]
    if not any(each.above is None for each in caught):
        message = "没有兜底的一条。请在最后写 {lead: 单位, catch_all: true}，以免预警无人负责。"
        yield entries.routes[-1].problem((), "E705", message)
    for each in caught:
        entry, branch = each.entry, each.entry.model
        if each.above is not None:
            message = "兜底不能写在细分里：细分没有接走的，本来就由它的上一层接。请删去 catch_all。"
            yield entry.problem(("catch_all",), "E705", message)
        elif branch.routes:
            yield entry.problem(("routes",), "E705", "兜底的一条不能再细分。请把细分另写成一条，放在兜底前面。")
        elif any(getattr(branch, key) for key in CONDITIONS) or entry is not entries.routes[-1]:
            yield entry.problem(
                ("catch_all",), "E705", "兜底的一条须写在最后，且不写 themes、subjects、levels、places。"
            )
        elif branch.lead in LEADS:
            yield entry.problem(("lead",), "E705", f"兜底的一条须写明单位，不能写 {branch.lead}。")


def _reporter(each: Written, entries: Entries) -> Iterator[Problem]:
    route = each.route
    if not route.themes and not route.subjects:
        message = "lead: reporter 只用于单位（unit）对象。请写 subjects: [unit] 或相应主题。"
        yield each.entry.problem(("lead",), "E706", message)
        return
    for rule in entries.rules:
        if rule.model.subject is not Subject.UNIT and route_takes(route, rule.model):
            message = (
                f"lead: reporter 只用于单位（unit）对象，但规则“{rule.model.id}”的对象是 {rule.model.subject.value}。"
            )
            yield each.entry.problem(("lead",), "E706", message)
            return


def check_route_cases(entries: Entries) -> Iterator[Problem]:
    """What could not be read of rules/routes_cases.yaml, and E708 of names that are not there."""
    yield from entries.case_problems
    if not entries.route_cases or "routes" in entries.incomplete:
        return
    known, places = _known(entries), PlaceNames(entry.model for entry in entries.places)
    called = {text for each in branches(entries) for text in (each.number, each.route.name) if text}
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries.route_cases, start=1):
        case = entry.model
        if case.case in seen:
            message = f"用例“{case.case}”与第{seen[case.case]}个重名。请换一个说法，好分得清。"
            yield entry.problem(("case",), "E708", message)
        seen.setdefault(case.case, number)
        yield from _case_names(entry, known, called)
        for at, written in enumerate(case.places if "places" not in known.unsure else ()):
            try:
                places.code(written)
            except ValueError as complaint:
                yield entry.problem(("places", at), "E708", f"地区“{written}”{str(complaint).rstrip('？')}。")


def _case_names(entry: Entry[RouteCase], known: _Known, called: Collection[str]) -> Iterator[Problem]:
    case, expect = entry.model, entry.model.expect
    themes = [(("themes", at), theme) for at, theme in enumerate(case.themes)]
    themes += [(("merged_into",), case.merged_into)] if case.merged_into else []  # type: ignore[list-item]
    asked: list[tuple[tuple[str | int, ...], str, str, Collection[str], str]] = [
        *((where, theme, "主题", known.themes, "themes") for where, theme in themes),
        *((("levels", at), level, "等级", known.levels, "levels") for at, level in enumerate(case.levels)),
    ]
    units = (*known.units, "township")
    for key, listed in (("along", expect.along), ("copies", expect.copies)):
        asked += [(("expect", key, at), unit, "责任单位", units, "units") for at, unit in enumerate(listed or ())]
    if expect.lead is not None:
        asked.append((("expect", "lead"), expect.lead, "责任单位", (*known.units, *LEADS), "units"))
    if case.unit is not None:
        asked.append((("unit",), case.unit, "责任单位", known.units, "units"))
    if expect.route is not None:
        asked.append((("expect", "route"), expect.route, "派发", called, "routes"))
    for where, name, what, names, kind in asked:
        if name not in names and kind not in known.unsure:
            yield entry.problem(where, "E708", f"未知{what}“{name}”{suggestion(name, names, 12)}")
    if (case.unit is None) == (Subject.UNIT in case.subjects):
        message = "对象是单位（unit）时要写 unit: 单位编号，别的对象不写。单位的用例请另写一个。"
        yield entry.problem(("unit",) if case.unit else ("subjects",), "E708", message)
    elif case.unit is not None and len(case.subjects) > 1:
        yield entry.problem(("subjects",), "E708", "单位（unit）的用例不能同时写别的对象。请另写一个。")
    if all(each is None for each in (expect.lead, expect.along, expect.copies, expect.route)):
        yield entry.problem(
            ("expect",), "E708", "expect 里什么也没有写，对不对都看不出。请写 lead、along、copies 或 route。"
        )
