"""Good rows become versions of records: stored, updated, unchanged or retracted; nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.source import Source
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns

__all__ = ["Absorbed", "absorb"]


@dataclass(frozen=True)
class Absorbed:
    """Rows of one file by what became of them. ``stale``: those of the unchanged whose record is known in a newer version."""

    stored: int
    updated: int
    unchanged: int
    retracted: int
    stale: int


def absorb(con: Connection, source: Source, file_id: int, known_at: date) -> Absorbed:
    """Merge temp table ``typed`` (see :mod:`riskengine.sense.convert`) into ``sense.<kind>``.

    Rows count one by one in file order: the same key again with other content is a correction of the one before it, with the
    same content it is unchanged; only the last word of a file on a key becomes a version. A row that retracts leaves a tombstone
    (``retracted``), so that the same retraction sent twice changes nothing. A negative ``quantity`` is stored and netted by
    whoever counts; it stands in the account as retracted. A file older than the version we hold never overwrites it.
    """
    table = f"sense.{source.kind}"
    fields = list(record_columns(source.kind))
    bind = {"source": source.source, "known_at": known_at}
    count = _count(con, table, source.source)
    if count.new:
        # nothing to close and nothing to leave out: the rows as they lie, in the order of the file
        known, rows = "CAST($known_at AS DATE)", "typed"
    else:
        _classify(con, table, fields, bind, repeats=count.repeats)
        con.execute(
            f"""UPDATE {table} AS held SET superseded_at = greatest(held.known_at, CAST($known_at AS DATE))
            FROM fate WHERE fate.writes AND held.source = $source AND held.superseded_at IS NULL AND held.key = fate.key""",
            bind,
        )
        known = "greatest(CAST($known_at AS DATE), fate.held_known)"
        rows = "typed JOIN fate USING (row_no) WHERE fate.writes ORDER BY typed.row_no"
    con.execute(
        f"""INSERT INTO {table} (source, known_at, superseded_at, retracted, file_id, row_no, {", ".join(fields)})
        SELECT $source, {known}, NULL, typed.retracts, $file_id, typed.row_no, {", ".join(f"typed.{name}" for name in fields)}
        FROM {rows}""",
        {**bind, "file_id": file_id},
    )
    if count.new:
        return Absorbed(stored=count.rows - count.back, updated=0, unchanged=0, retracted=count.back, stale=0)
    counts = dict(con.execute("SELECT fate, count(*) FROM fate GROUP BY fate").fetchall())
    return Absorbed(
        stored=counts.get("stored", 0),
        updated=counts.get("updated", 0),
        unchanged=counts.get("unchanged", 0) + counts.get("stale", 0) + count.blank,
        retracted=counts.get("retracted", 0),
        stale=counts.get("stale", 0),
    )


@dataclass(frozen=True)
class _Count:
    """Rows of the file. ``back``: those that take something back. ``repeats``: the file names a record twice. ``new``: every row is
    a record of its own that was not held before.
    """

    rows: int
    blank: int
    back: int
    repeats: bool
    new: bool


def _count(con: Connection, table: str, source: str) -> _Count:
    [(rows, blank, back, distinct)] = con.execute(
        "SELECT count(*), count(*) FILTER (blank), count(*) FILTER (NOT blank AND (retracts OR quantity < 0)), "
        "count(DISTINCT key) FILTER (NOT blank) FROM typed"
    ).fetchall()
    repeats, new = rows - blank != distinct, False
    if not blank and not repeats:
        # keys alone: comparing contents reads every column of what we hold
        [(held,)] = con.execute(
            f"SELECT count(*) FROM {table} WHERE source = $1 AND superseded_at IS NULL AND key IN (SELECT key FROM typed)",
            [source],
        ).fetchall()
        new = not held
    return _Count(rows, blank, back, repeats, new)


def _classify(con: Connection, table: str, fields: list[str], bind: dict[str, object], *, repeats: bool) -> None:
    """Temp table ``fate(row_no, key, fate, writes, held_known)``: what each row that is not blank does to what was known before it,
    and whether it is the one of its key that becomes a version (the file's last word, and other than what we hold).

    The window over keys is only paid for where a file repeats one.
    """
    over = "OVER (PARTITION BY t.key ORDER BY t.row_no)"
    before, last = ("NULL", "TRUE")
    if repeats:
        before, last = (f"lag({_content('t', 'retracts', fields)}) {over}", f"lead(t.row_no) {over} IS NULL")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE fate AS
        WITH held AS (SELECT * FROM {table} WHERE source = $source AND superseded_at IS NULL),
        faced AS (
          SELECT t.row_no, t.key, t.retracts OR t.quantity < 0 AS takes_back, {_content("t", "retracts", fields)} AS content,
                 {before} AS before, {last} AS final, held.known_at AS held_known,
                 CASE WHEN held.key IS NOT NULL THEN {_content("held", "retracted", fields)} END AS held_content
          FROM typed AS t LEFT JOIN held ON held.key = t.key WHERE NOT t.blank)
        SELECT row_no, key, held_known,
               CASE WHEN held_known > CAST($known_at AS DATE) THEN 'stale'
                    WHEN coalesce(before, held_content) = content THEN 'unchanged'
                    WHEN takes_back THEN 'retracted'
                    WHEN coalesce(before, held_content) IS NULL THEN 'stored'
                    ELSE 'updated' END AS fate,
               final AND fate <> 'stale' AND (held_content IS NULL OR held_content <> content) AS writes
        FROM faced""",
        bind,
    )


def _content(table: str, gone: str, fields: list[str]) -> str:
    """The row as one struct: structs compare field by field with NULL equal to NULL."""
    pairs = [f"'{name}': {table}.{name}" for name in fields]
    return "{" + ", ".join([*pairs, f"'gone': {table}.{gone}"]) + "}"
