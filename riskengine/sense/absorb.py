"""Good rows become versions of records: stored, updated, unchanged or retracted; nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.contracts.receipt import Receipt
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

    Of receipts every word becomes a version, two rows about one warning and an older file that turns up late as well: they add up or
    contradict each other, and that is not for the reader of files to decide. An older one is superseded from the start.
    """
    table = f"sense.{source.kind}"
    fields = list(record_columns(source.kind))
    bind = {"source": source.source, "known_at": known_at}
    count = _count(con, table, source.source)
    if count.new:
        # nothing to close and nothing to leave out: the rows as they lie, in the order of the file
        closed, rows = "NULL", "typed"
    else:
        _classify(con, table, fields, bind, repeats=count.repeats, every=source.kind == Receipt.kind)
        con.execute(
            f"""UPDATE {table} AS held SET superseded_at = greatest(held.known_at, CAST($known_at AS DATE))
            FROM fate WHERE fate.writes AND NOT fate.late AND held.source = $source AND held.superseded_at IS NULL
            AND held.key = fate.key""",
            bind,
        )
        last = "lead(typed.row_no) OVER (PARTITION BY fate.key ORDER BY typed.row_no) IS NULL"
        closed = f"if({last} AND NOT fate.late, NULL, CAST($known_at AS DATE))"
        rows = "typed JOIN fate USING (row_no) WHERE fate.writes ORDER BY typed.row_no"
    con.execute(
        f"""INSERT INTO {table} (source, known_at, superseded_at, retracted, file_id, row_no, {", ".join(fields)})
        SELECT $source, CAST($known_at AS DATE), {closed}, typed.retracts, $file_id, typed.row_no,
               {", ".join(f"typed.{name}" for name in fields)}
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


def _classify(
    con: Connection, table: str, fields: list[str], bind: dict[str, object], *, repeats: bool, every: bool
) -> None:
    """Temp table ``fate(row_no, key, fate, writes, late)``: what each row that is not blank does to what was known before it, whether
    it becomes a version (the file's last word on its key, other than what we hold; with ``every`` each word that is new), and whether
    the file is older than the version we hold.

    The window over keys is only paid for where a file repeats one.
    """
    over = "OVER (PARTITION BY t.key ORDER BY t.row_no)"
    before, writes = ("NULL", "held_content IS NULL OR held_content <> content")
    if repeats:
        before = f"lag({_content('t', 'retracts', fields)}) {over}"
        writes = "fate <> 'unchanged'" if every else f"final AND ({writes})"
    if every:
        writes = f"late OR ({writes})"  # the same words, said earlier than we knew
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE fate AS
        WITH held AS (SELECT * FROM {table} WHERE source = $source AND superseded_at IS NULL),
        faced AS (
          SELECT t.row_no, t.key, t.retracts OR t.quantity < 0 AS takes_back, {_content("t", "retracts", fields)} AS content,
                 {before} AS before, {f"lead(t.row_no) {over} IS NULL" if repeats else "TRUE"} AS final, held.known_at AS held_known,
                 CASE WHEN held.key IS NOT NULL THEN {_content("held", "retracted", fields)} END AS held_content
          FROM typed AS t LEFT JOIN held ON held.key = t.key WHERE NOT t.blank)
        SELECT row_no, key, coalesce(held_known > CAST($known_at AS DATE), FALSE) AS late,
               CASE WHEN late AND NOT {every} THEN 'stale'
                    WHEN coalesce(before, held_content) = content THEN 'unchanged'
                    WHEN takes_back THEN 'retracted'
                    WHEN coalesce(before, held_content) IS NULL THEN 'stored'
                    ELSE 'updated' END AS fate,
               fate <> 'stale' AND ({writes}) AS writes
        FROM faced""",
        bind,
    )


def _content(table: str, gone: str, fields: list[str]) -> str:
    """The row as one struct: structs compare field by field with NULL equal to NULL."""
    pairs = [f"'{name}': {table}.{name}" for name in fields]
    return "{" + ", ".join([*pairs, f"'gone': {table}.{gone}"]) + "}"
