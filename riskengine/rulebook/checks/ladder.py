"""What ``rules/ladder.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator

from riskengine.errors import Problem
from riskengine.model.ladder import PERIODS, RECIPIENTS, Climb, Ladder, Plate
from riskengine.model.noun import Noun
from riskengine.model.paper import KINDS, PaperKind
from riskengine.model.subject import Subject
from riskengine.rulebook.document import Location
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_ladder"]

_NOWHERE = frozenset({Subject.COUNTY, Subject.INDICATOR, Subject.UNIT})
"""Subjects that lie in no town: they have no township, and nothing but the leaders above them."""


def check_ladder(entries: Entries) -> Iterator[Problem]:
    """Problems of ``ladder.yaml`` that show beside the other files."""
    entry = entries.settings.get("ladder")
    if entry is None or not isinstance(entry.model, Ladder):
        return
    ladder = entry.model
    if ladder.office is None and (ladder.ladders or ladder.plates or ladder.receipt_levels):
        message = "没有写出文单位。请在 ladder.yaml 里写 office:（units.yaml 里的单位编号），公文由它落款、编号。"
        yield entry.problem((), "E934", message)
    for key in ("office", "leaders"):
        if (unit := getattr(ladder, key)) is not None:
            yield from _unit(entries, entry, (key,), unit, ())
    for number, name in enumerate(ladder.receipt_levels):
        yield from _level(entries, entry, ("receipt_levels", number), name)
    yield from _twice(entry, "ladders", ladder.ladders)
    yield from _twice(entry, "plates", ladder.plates)
    for number, climb in enumerate(ladder.ladders):
        yield from _climb(entries, entry, ("ladders", number), climb, ladder)
    for number, plate in enumerate(ladder.plates):
        yield from _plate(entries, entry, ("plates", number), plate)


def _twice(entry: Entry[Noun], key: str, listed: tuple[Climb | Plate, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, each in enumerate(listed):
        if each.id in seen:
            yield entry.problem((key, number, "id"), "E501", f"编号“{each.id}”在 {key} 里已有。请换一个编号。")
        seen.add(each.id)


def _climb(entries: Entries, entry: Entry[Noun], at: Location, climb: Climb, ladder: Ladder) -> Iterator[Problem]:
    if climb.level is not None:
        yield from _level(entries, entry, (*at, "level"), climb.level)
    elif climb.counts in PERIODS:
        message = f"counts: {climb.counts} 数的是某个等级持续了多久。请写 level:（到这个等级或更重才计）。"
        yield entry.problem((*at, "counts"), "E931", message)
    if climb.gravest is not None:
        yield from _level(entries, entry, (*at, "gravest"), climb.gravest)
        ranks = {level.model.name: level.model.rank for level in entries.levels}
        if ranks.get(climb.gravest, 0) > ranks.get(climb.level or "", 99):
            message = f"gravest: {climb.gravest} 比 level: {climb.level} 还轻，没有预警归这个梯级。请对调或改正。"
            yield entry.problem((*at, "gravest"), "E931", message)
    if (climb.step is None) == (climb.counts == "unanswered"):
        message = (
            "counts: unanswered 数的是下发多少日还没有走到某个环节。请写 step:，如 签收。"
            if climb.step is None
            else f"step 只与 counts: unanswered 同用，这里是 counts: {climb.counts}。请删去 step。"
        )
        yield entry.problem((*at, "counts" if climb.step is None else "step"), "E931", message)
    yield from _themes(entries, entry, at, climb.themes)
    yield from _met(entries, entry, at, climb)
    if not climb.rungs:
        yield entry.problem((*at, "rungs"), "E931", f"梯级“{climb.title}”一级也没有写。请在 rungs: 下至少写一级。")
    for number, rung in enumerate(climb.rungs):
        here = (*at, "rungs", number)
        before = climb.rungs[number - 1] if number else None
        if before is not None and rung.after <= before.after:
            message = f"第{number + 1}级 after: {rung.after} 应大于上一级的 {before.after}。梯级要一级比一级晚，请改正或对调。"
            yield entry.problem((*here, "after"), "E932", message)
        if rung.paper == "销号回执":
            message = "销号回执在销号时出，不是梯级的公文。请改成 风险提示函、督办函 或 约谈通知；要出回执的写 receipt_levels。"
            yield entry.problem((*here, "paper"), "E931", message)
        elif before is not None and before.paper != "销号回执" and _weight(rung.paper) < _weight(before.paper):
            message = f"第{number + 1}级的{rung.paper}比上一级的{before.paper}轻。梯级要一级比一级重，请改正或对调。"
            yield entry.problem((*here, "paper"), "E932", message)
        yield from _unit(entries, entry, (*here, "to"), rung.to, RECIPIENTS)
        for place, unit in enumerate(rung.copies):
            yield from _unit(entries, entry, (*here, "copies", place), unit, RECIPIENTS)
        if "leaders" in (rung.to, *rung.copies) and ladder.leaders is None:
            message = "用到了 leaders，没有写县领导由哪个单位代收。请在 ladder.yaml 最外层写 leaders:（单位编号）。"
            yield entry.problem((*here, "to" if rung.to == "leaders" else "copies"), "E934", message)
        if rung.to == "township" and climb.subjects and set(climb.subjects) <= _NOWHERE:
            message = (
                f"{'、'.join(climb.subjects)} 不在哪一个乡镇，township 永远找不到收件单位。请改写 lead 或单位编号。"
            )
            yield entry.problem((*here, "to"), "E933", message)


def _met(entries: Entries, entry: Entry[Noun], at: Location, climb: Climb) -> Iterator[Problem]:
    """Whether any rule warns of what the ladder asks for."""
    if not climb.themes and not climb.subjects or "warnings" in entries.incomplete or not entries.rules:
        return
    rules = [rule.model for rule in entries.rules]
    if any(
        (not climb.themes or rule.theme in climb.themes) and (not climb.subjects or rule.subject in climb.subjects)
        for rule in rules
    ):
        return
    if set(climb.themes) - set(entries.themes or climb.themes):
        return  # an unknown theme has its own sentence
    asked = "、".join((*climb.themes, *climb.subjects))
    message = f"没有一条规则对 {asked} 预警，梯级“{climb.title}”永远到不了。请核对 themes 和 subjects。"
    yield entry.problem((*at, "themes" if climb.themes else "subjects"), "E933", message)


def _plate(entries: Entries, entry: Entry[Noun], at: Location, plate: Plate) -> Iterator[Problem]:
    yield from _level(entries, entry, (*at, "level"), plate.level)
    yield from _themes(entries, entry, at, plate.themes)
    if plate.warnings is None and plate.nights is None:
        message = f"挂牌“{plate.title}”没有写条件。请写 nights:（持续几夜）或 warnings:（同时几条），写了两项的满足一项即挂牌。"
        yield entry.problem((*at, "level"), "E931", message)
    order = ("village", "town", "county")
    places = [order.index(check) for check in plate.checks]
    if not places or places != sorted(set(places)) or (plate.places == "town" and "village" in plate.checks):
        usable = "village、town、county" if plate.places == "village" else "town、county"
        message = f"摘牌核验须由下而上逐级进行，可用：{usable}，各写一次。请改正。"
        yield entry.problem((*at, "checks") if "checks" in plate.model_fields_set else at, "E932", message)
    for number, unit in enumerate(plate.copies):
        yield from _unit(entries, entry, (*at, "copies", number), unit, ())
    if plate.paper == "销号回执":
        message = "销号回执在销号时出，不能随挂牌发。请改成 督办函 等。"
        yield entry.problem((*at, "paper"), "E931", message)


def _level(entries: Entries, entry: Entry[Noun], at: Location, name: str) -> Iterator[Problem]:
    levels = [level.model.name for level in entries.levels]
    if name not in levels and levels and "levels" not in entries.incomplete:
        yield entry.problem(at, "E606", f"未知等级“{name}”{suggestion(name, levels)}")


def _themes(entries: Entries, entry: Entry[Noun], at: Location, themes: tuple[str, ...]) -> Iterator[Problem]:
    for number, theme in enumerate(themes):
        if entries.themes is not None and theme not in entries.themes and "themes" not in entries.incomplete:
            yield entry.problem(
                (*at, "themes", number), "E602", f"未知主题“{theme}”{suggestion(theme, entries.themes)}"
            )


def _unit(entries: Entries, entry: Entry[Noun], at: Location, unit: str, words: tuple[str, ...]) -> Iterator[Problem]:
    units = [each.model.id for each in entries.units]
    if unit not in units and unit not in words and units and "units" not in entries.incomplete:
        yield entry.problem(at, "E701", f"未知责任单位“{unit}”{suggestion(unit, (*words, *units))}")


def _weight(paper: PaperKind) -> int:
    return KINDS.index(paper)
