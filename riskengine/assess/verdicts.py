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
from itertools import groupby

import duckdb

from riskengine.assess.nights import Nights
from riskengine.assess.ruling import ruling
from riskengine.assess.score import SHOWN
from riskengine.assess.signals import build_signals
from riskengine.assess.silence import build_silence
from riskengine.assess.subjects import build_subjects, evaluated_rules
from riskengine.assess.wide import Wide
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.rulebook.names import parameters_in_force
from riskengine.store.database import Connection
from riskengine.store.steps import identifier, literal

__all__ = ["judge", "store", "weigh"]


def judge(con: Connection, rulebook: Rulebook, nights: Nights) -> None:
    """:func:`weigh` and :func:`store` in one; within a transaction a failing rule ends it, so there call the two
    apart.
    """
    weigh(con, rulebook, nights)
    store(con)


def store(con: Connection) -> None:
    """Write what :func:`weigh` found. Rows of the same nights must have been deleted before."""
    con.execute("INSERT INTO assess.verdict SELECT * FROM verdict_tonight")
    con.execute("INSERT INTO assess.evaluated SELECT * FROM evaluated_tonight")
    con.execute("INSERT INTO assess.fault SELECT * FROM fault_tonight")


def weigh(con: Connection, rulebook: Rulebook, nights: Nights) -> None:
    """Compute the verdicts of all live and trial plain rules on each of the nights. Data up to and including the night;
    nothing is written. What one pass finds for many nights is what a pass for each of them would.
    """
    build_subjects(con, rulebook, nights)
    wides = build_signals(con, rulebook, nights)
    if not nights.alone and any(wide.uneven for wide in wides.values()):
        _halves(con, rulebook, nights)
        return
    hushed = build_silence(con)
    con.execute(SHOWN)
    for name in ("verdict", "evaluated", "fault"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_tonight AS SELECT * FROM assess.{name} LIMIT 0")
    weighing = _Weighing(con, rulebook, nights, hushed, wides)
    plain = [rule for rule in evaluated_rules(rulebook, nights.days[0]) if rule.compound is None]
    weighing.run(plain)
    weighing.count(plain)


def _halves(con: Connection, rulebook: Rulebook, nights: Nights) -> None:
    """A signal fails on the numbers of some night: halve the nights until those are alone, and put all together again."""
    half = len(nights.days) // 2
    before, after = Nights(nights.days[:half]), Nights(nights.days[half:])
    weigh(con, rulebook, before)
    aside = {name: f"{name}#{after.days[0]}" for name in _left_behind(con)}
    for name, put in aside.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(put)} AS FROM {identifier(name)}")
    weigh(con, rulebook, after)
    for name, put in aside.items():
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS FROM {identifier(put)} UNION ALL FROM {identifier(name)}"
        )
        con.execute(f"DROP TABLE {identifier(put)}")
    nights.lay_out(con)


def _left_behind(con: Connection) -> list[str]:
    """The temp tables that change from night to night and that others read."""
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND (regexp_matches(table_name, '^(wide_[a-z]+|[a-z]+_tonight)$')"
        " OR table_name IN ('place_now', 'subject', 'hushed', 'noted')) ORDER BY 1"
    ).fetchall()
    return [str(name) for (name,) in found]


@dataclass(frozen=True)
class _Weighing:
    con: Connection
    rulebook: Rulebook
    nights: Nights
    hushed: Mapping[str, frozenset[date]]
    wides: Mapping[Subject, Wide]

    def run(self, rules: Sequence[Rule]) -> None:
        """All rules in one statement; where it fails, one by one, and whoever fails alone night by night."""
        selects = [(rule, nights, select) for rule in rules for nights, select in self.selects(rule, self.spells(rule))]
        if not selects:
            return
        try:
            self.insert("\nUNION ALL ".join(select for _, _, select in selects))
            return
        except duckdb.Error:
            pass
        for rule, nights, select in selects:
            try:
                self.insert(select)
            except duckdb.Error as error:
                if nights.alone:
                    self.fault(rule, nights, _reason(error))
                else:
                    self.night_by_night(rule, nights)

    def spells(self, rule: Rule) -> list[Nights]:
        """The nights, of a trial those it lasts, cut wherever another value of one of the rule's parameters comes into
        force.
        """
        lasting = (day for day in self.nights.days if rule.until is None or day <= rule.until)
        days = groupby(lasting, lambda day: parameters_in_force(rule, day))
        return [Nights(tuple(spell)) for _, spell in days]

    def selects(self, rule: Rule, spells: Sequence[Nights]) -> list[tuple[Nights, str]]:
        """The rule as SELECTs of verdict rows; none, and faults, where it cannot be written at all."""
        found = []
        for nights in spells:
            try:
                every = len(nights.days) == len(self.nights.days)
                select = ruling(rule, self.rulebook, self.wides[rule.subject], nights, self.hushed, every=every)
                found.append((nights, select))
            except (ExpressionError, ValueError, KeyError) as error:
                self.fault(rule, nights, str(error))
        return found

    def night_by_night(self, rule: Rule, nights: Nights) -> None:
        """Only the nights on whose numbers the rule fails are faults."""
        for night, select in self.selects(rule, [Nights.one(day) for day in nights.days]):
            try:
                self.insert(select)
            except duckdb.Error as error:
                self.fault(rule, night, _reason(error))

    def insert(self, select: str) -> None:
        """Add verdict rows."""
        self.con.execute("INSERT INTO verdict_tonight " + select)

    def fault(self, rule: Rule, nights: Nights, reason: str) -> None:
        """One row a night for a rule that could not be evaluated: where, what, what to do."""
        sentence = f"规则 {rule.id}（{rule.title}）今晚没有算成：{reason}。它的对象一律记为“不明”，已有预警保持不变；请修改这条规则后重新运行。"
        self.con.execute(
            "INSERT INTO fault_tonight SELECT unnest(?::DATE[]), ?, ?", [list(nights.days), rule.id, sentence]
        )

    def count(self, rules: Sequence[Rule]) -> None:
        """One row a night and rule that was evaluated: how many subjects, hits, unknowns."""
        if not rules:
            return
        listed = ", ".join(
            f"({nth}, {literal(rule.id)}, {literal(rule.subject.value)}, CAST({literal(rule.until)} AS DATE))"
            for nth, rule in enumerate(rules)
        )
        self.con.execute(f"""
            INSERT INTO evaluated_tonight
            WITH looked_at AS (SELECT as_of, subject_type, count(*) AS subjects FROM subject GROUP BY ALL),
            judged AS (
              SELECT as_of, rule, count(*) FILTER (verdict = 'hit') AS hits, count(*) FILTER (verdict = 'unknown') AS unknowns
              FROM verdict_tonight GROUP BY ALL)
            SELECT n.as_of, r.rule, coalesce(s.subjects, 0), coalesce(v.hits, 0), coalesce(v.unknowns, 0)
            FROM (VALUES {listed}) r(nth, rule, subject_type, until) CROSS JOIN night_now n
            ANTI JOIN fault_tonight f ON f.as_of = n.as_of AND f.rule = r.rule
            LEFT JOIN looked_at s ON s.as_of = n.as_of AND s.subject_type = r.subject_type
            LEFT JOIN judged v ON v.as_of = n.as_of AND v.rule = r.rule
            WHERE n.as_of <= r.until OR r.until IS NULL
            ORDER BY n.as_of, r.nth""")


def _reason(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
