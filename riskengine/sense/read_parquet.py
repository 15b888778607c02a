"""Parquet: typed columns read as the text that a person would have written."""

from __future__ import annotations

from pathlib import Path

import duckdb

from riskengine.contracts.sql import quoted, text_literal
from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.bound import LIMITS, Limits
from riskengine.sense.header import Header, Note, Wanted, check, tidy
from riskengine.sense.pour import Poured, pour
from riskengine.store.database import Connection

__all__ = ["read_parquet"]


def read_parquet(
    con: Connection, path: Path, name: str, source: Source, want: Wanted, limits: Limits = LIMITS
) -> tuple[str, Header, Poured, list[Note]]:
    """``path`` into ``raw``; ``row_no`` counts records from 1. Raises SourceBroken: damaged, too large, a column
    missing.
    """
    location = text_literal(str(path))
    relation = f"read_parquet({location})"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        size = con.execute(
            f"SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata({location})"
        ).fetchall()[0][0]
        if size > limits.bytes:
            raise SourceBroken(f"{name}：解压后超过上限，拒绝读取。请拆成几个文件后重报。")
        header = Header(0, tuple(tidy(str(row[0])) for row in described))
        notes = check(name, header.names, source, want)
        cells = ", ".join(f"{_text(str(row[0]), str(row[1]))} AS c{position}" for position, row in enumerate(described))
        poured = pour(con, f"(SELECT row_number() OVER () AS row_no, {cells} FROM {relation})", header, want)
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.SerializationException) as error:
        raise SourceBroken(f"{name}：Parquet 文件不完整或已损坏。多半是没有传完，请重新上传。") from error
    return "parquet", header, poured, notes


def _text(column: str, type_: str) -> str:
    text = f"nullif(CAST({quoted(column)} AS VARCHAR), '')"
    if type_ == "BOOLEAN":
        return f"CASE WHEN {quoted(column)} THEN '是' WHEN NOT {quoted(column)} THEN '否' END"
    if type_ in ("DOUBLE", "FLOAT"):
        return f"regexp_replace({text}, '\\.0$', '')"
    if type_.startswith("TIMESTAMP"):
        return f"regexp_replace({text}, ' 00:00:00$', '')"
    return text
