"""Tonight's indicators: collect readings, forecast, judge, break down, rank, store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from riskengine.assess.indicators.composition import with_differences
from riskengine.assess.indicators.decompose import parts
from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.ranking import marks
from riskengine.assess.indicators.readings import collect
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding, Mark, Part, Standing
from riskengine.store.database import Connection
from riskengine.store.steps import identifier

__all__ = ["Standings", "stand", "store"]


@dataclass(frozen=True)
class Standings:
    """Everything that one night says of indicators, in the order of the rule files, the county before its towns."""

    standings: tuple[Standing, ...] = ()
    parts: tuple[Part, ...] = ()
    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()


def stand(con: Connection, rulebook: Rulebook, as_of: date) -> Standings:
    """Judge all indicators by what was known on the night ``as_of``. Reads ``sense.*``, writes nothing."""
    if not rulebook.indicators:
        return Standings()
    series, findings = collect(con, rulebook, as_of)
    standings = [judge(each, year_end(each, as_of), as_of) for each in series]
    found = parts(con, rulebook, as_of, series, standings)
    return Standings(
        tuple(with_differences(rulebook, as_of, series, standings, found)),
        tuple(found),
        tuple(marks(rulebook, as_of, series, standings)),
        tuple(findings),
    )


def store(con: Connection, found: Standings, as_of: date) -> None:
    """Put the night's rows in place of whatever an interrupted run left."""
    tables: dict[str, Sequence[Standing | Part | Mark | Finding]] = {
        "standing": found.standings,
        "part": found.parts,
        "mark": found.marks,
        "finding": found.findings,
    }
    for table, rows in tables.items():
        con.execute(f"DELETE FROM assess.{table} WHERE as_of = ?", [as_of])
        if rows:
            _insert(con, table, as_of, rows)


def _insert(con: Connection, table: str, as_of: date, rows: Sequence[Standing | Part | Mark | Finding]) -> None:
    types = dict(con.execute(_COLUMNS, [table]).fetchall())
    names = [each.name for each in fields(rows[0])]
    columns = [[_plain(getattr(row, name)) for row in rows] for name in names]
    values = ", ".join(f"unnest(?::{types[name]}[])" for name in names)
    con.execute(f"INSERT INTO assess.{table} (as_of, {', '.join(map(identifier, names))}) SELECT ?, {values}", [as_of, *columns])


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if isinstance(value, Mapping) else value


_COLUMNS = "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'assess' AND table_name = ?"
