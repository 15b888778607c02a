"""Sealing: what was read, as it was read, under the SHA-256 of the original, so that any night can be run again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import duckdb

from riskengine.contracts.sql import quoted, text_literal
from riskengine.errors import SourceBroken
from riskengine.sense.header import Note
from riskengine.sense.pour import reset
from riskengine.sense.read import ReadReport
from riskengine.store.database import Connection
from riskengine.workspace import Workspace

__all__ = ["is_sealed", "seal", "sealed_path", "unseal"]

_COLUMN, _REASON = "#column", "#reason"
"""Columns that hold what ``raw_bad`` says, so that a sealed file gives the same account as the original."""


def sealed_path(workspace: Workspace, sha256: str) -> Path:
    """Where the file of this checksum lies sealed, or would."""
    return workspace.sealed / sha256[:2] / f"{sha256}.parquet"


def is_sealed(con: Connection, path: Path) -> bool:
    """Whether ``path`` is a file that :func:`seal` wrote: put back into an inbox, it gives what its original gave."""
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return False
    location = text_literal(str(path))
    try:
        keys = con.execute(
            f"SELECT count(*) FROM parquet_kv_metadata({location}) WHERE decode(key) = 'report'"
        ).fetchall()
    except duckdb.Error:
        return False
    return bool(keys[0][0])


def seal(con: Connection, workspace: Workspace, sha256: str, report: ReadReport) -> Path:
    """Write ``raw`` and ``raw_bad`` (after the door) and ``report`` as one Parquet file; the same input gives the
    same bytes.

    The file appears whole or not at all. Raises OSError where the disk is full.
    """
    target = sealed_path(workspace, sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    account = text_literal(json.dumps(asdict(report), ensure_ascii=False, sort_keys=True))
    location = text_literal(str(unfinished))
    bad = _count(con, "raw_bad")
    columns = "SELECT * FROM raw"
    if bad:
        columns = f"""SELECT *, CAST(NULL AS VARCHAR) AS {quoted(_COLUMN)}, CAST(NULL AS VARCHAR) AS {quoted(_REASON)}
        FROM raw UNION ALL BY NAME SELECT row_no, source_column AS {quoted(_COLUMN)}, reason AS {quoted(_REASON)} FROM
        raw_bad
        """
    try:
        con.execute(
            # few words repeat within a column: a longer search for a dictionary costs a tenth and saves no byte
            f"COPY ({columns}) TO {location} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
            f"DICTIONARY_SIZE_LIMIT 5000, WRITE_BLOOM_FILTER false, KV_METADATA {{report: {account}}})"
        )
    except duckdb.IOException as error:
        unfinished.unlink(missing_ok=True)
        raise OSError(str(error).splitlines()[0]) from error
    os.replace(unfinished, target)
    return target


def unseal(con: Connection, path: Path) -> ReadReport:
    """Create ``raw`` and ``raw_bad`` again from a sealed file and return the account of its reading. Raises
    SourceBroken when damaged.
    """
    location = text_literal(str(path))
    reset(con)
    try:
        names = [str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM read_parquet({location})").fetchall()]
        [(account,)] = con.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({location}) WHERE decode(key) = 'report'"
        ).fetchall()
        bad = _REASON in names
        kept = ", ".join(quoted(name) for name in names if name not in (_COLUMN, _REASON))
        where = f"WHERE {quoted(_REASON)} IS NULL" if bad else ""
        con.execute(f"CREATE OR REPLACE TEMP TABLE raw AS SELECT {kept} FROM read_parquet({location}) {where}")
        if bad:
            con.execute(
                f"""INSERT INTO raw_bad SELECT row_no, {quoted(_COLUMN)}, {quoted(_REASON)}
                FROM read_parquet({location}) WHERE {quoted(_REASON)} IS NOT NULL"""
            )
    except (duckdb.Error, ValueError) as error:
        raise SourceBroken(f"{path.name}：封存的文件读不通。请从备份恢复，或把原件重新放进收件箱。") from error
    told = json.loads(account)
    told["columns"] = tuple(told["columns"])
    told["notes"] = tuple(Note(**note) for note in told["notes"])
    return ReadReport(**told)


def _count(con: Connection, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
