"""The effect of a rule change over past nights: everything a plan found, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from riskengine.model.rulebook import Rulebook
from riskengine.plan.burden import Burden
from riskengine.plan.known import Event, Precision
from riskengine.plan.noun import KINDS, Change, Difference, Kind

__all__ = ["Effect"]


@dataclass(frozen=True)
class Effect:
    """``nights``: those that were compared; ``warm_up``: nights played before them so that states are right;
    ``wanted``: how many were asked for. ``played`` and ``unaffected``: live rules, id → title. ``notes``: what a
    reader must know.

    ``opened``: open warnings by night, before and after, of the themes played. ``against``: what the old rules are.
    """

    against: str
    nights: tuple[date, ...]
    warm_up: int
    wanted: int
    changes: tuple[Change, ...]
    themes: tuple[str, ...]
    played: Mapping[str, str]
    unaffected: Mapping[str, str]
    differences: tuple[Difference, ...]
    burdens: tuple[Burden, ...]
    precision: tuple[Precision, ...]
    events: tuple[Event, ...]
    opened: tuple[Mapping[date, int], Mapping[date, int]]
    notes: tuple[str, ...]
    old: Rulebook
    new: Rulebook

    def of(self, kind: Kind) -> tuple[Difference, ...]:
        """The differences of one kind."""
        return tuple(each for each in self.differences if each.kind == kind)

    def counts(self) -> dict[str, int]:
        """How many differences of each kind, in order of gravity."""
        return {kind: len(self.of(kind)) for kind in KINDS}

    def missed(self) -> tuple[Event, ...]:
        """Known events that only the old rules find. A receipt of an event that the truth file names too counts
        once.
        """
        lost = [each for each in self.events if each.became == "漏掉"]
        truth = {(each.theme, each.subject) for each in lost if each.source == "真值"}
        return tuple(e for e in lost if e.source == "真值" or (e.theme, e.subject) not in truth)

    def level(self, rank: int | None) -> str:
        """Name of the level, by the new rules, else the old ones."""
        names = {each.rank: each.name for book in (self.old, self.new) for each in book.levels}
        return names.get(rank or 0, f"{rank}级")

    def unit(self, id_: str | None) -> str:
        """Name of the unit."""
        for book in (self.new, self.old):
            if id_ in book.units:
                return book.units[id_ or ""].name
        return id_ or "无人"

    def rule(self, id_: str) -> str:
        """Title of the rule."""
        return next((book.rules[id_].title for book in (self.new, self.old) if id_ in book.rules), id_)

    def by(self, what: str) -> list[tuple[str, dict[Kind, int]]]:
        """Counts by ``rule``, ``level`` or ``unit``: the name, and how many of each kind. A warning of several rules
        counts for each; level and lead are those of the side that has it, the new one where both do.
        """
        found: dict[str, dict[Kind, int]] = {}
        for each in self.differences:
            side = each.after or each.before
            names: Iterable[str] = {
                "rule": [self.rule(rule) for rule in each.rules],
                "level": [self.level(side.level if side else None)],
                "unit": [self.unit(side.lead if side else None)],
            }[what]
            for name in names:
                mine = found.setdefault(name, {})
                mine[each.kind] = mine.get(each.kind, 0) + 1
        order = {self.level(each.rank): each.rank for each in self.new.levels}
        return sorted(found.items(), key=lambda e: (order.get(e[0], 0), -sum(e[1].values()), e[0]))

    def head(self) -> str:
        """One sentence: what was compared over which nights, and what came of it."""
        span = f"{self.nights[0]} 至 {self.nights[-1]} 共 {len(self.nights)} 夜"
        counted = [f"{word} {len(self.of(kind))} 件" for kind, word in KINDS.items() if self.of(kind)]
        if not counted:
            what = f"推演了 {len(self.played)} 条规则" if self.played else "没有规则需要推演"
            return f"对照 {self.against}，{span}：预警没有任何不同（{what}）。"
        return f"对照 {self.against}，{span}：{'，'.join(counted)}。"

    def json(self) -> dict[str, Any]:
        """Everything as plain values: days as ISO text, levels as rank and name, units as id and name."""
        one, two = self.opened
        return {
            "against": self.against,
            "nights": {"first": _plain(self.nights[0]), "last": _plain(self.nights[-1]), "count": len(self.nights),
                       "wanted": self.wanted, "warm_up": self.warm_up},
            "summary": self.head(),
            "counts": self.counts(),
            "changes": [asdict(each) | {"text": str(each)} for each in self.changes],
            "themes": list(self.themes),
            "played": dict(self.played),
            "unaffected": dict(self.unaffected),
            "differences": [self._difference(each) for each in self.differences],
            "by_rule": dict(self.by("rule")),
            "by_level": dict(self.by("level")),
            "by_unit": dict(self.by("unit")),
            "load": [{"name": self.unit(each.unit), **_plain(asdict(each))} for each in self.burdens],
            "precision": [_plain(asdict(each)) for each in self.precision],
            "events": [_plain(asdict(each)) for each in self.events],
            "open": [{"as_of": _plain(day), "before": one[day], "after": two[day]} for day in self.nights],
            "notes": list(self.notes),
        }  # fmt: skip

    def _difference(self, each: Difference) -> dict[str, Any]:
        told: dict[str, Any] = _plain(asdict(each))
        for side in ("before", "after"):
            if told[side] is not None:
                told[side]["level_name"] = self.level(told[side]["level"])
                told[side]["lead_name"] = self.unit(told[side]["lead"])
        return told


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
