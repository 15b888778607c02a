"""Cases of plain rules that give signals: the values laid down as if they had been measured, then the night's own code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from riskengine.assess.nights import Nights
from riskengine.assess.ruling import ruling
from riskengine.assess.score import SHOWN
from riskengine.assess.wide import Read, Wide, widen
from riskengine.cases.laid import Ground, Laid, columns, stand
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.case_series import aligned, signal_series
from riskengine.rulebook.checks.cases import signals_asked
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.rulebook.names import builtins_of, parameters_in_force, signals_needed
from riskengine.store.database import Connection
from riskengine.store.steps import StepFailed, identifier, literal

__all__ = ["given_values", "seen_values", "shown", "weigh_given"]


@dataclass
class _Own(Wide):
    """The rows of one rule's cases within the wide table of its subject type."""

    rows: str = ""

    @property
    def table(self) -> str:
        """The view that holds them."""
        return self.rows


def given_values(laid: Laid) -> dict[str, tuple[float | None, ...]]:
    """Signal → its values on the nights of the case, as written."""
    return aligned({name: signal_series(series) for name, series in laid.case.signals.items()})


def weigh_given(
    con: Connection, rulebook: Rulebook, batch: Sequence[Laid], nights: Nights, ground: Ground
) -> dict[str, str]:
    """Write the verdicts of the batch's rules on ``nights``; rule → why it could not be evaluated.

    Each rule sees the subjects of its own cases only. Leaves the temp tables ``subject``, ``place_now`` and ``place_up``, with
    subjects and places marked by case, and ``wide_<type>``.
    """
    nights.lay_out(con)
    con.execute(SHOWN)
    _lay_out(con, batch, ground)
    faults: dict[str, str] = {}
    selects: dict[str, list[str]] = {}
    for type_ in dict.fromkeys(laid.rule.subject for laid in batch):
        mine = [laid for laid in batch if laid.rule.subject is type_]
        try:
            wide = _widened(con, rulebook, type_, mine, nights)
        except (ExpressionError, StepFailed, duckdb.Error) as error:
            faults |= {laid.rule.id: _reason(error) for laid in mine}
            continue
        for rule in {laid.rule.id: laid.rule for laid in mine}.values():
            try:
                selects[rule.id] = _selects(
                    con, rulebook, rule, [laid for laid in mine if laid.rule is rule], wide, nights
                )
            except (ExpressionError, ValueError, KeyError) as error:
                faults[rule.id] = _reason(error)
    faults |= _judge(con, selects)
    con.execute(
        "INSERT INTO assess.evaluated SELECT d, r, 0, 0, 0 FROM (SELECT unnest(?::DATE[]) AS d), (SELECT unnest(?::VARCHAR[]) AS r)",
        [list(nights.days), [rule for rule in selects if rule not in faults]],
    )
    return faults


def seen_values(con: Connection, rulebook: Rulebook, laid: Laid, key: str) -> list[dict[str, str]]:
    """The values that the rule saw on each night of the case, as text, by signal: measured, given and computed."""
    table = Wide(laid.rule.subject).table
    there = {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}
    asked = [name for name in signals_asked(laid.rule, rulebook.signals) if name in there]
    listed = "".join(f", {identifier(name)}" for name in asked)
    rows = con.execute(f"SELECT as_of{listed} FROM {table} WHERE subject = ?", [key]).fetchall()
    found = {row[0]: {name: shown(value) for name, value in zip(asked, row[1:], strict=True)} for row in rows}
    return [found.get(day, {}) for day in laid.days]


def shown(value: float | None) -> str:
    """A value as it stands in a table: ``未知`` where it is unknown."""
    return "未知" if value is None else f"{value:.10g}"


def _selects(
    con: Connection, rulebook: Rulebook, rule: Rule, mine: Sequence[Laid], wide: Wide, nights: Nights
) -> list[str]:
    """The rule over its own cases, a SELECT for each spell of nights on which the same parameters are in force."""
    own = _Own(wide.type_, wide.columns, wide.broken, rows=f"case_{mine[0].number}")
    subjects = ", ".join(literal(laid.marked) for laid in mine)
    con.execute(f"CREATE OR REPLACE TEMP VIEW {own.table} AS FROM {wide.table} WHERE subject IN ({subjects})")
    spells = [Nights(tuple(days)) for _, days in groupby(nights.days, lambda day: parameters_in_force(rule, day))]
    every = len(spells) == 1
    return [ruling(rule, rulebook, own, spell, {}, every=every) for spell in spells]


def _judge(con: Connection, selects: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """All rules in one statement; where it fails, one by one. Rule → why it failed."""
    every = [select for each in selects.values() for select in each]
    if not every:
        return {}
    try:
        con.execute("INSERT INTO assess.verdict " + "\nUNION ALL ".join(every))
        return {}
    except duckdb.Error:
        pass
    faults = {}
    for rule, each in selects.items():
        try:
            con.execute("INSERT INTO assess.verdict " + "\nUNION ALL ".join(each))
        except duckdb.Error as error:
            faults[rule] = _reason(error)
    return faults


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _lay_out(con: Connection, batch: Sequence[Laid], ground: Ground) -> None:
    """``subject``, ``place_now``, ``place_up`` and, for units, ``sense.silence``: what the cases stand on."""
    subjects, places = [], []
    for laid in batch:
        values = given_values(laid)
        for at, day in enumerate(laid.days):
            place = laid.marked if laid.rule.subject in PLACES else laid.marked_place
            subjects.append((day, laid.rule.subject.value, laid.marked, laid.name, place))
            real = ground.on(day).get(laid.place)
            population = values["人口"][at] if "人口" in values else real.population if real else None
            places.append((day, place, laid.name, real.level if real else "town", population))
            if laid.rule.subject is Subject.UNIT:
                _silence(con, laid, day, values, at)
    stand(con, subjects)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_now AS SELECT unnest(?::DATE[]) AS as_of, unnest(?::VARCHAR[]) AS code,"
        " unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS level, NULL::VARCHAR AS parent,"
        " unnest(?::DOUBLE[]) AS population, NULL::VARCHAR AS unit",
        columns(places, 5),
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_up AS SELECT DISTINCT code AS place, code AS ancestor, level FROM place_now"
    )


def _silence(con: Connection, laid: Laid, day: object, values: Mapping[str, Sequence[float | None]], at: int) -> None:
    days = values["静默天数"][at] if "静默天数" in values else None
    sources = values["静默来源数"][at] if "静默来源数" in values else float(bool(days))
    for source in range(int(sources or 0)):
        con.execute(
            "INSERT INTO sense.silence (as_of, source, unit, days) VALUES (?, ?, ?, ?)",
            [day, f"case-{source}", laid.marked, int(days or 0)],
        )


def _widened(con: Connection, rulebook: Rulebook, type_: Subject, mine: Sequence[Laid], nights: Nights) -> Wide:
    """``wide_<type>`` over the given values: what is measured as given, what is computed computed unless it is given."""
    values = {laid.marked: (laid, given_values(laid)) for laid in mine}
    needed = {s.name: s for laid in mine for s in signals_needed(rulebook, laid.rule)}
    written = {name for _, given in values.values() for name in given}
    signals: list[Signal] = []
    read: dict[str, str] = {}
    for signal in needed.values():
        computed = signal.computed
        if computed is None:
            signals.append(_read(signal.name, signal))  # a rank, too: a case has no peers
            read[signal.name] = signal.name
        elif signal.name in written:
            signals += [_read(f"{signal.name}{_SAID}", signal), _read(f"{signal.name}{_WHETHER}", signal)]
            read |= {f"{signal.name}{_SAID}": signal.name, f"{signal.name}{_WHETHER}": signal.name}
            chosen = f"case when {signal.name}{_WHETHER} = 1 then {signal.name}{_SAID} else ({computed}) end"
            signals.append(_formula(signal, chosen))
        else:
            signals.append(_formula(signal, computed))
    rows: list[tuple[object, ...]] = []
    for marked, (laid, given) in values.items():
        for at, day in enumerate(laid.days):
            cells = [
                float(source in given) if column.endswith(_WHETHER) else given[source][at] if source in given else None
                for column, source in read.items()
            ]
            rows.append((day, marked, *cells))
    listed = "".join(f", unnest(?::DOUBLE[]) AS {identifier(column)}" for column in read)
    table = f"given_{type_.value}"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT unnest(?::DATE[]) AS as_of, unnest(?::VARCHAR[]) AS subject{listed}",
        columns(rows, 2 + len(read)),
    )
    wide = Wide(type_)
    builtin = builtins_of(type_)
    reads = [Read(column, table, f"{{t}}.{identifier(column)}") for column in read if column not in builtin]
    widen(con, wide, signals, reads, nights)
    return wide


_SAID = "_用例所写"
_WHETHER = "_用例写了"


def _read(name: str, like: Signal) -> Signal:
    """A signal whose value is read, whatever ``like`` is made of."""
    return Signal.model_construct(**{**dict(like), "name": name, "source": "given", **dict.fromkeys(_FORMS)})


def _formula(signal: Signal, formula: str) -> Signal:
    return Signal.model_construct(**{**dict(signal), "formula": formula, "rate": None})


_FORMS = ("usual", "upper", "formula", "rate", "trend", "rank")
