"""The life of warnings as a walk through many nights in plain Python: what :mod:`riskengine.assess.life` means.

A night decides its own warnings in SQL and keeps them; a look at many nights under other rules walks over the few
verdicts that are not clear instead, writing nothing. Both must say the same, and a property test holds them together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from riskengine.assess.reopened import graver_ranks
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook

__all__ = ["Closing", "Sighting", "Standing", "Suppression", "Walk", "walk"]

Sighting = tuple[date, str, str, str, str, int | None, float | None]
"""A row of ``assess.verdict``: as_of, rule, subject_type, subject, verdict (hit or unknown), level, score."""

_Who = tuple[str, str]  # subject type and subject
_Key = tuple[str, str, str]  # a warning is one for a subject and theme, a trial's for a subject and rule


@dataclass(frozen=True, slots=True)
class Standing:
    """A warning on one night, as ``assess.state`` has it; for a trial, ``rules`` holds the one rule.

    ``opened_on`` tells episodes on the same subject and theme (for a trial: subject and rule) apart. ``level`` is a
    rank, 1 the gravest. On the night of 解除 level, score and rules are those of the night before. ``reopened``: the closing that
    it came back after, whose raise its level has; None for one that has none.
    """

    as_of: date
    subject_type: str
    subject: str
    theme: str
    opened_on: date
    change: str
    level: int
    score: float | None
    rules: tuple[str, ...]
    stale: bool
    reopened: str | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing under watch: a row of ``review.watch``, known since the night ``known_on``, watched through ``until``.

    ``undone``: the first night on which it no longer stood, None while it stands.
    """

    known_on: date
    id: str
    subject_type: str
    subject: str
    theme: str
    closed_on: date
    until: date
    outcome: str
    undone: date | None = None

    def watched(self, as_of: date) -> bool:
        """Whether a warning that opens on the night comes back after this closing."""
        stands = self.undone is None or self.undone >= as_of
        return stands and self.known_on < as_of and self.closed_on < as_of <= self.until


@dataclass(frozen=True, slots=True)
class Suppression:
    """A hit that an exception kept from raising a warning."""

    as_of: date
    rule: str
    subject_type: str
    subject: str
    level: int


@dataclass(frozen=True, slots=True)
class Walk:
    """What the nights bring: live warnings, what trial rules would have warned of, suppressed hits.

    Night by night; within a night newly opened ones first in the order in which they are numbered, then the rest.
    """

    live: tuple[Standing, ...]
    trial: tuple[Standing, ...]
    suppressed: tuple[Suppression, ...]


def walk(
    rulebook: Rulebook,
    nights: Sequence[date],
    evaluated: Iterable[tuple[date, str]],
    verdicts: Iterable[Sighting],
    closings: Iterable[Closing] = (),
) -> Walk:
    """The life of all warnings over ``nights`` (in order), none being open before the first.

    ``evaluated``: as_of and rule of ``assess.evaluated``. ``verdicts``: the hits, and the unknowns at least of those
    rules and subjects that hit some night; those of other subjects change nothing. What lies before the first of
    ``nights`` is history that counts for ``for`` and ``keep``. Exceptions are those of ``rulebook``, on all nights. ``closings``: what
    was closed and watched in these nights; it raises warnings that open under it where the rule book says so.
    """
    watched: dict[_Key, list[Closing]] = defaultdict(list)
    for each in sorted(closings, key=lambda each: (each.closed_on, each.id)):
        if each.outcome in rulebook.rebound.raises:
            watched[each.subject_type, each.subject, each.theme].append(each)
    raised = _Raised(graver_ranks(rulebook.levels), watched)
    seen = _Seen(rulebook, evaluated, verdicts)
    live: list[Standing] = []
    trial: list[Standing] = []
    open_live: Mapping[_Key, Standing] = {}
    open_trial: Mapping[_Key, Standing] = {}
    for as_of in nights:
        rules = [rule for rule in rulebook.rules.values() if rule.status == "live"]
        states = _states(seen, rules, open_live, as_of, lambda rule: rule.theme, raised)
        live += states.values()
        open_live = {key: each for key, each in states.items() if each.change != "解除"}

        rules = [rule for rule in rulebook.rules.values() if rule.until is not None and as_of <= rule.until]
        states = _states(seen, rules, open_trial, as_of, lambda rule: rule.id)
        trial += states.values()
        open_trial = {key: each for key, each in states.items() if each.change != "解除"}
    shown = set(nights)
    return Walk(tuple(live), tuple(trial), tuple(each for each in seen.suppressed if each.as_of in shown))


@dataclass(frozen=True, slots=True)
class _Raised:
    """Closings by what they were about, oldest first, and by which rank a level is raised."""

    graver: Mapping[int, int]
    closings: Mapping[_Key, Sequence[Closing]]

    def of(self, key: _Key, before: Standing | None, as_of: date) -> str | None:
        """The closing that a warning comes back after; decided on the night it opens."""
        if before is not None:
            return before.reopened
        return next((each.id for each in reversed(self.closings.get(key, ())) if each.watched(as_of)), None)


@dataclass(frozen=True, slots=True)
class _Hold:
    """A rule that holds a warning tonight, at the level and score of its gravest hit of late."""

    rule: Rule
    level: int
    score: float | None
    stale: bool


def _states(
    seen: _Seen,
    rules: Sequence[Rule],
    prior: Mapping[_Key, Standing],
    as_of: date,
    of: Callable[[Rule], str],
    raised: _Raised | None = None,
) -> dict[_Key, Standing]:
    """All warnings of ``rules`` that are open or lifted tonight; ``prior``: those open when last night ended."""
    holds: dict[_Key, list[_Hold]] = defaultdict(list)
    for rule in rules:
        parts = {(each.subject_type, each.subject) for each in prior.values() if rule.id in each.rules}
        for who in parts | seen.hit_on(as_of, rule.id):
            hold = _hold(seen, rule, who, as_of, part=who in parts)
            if hold is not None:
                holds[*who, of(rule)].append(hold)
    opened: list[tuple[_Key, Standing]] = []
    living: list[tuple[_Key, Standing]] = []
    for key, held in holds.items():
        before = prior.get(key)
        level = min(each.level for each in held)
        reopened = raised.of(key, before, as_of) if raised else None
        if raised and reopened:
            level = raised.graver.get(level, level)
        state = Standing(
            as_of=as_of,
            subject_type=key[0],
            subject=key[1],
            theme=held[0].rule.theme,
            opened_on=before.opened_on if before else as_of,
            change=_change(before, level),
            level=level,
            score=max((each.score for each in held if each.score is not None), default=None),
            rules=tuple(each.rule.id for each in held),
            stale=any(each.stale for each in held),
            reopened=reopened,
        )
        (living if before else opened).append((key, state))
    opened.sort(key=lambda each: (each[1].level, each[1].theme, each[0]))
    lifted = [
        (key, replace(p, as_of=as_of, change="解除", stale=False)) for key, p in prior.items() if key not in holds
    ]
    return dict(opened + sorted(living + lifted, key=lambda each: (each[1].opened_on, each[0])))


def _hold(seen: _Seen, rule: Rule, who: _Who, as_of: date, *, part: bool) -> _Hold | None:
    """Whether the rule holds a warning on ``who`` tonight. A part stays while the last ``keep`` known nights have a
    hit; else a hit tonight takes it in, where ``for`` is met.
    """
    wanted = rule.persistence
    known = list(islice(seen.known(rule.id, who, as_of), max(wanted.nights, wanted.keep)))
    late = [(level, back, score) for back, (hit, level, score) in enumerate(known[: wanted.keep]) if hit]
    enough = sum(hit for hit, _, _ in known[: wanted.nights]) >= wanted.hits
    tonight = who in seen.hit_on(as_of, rule.id)
    if not late or not (part or (tonight and enough)):
        return None
    level, _, score = min(late, key=lambda each: each[:2])
    return _Hold(rule, level, score, stale=not seen.clear_sight(rule.id, who, as_of))


def _change(before: Standing | None, level: int) -> str:
    if before is None:
        return "新增"
    return "升级" if level < before.level else "降级" if level > before.level else "持续"


class _Seen:
    """The verdicts of all nights, by night and rule; suppressed hits count as clear."""

    def __init__(self, rulebook: Rulebook, evaluated: Iterable[tuple[date, str]], verdicts: Iterable[Sighting]) -> None:
        nights: dict[str, set[date]] = defaultdict(set)
        for as_of, rule in evaluated:
            nights[rule].add(as_of)
        self._nights = {rule: sorted(days) for rule, days in nights.items()}
        self._evaluated = nights
        self._hits: dict[tuple[date, str], dict[_Who, tuple[int, float | None]]] = defaultdict(dict)
        self._unknown: dict[tuple[date, str], set[_Who]] = defaultdict(set)
        self.suppressed: list[Suppression] = []
        breaks = {level.name: level.rank for level in rulebook.levels}
        gravest = min(breaks.values())
        exempt: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
        for each in rulebook.exemptions:
            exempt[each.rule, each.subject].append((each.until, breaks.get(each.breaks_at or "", gravest)))
        for as_of, rule, type_, subject, verdict, level, score in verdicts:
            if verdict == "unknown" or level is None:
                self._unknown[as_of, rule].add((type_, subject))
            elif any(as_of <= until and level > rank for until, rank in exempt.get((rule, subject), ())):
                self.suppressed.append(Suppression(as_of, rule, type_, subject, level))
            else:
                self._hits[as_of, rule][type_, subject] = (level, score)
        self.suppressed.sort(key=lambda each: (each.as_of, each.rule, each.subject))

    def hit_on(self, as_of: date, rule: str) -> set[_Who]:
        """Subjects that the rule hits on the night, exceptions taken off."""
        return set(self._hits.get((as_of, rule), ())) if as_of in self._evaluated[rule] else set()

    def clear_sight(self, rule: str, who: _Who, as_of: date) -> bool:
        """Whether the night is known: the rule was evaluated and its verdict was not unknown."""
        return as_of in self._evaluated[rule] and who not in self._unknown.get((as_of, rule), ())

    def known(self, rule: str, who: _Who, as_of: date) -> Iterator[tuple[bool, int, float | None]]:
        """The known nights up to ``as_of``, newest first: hit or clear, level and score of a hit."""
        nights = self._nights.get(rule, [])
        for night in reversed(nights[: bisect_right(nights, as_of)]):
            if who in self._unknown.get((night, rule), ()):
                continue
            hit = self._hits.get((night, rule), {}).get(who)
            yield (False, 0, None) if hit is None else (True, *hit)
