"""Limits that a change must keep: each that is passed is one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskengine.plan.effect import Effect

__all__ = ["Limits", "passed"]


@dataclass(frozen=True)
class Limits:
    """The most that may be added, removed, raised, missed; ``load``: newly given to one unit in its worst week, where
    the change makes it worse. None = no limit.
    """

    added: int | None = None
    removed: int | None = None
    raised: int | None = None
    missed: int | None = None
    load: int | None = None


def passed(effect: Effect, limits: Limits) -> Iterator[str]:
    """A sentence for each limit that the change does not keep."""
    counted = effect.counts()
    for name, word, most in (
        ("added", "新增预警", limits.added),
        ("removed", "消失预警", limits.removed),
        ("raised", "升高预警", limits.raised),
    ):
        if most is not None and counted[name] > most:
            yield f"{word} {counted[name]} 件，超过上限 {most} 件（--max-{name} {most}）。"
    missed = effect.missed()
    if limits.missed is not None and len(missed) > limits.missed:
        shown = "、".join(f"{each.event}（{each.subject}）" for each in missed[:3])
        yield f"会漏掉 {len(missed)} 个已知事件，超过上限 {limits.missed} 个（--max-missed {limits.missed}）：{shown}。"
    if limits.load is not None:
        for burden in effect.burdens:
            if burden.after.worst > max(
                limits.load, burden.before.worst
            ):  # what was so before is not this change's doing
                yield (
                    f"{effect.unit(burden.unit)}最忙的一周（至 {burden.after.worst_until}）新接 {burden.after.worst} 件（原 "
                    f"{burden.before.worst} 件），超过上限 {limits.load} 件（--max-load {limits.load}）。"
                )
