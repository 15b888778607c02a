"""Cases of a rule book, run by the night's own code on empty tables in memory: as many at once as cannot see each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from riskengine.assess.nights import Nights
from riskengine.cases.alive import Seen, live, outcomes, sweep
from riskengine.cases.given import given_values, seen_values, weigh_given
from riskengine.cases.laid import Ground, Laid
from riskengine.cases.members import chunks, given_members, judge_given
from riskengine.cases.outcome import Result, differences
from riskengine.cases.recorded import forget_records, step_tables, weigh_recorded
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.case_series import written_series
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory

__all__ = ["Wanted", "run_cases"]

Wanted = Callable[[Rule, int], bool]
"""Whether a rule's case at an index is to be run."""


def run_cases(rulebook: Rulebook, scratch: Path, wanted: Wanted = lambda rule, index: True) -> list[Result]:
    """Run the wanted cases of all rules, in the order of the files. Every rule is run as a live one, whatever its status.

    Nothing is read but the rule book, nothing is written but below ``scratch``. Raises EngineFault where the inference fails.
    """
    ground = Ground(rulebook)
    tried = (rule.model_copy(update={"status": "live", "until": None}) for rule in rulebook.rules.values())
    asked = [(rule, index) for rule in tried for index in range(len(rule.cases)) if wanted(rule, index)]
    laid = [ground.lay(number, rule, index) for number, (rule, index) in enumerate(asked)]
    if not laid:
        return []
    found: dict[int, Result] = {}
    with laboratory(None, scratch) as con:
        for results in _batches(con, rulebook, laid, ground):
            found |= results
    return [replace(found[each.number], rule=rulebook.rules[each.rule.id]) for each in laid]


def _batches(con: Connection, rulebook: Rulebook, laid: Sequence[Laid], ground: Ground) -> Iterator[dict[int, Result]]:
    given, members = defaultdict[date, list[Laid]](list), defaultdict[date, list[Laid]](list)
    for each in laid:
        if each.case.records:
            yield _recorded(con, rulebook, each, ground)
        else:
            (members if each.case.members else given)[each.case.as_of].append(each)
    for batch in given.values():
        yield _given(con, rulebook, batch, ground)
    for on_one_night in members.values():
        for batch in chunks(on_one_night):
            yield _members(con, rulebook, batch)


def _given(con: Connection, rulebook: Rulebook, batch: Sequence[Laid], ground: Ground) -> dict[int, Result]:
    sweep(con)
    nights = _nights(batch)
    faults = weigh_given(con, rulebook, batch, nights, ground)
    live(con, rulebook, batch, nights.days, {laid.number: laid.marked for laid in batch})
    seen = {}
    for laid in batch:
        values = seen_values(con, rulebook, laid, laid.marked) if laid.rule.id not in faults else []
        seen[laid.number] = Seen(laid.marked, values or _as_written(laid))
    return _results(con, rulebook, batch, seen, faults)


def _members(con: Connection, rulebook: Rulebook, batch: Sequence[Laid]) -> dict[int, Result]:
    sweep(con)
    nights = _nights(batch)
    faults = judge_given(con, rulebook, batch, nights)
    live(con, rulebook, batch, nights.days, {laid.number: laid.marked for laid in batch})
    seen = {}
    for laid in batch:
        given = given_members(laid)
        values = [{name: written_series([series[at]]) for name, series in given.items()} for at in range(laid.nights)]
        seen[laid.number] = Seen(laid.marked, values)
    return _results(con, rulebook, batch, seen, faults)


def _recorded(con: Connection, rulebook: Rulebook, laid: Laid, ground: Ground) -> dict[int, Result]:
    sweep(con)
    try:
        faults = weigh_recorded(con, rulebook, laid, ground)
        live(con, rulebook, [laid], laid.days, {laid.number: laid.subject})
        values = seen_values(con, rulebook, laid, laid.subject) if laid.rule.id not in faults else [{}] * laid.nights
        results = _results(con, rulebook, [laid], {laid.number: Seen(laid.subject, values)}, faults)
        if not results[laid.number].passed:
            tables = step_tables(con, rulebook, laid, ground)
            outcome = replace(results[laid.number].outcome, tables=tables)
            results[laid.number] = replace(results[laid.number], outcome=outcome)
        return results
    finally:
        forget_records(con, laid)


def _results(
    con: Connection, rulebook: Rulebook, batch: Sequence[Laid], seen: Mapping[int, Seen], faults: Mapping[str, str]
) -> dict[int, Result]:
    came = outcomes(con, rulebook, batch, seen, faults)
    return {
        laid.number: Result(laid.rule, laid.index, came[laid.number], differences(laid.case.expect, came[laid.number]))
        for laid in batch
    }


def _nights(batch: Sequence[Laid]) -> Nights:
    as_of, longest = batch[0].case.as_of, max(laid.nights for laid in batch)
    return Nights(tuple(as_of - timedelta(back) for back in reversed(range(longest))))


def _as_written(laid: Laid) -> list[dict[str, str]]:
    given = given_values(laid)
    return [{name: written_series([series[at]]) for name, series in given.items()} for at in range(laid.nights)]
