"""One wide temp table a subject type: a row a night and subject, a column a signal; NULL = unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from riskengine.assess.nights import Nights
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.language.expression import ExpressionError, compile_expression
from riskengine.store.database import Connection
from riskengine.store.steps import StepFailed, Steps, identifier, literal

__all__ = ["PARENT", "Read", "Wide", "widen"]


@dataclass
class Wide:
    """The wide table of one subject type. ``columns``: its signals. ``broken``: signal → why it could not be
    computed. ``uneven``: one of them failed on the numbers of some night, so that it may stand on another.
    """

    type_: Subject
    columns: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    uneven: bool = False

    @property
    def table(self) -> str:
        """Name of the temp table."""
        return f"wide_{self.type_.value}"

    def fails(self, name: str, error: StepFailed) -> None:
        """Note that a signal's own statement was refused."""
        self.broken[name] = error.reason
        self.uneven |= not isinstance(error.__cause__, _BY_ITS_TEXT)


@dataclass(frozen=True)
class Read:
    """Where a signal's value stands: SQL over the temp table ``table`` (it has columns ``as_of`` and ``subject``), whose alias
    is ``{t}``.
    """

    name: str
    table: str
    sql: str


def widen(con: Connection, wide: Wide, signals: Sequence[Signal], reads: Sequence[Read], nights: Nights) -> None:
    """Create the wide table: everything joined to the subjects, then formulas, rates and ranks, each after those it is made of."""
    reads = _in_blocks(con, wide, reads, nights)
    tables = {name: f"t{number}" for number, name in enumerate(dict.fromkeys(read.table for read in reads))}
    found = {read.name: read.sql.replace("{t}", tables[read.table]) for read in reads}
    columns = [
        "s.as_of",
        "s.subject",
        "s.place",
        "s.name",
        *(f"CAST({sql} AS DOUBLE) AS {identifier(name)}" for name, sql in _BUILT_IN_SQL[wide.type_]),
    ]
    wide.columns = [name for name, _ in _BUILT_IN_SQL[wide.type_]]
    derived = [signal for signal in signals if signal.computed is not None or signal.rank is not None]
    for signal in signals:
        if signal not in derived and signal.name not in wide.columns:
            columns.append(f"{found.get(signal.name, 'CAST(NULL AS DOUBLE)')} AS {identifier(signal.name)}")
            wide.columns.append(signal.name)
    joins = [
        f"LEFT JOIN {identifier(name)} {alias} ON {nights.same(alias, 's')}{alias}.subject = s.subject"
        for name, alias in tables.items()
    ]
    if wide.type_ in PLACES:
        joins.append(f"LEFT JOIN place_now p ON {nights.same('p', 's')}p.code = s.subject")
    if wide.type_ is Subject.UNIT:
        joins.append(f"LEFT JOIN ({_SILENCE}) q ON q.as_of = s.as_of AND q.unit = s.subject")
    if any(signal.among == "parent" for signal in derived):
        columns.append(f"h.parent AS {identifier(PARENT)}")
        joins.append(f"LEFT JOIN place_now h ON {nights.same('h', 's')}h.code = s.place")
    chain = [
        f"SELECT {', '.join(columns)} FROM subject s {' '.join(joins)}"
        f" WHERE s.subject_type = {literal(wide.type_.value)}"
    ]
    names = {name: f"w.{identifier(name)}" for name in wide.columns}
    names["as_of"] = literal(nights.days[0]) if nights.alone else "w.as_of"
    for signal in derived:
        value = _rank(wide, signal, names) if signal.rank is not None else _formula(wide, signal, names)
        chain.append(f"SELECT w.*, {value} AS {identifier(signal.name)} FROM ({{before}}) w")
        names[signal.name] = f"w.{identifier(signal.name)}"
        wide.columns.append(signal.name)
    try:
        _create(con, wide.table, chain)
    except StepFailed:
        _one_by_one(con, wide, chain, derived)


def _in_blocks(con: Connection, wide: Wide, reads: Sequence[Read], nights: Nights) -> Sequence[Read]:
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
        joins = " ".join(
            f"LEFT JOIN {identifier(name)} {a} ON {nights.same(a, 's')}{a}.subject = s.subject"
            for name, a in alias.items()
        )
        of_type = f"s.subject_type = {literal(wide.type_.value)}"
        _create(con, block, [f"SELECT s.as_of, s.subject, {columns} FROM subject s {joins} WHERE {of_type}"])
        gathered += [Read(read.name, block, f"{{t}}.{identifier(read.name)}") for read in mine]
    return gathered


def _formula(wide: Wide, signal: Signal, names: Mapping[str, str]) -> str:
    """SQL of a formula or rate. Infinity is no number that anybody could act on, so it is unknown; nine decimals keep
    12/20000*10000 at 6.
    """
    try:
        compiled = compile_expression(signal.computed or "", names, boolean=False)
    except ExpressionError as error:
        wide.broken[signal.name] = str(error)
        return "CAST(NULL AS DOUBLE)"
    for name in sorted(compiled.names):
        if name in wide.broken:
            wide.broken[signal.name] = wide.broken[name]
    value = f"CAST({compiled.sql} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN round({value}, 9) END"


def _rank(wide: Wide, signal: Signal, names: Mapping[str, str]) -> str:
    """SQL of a rank among all subjects of the night, or among those whose place has the same parent."""
    of = signal.rank or ""
    if of not in names:
        wide.broken[signal.name] = f"没有信号“{of}”"
        return "CAST(NULL AS DOUBLE)"
    if of in wide.broken:
        wide.broken[signal.name] = wide.broken[of]
    peers, known = "w.as_of", f"{names[of]} IS NOT NULL"
    if signal.among == "parent":
        peers, known = f"w.as_of, w.{identifier(PARENT)}", f"{known} AND w.{identifier(PARENT)} IS NOT NULL"
    place = f"rank() OVER (PARTITION BY {peers} ORDER BY {names[of]} DESC NULLS LAST)"
    return f"CASE WHEN {known} THEN CAST({place} AS DOUBLE) END"


def _create(con: Connection, table: str, chain: Sequence[str]) -> None:
    sql = chain[0]
    for each in chain[1:]:
        sql = each.replace("{before}", sql)
    steps = Steps()
    steps.add(table, sql)
    steps.as_tables(con)


def _one_by_one(con: Connection, wide: Wide, chain: Sequence[str], derived: Sequence[Signal]) -> None:
    """Some formula or rank fails on tonight's numbers: find which, leave it unknown, keep the others."""
    _create(con, wide.table, chain[:1])
    for signal, select in zip(derived, chain[1:], strict=True):
        try:
            _create(con, wide.table, [select.replace("{before}", f"SELECT * FROM {wide.table}")])
        except StepFailed as error:
            wide.fails(signal.name, error)
            _create(con, wide.table, [f"SELECT *, CAST(NULL AS DOUBLE) AS {identifier(signal.name)} FROM {wide.table}"])


PARENT = "parent$"
"""Where a rank asks for it: the place above the subject's own. No signal can have this name."""

_BY_ITS_TEXT = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
"""Why a statement is refused on any night, whatever the numbers."""

_JOINS = 12
"""So many tables are joined in one statement."""

_SILENCE = """
SELECT as_of, unit, max(days) AS days, count(DISTINCT source) AS sources FROM sense.silence SEMI JOIN night_now USING (as_of)
GROUP BY as_of, unit"""

_BUILT_IN_SQL: Mapping[Subject, tuple[tuple[str, str], ...]] = {
    **{type_: () for type_ in Subject},
    **{type_: (("人口", "p.population"),) for type_ in PLACES},
    Subject.UNIT: (("静默天数", "coalesce(q.days, 0)"), ("静默来源数", "coalesce(q.sources, 0)")),
}
