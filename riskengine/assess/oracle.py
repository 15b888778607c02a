"""What a compound means: forward chaining in ten lines. The engine that does the work is held to this every night."""

from __future__ import annotations

from collections.abc import Sequence

from riskengine.assess.dossier import Clause, Conclusion, Dossier
from riskengine.errors import EngineFault

__all__ = ["compare", "conclude"]


def conclude(clauses: Sequence[Clause], dossiers: Sequence[Dossier]) -> list[Conclusion]:
    """The clauses that hold for each dossier, in the order of the dossiers: rounds until nothing new is concluded."""
    return [_chain(clauses, dossier) for dossier in dossiers]


def _chain(clauses: Sequence[Clause], dossier: Dossier) -> Conclusion:
    true, found = set(dossier), set[str]()
    while new := [clause for clause in clauses if clause.name not in found and clause.holds(true)]:
        found.update(clause.name for clause in new)
        true.update(attribute for clause in new for attribute in clause.sets)
    return frozenset(found)


def compare(
    clauses: Sequence[Clause], dossiers: Sequence[Dossier], drawn: Sequence[Conclusion], titles: dict[str, str]
) -> None:
    """Nothing where ``drawn`` is what the clauses mean. Raises EngineFault on the first difference.

    ``titles``: clause name → the rule as the operator knows it.
    """
    if len(drawn) != len(dossiers):
        raise EngineFault(
            f"推理结论与校验不一致：交出{len(dossiers)}份情形，只收回{len(drawn)}份结论。今晚的研判没有写入，请报告开发人员。"
        )
    for dossier, expected, actual in zip(dossiers, conclude(clauses, dossiers), drawn, strict=True):
        if expected == actual:
            continue
        extra = "、".join(sorted(titles.get(name, name) for name in actual - expected)) or "无"
        missing = "、".join(sorted(titles.get(name, name) for name in expected - actual)) or "无"
        raise EngineFault(
            f"推理结论与校验不一致：推理多得出{extra}，漏掉{missing}（情形：{'、'.join(sorted(dossier)) or '空'}）。"
            "今晚的研判没有写入，请报告开发人员。"
        )
