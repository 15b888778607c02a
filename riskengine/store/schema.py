"""The tables in which the phases meet. A phase writes its own schema and no other; all may read all.

Every table that belongs to a night carries ``as_of``; a phase that runs again for a night first deletes that night's rows in the
same transaction. Record tables are bitemporal: a version holds from ``known_at`` until ``superseded_at`` (NULL = still).
"""

from __future__ import annotations

import re

import duckdb

from riskengine.contracts import contract, kinds
from riskengine.contracts.field import sql_type

__all__ = ["as_known", "create_schemas", "record_columns"]

_TABLES = """
CREATE SCHEMA IF NOT EXISTS sense;
CREATE SCHEMA IF NOT EXISTS assess;
CREATE SCHEMA IF NOT EXISTS intervene;
CREATE SCHEMA IF NOT EXISTS review;
CREATE SCHEMA IF NOT EXISTS audit;

CREATE TABLE IF NOT EXISTS sense.night (as_of DATE PRIMARY KEY, rules_hash VARCHAR, seconds DOUBLE);
-- one row a file that was ever looked at; status: loaded, refused (broke its contract), unreadable, unclaimed
CREATE TABLE IF NOT EXISTS sense.file (
  file_id INTEGER PRIMARY KEY, sha256 VARCHAR, name VARCHAR, source VARCHAR, kind VARCHAR, received_on DATE, as_of DATE,
  format VARCHAR, encoding VARCHAR, status VARCHAR, rows_read BIGINT, stored BIGINT, updated BIGINT, unchanged BIGINT,
  retracted BIGINT, rejected BIGINT, message VARCHAR);
-- one row a problem of a refused row; a value that may be personal is withheld, never stored
CREATE TABLE IF NOT EXISTS sense.reject (
  file_id INTEGER, row_no BIGINT, source_column VARCHAR, field VARCHAR, value VARCHAR, reason VARCHAR);
-- things that somebody should know, as rows: new-column, personal-column, late-source, silent-reporter, unreadable-file ...
CREATE TABLE IF NOT EXISTS sense.issue (as_of DATE, file_id INTEGER, source VARCHAR, code VARCHAR, message VARCHAR);
-- who should have reported and did not; unit answers for it; places (codes) whose signals of this kind are unknown tonight
CREATE TABLE IF NOT EXISTS sense.silence (
  as_of DATE, source VARCHAR, kind VARCHAR, reporter VARCHAR, unit VARCHAR, place VARCHAR, last_on DATE, days INTEGER,
  expected DOUBLE, whole_source BOOLEAN, message VARCHAR);

CREATE TABLE IF NOT EXISTS assess.night (as_of DATE PRIMARY KEY, rules_hash VARCHAR, seconds DOUBLE);
-- rules that were evaluated without a fault on a night; a rule missing here is unknown for every subject
CREATE TABLE IF NOT EXISTS assess.evaluated (as_of DATE, rule VARCHAR, subjects BIGINT, hits BIGINT, unknowns BIGINT);
CREATE TABLE IF NOT EXISTS assess.fault (as_of DATE, rule VARCHAR, message VARCHAR);
-- verdicts that are not clear: 'hit' or 'unknown'. level: rank (1 gravest), NULL when unknown. why: JSON, see assess.reasons
CREATE TABLE IF NOT EXISTS assess.verdict (
  as_of DATE, rule VARCHAR, subject_type VARCHAR, subject VARCHAR, place VARCHAR, verdict VARCHAR, score DOUBLE, level TINYINT,
  why JSON);
-- one row an episode: at most one open (lifted_on NULL) for a subject and theme
CREATE TABLE IF NOT EXISTS assess.warning (
  id VARCHAR PRIMARY KEY, subject_type VARCHAR, subject VARCHAR, subject_name VARCHAR, place VARCHAR, theme VARCHAR,
  opened_on DATE, lifted_on DATE);
-- one row a night an open warning lives, and one for the night it is lifted; change: 新增 升级 持续 降级 解除
CREATE TABLE IF NOT EXISTS assess.state (
  as_of DATE, id VARCHAR, change VARCHAR, level TINYINT, score DOUBLE, rules VARCHAR[], stale BOOLEAN, why JSON, evidence JSON);
-- hits that an exception kept from raising a warning; until, who and why as the exception says
CREATE TABLE IF NOT EXISTS assess.suppressed (
  as_of DATE, rule VARCHAR, subject_type VARCHAR, subject VARCHAR, level TINYINT, until DATE, who VARCHAR, why VARCHAR);
-- tonight's warnings that are merged into another one (inhibition): shown under it, with a life of their own
CREATE TABLE IF NOT EXISTS assess.merged (as_of DATE, child VARCHAR, parent VARCHAR);
-- what trial rules would have warned of: as warning and state, one open episode a rule and subject; ids begin with SY-
CREATE TABLE IF NOT EXISTS assess.trial_warning (
  id VARCHAR PRIMARY KEY, rule VARCHAR, subject_type VARCHAR, subject VARCHAR, subject_name VARCHAR, place VARCHAR, theme VARCHAR,
  opened_on DATE, lifted_on DATE);
CREATE TABLE IF NOT EXISTS assess.trial_state (
  as_of DATE, id VARCHAR, change VARCHAR, level TINYINT, score DOUBLE, stale BOOLEAN);
-- how the night's inference went: subjects handed over, conclusions drawn, and that the oracle agreed
CREATE TABLE IF NOT EXISTS assess.inference (as_of DATE, subjects BIGINT, conclusions BIGINT, agreed BOOLEAN);
-- one row an indicator and place: its newest reading that is due, and what is to be said of it. target: in the indicator's unit (a
-- change on last year resolved, a place for a rank); change, change_in: against last year's same period, in 百分点 or %; low, high: 80 %
-- interval of the forecast; chance: that the target is met; *_periods: how many running; due: end of the period that should be in;
-- why: JSON
CREATE TABLE IF NOT EXISTS assess.standing (
  as_of DATE, indicator VARCHAR, place VARCHAR, owner VARCHAR, period VARCHAR, period_end DATE, due DATE, value DOUBLE, origin VARCHAR,
  reported DOUBLE, computed DOUBLE, last_year DOUBLE, change DOUBLE, change_in VARCHAR, city DOUBLE, province DOUBLE, peers DOUBLE,
  rank INTEGER, rank_before INTEGER, target_kind VARCHAR, target DOUBLE, control DOUBLE, over_control BOOLEAN, course VARCHAR,
  lamp VARCHAR, forecast DOUBLE, low DOUBLE, high DOUBLE, chance DOUBLE, method VARCHAR, fall_periods INTEGER,
  below_city_periods INTEGER, below_province_periods INTEGER, below_peers_periods INTEGER, small BOOLEAN, says VARCHAR, why JSON);
-- what a missed indicator is made of: its parts by 乡镇, 主题 or 单位; difference and share (per cent) add up over one "by"
CREATE TABLE IF NOT EXISTS assess.part (
  as_of DATE, indicator VARCHAR, "by" VARCHAR, part VARCHAR, name VARCHAR, value DOUBLE, base DOUBLE, difference DOUBLE, share DOUBLE);
-- ranking and yearly assessment of towns and units (scope: place, unit); indicator NULL: all together. why: JSON, the trace of a deduction
CREATE TABLE IF NOT EXISTS assess.mark (
  as_of DATE, scope VARCHAR, code VARCHAR, indicator VARCHAR, value DOUBLE, rank INTEGER, rank_before INTEGER, tied BOOLEAN,
  "of" INTEGER, small BOOLEAN, weight DOUBLE, deducted DOUBLE, veto BOOLEAN, why JSON);
-- readings that cannot be believed, contradict each other, are missing or late; unit: who should mend it
CREATE TABLE IF NOT EXISTS assess.finding (
  as_of DATE, indicator VARCHAR, place VARCHAR, period VARCHAR, code VARCHAR, unit VARCHAR, message VARCHAR);

CREATE TABLE IF NOT EXISTS intervene.night (as_of DATE PRIMARY KEY, rules_hash VARCHAR, seconds DOUBLE);
-- who answers for a warning: role 主办 or 协办; the clock starts at delivery and is tightened when the level rises. clock: by which the
-- deadline was reckoned, from counted_from; provisional: it hangs on days off that are not announced yet. All three NULL before 0.4
CREATE TABLE IF NOT EXISTS intervene.duty (
  as_of DATE, id VARCHAR, unit VARCHAR, role VARCHAR, level TINYINT, delivered_on DATE, deadline DATE, catch_all BOOLEAN,
  provisional BOOLEAN, clock VARCHAR, counted_from DATE);
-- which units a trial rule's warning would have gone to, on the night it would have been opened
CREATE TABLE IF NOT EXISTS intervene.trial_duty (as_of DATE, id VARCHAR, unit VARCHAR, role VARCHAR, catch_all BOOLEAN);
-- which units are only told of a warning (抄送): no clock, no receipt
CREATE TABLE IF NOT EXISTS intervene.copied (as_of DATE, id VARCHAR, unit VARCHAR);
CREATE TABLE IF NOT EXISTS intervene.list (as_of DATE, unit VARCHAR, path VARCHAR, sha256 VARCHAR, lines BIGINT);

CREATE TABLE IF NOT EXISTS review.night (as_of DATE PRIMARY KEY, rules_hash VARCHAR, seconds DOUBLE);
-- what the units said, newest word last; outcome: 属实 误报 已化解 无法核实, NULL while only signed
CREATE TABLE IF NOT EXISTS review.outcome (
  as_of DATE, id VARCHAR, unit VARCHAR, post VARCHAR, signed_on DATE, outcome VARCHAR, measure VARCHAR, fed_back_on DATE,
  file_id INTEGER, row_no BIGINT);
CREATE TABLE IF NOT EXISTS review.issue (as_of DATE, file_id INTEGER, row_no BIGINT, code VARCHAR, message VARCHAR);

-- one row a change of state, bound to the row before it; no night takes a row back. content: canonical JSON, see docs/audit.md
CREATE TABLE IF NOT EXISTS audit.line (
  seq BIGINT PRIMARY KEY, as_of DATE, what VARCHAR, origin VARCHAR, content JSON, previous VARCHAR, hash VARCHAR);
"""

_NAMES = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\S+)", _TABLES))
_THERE = """
SELECT schema_name, table_name, column_name FROM duckdb_columns()
WHERE schema_name IN ('sense', 'assess', 'intervene', 'review', 'audit')"""

_ADDED = {"intervene.duty": {"provisional": "BOOLEAN", "clock": "VARCHAR", "counted_from": "DATE"}}
"""Columns that a table got after it was first released; an older database gets them too, NULL in the rows it has."""

_VERSION = {
    "source": "VARCHAR",
    "known_at": "DATE",
    "superseded_at": "DATE",
    "retracted": "BOOLEAN",
    "file_id": "INTEGER",
    "row_no": "BIGINT",
}


def record_columns(kind: str) -> dict[str, str]:
    """Contract columns of ``kind`` with their SQL types, in the order of the contract."""
    return {name: sql_type(info) for name, info in contract(kind).model_fields.items()}


def as_known(kind: str, as_of: str) -> str:
    """SQL of the records of ``kind`` as they were known on the night ``as_of`` (a SQL date expression), retractions left out."""
    return (
        f"SELECT * FROM sense.{kind} WHERE known_at <= {as_of} "
        f"AND (superseded_at IS NULL OR superseded_at > {as_of}) AND NOT retracted"
    )


def create_schemas(con: duckdb.DuckDBPyConnection) -> None:
    """Create whatever is missing; one look at the catalogue when nothing is, because every phase of every night asks.

    A column that a newer contract or release brings is added to the rows we hold, NULL in all of them.
    """
    there: dict[str, set[str]] = {}
    for schema, table, column in con.execute(_THERE).fetchall():
        there.setdefault(f"{schema}.{table}", set()).add(column)
    if not there.keys() >= _NAMES:
        con.execute(_TABLES)
    for kind in kinds():
        table, columns = f"sense.{kind}", {**_VERSION, **record_columns(kind)}
        if table not in there:
            con.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {type_}' for name, type_ in columns.items())})")
        for name in columns.keys() - there.get(table, columns.keys()):
            con.execute(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]}")
    for table, columns in _ADDED.items():
        for name in columns.keys() - there.get(table, columns.keys()):
            con.execute(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]}")
