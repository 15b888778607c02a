"""Which members count for a compound, and in which order compounds are concluded: a blocker, a compound of another
subject type, one on trial and one whose earlier nights count before whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskengine.errors import EngineFault
from riskengine.model.rule import Rule
from riskengine.model.subject import Subject

__all__ = ["Block", "blocks", "feeds"]


@dataclass(frozen=True)
class Block:
    """Compounds of one subject type that are concluded together, in rounds; each layer builds on those before it."""

    subject: Subject
    layers: tuple[tuple[Rule, ...], ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The compounds, each after those it builds on."""
        return tuple(rule for layer in self.layers for rule in layer)


def feeds(member: Rule | None, rule: Rule) -> bool:
    """Whether hits of ``member`` count for the compound ``rule``; None is a rule that is not evaluated.

    A trial rule reaches nobody, not through a live compound either: it feeds only what is on trial itself.
    """
    return member is not None and (member.status != "trial" or rule.status == "trial")


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
            # Its members' hits of earlier nights count: all nights of the pass must be stored before it is asked.
            reaches_back = rule.compound is not None and rule.compound.within > 1
            for member, blocking in _members(rule):
                if not feeds(compounds.get(member), rule):
                    continue
                below = compounds[member]  # one on trial may end within the pass, so its nights are stored first too
                step = int(blocking or reaches_back or below.status == "trial" or below.subject is not rule.subject)
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
    found = []
    for level, place in keys:
        chosen = [
            rule for rule in compounds.values() if (stratum[rule.id], order.index(rule.subject)) == (level, place)
        ]
        depths = sorted({depth[rule.id] for rule in chosen})
        layers = tuple(tuple(rule for rule in chosen if depth[rule.id] == each) for each in depths)
        found.append(Block(order[place], layers))
    return found


def _members(rule: Rule) -> list[tuple[str, bool]]:
    """Ids of the rules a compound builds on, each with whether it is a blocker."""
    assert rule.compound is not None
    positive = [(each, False) for each in rule.compound.counted]
    return positive + [(each, True) for each in rule.compound.none]
