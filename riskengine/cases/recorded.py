"""Cases that give records: the rows laid down as if they had been sensed, then the night's own measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from riskengine.assess import verdicts
from riskengine.assess.measures import compile_measured, rows_of, subject_key
from riskengine.assess.nights import Nights
from riskengine.cases.laid import Ground, Laid
from riskengine.cases.outcome import Table
from riskengine.contracts import contract
from riskengine.contracts.record import Record
from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.case_tables import read_table
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.rulebook.names import signals_needed
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns

__all__ = ["forget_records", "step_tables", "weigh_recorded"]


def weigh_recorded(con: Connection, rulebook: Rulebook, laid: Laid, ground: Ground) -> dict[str, str]:
    """Lay the case's records down and write the rule's verdicts on its nights; rule → why it could not be evaluated.

    A record is known from the day it speaks of. Leaves the temp tables of a night, ``subject`` and ``wide_<type>`` among them.
    """
    for kind, text in laid.case.records.items():
        records, complaints = read_table(kind, text, laid.case.as_of, ground.names)
        if complaints:
            raise WrongUse(f"用例“{laid.case.case}”的 {kind} 表读不懂：{complaints[0].message}")
        _lay_down(con, kind, records)
    verdicts.weigh(con, replace(rulebook, rules={laid.rule.id: laid.rule}), Nights(laid.days))
    verdicts.store(con)
    return dict(con.execute("SELECT rule, any_value(message) FROM assess.fault GROUP BY rule").fetchall())


def forget_records(con: Connection, laid: Laid) -> None:
    """Take the case's records back."""
    for kind in laid.case.records:
        con.execute(f"DELETE FROM sense.{kind}")


def step_tables(con: Connection, rulebook: Rulebook, laid: Laid, ground: Ground) -> list[Table]:
    """The rows that each measured signal counted on ``as_of``, and the subject's rows in the steps on the way."""
    night = Nights.one(laid.case.as_of)
    found = []
    for signal in signals_needed(rulebook, laid.rule):
        if signal.source is None:
            continue
        try:
            measured = compile_measured(signal, night)
            key = subject_key(signal.source, laid.rule.subject)
            columns = _told(signal.source, laid.case.records.get(signal.source, ""))
            rows = con.execute(
                f"SELECT {', '.join(f'CAST(r.{column} AS VARCHAR)' for column in columns)} "
                f"FROM {rows_of(f'sense.{signal.source}', signal.source, laid.rule.subject)} "
                f"WHERE {key} = ? AND {measured.at(laid.rule.subject)} ORDER BY r.occurred_on DESC, r.row_no LIMIT {_ROWS}",
                [laid.subject],
            ).fetchall()
        except (ExpressionError, ValueError, duckdb.Error):
            continue
        if "place" in columns:
            at = columns.index("place")
            rows = [(*row[:at], ground.named(row[at], laid.case.as_of), *row[at + 1 :]) for row in rows]
        fields = contract(signal.source).model_fields
        titles = tuple(fields[column].title or column for column in columns)
        found.append(Table(f"信号“{signal.name}”看到的记录", titles, _texts(rows)))
    return [*found, *_steps(con, laid)]


_ROWS = 10

_STEPS = {
    "pass_": "计数",
    "own_": "逐期读数",
    "bucket_": "往常的各个窗口",
    "moment_": "往常的均值与波动",
    "expected_": "预期",
    "usual_": "往常与上界",
}


def _steps(con: Connection, laid: Laid) -> list[Table]:
    there = con.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE database_name = 'temp' "
        "GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    found = []
    for name, columns in there:
        title = next((said for start, said in _STEPS.items() if name.startswith(start)), None)
        if title is None or "subject" not in columns:
            continue
        asked = [column for column in columns if column != "subject"]
        listed = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in asked)
        rows = con.execute(f'SELECT {listed} FROM "{name}" WHERE subject = ? LIMIT {_ROWS}', [laid.subject]).fetchall()
        if rows:
            found.append(Table(f"步骤 {name}（{title}）", tuple(asked), _texts(rows)))
    return found


def _texts(rows: Sequence[Sequence[str | None]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple("_" if cell is None else cell for cell in row) for row in rows)


def _told(kind: str, text: str) -> list[str]:
    """The columns of the kind that the table speaks of, in the order of the contract; always the number and the day."""
    fields = contract(kind).model_fields
    header = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return [
        n for n, info in fields.items() if n in ("key", "occurred_on") or n in header or (info.title or n) in header
    ]


def _lay_down(con: Connection, kind: str, records: Sequence[Record]) -> None:
    rows = []
    for number, record in enumerate(records, start=1):
        version = {"source": "case", "known_at": record.occurred_on, "retracted": False, "file_id": 1, "row_no": number}
        rows.append({**version, **record.model_dump()})
    columns = ["source", "known_at", "retracted", "file_id", "row_no", *record_columns(kind)]
    marks = ", ".join("?" * len(columns))
    con.executemany(
        f"INSERT INTO sense.{kind} ({', '.join(columns)}) VALUES ({marks})",
        [[row[column] for column in columns] for row in rows],
    )
