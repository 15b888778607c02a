"""The files of ``rules/`` → models that know where they stand. A mistake in one entry leaves the others readable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from riskengine.errors import Problem
from riskengine.model.clock import CalendarYear, Clock, ClockFor
from riskengine.model.duty import Branch, Level, Place, Unit
from riskengine.model.exemption import Exemption
from riskengine.model.indicator import Computed, Indicator, IndicatorExpect
from riskengine.model.named_list import NamedList
from riskengine.model.noun import Noun
from riskengine.model.route_case import RouteCase, RouteExpect
from riskengine.model.rule import Compound, Rule
from riskengine.model.signal import Signal
from riskengine.model.source import Source
from riskengine.rulebook.document import Document, Location, read_document
from riskengine.rulebook.places import read_places
from riskengine.rulebook.settings import SETTINGS
from riskengine.rulebook.templates import Template, template_files
from riskengine.rulebook.translate import problems_of

__all__ = ["ONE_FOR_A_LIST", "Entries", "Entry", "read_entries", "rule_files"]

T = TypeVar("T", bound=BaseModel)

ONE_FOR_A_LIST: dict[type[BaseModel], frozenset[str]] = {
    Source: frozenset({"files", "key", "ignore", "blank_when", "may_lack"}),
    Signal: frozenset({"subject", "once"}),
    Rule: frozenset({"false_causes", "inhibits"}),
    NamedList: frozenset({"values"}),
    Branch: frozenset({"themes", "subjects", "levels", "places", "copies"}),
    RouteCase: frozenset({"themes", "subjects", "levels", "places"}),
    RouteExpect: frozenset({"along", "copies"}),
    Compound: frozenset({"all", "any", "none"}),
    Indicator: frozenset({"aliases", "compare"}),
    Computed: frozenset({"by"}),
    IndicatorExpect: frozenset({"says", "silent"}),
    Clock: frozenset({"pauses"}),
    ClockFor: frozenset({"levels"}),
}
"""Fields in which one word may stand for a list of one."""

_FILES = (
    "levels.yaml", "units.yaml", "routes.yaml", "routes_cases.yaml", "themes.yaml", "exceptions.yaml", "lists.yaml",
    "clocks.yaml", "calendar.yaml", *(f"{name}.yaml" for name in SETTINGS),
)  # fmt: skip


@dataclass(frozen=True)
class Entry(Generic[T]):
    """One checked entry and where it stands."""

    model: T
    document: Document
    at: Location

    def problem(self, where: Location, code: str, message: str, offset: int = 0) -> Problem:
        """A problem at ``where`` below the entry; ``offset``: the column within the value."""
        return self.document.problem((*self.at, *where), code, message, offset)


@dataclass
class Entries:
    """Everything that could be read. ``themes`` is None where there is no themes file; then every theme is allowed.

    ``case_problems``: of files that hold nothing but cases; no night asks for them.
    """

    sources: list[Entry[Source]] = field(default_factory=list)
    signals: list[Entry[Signal]] = field(default_factory=list)
    rules: list[Entry[Rule]] = field(default_factory=list)
    levels: list[Entry[Level]] = field(default_factory=list)
    units: list[Entry[Unit]] = field(default_factory=list)
    routes: list[Entry[Branch]] = field(default_factory=list)
    route_cases: list[Entry[RouteCase]] = field(default_factory=list)
    places: list[Entry[Place]] = field(default_factory=list)
    exemptions: list[Entry[Exemption]] = field(default_factory=list)
    lists: list[Entry[NamedList]] = field(default_factory=list)
    indicators: list[Entry[Indicator]] = field(default_factory=list)
    clocks: list[Entry[Clock]] = field(default_factory=list)
    calendar: list[Entry[CalendarYear]] = field(default_factory=list)
    settings: dict[str, Entry[Noun]] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)
    themes: tuple[str, ...] | None = None
    problems: list[Problem] = field(default_factory=list)
    case_problems: list[Problem] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)

    def add(self, other: Entries) -> None:
        """Everything of ``other`` after everything of this one."""
        for each in fields(self):
            held, more = getattr(self, each.name), getattr(other, each.name)
            if isinstance(held, list):
                held += more
            elif isinstance(held, set | dict):
                held |= more
        if other.themes is not None:
            self.themes = (*(self.themes or ()), *other.themes)

    @property
    def named_lists(self) -> dict[str, NamedList]:
        """The lists by name."""
        return {entry.model.name: entry.model for entry in self.lists}

    def unsure(self, message: str) -> bool:
        """A word that ``message`` calls unknown may stand in a file that could not be read."""
        return any(
            message.startswith(said) and kind in self.incomplete
            for said, kind in (("未知名称", "signals"), ("未知名单", "lists"))
        )


ReadFiles = dict[str, tuple[bytes, Entries]]
"""File → its bytes and what stands in it."""


def rule_files(rules: Path) -> list[tuple[str, Path]]:
    """``(path relative to rules/, path)`` of all YAML and CSV files, sorted; hidden and temporary files left out."""
    found = [path for path in rules.rglob("*") if path.suffix.lower() in (".yaml", ".yml", ".csv") and path.is_file()]
    named = [(path.relative_to(rules).as_posix(), path) for path in found]
    return sorted(each for each in named if not any(part[0] in ".~" for part in each[0].split("/")))


def read_entries(rules: Path, read: ReadFiles | None = None) -> Entries:
    """Read all of ``rules/``. Never raises for what stands in a file.

    ``read``: what earlier calls read, for those who check many books that differ in one file; a file whose bytes are the same
    is not parsed again.
    """
    entries = Entries()
    present = set()
    for name, path in rule_files(rules):
        present.add(name)
        if read is None:
            _read(name, path, entries)
            continue
        raw = path.read_bytes()
        if name not in read or read[name][0] != raw:
            alone = Entries()
            _read(name, path, alone)
            read[name] = raw, alone
        entries.add(read[name][1])
    entries.templates += [Template(f"rules/{name}", path.read_bytes()) for name, path in template_files(rules)]
    for needed, what in (
        ("levels.yaml", "预警等级"),
        ("units.yaml", "责任单位"),
        ("routes.yaml", "派发规则"),
        ("places.csv", "地区树"),
    ):
        if needed not in present:
            entries.problems.append(Problem(f"rules/{needed}", 1, 1, "E106", f"缺少文件 {needed}（{what}），请补上。"))
    return entries


def _read(name: str, path: Path, entries: Entries) -> None:
    file = f"rules/{name}"
    if name == "places.csv":
        document, places = read_places(path, file)
        entries.problems += document.problems
        entries.places += [Entry(place, document, at) for at, place in places]
        if document.problems:
            entries.incomplete.add("places")
        return
    folder = name.split("/")[0] if "/" in name else ""
    known = name in _FILES
    if not known and folder not in ("sources", "signals", "warnings", "indicators"):
        return
    if path.suffix != ".yaml":
        entries.problems.append(Problem(file, 1, 1, "E106", f"扩展名应为 .yaml，现为 {path.suffix}。请改名。"))
        return
    document = read_document(path, file)
    kind = folder if not known else name.removesuffix(".yaml")
    if kind == "routes_cases":
        alone = Entries(problems=list(document.problems))
        if document.data is not None or not document.problems:
            entries.route_cases += _listed(document, "cases", RouteCase, alone)
        entries.case_problems += alone.problems
        return
    before = len(entries.problems)
    entries.problems += document.problems
    if document.data is not None or not document.problems:
        _entries_of(kind, document, entries)
    if len(entries.problems) > before:
        entries.incomplete.add(kind)


def _entries_of(kind: str, document: Document, entries: Entries) -> None:
    match kind:
        case "levels":
            entries.levels += _listed(document, "levels", Level, entries)
        case "units":
            entries.units += _listed(document, "units", Unit, entries)
        case "routes":
            entries.routes += _listed(document, "routes", Branch, entries)
        case "exceptions":
            entries.exemptions += _listed(document, "exceptions", Exemption, entries)
        case "lists":
            entries.lists += _listed(document, "lists", NamedList, entries)
        case "clocks":
            entries.clocks += _listed(document, "clocks", Clock, entries)
        case "calendar":
            entries.calendar += _listed(document, "calendar", CalendarYear, entries)
        case "signals":
            entries.signals += _listed(document, "signals", Signal, entries)
        case "indicators":
            entries.indicators += _listed(document, "indicators", Indicator, entries)
        case "warnings":
            entries.rules += _listed(document, "rules", Rule, entries)
        case "themes":
            themes = [str(theme) for _, theme in _items(document, "themes", entries)]
            entries.themes = (*(entries.themes or ()), *themes)
        case _ if kind in SETTINGS:
            if not isinstance(document.data, dict):
                entries.problems.append(document.problem((), "E107", "最外层应是各项设置（名称: 值）。"))
            elif (settings := _validated(document.data, SETTINGS[kind], document, (), entries)) is not None:
                entries.settings[kind] = Entry(settings, document, ())
        case "sources":
            if not isinstance(document.data, dict):
                entries.problems.append(document.problem((), "E107", "应是一份来源说明（source:、title:、kind: …）。"))
            elif (model := _validated(_cells(document.data), Source, document, (), entries)) is not None:
                entries.sources.append(Entry(model, document, ()))


def _items(document: Document, key: str, entries: Entries) -> Iterator[tuple[Location, object]]:
    data = document.data
    if not isinstance(data, dict) or key not in data or not isinstance(data[key], list):
        written = data if isinstance(data, dict) else {}
        message = f"最外层应写“{key}:”，下面用 - 列出各项。"
        entries.problems.append(document.problem((next(iter(written)),) if written else (), "E107", message))
        return
    for other in data:
        if other != key:
            entries.problems.append(document.problem((other,), "E201", f"未知字段“{other}”，最外层只能写“{key}”。"))
    yield from (((key, index), item) for index, item in enumerate(data[key]))


def _listed(document: Document, key: str, model: type[T], entries: Entries) -> list[Entry[T]]:
    found = []
    for at, item in _items(document, key, entries):
        checked = _validated(item, model, document, at, entries)
        if checked is not None:
            found.append(Entry(checked, document, at))
    return found


def _validated(item: object, model: type[T], document: Document, at: Location, entries: Entries) -> T | None:
    if isinstance(item, dict):
        item = _branch_widened(item) if model is Branch else _widened(item, ONE_FOR_A_LIST.get(model, frozenset()))
        if model is RouteCase:
            _widen_below(item, "expect", RouteExpect)
        if model is Rule:
            _widen_below(item, "compound", Compound)
        if model is Clock:
            _widen_below(item, "for", ClockFor)
        if model is Indicator:
            _widen_below(item, "computed", Computed)
            if isinstance(cases := item.get("cases"), list):
                item["cases"] = cases = [dict(case) if isinstance(case, dict) else case for case in cases]
                for case in cases:
                    if isinstance(case, dict):
                        _widen_below(case, "expect", IndicatorExpect)
    try:
        return model.model_validate(item)
    except ValidationError as error:
        entries.problems += problems_of(error, model, document, at)
        return None


def _branch_widened(item: dict[object, object]) -> dict[object, object]:
    widened = _widened(item, ONE_FOR_A_LIST[Branch])
    if isinstance(below := item.get("routes"), list):
        widened["routes"] = [_branch_widened(each) if isinstance(each, dict) else each for each in below]
    return widened


def _widen_below(item: dict[object, object], key: str, model: type[BaseModel]) -> None:
    if isinstance(below := item.get(key), dict):
        item[key] = _widened(below, ONE_FOR_A_LIST[model])


def _widened(item: dict[object, object], lists: frozenset[str]) -> dict[object, object]:
    return {key: [value] if key in lists and isinstance(value, str) else value for key, value in item.items()}


def _cells(data: dict[object, object]) -> dict[object, object]:
    """``place: 辖区`` is short for ``place: {column: 辖区}``."""
    fields = data.get("fields")
    if not isinstance(fields, dict):
        return data
    cells = {name: {"column": cell} if isinstance(cell, str) else cell for name, cell in fields.items()}
    return {**data, "fields": cells}
