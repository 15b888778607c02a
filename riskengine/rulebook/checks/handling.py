"""What ``rules/handling.yaml`` may not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from riskengine.errors import Problem
from riskengine.model.handling import CLOSED, DELIVERED, ENGINE, Handling, Transition
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_handling"]

_ENGINE_STEPS = ("督办", CLOSED, "反弹", "同意退回")
"""The steps that the engine knows how to take by itself."""


def check_handling(entries: Entries) -> Iterator[Problem]:
    """Problems of ``handling.yaml`` that show beside the other files."""
    entry = cast("Entry[Handling] | None", entries.settings.get("handling"))
    if entry is None:
        return
    names = list(_names(entry, entries))
    yield from names
    yield from _closing(entry)
    if not names:
        yield from _ways(entry, [level.model.name for level in entries.levels])


def _names(entry: Entry[Handling], entries: Entries) -> Iterator[Problem]:
    handling = entry.model
    units = [unit.model.id for unit in entries.units]
    if handling.verifier is not None and handling.verifier not in units and "units" not in entries.incomplete:
        message = (
            f"未知责任单位“{handling.verifier}”{suggestion(handling.verifier, units)}核验单位要写 units.yaml 里的编号。"
        )
        yield entry.problem(("verifier",), "E921", message)
    clock, clocks = handling.objections.clock, [each.model.id for each in entries.clocks]
    written = "objections" in handling.model_fields_set and "clock" in handling.objections.model_fields_set
    if written and clock not in clocks and "clocks" not in entries.incomplete:
        message = f"clocks.yaml 里没有期限“{clock}”{suggestion(clock, clocks)}"
        yield entry.problem(("objections", "clock"), "E921", message)
    for state in (DELIVERED, CLOSED):
        if state not in handling.states:
            yield entry.problem(
                ("states",), "E921", f"缺少状态“{state}”：办理从“{DELIVERED}”开始，到“{CLOSED}”结束。请补上。"
            )
    if "transitions" not in handling.model_fields_set:
        return
    levels = [level.model.name for level in entries.levels]
    for n, each in enumerate(handling.transitions):
        at = ("transitions", n)
        for k, state in enumerate(each.start):
            if state not in handling.states:
                yield entry.problem((*at, "from", k), "E921", f"未知状态“{state}”{suggestion(state, handling.states)}")
        if each.to is not None and each.to not in handling.states:
            yield entry.problem((*at, "to"), "E921", f"未知状态“{each.to}”{suggestion(each.to, handling.states)}")
        for k, level in enumerate(each.levels):
            if level not in levels and levels and "levels" not in entries.incomplete:
                yield entry.problem((*at, "levels", k), "E921", f"未知等级“{level}”{suggestion(level, levels)}")
        if not each.by:
            yield entry.problem((*at, "by"), "E921", f"“{each.step}”没有写由谁办理。请在 by 里写 主办、协办、核验或引擎。")
        if ENGINE in each.by and each.step not in _ENGINE_STEPS:
            known = "、".join(_ENGINE_STEPS)
            message = f"引擎不会办“{each.step}”，它能办的只有：{known}。请改由主办、协办或核验办理。"
            yield entry.problem((*at, "by"), "E921", message)


def _closing(entry: Entry[Handling]) -> Iterator[Problem]:
    for n, each in enumerate(entry.model.transitions):
        if each.to == CLOSED and "核查结果" not in each.needs:
            message = f"“{each.step}”到“{CLOSED}”没有要求核查结果。没有核查结果的不能销号，请在 needs 里加上 核查结果。"
            yield entry.problem(
                ("transitions", n) if "transitions" in entry.model.model_fields_set else (), "E923", message
            )


def _ways(entry: Entry[Handling], levels: Sequence[str]) -> Iterator[Problem]:
    """States that cannot be reached or left, and levels whose handling never ends."""
    handling = entry.model
    reached = _reachable(handling.transitions, DELIVERED, forward=True)
    ends = _reachable(handling.transitions, CLOSED, forward=False)
    for n, state in enumerate(handling.states):
        at = ("states", n) if "states" in handling.model_fields_set else ()
        if state not in reached:
            yield entry.problem(
                at, "E922", f"状态“{state}”走不到：没有一个环节的 to 是它。请补一条环节，或删去这个状态。"
            )
        elif state not in ends:
            yield entry.problem(at, "E922", f"到了状态“{state}”就再也到不了“{CLOSED}”。请补一条从它出发的环节。")
    if DELIVERED not in ends:
        return
    for level in levels:
        lines = [each for each in handling.transitions if not each.levels or level in each.levels]
        if DELIVERED not in _reachable(lines, CLOSED, forward=False):
            message = f"{level}级的预警到不了“{CLOSED}”。请补一条用于{level}级的销号。"
            yield entry.problem(("transitions",) if "transitions" in handling.model_fields_set else (), "E922", message)


def _reachable(lines: Sequence[Transition], state: str, *, forward: bool) -> set[str]:
    found, before = {state}, 0
    while len(found) > before:
        before = len(found)
        for each in lines:
            if each.to is None:
                continue
            if forward and set(each.start) & found:
                found.add(each.to)
            elif not forward and each.to in found:
                found |= set(each.start)
    return found
