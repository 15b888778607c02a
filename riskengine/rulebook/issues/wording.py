"""Text that a unit would not understand: a program's names and signs, notes to oneself, sentences without an end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.model.rule import Rule
from riskengine.rulebook.issues.view import View

__all__ = ["wording_issues", "wrong_words"]

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_HELD = re.compile(r"\{[^{}]*\}")
_LATIN = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*(?:[-.][A-Za-z0-9_]+)*")
_SHORT = re.compile(r"[A-Z]{1,6}s?[0-9.]*(?:-[A-Z0-9]{1,4})?")
_KNOWN = frozenset("App app Wi-Fi WiFi WIFI pH km kg cm mm ml kW kWh dB Excel excel Word".split())
_SIGNS = re.compile(r">=|<=|<>|!=|==|&&|\|\||[{}]")
_NOTES = re.compile(
    r"TODO|FIXME|TBD|[xX]{3,}|[？?]{2,}|(?:^|(?<=[，。；：、（(\s]))(?:待定|待补充|待完善|待填|占位)(?=$|[，。；：、）)\s])",
    re.ASCII,
)
_LONG = 80
_RUN = re.compile(r"[^，。；：、？！,.;:?!（）()“”《》…—\-\s/{}]{81,}")


def wording_issues(view: View) -> Iterator[Problem]:
    """I828, at most one a text."""
    for entry in view.entries.rules:
        for where, text in _texts(entry.model):
            if (found := wrong_words(text)) is not None:
                yield entry.problem(where, "I828", f"{_key(where)}：{found[0]}", found[1])
    for exemption in view.entries.exemptions:
        for key, text in (("who", exemption.model.who), ("why", exemption.model.why)):
            if (found := wrong_words(text)) is not None:
                yield exemption.problem((key,), "I828", f"{key}：{found[0]}", found[1])


def _key(where: tuple[str | int, ...]) -> str:
    return next(str(step) for step in reversed(where) if isinstance(step, str))


def _texts(rule: Rule) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("title",), rule.title
    yield ("basis",), rule.basis
    yield ("action",), rule.action
    for number, cause in enumerate(rule.false_causes):
        yield ("false_causes", number), cause
    for number, feature in enumerate(rule.score):
        yield ("score", number, "feature"), feature.feature
        yield ("score", number, "says"), feature.says
    for number, floor in enumerate(rule.floors):
        yield ("floors", number, "says"), floor.says
    for name, parameter in rule.parameters.items():
        yield ("parameters", name, "reference"), parameter.reference


def wrong_words(text: str) -> tuple[str, int] | None:
    """What a unit would stumble over first, and its column in the text; None where nothing."""
    shown = _HELD.sub(lambda held: "数" * len(held[0]), text)
    if not _CHINESE.search(text):
        return f"“{text[:30]}”里没有一个汉字，单位看不懂。请用中文写清楚。", 1
    if note := _NOTES.search(shown):
        return f"“{note[0]}”是没有写完的话。请补全后再用。", note.start() + 1
    for word in _LATIN.finditer(shown):
        if not _SHORT.fullmatch(word[0]) and word[0] not in _KNOWN:
            return f"“{word[0][:40]}”是程序里的名称，单位看不懂。请换成中文的说法。", word.start() + 1
    if sign := _SIGNS.search(shown):
        return f"“{sign[0]}”是条件里的写法，单位看不懂。请写成“不少于”“超过”等。", sign.start() + 1
    if run := _RUN.search(shown):
        return f"有一句话连续{len(run[0])}个字没有标点（最多{_LONG}个）。请断开成短句。", run.start() + 1
    return None
