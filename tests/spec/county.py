"""The small county that the examples stand on, and how their texts become a loaded rule book."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent

from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

_FILES = {
    "levels.yaml": """\
levels:
  - {name: 红, rank: 1, code: I, colour: "#C00000", score: 80, handle_within: 1}
  - {name: 橙, rank: 2, code: II, colour: "#ED7D31", score: 60, handle_within: 3}
  - {name: 黄, rank: 3, code: III, colour: "#FFD966", score: 40, handle_within: 7}
  - {name: 蓝, rank: 4, code: IV, colour: "#9DC3E6", score: null, handle_within: 15}
""",
    "themes.yaml": "themes: [电信网络诈骗, 信访, 综合研判]\n",
    "units.yaml": "units:\n  - {id: fanzha, name: 反诈中心, type: line}\n  - {id: town-01, name: 清溪镇人民政府, type: township}\n",
    "routes.yaml": "routes:\n  - {themes: [电信网络诈骗], lead: fanzha}\n  - {lead: fanzha, catch_all: true}\n",
    "places.csv": """\
code,name,level,parent,population,valid_from,unit,aliases
990100,云川县,county,,60000,,,
990100101,清溪镇,town,990100,20000,,town-01,
990100102,白石镇,town,990100,12000,,,
990100103,青龙镇,town,990100,,,,
990100101001,柳河村,village,990100101,900,,,
990100101002,东湾村,village,990100101,,,,
""",
}

_WORDS = {
    "title": "示例规则",
    "theme": "电信网络诈骗",
    "basis": "示例",
    "action": "核查处置",
    "false_causes": "集中补录",
}
"""What a rule must have and no example is about."""

_SCORE = 'score: [{feature: 总量, of: "1", bands: [[null, null, 45]], says: 有风险}]'


def book(*, signals: str = "", rules: str = "", lists: str = "", exceptions: str = "") -> Rulebook:
    """The rule book of an example's texts, read and checked as any other. Raises RulesInvalid."""
    return _loaded(signals, rules, lists, exceptions)


@cache
def _loaded(signals: str, rules: str, lists: str, exceptions: str) -> Rulebook:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "rules"
        for name, text in _files(signals, rules, lists, exceptions).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return load(Workspace.at(root.parent))


def _files(signals: str, rules: str, lists: str, exceptions: str) -> dict[str, str]:
    found = dict(_FILES)
    if signals:
        found["signals/example.yaml"] = "signals:\n" + indent(signals, "  ")
    if rules:
        found["warnings/example/example.yaml"] = "rules:\n" + indent(_completed(rules), "  ")
    if lists:
        found["lists.yaml"] = "lists:\n" + indent(lists, "  ")
    if exceptions:
        found["exceptions.yaml"] = "exceptions:\n" + indent(exceptions, "  ")
    return found


def _completed(rules: str) -> str:
    """Each rule with the obligatory keys that its text leaves out."""
    found = []
    for text in ("\n" + rules).split("\n- ")[1:]:
        if text.startswith("{"):  # a rule on one line
            words = {key: value for key, value in _WORDS.items() if f" {key}:" not in text}
            if " when:" in text:
                words["score"] = _SCORE.removeprefix("score: ")
            found.append(f"- {text.strip()[:-1]}, {', '.join(f'{key}: {value}' for key, value in words.items())}}}\n")
            continue
        words = {key: value for key, value in _WORDS.items() if f"\n  {key}:" not in f"\n  {text}"}
        lines = [f"{key}: {value}" for key, value in words.items()]
        if "\n  when:" in f"\n  {text}" and "\n  score:" not in f"\n  {text}":
            lines.append(_SCORE)
        found.append("- " + text.rstrip("\n") + "\n" + indent("\n".join(lines), "  ") + "\n")
    return "".join(found)


def reading_all(rulebook: Rulebook) -> Rulebook:
    """``rulebook`` with nothing but rules that read every signal, so that all are computed."""
    by_type: dict[Subject, list[str]] = {}
    for signal in rulebook.signals.values():
        for type_ in signal.subject:
            by_type.setdefault(type_, []).append(signal.name)
    rules = {}
    for type_, names in by_type.items():
        feature = {"feature": "总量", "of": "1", "bands": [[None, None, 45]], "says": "有风险"}
        given = {
            **_WORDS,
            "false_causes": ("集中补录",),
            "id": f"reads-{type_.value}",
            "subject": type_,
            "score": (feature,),
        }
        rules[f"reads-{type_.value}"] = Rule.model_validate(given | {"when": f"{' + '.join(names)} > 1"})
    return replace(rulebook, rules=rules)
