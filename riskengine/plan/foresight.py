"""Values that only start after the last night that is played: taken as if they had been in force all along, and said so.

An analyst dates a new threshold from next month on. On past nights it would change nothing, and a plan that shows nothing would be
believed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from riskengine.model.rule import Parameter, Rule
from riskengine.model.rulebook import Rulebook

__all__ = ["brought_forward"]


def brought_forward(old: Rulebook, new: Rulebook, last: date) -> tuple[Rulebook, list[str]]:
    """``new`` with each parameter's newest value in force on every night, where that value starts after ``last`` and ``old`` does
    not have it; and one sentence for each.
    """
    rules, said = dict(new.rules), []
    for id_, rule in new.rules.items():
        early = {name: _early(old.rules.get(id_), name, held, last) for name, held in rule.parameters.items()}
        if any(early.values()):
            changed = {name: early[name] or held for name, held in rule.parameters.items()}
            rules[id_] = rule.model_copy(update={"parameters": changed})
        for name, held in rule.parameters.items():
            if early[name]:
                since = max(held.values)
                said.append(
                    f"规则“{rule.title}”参数“{name}”的新值 {held.values[since]:g}{held.unit} 自 {since} 起生效，晚于推演的最后一夜 {last}："
                    "推演当作它一直有效。"
                )
    return replace(new, rules=rules), said


def _early(before: Rule | None, name: str, held: Parameter, last: date) -> Parameter | None:
    since = max(held.values)
    known = before.parameters[name].values if before is not None and name in before.parameters else {}
    if since <= last or known.get(since) == held.values[since]:
        return None
    return held.model_copy(update={"values": {date.min: held.values[since]}})
