"""The numbers of an indicator: targets, control values, plausible range, weight and deduction, against its unit and direction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date

from riskengine.errors import Problem
from riskengine.model.indicator import Indicator, Target
from riskengine.rulebook.entries import Entry

__all__ = ["PERCENT", "RANK", "check_numbers", "in_force"]

PERCENT, RANK = "%", "位"

_WANTED = {"at_least": "higher", "at_most": "lower", "zero": "lower", "rank_within": "lower"}
"""Kind of target → the direction that must be good."""

_DIRECTIONS = {"higher": "higher（越高越好）", "lower": "lower（越低越好）"}


def in_force(values: Mapping[date, float], day: date) -> float | None:
    """The newest value whose day is not after ``day``; None before the first."""
    held = [since for since in values if since <= day]
    return values[max(held)] if held else None


def check_numbers(entry: Entry[Indicator]) -> Iterator[Problem]:
    """E901 of target, control value and plausible range, E903 of weight and deduction; what is not finite stops the rest."""
    wild = list(_finite(entry))
    yield from wild
    if wild:
        return
    indicator = entry.model
    if indicator.target is not None:
        yield from _target(entry, indicator.target)
        yield from _ordered(entry, "target", indicator.target.values)
    if indicator.control is not None:
        yield from _ordered(entry, "control", indicator.control.values)
    yield from _range(entry)
    yield from _control(entry)
    yield from _deduction(entry)


def _finite(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    numbers: list[tuple[tuple[str | int | date, ...], float | None]] = [
        (("tolerance",), indicator.tolerance),
        *((("plausible", place), value) for place, value in enumerate(indicator.plausible)),
    ]
    for key, dated in (("target", indicator.target), ("control", indicator.control)):
        numbers += [((key, "values", day), value) for day, value in (dated.values if dated else {}).items()]
    if indicator.deduct is not None:
        numbers.append((("deduct", "each"), indicator.deduct.each))
    for where, value in numbers:
        if value is not None and not math.isfinite(value):
            yield entry.problem(where, "E901", f"{where[0]}：“{value}”不是有限的数。请写一个具体的数。")


def _ordered(entry: Entry[Indicator], key: str, values: Mapping[date, float]) -> Iterator[Problem]:
    days = list(values)
    for before, after in zip(days, days[1:], strict=False):
        if after < before:
            message = f"{key}：{after} 写在了 {before} 的后面。请按日期先后排，最新的值写在最后。"
            yield entry.problem((key, "values", after), "E901", message)


def _target(entry: Entry[Indicator], target: Target) -> Iterator[Problem]:
    indicator = entry.model
    where = ("target", "kind")
    wanted = _WANTED.get(target.kind)
    if wanted is not None and indicator.better != wanted:
        message = f"target：{target.kind} 与 better: {indicator.better} 矛盾，这种目标只用于 {_DIRECTIONS[wanted]}。请改其中一个。"
        yield entry.problem(where, "E901", message)
    ratio = indicator.unit in (PERCENT, RANK)
    if target.kind == "rank_within" and indicator.unit != RANK:
        message = f"target：rank_within（名次）只用于 unit: {RANK} 的指标，这里的单位是“{indicator.unit}”。"
        yield entry.problem(where, "E901", message)
    elif target.kind in ("zero", "change") and ratio:
        what = "零发生" if target.kind == "zero" else "比上年升降百分之几"
        message = f"target：{target.kind}（{what}）只用于件数、起数、人数等，这里的单位是“{indicator.unit}”。请换 at_least 或 at_most。"
        yield entry.problem(where, "E901", message)
    elif target.kind == "exactly" and indicator.unit != PERCENT:
        yield entry.problem(
            where, "E901", "target：exactly 只用于 unit: % 的指标，值写100。件数请用 at_most、at_least 或 zero。"
        )
    for day, value in target.values.items():
        if (told := _unfit(indicator, target, value)) is not None:
            yield entry.problem(("target", "values", day), "E901", f"target：{told}")


def _unfit(indicator: Indicator, target: Target, value: float) -> str | None:
    """Why ``value`` cannot be a target of that kind, or None."""
    if target.kind == "change":
        return None if value > -100 else f"比上年减少{-value:g}%做不到，最多到 -100 以内。降一成写 -10。"
    if target.kind == "rank_within":
        return None if value >= 1 and value == int(value) else f"名次“{value:g}”应是1以上的整数。"
    if target.kind == "exactly" and indicator.unit == PERCENT:
        return (
            None if value == (100 if indicator.better == "higher" else 0) else f"exactly 的值应是100，写成了{value:g}。"
        )
    if indicator.unit == PERCENT and not 0 <= value <= 100:
        return f"百分率的目标应在0到100之间，写成了{value:g}。"
    if indicator.unit == PERCENT and target.kind == "at_least" and 0 < value <= 1:
        return f"百分率直接写数，{value:g}是百分之{value:g}的意思。{value * 100:g}%请写{value * 100:g}；真有这么小的，单位改用‰。"
    return f"目标不能是负数，写成了{value:g}。" if value < 0 else None


def _range(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    low, high = indicator.plausible
    if low is not None and high is not None and low >= high:
        message = f"plausible：下限{low:g}应小于上限{high:g}。请对调，或把一边写成 null。"
        yield entry.problem(("plausible",), "E901", message)
        return
    target, control = indicator.target, indicator.control
    dated = [("control", day, value) for day, value in (control.values if control else {}).items()]
    if target is not None and target.kind != "change":  # an unfit value is told already
        fit = {day: value for day, value in target.values.items() if _unfit(indicator, target, value) is None}
        dated += [("target", day, value) for day, value in fit.items()]
    for key, day, value in dated:
        if (low is not None and value < low) or (high is not None and value > high):
            range_ = f"{'不限' if low is None else f'{low:g}'}到{'不限' if high is None else f'{high:g}'}"
            message = f"{key}：{value:g} 在 plausible（{range_}）之外，达到它的读数都会被当作报错。请改其中一个。"
            yield entry.problem((key, "values", day), "E901", message)


def _control(entry: Entry[Indicator]) -> Iterator[Problem]:
    """A control value on the good side of the target would call what meets the target red."""
    indicator, target, control = entry.model, entry.model.target, entry.model.control
    if target is None or control is None or target.kind == "change":
        return
    for day, value in control.values.items():
        held = 0.0 if target.kind == "zero" else in_force(target.values, day)
        if held is not None and (value < held if indicator.better == "lower" else value > held):
            message = f"control：控制值{value:g}比当时的目标{held:g}还严，达到目标的也会亮红灯。请核对两个数和 better。"
            yield entry.problem(("control", "values", day), "E901", message)


def _deduction(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    if indicator.deduct is None:
        return
    if indicator.target is None:
        yield entry.problem(
            ("deduct",), "E903", "deduct：没有 target 就谈不上差多少，无法扣分。请补上 target，或删去 deduct。"
        )
    if indicator.deduct.most > indicator.weight > 0:
        message = (
            f"deduct：最多扣{indicator.deduct.most:g}分，多于这项指标的{indicator.weight:g}分（weight）。请改其中一个。"
        )
        yield entry.problem(("deduct", "most"), "E903", message)
