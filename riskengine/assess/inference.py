"""durable-rules, held where it is right: the program of the inference worker.

Nothing else imports durable. Its C core has crashes and wrong answers outside a narrow subset, so this module stays
inside it:

* one flat fact a dossier, attributes 0 or 1, conditions attribute = constant joined by and / or: no joins, no
  arithmetic, no negation. "At least n of these" is a number on the fact, counted before it is asserted, and a
  condition number >= constant;
* one session, a fresh fact id each time, the fact retracted after its actions have run, never two facts at once;
* at most ``CLAUSES`` clauses, ``BRANCHES`` conditions that may be true at once and ``ATTRIBUTES`` attributes a
  ruleset: more are split;
* names are compared by a 32-bit hash inside, so generated names are checked for collisions;
* actions are plain functions of one argument that only add to a set (an exception in one would be swallowed);
* every ruleset has a rule ``seen`` that must fire for every fact: the proof that the fact arrived and its agenda
  ran to the end.

Protocol: one JSON request a line on standard input, one JSON answer a line on standard output; the worker ends with
its input.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from durable import engine

from riskengine.assess.dossier import Clause, Conclusion, Dossier

__all__ = ["Reasoner", "main"]

CLAUSES, BRANCHES, ATTRIBUTES = 30, 50, 200


class _Host(engine.Host):  # type: ignore[misc]
    """A host without its two timer threads, which never end and race with the facts."""

    def _run(self) -> None:
        pass


def _collect(into: set[Any], value: Any) -> Callable[[Any], None]:
    """An action of exactly one argument: anything else is taken for an asynchronous one and locks the session."""

    def action(_closure: Any) -> None:
        into.add(value)

    return action


def _note_seen(into: set[Any]) -> Callable[[Any], None]:
    def action(closure: Any) -> None:
        into.add(closure.m.id)

    return action


def _parts(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """The clauses in rulesets below the engine's limits; a long ``any`` becomes several clauses of one name."""
    pieces = [
        replace(clause, any=any_)
        for clause in clauses
        for any_ in ([clause.any[at : at + BRANCHES] for at in range(0, len(clause.any), BRANCHES)] or [()])
    ]
    parts: list[list[Clause]] = []
    for piece in pieces:
        if len(_attributes([piece])) > ATTRIBUTES:
            raise ValueError(f"one clause asks for more than {ATTRIBUTES} attributes")
        fits = parts and (
            len(parts[-1]) < CLAUSES
            and sum(max(1, len(each.any)) for each in (*parts[-1], piece)) <= BRANCHES
            and len(_attributes([*parts[-1], piece])) <= ATTRIBUTES
        )
        if fits:
            parts[-1].append(piece)
        else:
            parts.append([piece])
    return parts


def _attributes(clauses: Sequence[Clause]) -> list[str]:
    return sorted({name for clause in clauses for name in (*clause.all, *clause.any, *clause.none)})


def _counts(clauses: Sequence[Clause]) -> dict[tuple[str, ...], str]:
    """The lists of which clauses ask for at least n, each with the name of the number that counts it."""
    lists = dict.fromkeys(tuple(sorted(set(clause.of))) for clause in clauses if clause.count)
    return {of: f"n{number}" for number, of in enumerate(lists)}


def _check_names(names: Sequence[str]) -> None:
    """Raises ValueError where two names share a 32-bit FNV-1a hash: to the engine they would be one."""
    seen: dict[int, str] = {}
    for name in names:
        value = 2166136261
        for byte in name.encode():
            value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
        if value in seen:
            raise ValueError(f"attributes {seen[value]} and {name} share a hash")
        seen[value] = name


class _Ruleset:
    """One ruleset of the engine. ``fire`` asserts one fact, collects what fired, retracts it."""

    def __init__(self, name: str, clauses: Sequence[Clause], ids: itertools.count[int]) -> None:
        self.name, self.ids = name, ids
        self.attributes, self.counts = _attributes(clauses), _counts(clauses)
        _check_names([*self.attributes, *self.counts.values(), "id", "sid", "seen"])
        self.fired: set[str] = set()
        self.seen: set[int] = set()
        rules: dict[str, Any] = {"seen": {"all": [{"m": {"seen": 1}}], "run": _note_seen(self.seen)}}
        for number, clause in enumerate(clauses):
            terms: list[dict[str, Any]] = [{each: 1} for each in clause.all] + [{each: 0} for each in clause.none]
            if clause.any:
                branches = [{each: 1} for each in clause.any]
                terms.append({"$or": branches} if len(branches) > 1 else branches[0])
            if clause.count:
                terms.append({"$gte": {self.counts[tuple(sorted(set(clause.of)))]: clause.count}})
            condition = {"$and": terms} if len(terms) > 1 else terms[0]
            rules[f"r{number}"] = {"all": [{"m": condition}], "run": _collect(self.fired, clause.name)}
        self.host = _Host({name: rules})

    def fire(self, true: set[str]) -> set[str]:
        """The names of the clauses that the engine fires for the attributes ``true``."""
        self.fired.clear()
        self.seen.clear()
        number = next(self.ids)
        fact = {"id": number, "sid": "s", "seen": 1, **{name: int(name in true) for name in self.attributes}}
        fact |= {name: sum(each in true for each in of) for of, name in self.counts.items()}
        self.host.assert_fact(self.name, dict(fact))
        self.host.retract_fact(self.name, dict(fact))
        if self.seen != {number}:
            raise RuntimeError(f"fact {number} was not seen by ruleset {self.name}")
        return set(self.fired)


class Reasoner:
    """A block of clauses, compiled once. A host is never freed by the engine, so a worker keeps and reuses its
    reasoners.
    """

    def __init__(self, clauses: Sequence[Clause], ids: itertools.count[int]) -> None:
        self.sets = {clause.name: clause.sets for clause in clauses}
        self.rulesets = [_Ruleset(f"k{next(ids)}", part, ids) for part in _parts(clauses)]

    def conclude(self, dossier: Dossier) -> Conclusion:
        """Rounds over fresh facts until a round concludes nothing new."""
        true, found = set(dossier), set[str]()
        while new := {name for ruleset in self.rulesets for name in ruleset.fire(true)} - found:
            found |= new
            true.update(attribute for name in new for attribute in self.sets[name])
        return frozenset(found)


def _clause(fields: Sequence[Any]) -> Clause:
    """A clause as it came through JSON, lists for tuples."""
    name, all_, any_, none, sets, of, count = fields
    return Clause(name, tuple(all_), tuple(any_), tuple(none), tuple(sets), tuple(of), count)


def main() -> None:
    """Answer requests until the input ends. Whatever the C core prints goes to standard error, never between the
    answers.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    warnings.simplefilter("ignore", DeprecationWarning)  # utcfromtimestamp, on every action under 3.12
    ids = itertools.count(1)
    reasoners: dict[str, Reasoner] = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            key = json.dumps(request["clauses"])
            if key not in reasoners:
                reasoners[key] = Reasoner([_clause(each) for each in request["clauses"]], ids)
            drawn = [sorted(reasoners[key].conclude(frozenset(each))) for each in request["dossiers"]]
            answer = {"drawn": drawn, "end": len(request["dossiers"]), "reasoners": len(reasoners)}
        except Exception as error:  # the worker must answer whatever went wrong; the night turns it into a sentence
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
