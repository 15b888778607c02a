"""Run one dataset in a temporary workspace, and read off what became of its rows and of the known events."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from riskengine.model.rulebook import Rulebook
from riskengine.night import NightReport, run_night
from riskengine.rulebook.load import load
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

from .events import REPORTING, Event, category_of, read_events
from .records import HERE, Dataset, arrive, deliver

ROWS = ("read", "stored", "updated", "unchanged", "retracted", "rejected")


@dataclass(frozen=True)
class Hit:
    """One rule on one subject on one night, with its warning open."""

    night: date
    rule: str
    subject: str
    level: int
    score: float


@dataclass(frozen=True)
class Finding:
    """What was made of one event. ``hits``: those of its categories at its places; ``above``: the same seen at the whole county;
    ``flagged``: of rules about the data.
    """

    event: Event
    hits: tuple[Hit, ...]
    above: tuple[Hit, ...]
    flagged: tuple[Hit, ...]
    names: tuple[str, ...]


@dataclass
class Outcome:
    """Everything that is printed about a dataset. ``files``: name and row account; ``net``: sum and rows by the sign of quantity."""

    dataset: Dataset
    published: dict[str, int]
    nights: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    files: list[tuple[Any, ...]] = field(default_factory=list)
    rejects: list[tuple[Any, ...]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    net: tuple[int, int, int] = (0, 0, 0)
    asked: int = 0
    hits: int = 0
    listed: int = 0
    others: list[tuple[Any, ...]] = field(default_factory=list)
    levels: dict[int, str] = field(default_factory=dict)


def prepare(dataset: Dataset, source: Path, root: Path, nights: Sequence[date]) -> tuple[Workspace, dict[str, int]]:
    """A workspace with the dataset's rules, its deliveries in ``post`` beside it; the rows of each published file."""
    shutil.copytree(HERE / dataset.workspace / "rules", root / "rules")
    workspace, days = Workspace.at(root), dataset.calendar(nights)
    published = {each.file: deliver(each, source, root / "post", days) for each in dataset.publications}
    return workspace, published


def night_of(workspace: Workspace, night: date, rulebook: Rulebook) -> NightReport:
    """One night, with what has arrived by then."""
    arrive(workspace.root / "post", workspace.inbox, night)
    return run_night(workspace, night, rulebook=rulebook)


def run(dataset: Dataset, source: Path, root: Path) -> Outcome:
    """All nights that the known events ask for, and the last one, on which everything has arrived."""
    began = time.perf_counter()
    events = read_events(source, dataset.name)
    nights = sorted({night for event in events for night in event.nights()} | {dataset.last})
    workspace, published = prepare(dataset, source, root, nights)
    outcome, rulebook = Outcome(dataset, published, nights=len(nights)), load(workspace)
    for night in nights:
        started = time.perf_counter()
        report = night_of(workspace, night, rulebook)
        outcome.slowest = max(outcome.slowest, time.perf_counter() - started)
        outcome.broken += report.account["broken"]
        outcome.faults += [fault["message"] for fault in report.account["faults"]]
    with connect(workspace.database, workspace.scratch) as con:
        read_off(con, outcome, rulebook, events)
    outcome.seconds = time.perf_counter() - began
    return outcome


def balanced(outcome: Outcome) -> bool:
    """What was read of a file is what became of it. (A file that was not loaded is among ``broken``.)"""
    return all(read == sum(became) for _, status, read, *became in outcome.files if status == "loaded")


def read_off(con: Connection, outcome: Outcome, rulebook: Rulebook, events: Sequence[Event]) -> None:
    """Fill ``outcome`` from the tables in which the phases met."""
    outcome.levels = {level.rank: level.name for level in rulebook.levels}
    outcome.files = con.execute(
        "SELECT name, status, coalesce(rows_read, 0), coalesce(stored, 0), coalesce(updated, 0), coalesce(unchanged, 0), "
        "coalesce(retracted, 0), coalesce(rejected, 0) FROM sense.file ORDER BY name"
    ).fetchall()
    outcome.rejects = con.execute(
        "SELECT reason, count(*) FROM sense.reject GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 5"
    ).fetchall()
    kind = next(iter(rulebook.sources.values())).kind
    [outcome.net] = con.execute(
        f"""SELECT coalesce(sum(quantity), 0)::BIGINT, count(*) FILTER (quantity > 0), count(*) FILTER (quantity < 0)
        FROM sense.{kind} WHERE superseded_at IS NULL AND NOT retracted"""
    ).fetchall()
    hits = [
        Hit(*row)
        for row in con.execute(
            """SELECT v.as_of, v.rule, v.subject, v.level, v.score FROM assess.verdict v
            WHERE v.verdict = 'hit' AND EXISTS (
              SELECT * FROM assess.state s JOIN assess.warning w USING (id)
              WHERE s.as_of = v.as_of AND w.subject = v.subject AND s.change <> '解除' AND list_contains(s.rules, v.rule))
            ORDER BY v.as_of, v.level, v.rule"""
        ).fetchall()
    ]
    outcome.findings = [_finding(event, hits, rulebook) for event in events]
    known = {hit for finding in outcome.findings for hit in (*finding.hits, *finding.above)}
    surges = [hit for hit in hits if category_of(rulebook.rules[hit.rule])]
    evaluated = "SELECT coalesce(sum(subjects), 0)::BIGINT FROM assess.evaluated WHERE list_contains($1, rule)"
    [(outcome.asked,)] = con.execute(evaluated, [[r.id for r in rulebook.rules.values() if category_of(r)]]).fetchall()
    outcome.hits = len(surges)
    outcome.listed = sum(hit in known for hit in surges)
    names = {place.code: place.name for place in rulebook.places}
    rest = sorted((hit for hit in surges if hit not in known), key=lambda hit: (-hit.score, hit.night, hit.rule))
    outcome.others = [
        (hit.night, names[hit.subject], rulebook.rules[hit.rule].title, hit.level, hit.score) for hit in rest
    ]


def _finding(event: Event, hits: Sequence[Hit], rulebook: Rulebook) -> Finding:
    nights, places, rules = set(event.nights()), set(event.places(rulebook)), set(event.rules(rulebook))
    tonight = [hit for hit in hits if hit.night in nights]
    here = [hit for hit in tonight if hit.subject in places]
    root = next(place.code for place in rulebook.places if place.parent is None)
    about_data = {rule.id for rule in rulebook.rules.values() if rule.theme == REPORTING}
    return Finding(
        event,
        tuple(hit for hit in here if hit.rule in rules and hit.night >= event.first),
        tuple(hit for hit in tonight if hit.rule in rules and hit.night >= event.first and hit.subject == root),
        tuple(hit for hit in here if hit.rule in about_data),
        tuple(sorted({rulebook.rules[hit.rule].title for hit in here if hit.rule in rules})),
    )
