"""What ``rules/links.yaml`` may not say, and what a signal may not leave to other kinds (``once``)."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.contracts import contract, kinds
from riskengine.errors import Problem
from riskengine.model.links import Links, Weights
from riskengine.model.noun import Noun
from riskengine.model.subject import PLACES
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_links"]

_FOR = ("same_village", "same_day", "same_word", "same_people", "same_handler")
_AGAINST = ("other_village", "later", "other_people", "other_handler", "other_transfer")
_COUNTED = ("count", "sum", "share", "busiest")


def check_links(entries: Entries) -> Iterator[Problem]:
    """Problems of ``links.yaml`` that show beside the other files, and of signals that count an event only once."""
    yield from _once(entries)
    entry = entries.settings.get("links")
    if entry is None or not isinstance(entry.model, Links):
        return
    links = entry.model
    yield from _doors(entry, links, entries)
    yield from _meetings(entry, links)
    for number, group in enumerate(links.categories):
        for at, word in enumerate(group.words):
            if word in group.words[:at]:
                message = f"“{group.name}”里“{word}”写了两次。请删去一个。"
                yield entry.problem(("categories", number, "words", at), "E964", message)
    yield from _weights(entry, links.weights)


def _doors(entry: Entry[Noun], links: Links, entries: Entries) -> Iterator[Problem]:
    sources = {each.model.source: each.model for each in entries.sources}
    for number, door in enumerate(links.doors):
        at = ("doors", number)
        if door in links.doors[:number]:
            yield entry.problem(at, "E962", f"来源“{door}”写了两次。请删去一个。")
        elif door not in sources:
            if "sources" not in entries.incomplete:
                yield entry.problem(at, "E961", f"未知的来源“{door}”{suggestion(door, list(sources))}")
        elif sources[door].kind in kinds() and "transfer" not in contract(sources[door].kind).model_fields:
            able = "、".join(kind for kind in kinds() if "transfer" in contract(kind).model_fields)
            message = f"来源“{door}”的记录（{sources[door].kind}）不是一件一件的事，不能合并。可用的记录种类：{able}。"
            yield entry.problem(at, "E961", message)
    for number, meeting in enumerate(links.meetings):
        for name in meeting.needs:
            for door in meeting.doors:
                source = sources.get(door)
                if name != "village" and source is not None and name not in source.fields:
                    message = f"来源“{door}”没有填 {name} 的列，要求它对得上就一对也合并不了。请删去 {name}，或在来源里写上这一列。"
                    yield entry.problem(("meetings", number, "needs", meeting.needs.index(name)), "E965", message)


def _meetings(entry: Entry[Noun], links: Links) -> Iterator[Problem]:
    seen: dict[frozenset[str], int] = {}
    for number, meeting in enumerate(links.meetings):
        at, pair = ("meetings", number, "doors"), frozenset(meeting.doors)
        if len(pair) == 1:
            message = f"同一个来源“{meeting.doors[0]}”不和自己比对：一件事在一个渠道里重复登记，由该渠道更正。请写两个不同的来源。"
            yield entry.problem(at, "E963", message)
            continue
        for index, door in enumerate(meeting.doors):
            if door not in links.doors:
                yield entry.problem((*at, index), "E963", f"来源“{door}”不在 doors 里{suggestion(door, links.doors)}")
        if pair in seen:
            yield entry.problem(at, "E963", f"这两个来源在第{seen[pair] + 1}条已有。请合成一条。")
        seen.setdefault(pair, number)


def _weights(entry: Entry[Noun], weights: Weights) -> Iterator[Problem]:
    for name in (*_FOR, *_AGAINST):
        if name not in weights.model_fields_set:
            continue
        odds = getattr(weights, name)
        if name in _FOR and odds.m <= odds.u:
            message = (
                f"{name} 是对得上，应当支持“是一件事”：m（{odds.m:g}）须大于 u（{odds.u:g}）。是否把 m、u 写反了？"
            )
            yield entry.problem(("weights", name), "E966", message)
        if name in _AGAINST and odds.m >= odds.u:
            message = (
                f"{name} 是对不上，应当反对“是一件事”：m（{odds.m:g}）须小于 u（{odds.u:g}）。是否把 m、u 写反了？"
            )
            yield entry.problem(("weights", name), "E966", message)


def _once(entries: Entries) -> Iterator[Problem]:
    able = [kind for kind in kinds() if "transfer" in contract(kind).model_fields]
    for entry in entries.signals:
        signal = entry.model
        if not signal.once:
            continue
        if signal.source not in able or signal.measure not in _COUNTED or not set(signal.subject) <= set(PLACES):
            message = (
                f"once 只用于地方（village、town、county）按件数计算的信号（measure: {'、'.join(_COUNTED)}），"
                f"记录种类为 {'、'.join(able)}。请删去 once。"
            )
            yield entry.problem(("once",), "E967", message)
            continue
        for number, kind in enumerate(signal.once):
            if kind == signal.source:
                message = f"信号数的就是 {kind}：同一种类的几条记录是一件事时，本来就只计一次。请删去。"
                yield entry.problem(("once", number), "E967", message)
            elif kind not in able:
                yield entry.problem(("once", number), "E967", f"未知的记录种类“{kind}”{suggestion(kind, able)}")
