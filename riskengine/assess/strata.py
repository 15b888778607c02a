"""In which order compounds are concluded: a blocker, and a compound of another subject type, before whoever asks for
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskengine.errors import EngineFault
from riskengine.model.rule import Rule
from riskengine.model.subject import Subject

__all__ = ["Block", "blocks"]


@dataclass(frozen=True)
class Block:
    """Compounds of one subject type that are concluded together, in rounds; ``rules`` lists each after those it builds
    on.
    """

    subject: Subject
    rules: tuple[Rule, ...]


def blocks(rules: Sequence[Rule]) -> list[Block]:
    """The compounds among ``rules`` as blocks, lowest stratum first; inside a stratum in the order of the subject
    types.

    Raises EngineFault where compounds build on each other in a circle (the rule book refuses that when it is
    loaded).
    """
    compounds = {rule.id: rule for rule in rules if rule.compound is not None}
    stratum = dict.fromkeys(compounds, 0)
    depth = dict.fromkeys(compounds, 0)
    for _ in range(len(compounds) + 1):
        changed = False
        for rule in compounds.values():
            for member, blocking in _members(rule):
                if member not in compounds:
                    continue
                step = int(blocking or compounds[member].subject is not rule.subject)
                wanted, deep = stratum[member] + step, depth[member] + 1
                if wanted > stratum[rule.id] or deep > depth[rule.id]:
                    stratum[rule.id], depth[rule.id] = max(wanted, stratum[rule.id]), max(deep, depth[rule.id])
                    changed = True
        if not changed:
            break
    else:
        circle = "、".join(rules.title for rules in compounds.values() if depth[rules.id] > len(compounds))
        raise EngineFault(
            f"复合规则互相引用成了圈（{circle or '、'.join(compounds)}），无法推理。请在 rules/warnings 中拆开。"
        )
    order = list(Subject)
    keys = sorted({(stratum[rule.id], order.index(rule.subject)) for rule in compounds.values()})
    return [
        Block(
            order[place],
            tuple(
                sorted(
                    (
                        each
                        for each in compounds.values()
                        if (stratum[each.id], order.index(each.subject)) == (level, place)
                    ),
                    key=lambda each: depth[each.id],
                )
            ),
        )
        for level, place in keys
    ]


def _members(rule: Rule) -> list[tuple[str, bool]]:
    """Ids of the rules a compound builds on, each with whether it is a blocker."""
    assert rule.compound is not None
    positive = [(each, False) for each in (*rule.compound.all, *rule.compound.any)]
    return positive + [(each, True) for each in rule.compound.none]
