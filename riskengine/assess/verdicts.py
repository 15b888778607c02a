"""Every plain rule on every subject: hit, clear or unknown, with score, level and reasons, as sets in SQL.

Two steps, because DuckDB gives up a whole transaction at its first error:

* :func:`weigh` computes subjects, signals and verdicts into temp tables. Call it **outside** a transaction: a rule
  that fails on tonight's numbers is then set aside alone, in ``fault_tonight``, and the others stand.
* :func:`store` copies them into ``assess.verdict``, ``assess.evaluated`` and ``assess.fault``, inside the phase's
  transaction.

Temp tables left behind: those of :mod:`subjects` and :mod:`signals`, and ``verdict_tonight``,
``evaluated_tonight``, ``fault_tonight`` with the columns of their namesakes in schema assess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from riskengine.assess.ruling import ruling
from riskengine.assess.score import SHOWN
from riskengine.assess.signals import build_signals
from riskengine.assess.silence import build_silence
from riskengine.assess.subjects import build_subjects, evaluated_rules
from riskengine.assess.wide import Wide
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.expression import ExpressionError
from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["judge", "store", "weigh"]


def judge(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """:func:`weigh` and :func:`store` in one; within a transaction a failing rule ends it, so there call the two
    apart.
    """
    weigh(con, rulebook, as_of)
    store(con)


def store(con: Connection) -> None:
    """Write what :func:`weigh` found. Rows of the same night must have been deleted before."""
    con.execute("INSERT INTO assess.verdict SELECT * FROM verdict_tonight")
    con.execute("INSERT INTO assess.evaluated SELECT * FROM evaluated_tonight")
    con.execute("INSERT INTO assess.fault SELECT * FROM fault_tonight")


def weigh(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Compute the night's verdicts of all live and trial plain rules. Data up to and including ``as_of``; nothing
    is written.
    """
    build_subjects(con, rulebook, as_of)
    wides = build_signals(con, rulebook, as_of)
    hushed = build_silence(con, as_of)
    con.execute(SHOWN)
    for name in ("verdict", "evaluated", "fault"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_tonight AS SELECT * FROM assess.{name} LIMIT 0")
    night = _Night(con, rulebook, as_of, hushed)
    selects: dict[str, str] = {}
    for rule in evaluated_rules(rulebook):
        if rule.compound is None:
            select = night.select(rule, wides[rule.subject])
            if select is not None:
                selects[rule.id] = select
    done = night.run(selects)
    night.count(done, wides)


@dataclass(frozen=True)
class _Night:
    con: Connection
    rulebook: Rulebook
    as_of: date
    hushed: Mapping[str, bool]

    def select(self, rule: Rule, wide: Wide) -> str | None:
        """The rule as one SELECT of verdict rows; None, and a fault, where it cannot be written at all."""
        try:
            return ruling(rule, self.rulebook, wide, self.as_of, self.hushed)
        except (ExpressionError, ValueError, KeyError) as error:
            self.fault(rule, str(error))
            return None

    def run(self, selects: Mapping[str, str]) -> Sequence[str]:
        """All rules in one statement; where it fails, one by one. Returns the rules that were evaluated."""
        try:
            if selects:
                self.con.execute("INSERT INTO verdict_tonight " + "\nUNION ALL ".join(selects.values()))
            return list(selects)
        except duckdb.Error:
            pass
        done = []
        for id_, select in selects.items():
            try:
                self.con.execute("INSERT INTO verdict_tonight " + select)
                done.append(id_)
            except duckdb.Error as error:
                self.fault(self.rulebook.rules[id_], str(error).strip().splitlines()[0])
        return done

    def fault(self, rule: Rule, reason: str) -> None:
        """One row for a rule that could not be evaluated: where, what, what to do."""
        sentence = f"规则 {rule.id}（{rule.title}）今晚没有算成：{reason}。它的对象一律记为“不明”，已有预警保持不变；请修改这条规则后重新运行。"
        self.con.execute("INSERT INTO fault_tonight VALUES (?, ?, ?)", [self.as_of, rule.id, sentence])

    def count(self, done: Sequence[str], wides: Mapping[Subject, Wide]) -> None:
        """One row a rule that was evaluated: how many subjects, hits, unknowns."""
        if not done:
            return
        rows = ", ".join(
            f"({at}, {literal(id_)}, (SELECT count(*) FROM {wides[self.rulebook.rules[id_].subject].table}))"
            for at, id_ in enumerate(done)
        )
        self.con.execute(f"""
            INSERT INTO evaluated_tonight
            SELECT {literal(self.as_of)}, r.rule, r.subjects,
              count(*) FILTER (v.verdict = 'hit'), count(*) FILTER (v.verdict = 'unknown')
            FROM (VALUES {rows}) r(nth, rule, subjects) LEFT JOIN verdict_tonight v ON v.rule = r.rule
            GROUP BY r.nth, r.rule, r.subjects ORDER BY r.nth""")
