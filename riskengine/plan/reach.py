"""What a change can reach: the rules and warnings that may differ. The rest is equal because nothing it is decided by
changed.

Warnings are one for a subject and theme, so those of one theme and one type of subject form a *lot*: a rule has a hand
in the warnings of its own lot alone, and in those of others only by merging.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from riskengine.model.duty import Route
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.names import names_used, signals_behind

__all__ = ["Lot", "Reach", "reach"]

Lot = tuple[str, str]
"""Theme and type of subject."""

_WORDS = {"title", "basis", "action", "false_causes", "evidence", "cases"}
"""Fields of a rule that are read, not reckoned with."""

_LIFE = _WORDS | {"opens", "keep", "inhibits", "theme"}
"""And those that have no say in its verdicts, only in what becomes of them."""


@dataclass(frozen=True)
class Reach:
    """``old`` and ``new``: the rule books narrowed to what must be played. ``lots``: whose warnings may differ.

    ``changed``: rules whose own verdicts, exceptions or life may differ. ``shared``: rules that both books decide
    alike. ``unaffected``: live rules that are not looked at, by id with title. ``one_pass``: signals, levels and
    places are equal, so both books can be weighed in one go.
    """

    old: Rulebook
    new: Rulebook
    lots: frozenset[Lot]
    changed: frozenset[str]
    shared: frozenset[str]
    unaffected: dict[str, str]
    one_pass: bool


def reach(old: Rulebook, new: Rulebook, *, everything: bool = False) -> Reach:
    """What has to be played to see every difference; ``everything`` plays all live rules."""
    ground = _ground(old) != _ground(new)
    both = {*old.rules, *new.rules}
    judged = {id_ for id_ in both if ground or _decided_by(old, id_, _LIFE) != _decided_by(new, id_, _LIFE)}
    for book in (old, new):
        judged |= _built_on(book, judged)
    differing = judged | {id_ for id_ in both if _decided_by(old, id_, _WORDS) != _decided_by(new, id_, _WORDS)}
    shared = {id_ for id_ in new.rules if id_ in old.rules} - judged
    excepted = {
        each.rule for each in {*old.exemptions} ^ {*new.exemptions} if each.rule in old.rules or each.rule in new.rules
    }
    changed = frozenset(
        id_ for id_ in differing | excepted if any(_status(book, id_) in ("live", "trial") for book in (old, new))
    )
    live = {id_ for id_ in changed if any(_status(book, id_) == "live" for book in (old, new))}
    units = sorted(old.units) != sorted(new.units)
    every = {_lot(rule) for book in (old, new) for rule in book.rules.values() if rule.status == "live"}
    if everything or units or [each.name for each in old.levels] != [each.name for each in new.levels]:
        lots = every
    else:
        lots = {_lot(book.rules[id_]) for book in (old, new) for id_ in live if id_ in book.rules}
        lots = _merging((old, new), lots | {lot for lot in every if _routes(old, lot) != _routes(new, lot)})
    narrowed = [_narrowed(book, lots) for book in (old, new)]
    unaffected = {r.id: r.title for r in new.rules.values() if r.status == "live" and _lot(r) not in lots}
    signals = all(old.signals[name] == new.signals[name] for name in _read(narrowed[0]) & _read(narrowed[1]))
    return Reach(
        narrowed[0],
        narrowed[1],
        frozenset(lots),
        changed,
        frozenset(shared & {*narrowed[0].rules, *narrowed[1].rules}),
        unaffected,
        one_pass=signals and not ground and not units,
    )


def _lot(rule: Rule) -> Lot:
    return rule.theme, rule.subject.value


def _status(book: Rulebook, id_: str) -> str | None:
    return book.rules[id_].status if id_ in book.rules else None


def _ground(book: Rulebook) -> list[Any]:
    """What every verdict stands on: the bands of the levels, the place tree and its population."""
    return [[(each.name, each.rank, each.score) for each in book.levels], book.places]


def _decided_by(book: Rulebook, id_: str, without: set[str]) -> str | None:
    rule = book.rules.get(id_)
    if rule is None:
        return None
    behind = signals_behind(book.signals, names_used(rule) - set(rule.parameters))
    content: list[Any] = [rule.model_dump(mode="json", exclude=without)]
    content += [sorted(book.units)] if rule.subject is Subject.UNIT else []
    content += [each.model_dump(mode="json") for each in sorted(behind, key=lambda signal: signal.name)]
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _read(book: Rulebook) -> set[str]:
    """Names of the signals that the book's rules read."""
    used = (names_used(rule) - set(rule.parameters) for rule in book.rules.values())
    return {signal.name for signal in signals_behind(book.signals, frozenset().union(*used))}


def _built_on(book: Rulebook, changed: Iterable[str]) -> set[str]:
    """Compounds that stand on a changed rule, through others too."""
    reached = set(changed)
    while True:
        further = {id_ for id_, rule in book.rules.items() if id_ not in reached and reached & set(_members(rule))}
        if not further:
            return reached
        reached |= further


def _members(rule: Rule) -> Iterator[str]:
    if rule.compound is not None:
        yield from (*rule.compound.all, *rule.compound.any, *rule.compound.none)
        if rule.compound.at_least is not None:
            yield from rule.compound.at_least.of


def _merging(books: Iterable[Rulebook], lots: set[Lot]) -> set[Lot]:
    """``lots``, those whose warnings theirs may take in, and, to know who takes theirs in, those above all of these."""
    pairs = {
        (_lot(rule), _lot(book.rules[each]))
        for book in books
        for rule in book.rules.values()
        if rule.status == "live"
        for each in rule.inhibits
        if each in book.rules
    }
    below = _closed(lots, pairs)
    return below | _closed(below, {(child, parent) for parent, child in pairs})


def _closed(lots: set[Lot], pairs: set[tuple[Lot, Lot]]) -> set[Lot]:
    while further := {to for of, to in pairs if of in lots} - lots:
        lots = lots | further
    return lots


def _routes(book: Rulebook, lot: Lot) -> list[Route]:
    """The routes that may take warnings of the lot, in order."""
    theme, type_ = lot
    return [
        route
        for route in book.routes
        if (not route.themes or theme in route.themes) and (not route.subjects or type_ in route.subjects)
    ]


def _narrowed(book: Rulebook, lots: set[Lot]) -> Rulebook:
    """The live rules of these lots and whatever their compounds stand on."""
    wanted = {rule.id for rule in book.rules.values() if rule.status == "live" and _lot(rule) in lots}
    while True:
        below = {each for id_ in wanted for each in _members(book.rules[id_]) if each in book.rules} - wanted
        if not below:
            break
        wanted |= below
    return replace(book, rules={id_: rule for id_, rule in book.rules.items() if id_ in wanted})
