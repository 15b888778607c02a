"""What stands in which list: the open warnings of a night by level, change, deadline, unit, town and rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.intervene.lines import CHANGES, Duty, Entry
from riskengine.intervene.routing import current_places
from riskengine.intervene.wording import level_name
from riskengine.model.duty import Level
from riskengine.model.rulebook import Rulebook

__all__ = ["ANCHORS", "Listing", "by_change", "by_level", "by_rule", "by_town", "by_unit", "owed"]

ANCHORS = dict(zip(CHANGES, ("new", "raised", "going", "lowered", "lifted"), strict=True))
"""Change → anchor of its list."""


@dataclass(frozen=True)
class Listing:
    """One list, a section ``#anchor``, a row an entry. ``unit``: only this unit's duties are shown. ``path``: its own file."""

    anchor: str
    heading: str
    entries: Sequence[Entry]
    unit: str | None = None
    path: str | None = None


def by_level(alive: Sequence[Entry], levels: Iterable[Level]) -> list[Listing]:
    """All open ones, then level by level."""
    return [
        Listing("open", "全部在办", alive),
        *(
            Listing(f"level-{level.rank}", level_name(level), [entry for entry in alive if entry.level == level])
            for level in levels
        ),
    ]


def by_change(found: Sequence[Entry]) -> list[Listing]:
    """What is new tonight, raised, going on, lowered, lifted."""
    return [
        Listing(ANCHORS[change], f"今晚{change}", [entry for entry in found if entry.change == change])
        for change in CHANGES
    ]


def owed(alive: Sequence[Entry], rulebook: Rulebook, as_of: date) -> list[Listing]:
    """Late and unsigned, in all and by unit; a unit has a list only where it owes something."""

    def late(duty: Duty) -> bool:
        return (duty.left(as_of) or 0) < 0

    def unsigned(duty: Duty) -> bool:
        # what goes out tonight nobody can have signed yet
        return duty.signed_on is None and not duty.settled and duty.delivered_on < as_of

    kinds: tuple[tuple[str, str, Callable[[Duty], bool]], ...] = (
        ("late", "逾期未反馈", late),
        ("unsigned", "未签收", unsigned),
    )
    lists: list[Listing] = []
    for anchor, name, owes in kinds:
        lists.append(Listing(anchor, name, [entry for entry in alive if any(map(owes, entry.duties))]))
        for unit in rulebook.units.values():
            own = [e for e in alive if any(duty.unit == unit.id and owes(duty) for duty in e.duties)]
            if own:
                lists.append(Listing(f"{anchor}-{unit.id}", f"{name}：{unit.name}", own, unit.id))
    return lists


def by_unit(alive: Sequence[Entry], rulebook: Rulebook, paths: Mapping[str, str]) -> list[Listing]:
    """The units that have a line or a file tonight, line departments first, in the order of the rule book."""
    lists = []
    for unit in sorted(rulebook.units.values(), key=lambda each: (each.type, each.sort, each.id)):
        own = [entry for entry in alive if any(duty.unit == unit.id for duty in entry.duties)]
        if own or unit.id in paths:
            lists.append(Listing(f"unit-{unit.id}", unit.name, own, unit.id, paths.get(unit.id)))
    return lists


def by_town(alive: Sequence[Entry], rulebook: Rulebook, as_of: date) -> list[Listing]:
    """All towns, also quiet ones; last, under the county's own code, what belongs to no single town."""
    places = current_places(rulebook.places, as_of)
    towns = {code: place.name for code, place in places.items() if place.level == "town"}
    root = next((code for code, place in places.items() if place.parent is None), "county")
    rest = [entry for entry in alive if entry.town not in towns]
    return [
        *(Listing(f"town-{code}", name, [e for e in alive if e.town == code]) for code, name in towns.items()),
        Listing(f"town-{root}", "县级（不属单个乡镇）", rest),
    ]


def by_rule(alive: Sequence[Entry], rulebook: Rulebook) -> list[Listing]:
    """The rules that take part in an open warning, in the order of the rule book."""
    ids = dict.fromkeys((*rulebook.rules, *(rule for entry in alive for rule in entry.rules)))
    return [
        Listing(f"rule-{id_}", rulebook.rules[id_].title if id_ in rulebook.rules else id_, own)
        for id_ in ids
        if (own := [entry for entry in alive if id_ in entry.rules])
    ]
