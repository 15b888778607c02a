"""The examples, really run: what comes out of each, as the text that stands in the page and in ``chapters/``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import duckdb

from riskengine.assess.nights import Nights
from riskengine.assess.phase import assess
from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.cases.outcome import VERDICTS, Result
from riskengine.cases.run import run_cases
from riskengine.contracts.place import PlaceNames
from riskengine.errors import RulesInvalid
from riskengine.model.case import Case
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.case_series import signal_series
from riskengine.rulebook.case_tables import read_table
from riskengine.rulebook.language.expression import ExpressionError, Type, compile_expression
from riskengine.rulebook.language.lists import Lists
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory
from riskengine.store.schema import record_columns
from riskengine.workspace import Workspace
from tests.spec.county import book, reading_all
from tests.spec.element import NIGHT, Lived, Measured, Refused, Ruled, Table

UNKNOWN = "未知"

T = TypeVar("T")


def once(run: Callable[..., T]) -> Callable[..., T]:
    """Run an example once, for its test and for the page."""
    known: dict[int, T] = {}

    @wraps(run)
    def ran(example: object, *more: object) -> T:
        if id(example) not in known:
            known[id(example)] = run(example, *more)
        return known[id(example)]

    return ran


def said(value: object) -> str:
    """A value as the page and the chapters write it."""
    if value is None or value == "_":
        return UNKNOWN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return f"{value:.10g}"
    return str(value)


@contextmanager
def lab() -> Iterator[tuple[Connection, Workspace]]:
    """Empty tables in memory."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "rules").mkdir()
        with laboratory(None, Path(folder) / "scratch") as con:
            yield con, Workspace.at(Path(folder))


@once
def computed(table: Table, lists: str) -> list[list[str]]:
    """The rows of an expressions' table, as they come out."""
    named = book(lists=lists).lists
    columns = list(zip(*table.rows, strict=True))[: len(table.given)]
    types: dict[str, Type] = {name: _type(cells) for name, cells in zip(table.given, columns, strict=True)}
    con = duckdb.connect()
    found = []
    for row in table.rows:
        given = dict(zip(table.given, row, strict=False))
        names = {name: f"CAST({_sql(value)} AS {_SQL[types[name]]})" for name, value in given.items()}
        names["as_of"] = f"DATE '{NIGHT}'"
        worth = [_worth(con, text, names, types | {"as_of": "date"}, named) for text in table.of]
        found.append([said(value) for value in (*given.values(), *worth)])
    return found


def _worth(con: Connection, text: str, names: Mapping[str, str], types: Mapping[str, Type], lists: Lists) -> object:
    try:
        sql = compile_expression(text, names, boolean=True, types=types, lists=lists).sql
    except ExpressionError:
        sql = compile_expression(text, names, boolean=False, types=types, lists=lists).sql
    (value,) = con.execute(f"SELECT {sql}").fetchall()[0]
    return value


_SQL: dict[Type, str] = {"number": "DOUBLE", "text": "VARCHAR", "flag": "BOOLEAN", "date": "DATE"}
_FLAGS = {"是": "TRUE", "否": "FALSE", "_": "NULL"}


def _sql(value: object) -> str:
    return _FLAGS.get(str(value), f"'{value}'")


def _type(cells: Sequence[object]) -> Type:
    known = next(cell for cell in cells if cell != "_")
    if isinstance(known, date):
        return "date"
    if known in ("是", "否"):
        return "flag"
    return "text" if isinstance(known, str) else "number"


@once
def measured(example: Measured, lists: str) -> tuple[list[str], dict[str, list[str]]]:
    """The signals shown, and subject's name → their values."""
    rulebook = reading_all(book(signals=example.signals, lists=lists))
    shows = example.shows or list(rulebook.signals)
    with lab() as (con, _):
        for kind, text in example.records.items():
            records(con, rulebook, kind, text, example.as_of)
        daily(con, rulebook, example.daily, example.as_of)
        nights = Nights.one(example.as_of)
        build_subjects(con, rulebook, nights)
        wides = build_signals(con, rulebook, nights)
        found: dict[str, list[str]] = {}
        for wide in wides.values():
            assert not wide.broken, wide.broken
            columns = ", ".join(f'"{name}"' if name in wide.columns else "NULL" for name in shows)
            for name, *values in con.execute(f"SELECT name, {columns} FROM {wide.table}").fetchall():
                found[name] = [said(value) for value in values]
    return shows, {name: found[name] for name in example.gives}


def records(con: Connection, rulebook: Rulebook, kind: str, text: str, as_of: date) -> None:
    """Lay down a table of records, read through the kind's contract; each is known from its own day."""
    rows, complaints = read_table(kind, text, as_of, PlaceNames(rulebook.places))
    assert not complaints, complaints
    for number, row in enumerate(rows, start=1):
        _lay_down(con, kind, number, row.occurred_on, row.model_dump())


def daily(con: Connection, rulebook: Rulebook, counts: Mapping[str, str], as_of: date) -> None:
    """Lay down so many fraud cases a day, oldest first, the last on ``as_of``; ``_``: nothing was reported that day."""
    codes = {place.name: place.code for place in rulebook.places}
    for name, text in counts.items():
        series = _series(text)
        for back, count in enumerate(reversed(series)):
            if count:
                day = as_of - timedelta(back)
                row = {"key": f"{name}{day}", "occurred_on": day, "place": codes[name], "quantity": int(count)}
                _lay_down(con, "fraud", back, day, row)


def _series(text: str) -> list[float | None]:
    """Longer than a case's: history of years in one word."""
    found: list[float | None] = []
    for word in text.split():
        value, _, times = word.partition("x")
        found += list(signal_series(value)) * int(times or 1)
    return found


def _lay_down(con: Connection, kind: str, number: int, day: date, row: Mapping[str, object]) -> None:
    whole = {"source": "s", "known_at": day, "retracted": False, "file_id": 1, "row_no": number, **row}
    whole = {name: value for name, value in whole.items() if name in record_columns(kind) or name in _VERSION}
    marks = ", ".join("?" * len(whole))
    con.execute(f"INSERT INTO sense.{kind} ({', '.join(whole)}) VALUES ({marks})", list(whole.values()))


_VERSION = ("source", "known_at", "retracted", "file_id", "row_no")


@once
def tried(example: Ruled) -> Sequence[Result]:
    """The outcome of each case, in order."""
    rulebook = book(signals=example.signals, rules=example.rules)
    rule = list(rulebook.rules.values())[-1]
    cases = tuple(
        Case.model_validate(
            {"case": each.case, "as_of": each.as_of, "signals": each.signals, "members": each.members,
             "expect": {"verdict": "hit", **each.expect}}
        )
        for each in example.tries
    )  # fmt: skip
    rulebook = replace(rulebook, rules={**rulebook.rules, rule.id: rule.model_copy(update={"cases": cases})})
    with TemporaryDirectory() as folder:
        return run_cases(rulebook, Path(folder), lambda each, index: each.id == rule.id)


def nights_of(result: Result) -> dict[str, list[str]]:
    """What the nights of a case brought, by what is told of them."""
    nights = result.outcome.nights
    return {
        "判断": [VERDICTS[night.verdict] for night in nights],
        "得分": ["_" if night.score is None else said(night.score) for night in nights],
        "等级": [night.level or "_" for night in nights],
        "预警": [night.warning for night in nights],
    }


@once
def lived(example: Lived) -> dict[str, list[str]]:
    """What is told of each night of whole nights, by line of ``gives``: ``规则 @ 对象`` or ``预警 @ 对象 @ 主题`` and the like."""
    rulebook = book(signals=example.signals, rules=example.rules, exceptions=example.exceptions)
    days = [NIGHT - timedelta(back) for back in reversed(range(example.nights))]
    with lab() as (con, workspace):
        daily(con, rulebook, example.daily, NIGHT)
        for day in example.silent:
            told = [NIGHT.replace(day=day), "fraud", "反诈中心案件三天没有报。"]
            con.execute("INSERT INTO sense.silence (as_of, kind, message, whole_source) VALUES (?, ?, ?, TRUE)", told)
        for day in days:
            assess(con, workspace, rulebook, day)
        codes = {place.name: place.code for place in rulebook.places}
        return {line: [_told(con, line, codes, day) for day in days] for line in example.gives}


_TOLD = {
    "判断": "SELECT verdict FROM assess.verdict WHERE (as_of, rule, subject) = (?, ?, ?)",
    "压住": "SELECT '压住' FROM assess.suppressed WHERE (as_of, rule, subject) = (?, ?, ?)",
    "试运行": "SELECT '本会' || change FROM assess.trial_state JOIN assess.trial_warning USING (id)"
    " WHERE (as_of, rule, subject) = (?, ?, ?)",
    "预警": "SELECT s.change || CASE WHEN m.child IS NULL THEN '' ELSE '，并入' END"
    " FROM assess.state s JOIN assess.warning w USING (id) LEFT JOIN assess.merged m ON m.as_of = s.as_of AND m.child = s.id"
    " WHERE (s.as_of, w.theme, w.subject) = (?, ?, ?)",
}


def _told(con: Connection, line: str, codes: Mapping[str, str], day: date) -> str:
    what, of, place = (part.strip() for part in line.split("·"))
    found = con.execute(_TOLD[what], [day, of, codes[place]]).fetchone()
    if what != "判断":
        return found[0] if found else {"预警": "无"}.get(what, "—")
    if con.execute("SELECT 1 FROM assess.evaluated WHERE (as_of, rule) = (?, ?)", [day, of]).fetchone() is None:
        return "不算"
    return VERDICTS[found[0] if found else "clear"]


@once
def refusals(example: Refused) -> dict[str, str]:
    """What is said of each text; ``""`` where it is accepted."""
    found = {}
    for text in example.texts:
        try:
            book(
                signals=_SIGNAL,
                rules=_RULE.replace(*(("近7日诈骗 > 3", text) if example.what == "when" else (_BANDS, text))),
            )
            found[text] = ""
        except RulesInvalid as error:
            found[text] = error.problems[0].message
    return found


_SIGNAL = "- {name: 近7日诈骗, unit: 起, subject: [town, county], from: fraud, measure: count, window: 7}\n"
_BANDS = "[[null, null, 45]]"
_RULE = f"""\
- id: some-rule
  subject: town
  when: |-
    近7日诈骗 > 3
  score: [{{feature: 起数, of: 近7日诈骗, says: 有风险, bands: {_BANDS}}}]
"""
