"""What compounds mean, in plain Python and without any set: the oracle of a whole pass over many nights."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from tests.assess.compound_cases import PLACES, book, compound, plain

HIT, UNKNOWN, CLEAR = 1.0, 0.5, 0.0
LEVELS = ("village", "town", "county")
_PARENT = {place.code: place.parent for place in PLACES}


def _lies_in(place: str | None, above: str) -> bool:
    while place is not None and place != above:
        place = _PARENT[place]
    return place is not None


class Meaning:
    """``verdicts``: (night, rule, place) → said, of plain rules; ``evaluated``: (night, rule) of plain rules."""

    def __init__(
        self,
        rulebook: Rulebook,
        verdicts: Mapping[tuple[date, str, str], str],
        evaluated: set[tuple[date, str]],
        nights: Sequence[date],
    ) -> None:
        self.rules, self.said, self.evaluated, self.nights = rulebook.rules, verdicts, evaluated, set(nights)
        self.places = {level: [place.code for place in PLACES if place.level == level] for level in LEVELS}
        self.memo: dict[tuple[date, str, str], float] = {}

    def value(self, night: date, rule: Rule, place: str) -> float:
        """The rule's own verdict on one of its subjects, on one night."""
        if rule.compound is None:
            return {"hit": HIT, "unknown": UNKNOWN, None: CLEAR}[self.said.get((night, rule.id, place))]
        if night not in self.nights or (rule.until and night > rule.until) or rule.status not in ("live", "trial"):
            return CLEAR
        key = (night, rule.id, place)
        if key not in self.memo:
            parts, seen = rule.compound, {}
            for each in (*parts.counted, *parts.none):
                seen[each] = self.seen(night, each, rule, place)
            terms = [seen[each] for each in parts.all] + [1 - seen[each] for each in parts.none]
            terms += [max(seen[each] for each in parts.any)] if parts.any else []
            if parts.at_least:
                terms.append(sorted((seen[m] for m in parts.at_least.of), reverse=True)[parts.at_least.count - 1])
            self.memo[key] = min(terms)
        return self.memo[key]

    def seen(self, night: date, member: str, asking: Rule, place: str) -> float:
        """What a compound sees of a member at one of its own subjects."""
        rule = self.rules[member]
        if rule.status not in ("live", "trial") or (rule.status == "trial" and asking.status == "live"):
            return CLEAR
        if rule.until and night > rule.until:
            return CLEAR
        below = [each for each in self.places[rule.subject.value] if _lies_in(each, place)]
        within = [night - timedelta(back) for back in range(asking.compound.within)]
        if any(self.value(day, rule, each) == HIT for day in within for each in below):
            return HIT
        broken = rule.compound is None and (night, member) not in self.evaluated
        return UNKNOWN if broken or any(self.value(night, rule, each) == UNKNOWN for each in below) else CLEAR

    def expected(self) -> set[tuple[date, str, str, str]]:
        """All verdicts of compounds that are not clear: (night, rule, place, verdict)."""
        found = set()
        for rule in self.rules.values():
            for night in self.nights if rule.compound else ():
                for place in self.places[rule.subject.value]:
                    if value := self.value(night, rule, place):
                        found.add((night, rule.id, place, "hit" if value == HIT else "unknown"))
        return found


def random_book(seed: int, last: date) -> Rulebook:
    """Some plain rules and ten compounds over them and over one another, of all forms, in no particular order."""
    random_ = random.Random(seed)
    rules = [plain(id_, random_.choice(LEVELS[:2])) for id_ in "abcde"]
    rules.append(plain("f", "town", status="trial", until=last - timedelta(random_.randint(0, 8))))
    for number in range(10):
        level = random_.randrange(3)
        seen = [rule.id for rule in rules if LEVELS.index(rule.subject.value) <= level]
        random_.shuffle(seen)
        parts = [[seen.pop() for _ in range(random_.choice((0, 1, 1, 2))) if seen] for _ in range(3)]
        of = [seen.pop() for _ in range(random_.choice((0, 2, 3, 4))) if seen]
        least = (random_.randint(1, len(of)), " ".join(of)) if len(of) > 1 else None
        if not (parts[0] or parts[1] or least):
            continue
        on_trial = {"status": "trial", "until": last - timedelta(random_.randint(0, 8))} if number % 4 == 3 else {}
        all_, any_, none = (" ".join(each) for each in parts)
        rules.append(
            compound(f"c{number}", LEVELS[level], all=all_, any=any_, none=none, at_least=least,
                     within=random_.choice((1, 1, 2, 4)), **on_trial)
        )  # fmt: skip
    random_.shuffle(rules)
    return book(*rules)
