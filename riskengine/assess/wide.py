"""One wide temp table a subject type: a row a subject, a column a signal; NULL = unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.expression import ExpressionError, compile_expression
from riskengine.store.database import Connection
from riskengine.store.steps import StepFailed, Steps, identifier, literal

__all__ = ["Read", "Wide", "widen"]


@dataclass
class Wide:
    """The wide table of one subject type. ``columns``: its signals. ``broken``: signal → why it could not be
    computed tonight.
    """

    type_: Subject
    columns: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Name of the temp table."""
        return f"wide_{self.type_.value}"


@dataclass(frozen=True)
class Read:
    """Where a signal's value stands: SQL over the temp table ``table`` (it has a column ``subject``), whose alias
    is ``{t}``.
    """

    name: str
    table: str
    sql: str


def widen(con: Connection, wide: Wide, signals: Sequence[Signal], reads: Sequence[Read], as_of: date) -> None:
    """Create the wide table: everything joined to the subjects, then the formulas, each after those it is made of."""
    reads = _in_blocks(con, wide, reads)
    tables = {name: f"t{number}" for number, name in enumerate(dict.fromkeys(read.table for read in reads))}
    found = {read.name: read.sql.replace("{t}", tables[read.table]) for read in reads}
    columns = [
        "s.subject",
        "s.place",
        "s.name",
        *(f"CAST({sql} AS DOUBLE) AS {identifier(name)}" for name, sql in _BUILT_IN_SQL[wide.type_]),
    ]
    wide.columns = [name for name, _ in _BUILT_IN_SQL[wide.type_]]
    formulas = [signal for signal in signals if signal.formula is not None]
    for signal in signals:
        if signal.formula is None and signal.name not in wide.columns:
            columns.append(f"{found.get(signal.name, 'CAST(NULL AS DOUBLE)')} AS {identifier(signal.name)}")
            wide.columns.append(signal.name)
    joins = [f"LEFT JOIN {identifier(name)} {alias} ON {alias}.subject = s.subject" for name, alias in tables.items()]
    if wide.type_ in PLACES:
        joins.append("LEFT JOIN place_now p ON p.code = s.subject")
    if wide.type_ is Subject.UNIT:
        joins.append(f"LEFT JOIN ({_SILENCE.format(as_of=literal(as_of))}) q ON q.unit = s.subject")
    chain = [
        f"SELECT {', '.join(columns)} FROM subject s {' '.join(joins)}"
        f" WHERE s.subject_type = {literal(wide.type_.value)}"
    ]
    names = {name: f"w.{identifier(name)}" for name in wide.columns} | {"as_of": literal(as_of)}
    for signal in formulas:
        value = _formula(wide, signal, names)
        chain.append(f"SELECT w.*, {value} AS {identifier(signal.name)} FROM ({{before}}) w")
        names[signal.name] = f"w.{identifier(signal.name)}"
        wide.columns.append(signal.name)
    try:
        _create(con, wide.table, chain)
    except StepFailed:
        _one_by_one(con, wide, chain, formulas)


def _in_blocks(con: Connection, wide: Wide, reads: Sequence[Read]) -> Sequence[Read]:
    """The same values from few tables. Each join holds its memory until the statement ends, however few rows there are: a
    hundred baselines joined at once would need a gigabyte.
    """
    tables = list(dict.fromkeys(read.table for read in reads))
    if len(tables) <= _JOINS:
        return reads
    gathered: list[Read] = []
    for start in range(0, len(tables), _JOINS):
        block, part = f"{wide.table}_{start}", tables[start : start + _JOINS]
        alias = {name: f"t{number}" for number, name in enumerate(part)}
        mine = [read for read in reads if read.table in alias]
        columns = ", ".join(f"{read.sql.replace('{t}', alias[read.table])} AS {identifier(read.name)}" for read in mine)
        joins = " ".join(f"LEFT JOIN {identifier(name)} {a} ON {a}.subject = s.subject" for name, a in alias.items())
        of_type = f"s.subject_type = {literal(wide.type_.value)}"
        _create(con, block, [f"SELECT s.subject, {columns} FROM subject s {joins} WHERE {of_type}"])
        gathered += [Read(read.name, block, f"{{t}}.{identifier(read.name)}") for read in mine]
    return gathered


def _formula(wide: Wide, signal: Signal, names: Mapping[str, str]) -> str:
    """SQL of a formula. Infinity is no number that anybody could act on, so it is unknown; nine decimals keep
    12/20000*10000 at 6.
    """
    try:
        compiled = compile_expression(signal.formula or "", names, boolean=False)
    except ExpressionError as error:
        wide.broken[signal.name] = str(error)
        return "CAST(NULL AS DOUBLE)"
    for name in sorted(compiled.names):
        if name in wide.broken:
            wide.broken[signal.name] = wide.broken[name]
    value = f"CAST({compiled.sql} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN round({value}, 9) END"


def _create(con: Connection, table: str, chain: Sequence[str]) -> None:
    sql = chain[0]
    for each in chain[1:]:
        sql = each.replace("{before}", sql)
    steps = Steps()
    steps.add(table, sql)
    steps.as_tables(con)


def _one_by_one(con: Connection, wide: Wide, chain: Sequence[str], formulas: Sequence[Signal]) -> None:
    """Some formula fails on tonight's numbers: find which, leave it unknown, keep the others."""
    _create(con, wide.table, chain[:1])
    for signal, select in zip(formulas, chain[1:], strict=True):
        try:
            _create(con, wide.table, [select.replace("{before}", f"SELECT * FROM {wide.table}")])
        except StepFailed as error:
            wide.broken[signal.name] = error.reason
            _create(con, wide.table, [f"SELECT *, CAST(NULL AS DOUBLE) AS {identifier(signal.name)} FROM {wide.table}"])


_JOINS = 12
"""So many tables are joined in one statement."""

_SILENCE = """
SELECT unit, max(days) AS days, count(DISTINCT source) AS sources FROM sense.silence WHERE as_of = {as_of}
GROUP BY unit"""

_BUILT_IN_SQL: Mapping[Subject, tuple[tuple[str, str], ...]] = {
    **{type_: () for type_ in Subject},
    **{type_: (("人口", "p.population"),) for type_ in PLACES},
    Subject.UNIT: (("静默天数", "coalesce(q.days, 0)"), ("静默来源数", "coalesce(q.sources, 0)")),
}
