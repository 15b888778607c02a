"""What ``rules/rebound.yaml`` may not say: unknown levels and themes, a level or a category twice, look-backs at nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from riskengine.errors import Problem
from riskengine.model.rebound import Rebound
from riskengine.rulebook.document import Location
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_rebound"]


def check_rebound(entries: Entries) -> Iterator[Problem]:
    """Problems of ``rebound.yaml`` that show beside the other files."""
    found = entries.settings.get("rebound")
    if found is None:
        return
    entry = cast("Entry[Rebound]", found)
    yield from _levels(entries, entry)
    yield from _rectification(entries, entry)
    held = entry.model
    if not held.watch and held.rectification is None:
        message = "watch 和 rectification 都没有写，什么也不会观察。请写明各等级观察多少日，或删去这个文件。"
        yield entry.problem((), "E953", message)
    if held.look_back is not None and held.doubts is None:
        message = "写了 look_back，没有写 doubts：没有存疑的销号可以回头看。请补上 doubts，或删去 look_back。"
        yield entry.problem(("look_back",), "E953", message)


def _levels(entries: Entries, entry: Entry[Rebound]) -> Iterator[Problem]:
    levels = [level.model.name for level in entries.levels]
    seen: set[str] = set()
    for number, watch in enumerate(entry.model.watch):
        for nth, name in enumerate(watch.levels):
            at = ("watch", number, "levels", nth)
            if name not in levels and levels and "levels" not in entries.incomplete:
                yield entry.problem(at, "E606", f"未知等级“{name}”{suggestion(name, levels)}")
            if name in seen:
                yield entry.problem(at, "E951", f"等级“{name}”的观察期写了两次。请只留一处。")
            seen.add(name)


def _rectification(entries: Entries, entry: Entry[Rebound]) -> Iterator[Problem]:
    listed = entry.model.rectification
    if listed is None:
        return
    seen: set[str] = set()
    named: list[tuple[Location, str]] = [(("rectification", "theme"), listed.theme)]
    for number, each in enumerate(listed.places):
        at = ("rectification", "places", number)
        if each.category in seen:
            yield entry.problem((*at, "category"), "E952", f"整治类型“{each.category}”写了两次。请合成一处。")
        seen.add(each.category)
        named += [((*at, "themes", nth), theme) for nth, theme in enumerate(each.themes)]
    for where, theme in named:
        if entries.themes is not None and theme not in entries.themes and "themes" not in entries.incomplete:
            yield entry.problem(where, "E602", f"未知主题“{theme}”{suggestion(theme, entries.themes)}")
