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
CREATE SCHEMA IF NOT EXISTS delivery;

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
-- records of several doors that are one event (一事多报), one row a record; holds from as_of until superseded_at (NULL = still). day: of the
-- record; role: first (told first) or also; weight: bits of the match with the record in why, NULL for the first and for a transfer number
CREATE TABLE IF NOT EXISTS sense.link (
  as_of DATE, superseded_at DATE, event VARCHAR, kind VARCHAR, source VARCHAR, key VARCHAR, day DATE, role VARCHAR, weight DOUBLE,
  why JSON);

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
-- warnings that opened while an earlier one of their subject and theme was watched after its closing: a row a night they live.
-- of_id: the closed one, unit: which had closed it on closed_on, days: from then until it opened; level_by_rules: without the raise
CREATE TABLE IF NOT EXISTS assess.reopened (
  as_of DATE, id VARCHAR, of_id VARCHAR, closed_on DATE, days INTEGER, unit VARCHAR, level_by_rules TINYINT);
-- what trial rules would have warned of: as warning and state, one open episode a rule and subject; ids begin with SY-
CREATE TABLE IF NOT EXISTS assess.trial_warning (
  id VARCHAR PRIMARY KEY, rule VARCHAR, subject_type VARCHAR, subject VARCHAR, subject_name VARCHAR, place VARCHAR, theme VARCHAR,
  opened_on DATE, lifted_on DATE);
CREATE TABLE IF NOT EXISTS assess.trial_state (
  as_of DATE, id VARCHAR, change VARCHAR, level TINYINT, score DOUBLE, stale BOOLEAN);
-- subjects that no rule of the theme warned of on the month's first night, drawn to be looked at (抽查): a row a rule that had weighed
-- them. near: some rule gave it more than the points that everybody has; population: of how many such subjects (theme, near),
-- drawn: how many of them were drawn. score,
-- level: what the rule's points came to; signals: JSON of the values that the rule reads
CREATE TABLE IF NOT EXISTS assess.blind (
  as_of DATE, theme VARCHAR, subject_type VARCHAR, subject VARCHAR, name VARCHAR, place VARCHAR, near BOOLEAN, population BIGINT,
  drawn BIGINT, rule VARCHAR, score DOUBLE, level TINYINT, signals JSON);
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
-- what the units said, newest word last; outcome: 属实 误报 已化解 无法核实, NULL while only signed
CREATE TABLE IF NOT EXISTS intervene.reply (
  as_of DATE, id VARCHAR, unit VARCHAR, post VARCHAR, signed_on DATE, outcome VARCHAR, measure VARCHAR, fed_back_on DATE,
  file_id INTEGER, row_no BIGINT, step VARCHAR, cause VARCHAR, reason VARCHAR, until DATE, refer_to VARCHAR);
-- what of a receipt could not be taken, and why
CREATE TABLE IF NOT EXISTS intervene.refused (as_of DATE, file_id INTEGER, row_no BIGINT, code VARCHAR, message VARCHAR);
-- every step of a warning's handling, nth (from 1) as it became known, on_day gives the order that counts; as_of: the night that first
-- knew it. unit NULL: the engine itself. role: 主办 协办 核验 引擎. implied: nobody said so, a later step shows it. file_id and row_no NULL: not
-- from a receipt. a step that no longer counts is taken back by a row 作废 with its id and nth; nth is never given again
CREATE TABLE IF NOT EXISTS intervene.step (
  as_of DATE, id VARCHAR, nth INTEGER, step VARCHAR, state VARCHAR, unit VARCHAR, role VARCHAR, post VARCHAR, on_day DATE,
  outcome VARCHAR, cause VARCHAR, measure VARCHAR, reason VARCHAR, implied BOOLEAN, file_id INTEGER, row_no BIGINT);
-- where the handling of a warning stands: one row each time that changes, the newest with as_of <= a night is how that night saw it.
-- since: the day of the step that led there; outcome: the lead's; closed_on, closed_by: of 销号, NULL while it is open
CREATE TABLE IF NOT EXISTS intervene.handling (
  as_of DATE, id VARCHAR, state VARCHAR, since DATE, outcome VARCHAR, cause VARCHAR, closed_on DATE, closed_by VARCHAR);
-- objections (退回): unit says that id is not its business; decided: 待定 接受 不接受 过期; new_unit: who has it instead
CREATE TABLE IF NOT EXISTS intervene.objection (
  as_of DATE, id VARCHAR, unit VARCHAR, role VARCHAR, route VARCHAR, on_day DATE, reason VARCHAR, decided VARCHAR, decided_on DATE,
  new_unit VARCHAR, file_id INTEGER, row_no BIGINT);
-- extensions and pauses of a clock: kind 延期 or 暂停; first, last: the days that do not count (暂停), amount: days more (延期)
CREATE TABLE IF NOT EXISTS intervene.leave (
  as_of DATE, id VARCHAR, unit VARCHAR, kind VARCHAR, first DATE, last DATE, amount INTEGER, approver VARCHAR, reason VARCHAR);
-- lines beyond a unit's weekly load: nobody's clock runs yet; since: the night they began to wait; place: from 1
CREATE TABLE IF NOT EXISTS intervene.waiting (as_of DATE, id VARCHAR, unit VARCHAR, role VARCHAR, since DATE, place INTEGER);
-- rungs of the ladder that were reached, and the papers of a night, a row a unit that gets one (role: 主送 抄送). id: of the warning or of
-- the plate; why: in words; template: the office's file, NULL where the one that the engine brings was used
CREATE TABLE IF NOT EXISTS intervene.rung (
  as_of DATE, ladder VARCHAR, rung INTEGER, id VARCHAR, place VARCHAR, unit VARCHAR, paper VARCHAR, number VARCHAR, says VARCHAR);
CREATE TABLE IF NOT EXISTS intervene.paper (
  as_of DATE, number VARCHAR, kind VARCHAR, id VARCHAR, place VARCHAR, unit VARCHAR, path VARCHAR, sha256 VARCHAR, role VARCHAR,
  why VARCHAR, answer_by DATE, template VARCHAR);
-- places that are listed for supervision (挂牌) until they are taken off (摘牌): a row a change, what: 挂牌 核验通过 核验不通过 重新起算 摘牌.
-- number: GP-…, of the listing; plate: which of ladder.yaml; theme: NULL for all; level: of the check (village, town, county)
CREATE TABLE IF NOT EXISTS intervene.plate (
  as_of DATE, place VARCHAR, what VARCHAR, theme VARCHAR, level VARCHAR, number VARCHAR, says VARCHAR, plate VARCHAR);
-- lines on a unit's list that are no warnings: kind 演练 (drill), 抽查 (sample below the threshold), 回头看 (look again); ids YL-, CJ-, HK-.
-- about: what kind counts by (a rule, a warning), subject: of the line where it has one
CREATE TABLE IF NOT EXISTS intervene.errand (
  as_of DATE, id VARCHAR, kind VARCHAR, unit VARCHAR, about VARCHAR, subject_type VARCHAR, subject VARCHAR, place VARCHAR,
  says VARCHAR, due DATE);

CREATE TABLE IF NOT EXISTS review.night (as_of DATE PRIMARY KEY, rules_hash VARCHAR, seconds DOUBLE);
-- what is watched after closing, one row a closing, from the night that first knew it: through which day, the gravest level before and
-- the level at closing, the lead's outcome. kind: 办理, unit: the lead that closed; or 重点整治 with the listed place as id, its handler
-- as unit, no level at closing and no outcome
CREATE TABLE IF NOT EXISTS review.watch (
  as_of DATE, id VARCHAR, unit VARCHAR, kind VARCHAR, subject_type VARCHAR, subject VARCHAR, theme VARCHAR, closed_on DATE, until DATE,
  level_before TINYINT, level_at_closing TINYINT, veto BOOLEAN, outcome VARCHAR);
-- what came back (反弹): id is the warning that came, of the one that was closed, by unit, so many days after; each once. level: at
-- closing, raised_to: with which it came. how: 再现 (a new warning) or 加重 (the same one rose, id = of_id); kind as in watch
CREATE TABLE IF NOT EXISTS review.rebound (
  as_of DATE, id VARCHAR, of_id VARCHAR, unit VARCHAR, days INTEGER, level TINYINT, raised_to TINYINT, veto BOOLEAN, kind VARCHAR,
  how VARCHAR, closed_on DATE, theme VARCHAR, outcome VARCHAR);
-- closings that should be looked at again (结而未解): the reasons, and the closing they are about
CREATE TABLE IF NOT EXISTS review.doubt (as_of DATE, id VARCHAR, unit VARCHAR, closed_on DATE, reasons VARCHAR[], says VARCHAR);

-- the outbox: one row a message, over all nights. unit NULL: the whole county's; address: as the rules write it, env:NAME where it is
-- secret; files: JSON, path below the night's folder → sha256; sha256: of subject, text and those. status: 待送 发送中 已送 待重试 搁置 作废;
-- next_at: not before, NULL when done; doubtful: an attempt may have arrived without our knowing. Times: Asia/Shanghai
CREATE TABLE IF NOT EXISTS delivery.message (
  id VARCHAR PRIMARY KEY, as_of DATE, channel VARCHAR, kind VARCHAR, unit VARCHAR, "to" VARCHAR, address VARCHAR, subject VARCHAR,
  text VARCHAR, files JSON, sha256 VARCHAR, status VARCHAR, tries INTEGER, queued_at TIMESTAMP, first_at TIMESTAMP, last_at TIMESTAMP,
  next_at TIMESTAMP, doubtful BOOLEAN, detail VARCHAR);
-- one row an attempt, nth from 1. result: 已送 未送达 不明, NULL while it is made; status: of the message afterwards. seq, hash: its place in the
-- chain of deliveries once it has ended
CREATE TABLE IF NOT EXISTS delivery.attempt (
  id VARCHAR, nth INTEGER, tried_at TIMESTAMP, result VARCHAR, detail VARCHAR, status VARCHAR, seq BIGINT, hash VARCHAR);

-- one row a change of state, bound to the row before it; no night takes a row back. content: canonical JSON, see docs/audit.md
CREATE TABLE IF NOT EXISTS audit.line (
  seq BIGINT PRIMARY KEY, as_of DATE, what VARCHAR, origin VARCHAR, content JSON, previous VARCHAR, hash VARCHAR);
"""

_NAMES = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\S+)", _TABLES))
_THERE = """
SELECT schema_name, table_name, column_name FROM duckdb_columns()
WHERE schema_name IN ('sense', 'assess', 'intervene', 'review', 'audit', 'delivery')"""

_ADDED = {"intervene.duty": {"provisional": "BOOLEAN", "clock": "VARCHAR", "counted_from": "DATE"}}
"""Columns that a table got after it was first released; an older database gets them too, NULL in the rows it has."""

_MOVED = {"review.outcome": "intervene.reply", "review.issue": "intervene.refused"}
"""Tables of older databases → where their rows stand now."""

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
    for old, new in _MOVED.items():
        if old in there:
            con.execute(f"INSERT INTO {new} BY NAME FROM {old}")
            con.execute(f"DROP TABLE {old}")
    for table, columns in _ADDED.items():
        for name in columns.keys() - there.get(table, columns.keys()):
            con.execute(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]}")
