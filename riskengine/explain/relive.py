"""A rule weighed again on one night, in a laboratory, by the very code of the night; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb

from riskengine.assess.compounds import judge_compounds
from riskengine.assess.nights import Nights
from riskengine.assess.oracle import conclude
from riskengine.assess.ruling import ruling
from riskengine.assess.score import SHOWN
from riskengine.assess.signals import build_signals
from riskengine.assess.silence import build_silence
from riskengine.assess.subjects import build_subjects
from riskengine.assess.wide import Wide
from riskengine.model.rule import Compound, Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["Found", "Scene", "meet", "members_of", "narrowed", "set_scene", "sql_of_steps"]


@dataclass(frozen=True)
class Found:
    """A verdict: what the rule came to on the subject. ``why``: the JSON of ``assess.verdict.why``, None where it is
    clear.
    """

    verdict: str
    score: float | None = None
    level: int | None = None
    why: str | None = None


@dataclass
class Scene:
    """A rule on a night, computed for all its subjects.

    ``asked``: the rule as it stands in the rule book; ``rule``: the same as if it were live. ``wides``: the wide
    tables of the rule's (or its members') subject types. ``hushed``: kinds that are silent on the night. ``fault``:
    why the rule could not be weighed, None where it could.
    """

    con: Connection
    rulebook: Rulebook
    asked: Rule
    rule: Rule
    as_of: date
    wides: Mapping[Subject, Wide]
    hushed: Mapping[str, frozenset[date]]
    fault: str | None = None
    sql: dict[str, str] = field(default_factory=dict)

    @property
    def nights(self) -> Nights:
        """The one night."""
        return Nights.one(self.as_of)

    @property
    def wide(self) -> Wide:
        """The wide table of the rule's own subject type."""
        return self.wides[self.rule.subject]

    def row(self, subject: str) -> str:
        """FROM clause of the subject's one row of the wide table, as ``w``."""
        return f"{self.wide.table} w WHERE w.subject = {literal(subject)}"

    def found(self, subject: str) -> Found:
        """What the rule came to on a subject of its type; clear where nothing was written."""
        row = self.con.execute(
            "SELECT verdict, score, level, why FROM assess.verdict WHERE as_of = ? AND rule = ? AND subject_type = ? "
            "AND subject = ?",
            [self.as_of, self.rule.id, self.rule.subject.value, subject],
        ).fetchone()
        return Found(*row) if row else Found("unknown" if self.fault else "clear")


def members_of(compound: Compound) -> dict[str, str]:
    """Rule id → the part of the compound it stands in, in the order of the parts."""
    found = dict.fromkeys(compound.all, "all") | dict.fromkeys(compound.any, "any")
    if compound.at_least is not None:
        found |= dict.fromkeys(compound.at_least.of, "at_least")
    return found | dict.fromkeys(compound.none, "none")


def narrowed(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """The rule book with this rule and what it is made of alone, as if they were live."""
    wanted: dict[str, Rule] = {}

    def take(each: Rule) -> None:
        if each.id in wanted:
            return
        for member in members_of(each.compound) if each.compound else ():
            below = rulebook.rules.get(member)
            if below is not None and below.status in ("live", "trial"):
                take(below)
        wanted[each.id] = each

    take(rule)
    lively = {rule.id: rule.model_copy(update={"status": "live", "until": None})}
    return replace(rulebook, rules={id_: lively.get(id_, each) for id_, each in wanted.items()})


def set_scene(con: Connection, rulebook: Rulebook, rule: Rule, as_of: date, *, ran: bool) -> Scene:
    """Weigh ``rule`` on the night ``as_of``. ``con`` is a laboratory.

    For a compound of a night that has run (``ran``) the members' verdicts are those that the nights recorded; of a
    night that has not, tonight's are weighed here and the earlier ones are taken from the record.
    """
    own, nights = narrowed(rulebook, rule), Nights.one(as_of)
    con.execute("CALL enable_logging('QueryLog')")
    build_subjects(con, own, nights)
    plain = replace(own, rules={id_: each for id_, each in own.rules.items() if each.compound is None})
    wides = build_signals(con, plain, nights)
    hushed = build_silence(con)
    con.execute(SHOWN)
    scene = Scene(con, own, rule, own.rules[rule.id], as_of, wides, hushed)
    _recall(scene, tonight=ran)
    for each in plain.rules.values():
        if each.id == rule.id or not ran:
            _weigh(scene, each)
    if rule.compound is not None:
        meet(scene)
    con.execute("CALL disable_logging()")
    scene.sql = sql_of_steps(con) | scene.sql
    return scene


def _recall(scene: Scene, *, tonight: bool) -> None:
    """What the nights recorded of the members: verdicts, and that they were evaluated."""
    others = [id_ for id_ in scene.rulebook.rules if id_ != scene.rule.id]
    if not others or not _kept(scene.con):
        return
    listed = ", ".join(literal(id_) for id_ in others)
    until = f"as_of <{'=' if tonight else ''} {literal(scene.as_of)}"
    for table in ("verdict", "evaluated"):
        scene.con.execute(f"INSERT INTO assess.{table} FROM kept.assess.{table} WHERE rule IN ({listed}) AND {until}")


def _weigh(scene: Scene, rule: Rule) -> None:
    """One plain rule into ``assess.verdict``, as a night does it."""
    try:
        select = ruling(rule, scene.rulebook, scene.wides[rule.subject], scene.nights, scene.hushed)
        scene.con.execute(f"INSERT INTO assess.verdict {select}")
        scene.sql["verdict"] = select.strip()
    except (ExpressionError, ValueError, KeyError, duckdb.Error) as error:
        if rule.id == scene.rule.id:
            scene.fault = str(error).strip().splitlines()[0]
        return
    scene.con.execute(
        "INSERT INTO assess.evaluated SELECT ?, ?, (SELECT count(*) FROM subject WHERE subject_type = ?), 0, 0",
        [scene.as_of, rule.id, rule.subject.value],
    )


def meet(scene: Scene) -> None:
    """Conclude the compound anew from what stands in ``assess.verdict``; other compounds it is made of keep what the
    night recorded, where it did.
    """
    scene.con.execute("DELETE FROM assess.verdict WHERE rule = ? AND as_of = ?", [scene.rule.id, scene.as_of])
    known = {
        id_
        for (id_,) in scene.con.execute(
            "SELECT DISTINCT rule FROM assess.evaluated WHERE as_of = ?", [scene.as_of]
        ).fetchall()
    }
    rules = {
        id_: each
        for id_, each in scene.rulebook.rules.items()
        if each.compound is None or id_ == scene.rule.id or id_ not in known
    }
    # a compound that the night has decided is a fact here: as a plain rule nobody decides it again
    done = {
        id_: each.model_copy(update={"compound": None, "when": "1 = 1"})
        for id_, each in scene.rulebook.rules.items()
        if id_ not in rules
    }
    judge_compounds(scene.con, replace(scene.rulebook, rules=done | rules), scene.nights, conclude)
    fault = scene.con.execute("SELECT message FROM assess.fault WHERE rule = ?", [scene.rule.id]).fetchone()
    scene.fault = fault[0] if fault else None


def _kept(con: Connection) -> bool:
    return bool(con.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = 'kept'").fetchone())


def sql_of_steps(con: Connection) -> dict[str, str]:
    """Name of a temp table → the SELECT that made it, in the order in which they were made."""
    found: dict[str, str] = {}
    for (statement,) in con.execute("SELECT message FROM duckdb_logs WHERE type = 'QueryLog'").fetchall():
        made = re.match(r'\s*CREATE OR REPLACE TEMP TABLE "?([^"\s]+)"? AS\s+(.*)', statement, re.S)
        if made:
            found[made[1]] = made[2].strip()
    return found
