"""JSON Schemas of the rule files, so that an editor completes and checks while an analyst types.

Made from the models that read the files, with the manual's words and the workspace's own names. An editor sees one file at a
time: what a name stands for and whether a condition can run is for ``riskengine check`` to say. Draft 7, which all editors read.
"""

from __future__ import annotations

import json
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter

from riskengine.contracts import contract, kinds
from riskengine.model.clock import DELIVERY, CalendarYear, Clock
from riskengine.model.duty import Branch, Level, Unit
from riskengine.model.exemption import Exemption
from riskengine.model.indicator import Indicator
from riskengine.model.named_list import NamedList
from riskengine.model.noun import Name, Slug
from riskengine.model.route_case import RouteCase
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.model.source import Source
from riskengine.rulebook.entries import ONE_FOR_A_LIST, Entries
from riskengine.rulebook.meanings import MEANINGS
from riskengine.rulebook.settings import SETTINGS
from riskengine.rulebook.titles import TITLES

__all__ = ["PATTERNS", "json_schemas"]

Schema = dict[str, Any]

_LISTED: dict[str, tuple[str, type[BaseModel], str]] = {
    "signals": ("signals", Signal, "信号"),
    "warnings": ("rules", Rule, "预警规则"),
    "indicators": ("indicators", Indicator, "指标"),
    "levels": ("levels", Level, "预警等级"),
    "units": ("units", Unit, "责任单位"),
    "routes": ("routes", Branch, "派发"),
    "routes_cases": ("cases", RouteCase, "派发用例"),
    "exceptions": ("exceptions", Exemption, "例外"),
    "lists": ("lists", NamedList, "名单"),
    "clocks": ("clocks", Clock, "期限"),
    "calendar": ("calendar", CalendarYear, "工作日历"),
}

PATTERNS = {
    "source": "sources/*.yaml",
    "signals": "signals/*.yaml",
    "warnings": "warnings/**/*.yaml",
    "indicators": "indicators/*.yaml",
    **{
        name: f"{name}.yaml"
        for name in ("exceptions", "lists", "levels", "units", "routes", "routes_cases", "clocks", "calendar", *SETTINGS, "themes")
    },
}
"""Schema → the files below ``rules/`` that it is for."""


_RULE, _SIGNAL, _WINDOWED, _SERIES = (
    {"$ref": f"#/definitions/{name}"} for name in ("RuleId", "SignalName", "Windowed", "Series")
)
_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def json_schemas(entries: Entries) -> dict[str, str]:
    """Schema name → its text, one for each of :data:`PATTERNS`. Names come from whatever entries could be read."""
    made: dict[str, Schema] = {"source": _of(Source, entries)}
    for name, (key, model, title) in _LISTED.items():
        below = _of(model, entries)
        definitions = below.pop("definitions", {})
        definitions[model.__name__] = below
        made[name] = _file(key, title, {"$ref": f"#/definitions/{model.__name__}"}) | {"definitions": definitions}
    made["routes"]["properties"]["routes"]["items"] = {
        "allOf": [{"$ref": "#/definitions/Branch"}, {"required": ["lead"]}]
    }
    made |= {name: _of(model, entries) for name, model in SETTINGS.items()}
    made["themes"] = _file("themes", "主题", {"type": "string"})
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return {name: json.dumps(head | made[name], ensure_ascii=False, indent=1) + "\n" for name in PATTERNS}


def _file(key: str, title: str, item: Schema) -> Schema:
    listed = {key: {"type": "array", "items": item}}
    return {"title": title, "type": "object", "properties": listed, "required": [key], "additionalProperties": False}


def _of(model: type[BaseModel], entries: Entries) -> Schema:
    """The schema of ``model`` with everything below it among its ``definitions``."""
    raw = model.model_json_schema(by_alias=True)
    below = raw.pop("$defs", {})
    every: dict[str, Schema] = {name: cast(Schema, _plain(each)) for name, each in below.items()}
    if "$ref" not in raw:  # a model that stands below itself is among its own definitions
        every[model.__name__] = cast(Schema, _plain(raw))
    short = {each.__name__: keys for each, keys in ONE_FOR_A_LIST.items()}
    names = _Names(entries)
    for name, schema in every.items():
        schema["title"] = TITLES[name]
        for key, of in schema.get("properties", {}).items():
            if key in short.get(name, ()):
                schema["properties"][key] = of = _one_or_more(of)
            schema["properties"][key] = of = names.narrowed(name, key, of)
            if meaning := MEANINGS.get(name, {}).get(key):
                schema["properties"][key] = _described(of, meaning)
        schema |= _CONDITIONS.get(name, {})
    own = every.pop(model.__name__)
    used = json.dumps([own, *every.values()])
    every |= {name: each for name, each in names.definitions().items() if f'"#/definitions/{name}"' in used}
    if model is Source:
        own["properties"]["fields"] |= {
            "additionalProperties": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/Cell"}]}
        }
        own["allOf"] = [_fields_of(kind) for kind in kinds()]
    return own | ({"definitions": every} if every else {})


def _plain(node: object) -> object:
    """What pydantic made, as draft 7, without its English and without null where a key is simply left out."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: _plain(each) for key, each in node.items() if key not in ("title", "description") or isinstance(each, dict)
    }
    if found.get("format") == "date":
        found = found | _DAY
        found.pop("format")
    if isinstance(reference := found.get("$ref"), str):
        found["$ref"] = reference.replace("#/$defs/", "#/definitions/")
    if "prefixItems" in found:
        found["items"] = found.pop("prefixItems")
    if "patternProperties" in found:
        found["additionalProperties"] = False
    if found.get("default", 0) in (None, []):
        found.pop("default")
    choices = found.get("anyOf")
    if (
        isinstance(choices, list)
        and "default" not in found
        and {"type": "null"} in choices
        and "properties" not in found
    ):
        rest = [each for each in choices if each != {"type": "null"}]
        if node.get("default", 0) is None and len(rest) == 1:
            found.pop("anyOf")
            found |= cast(Schema, rest[0])
    return found


def _one_or_more(of: Schema) -> Schema:
    rest = {key: of[key] for key in ("type", "items", "minItems") if key in of}
    return {key: each for key, each in of.items() if key not in rest} | {"anyOf": [rest["items"], rest]}


def _described(of: Schema, meaning: str) -> Schema:
    if "$ref" in of:  # draft 7 reads nothing beside a reference
        of = {"allOf": [{"$ref": of["$ref"]}]}
    return {"description": meaning} | of


def _fields_of(kind: str) -> Schema:
    """What may stand in ``fields`` of a source of ``kind``."""
    fields = contract(kind).model_fields
    cell = {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/Cell"}]}
    known = {name: {"description": str(info.title or name)} | cell for name, info in fields.items()}
    then = {"fields": {"properties": known, "additionalProperties": False}}
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": {"properties": then}}


def _either(*keys: str) -> list[Schema]:
    return [{"required": [key]} for key in keys]


_CONDITIONS: dict[str, Schema] = {
    "Signal": {
        "oneOf": _either("from", "usual", "upper", "formula", "rate", "trend", "rank"),
        "dependencies": {"from": ["measure"]},
        "if": {
            "properties": {
                "measure": {"enum": ["sum", "max", "min", "share", "distinct", "latest", "previous", "streak"]}
            },
            "required": ["measure"],
        },
        "then": {"required": ["of"]},
    },
    "Rule": {
        "oneOf": _either("when", "compound"),
        "dependencies": {"when": ["score"]},
        "if": {"properties": {"status": {"const": "trial"}}, "required": ["status"]},
        "then": {"required": ["until"]},
        "else": {"properties": {"until": False}},
    },
    "Compound": {"anyOf": _either("all", "any", "at_least")},
    "Case": {"oneOf": _either("signals", "records", "members")},
    "Cell": {"oneOf": _either("column", "constant")},
    "Indicator": {"anyOf": _either("reports", "computed"), "dependencies": {"deduct": ["weight", "target"]}},
    "Clock": {
        "if": {"properties": {"unit": {"const": "workdays"}}, "required": ["unit"]},
        "then": {"properties": {"last_day": False}},
        "dependencies": {"for": {"properties": {"start": {"const": DELIVERY}}}},
    },
    "Target": {
        "if": {"properties": {"kind": {"const": "zero"}}, "required": ["kind"]},
        "then": {"properties": {"values": False}},
        "else": {"required": ["values"]},
    },
    "Computed": {
        "if": {"properties": {"measure": {"const": "count"}}, "required": ["measure"]},
        "then": {"properties": {"of": False}},
        "else": {"required": ["of"]},
    },
}


class _Names:
    """The workspace's own words, and where they may stand."""

    def __init__(self, entries: Entries) -> None:
        self.rules = sorted({entry.model.id for entry in entries.rules})
        self.units = sorted({entry.model.id for entry in entries.units})
        self.levels = [entry.model.name for entry in sorted(entries.levels, key=lambda each: each.model.rank)]
        self.themes = list(entries.themes or ())
        self.signals = {entry.model.name: entry.model for entry in entries.signals}

    def definitions(self) -> dict[str, Schema]:
        """Names that are completed; others may be new in another file, so they are not underlined."""
        windowed = [
            name for name, signal in self.signals.items() if signal.source is not None and signal.window is not None
        ]
        return {
            "RuleId": _open(self.rules, Slug),
            "SignalName": _open(list(self.signals), Name),
            "Windowed": _open(windowed, Name),
            "Series": {"type": ["string", "number"]},
        }

    def narrowed(self, model: str, key: str, of: Schema) -> Schema:
        """``of`` with the names that ``key`` of ``model`` may hold."""
        match model, key:
            case ("Source", "kind") | ("Signal" | "Computed", "from") | ("Evidence", "from"):
                known = "、".join(f"{kind} {contract(kind).title}" for kind in kinds())
                return {"description": f"{MEANINGS[model][key]}：{known}", "enum": list(kinds())}
            case ("Signal", "measure"):
                known = "；".join(f"{measure} {meaning}" for measure, meaning in MEANINGS["Measure"].items())
                return {"description": f"{MEANINGS[model][key]}：{known}"} | of
            case ("Rule" | "Indicator" | "Rectified", "theme") | ("RouteCase", "merged_into"):
                return of | _closed(self.themes)
            case ("Floor" | "Expect", "level") | ("Exemption", "breaks_at"):
                return of | _closed(self.levels)
            case ("Reports" | "Expect" | "RouteCase", "unit") | ("Indicator", "reports" | "owner" | "about"):
                return of | _closed(self.units)
            case ("Branch" | "RouteExpect", "lead"):
                return of | _closed(self.units and [*self.units, "township", "reporter"])
            case ("Branch" | "RouteExpect", "copies") | ("RouteExpect", "along"):
                return _each(of, {"type": "string"} | _closed(self.units and [*self.units, "township"]))
            case ("Spared", "units"):
                return _each(of, {"type": "string"} | _closed(self.units))
            case ("Branch" | "RouteCase" | "ListedPlace" | "Spared", "themes"):
                return _each(of, {"type": "string"} | _closed(self.themes))
            case ("Branch" | "RouteCase" | "ClockFor" | "WatchFor" | "Channel" | "Spared", "levels"):
                return _each(of, {"type": "string"} | _closed(self.levels))
            case ("Compound", "all" | "any" | "none") | ("AtLeast", "of") | ("Rule", "inhibits"):
                return _each(of, _RULE)
            case ("Exemption", "rule"):
                return _RULE
            case ("Signal", "usual" | "upper" | "trend"):
                return _WINDOWED
            case ("Signal", "rate" | "rank"):
                return _SIGNAL
            case ("Case", "signals"):
                return of | {"properties": {name: _SERIES for name in self.signals}}
            case ("Case", "members"):
                return of | {"properties": {rule: _SERIES for rule in self.rules}}
            case ("Case", "records"):
                texts = {kind: {"type": "string", "description": contract(kind).title} for kind in kinds()}
                return of | {"properties": texts, "additionalProperties": False}
            case ("Level", "score"):
                return {"type": ["number", "null"]}
            case ("Parameter" | "Target" | "Limit", "values"):
                return of | {"propertyNames": _DAY}
        return of


def _closed(names: list[str]) -> Schema:
    """One of ``names``; any text where there are none, for then their file could not be read."""
    return {"enum": names} if names else {}


def _open(names: list[str], any_: Any) -> Schema:
    written = {key: each for key, each in TypeAdapter(any_).json_schema().items() if key in ("type", "pattern")}
    return {"anyOf": [*([{"enum": names}] if names else []), written]}


def _each(of: Schema, item: Schema) -> Schema:
    """The list ``of`` with ``item`` in every place where one of its items may stand."""
    if "anyOf" in of:
        return of | {"anyOf": [item, of["anyOf"][1] | {"items": item}]}
    return of | {"items": item}
