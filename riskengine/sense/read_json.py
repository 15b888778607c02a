"""JSON lines: one object a line, keys as columns."""

from __future__ import annotations

from pathlib import Path

import duckdb

from riskengine.errors import SourceBroken
from riskengine.model.source import Source
from riskengine.sense.encoding import Text
from riskengine.sense.header import Header, Note, Wanted, check, tidy
from riskengine.sense.pour import Poured, csv_relation, pour
from riskengine.sense.read_text import Unreadable
from riskengine.store.database import Connection

__all__ = ["read_json"]

_REASON = "这一行不是一个完整的 JSON 对象。请核对后重报"


def read_json(
    con: Connection, text: Text, name: str, source: Source, want: Wanted, scratch: Path
) -> tuple[str, Header, Poured, list[Note]]:
    """JSON lines into ``raw``; lines that are no JSON object go to ``raw_bad``. ``row_no`` is the line number.

    Numbers are written by their value (12.50 as 12.5); true and false become 是 and 否; nested values stay JSON text.
    """
    path = _without_gaps(text, scratch) if text.gaps else text.path
    relation = csv_relation(path, 1, skip=0, delimiter="\x1f", quote="")
    try:
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE json_line AS
            SELECT row_number() OVER () AS row_no, ltrim(c0, chr(65279)) AS line FROM {relation}"""
        )
    except duckdb.InvalidInputException as error:
        if text.verified:
            raise SourceBroken(f"{name}：JSON 行读不通。请每行写一个 JSON 对象后重报。") from error
        raise Unreadable from error
    con.execute("DELETE FROM json_line WHERE trim(line, ' \t\r') = '' OR line IS NULL")
    con.execute(
        f"""INSERT INTO raw_bad SELECT row_no, NULL, '{_REASON}' FROM json_line
        WHERE NOT json_valid(line) OR CASE WHEN json_valid(line) THEN json_type(line) != 'OBJECT' END"""
    )
    con.execute("DELETE FROM json_line WHERE row_no IN (SELECT row_no FROM raw_bad)")
    keys = [
        key
        for (key,) in con.execute(
            """SELECT key FROM (SELECT unnest(keys) AS key, first_row FROM (
            SELECT json_keys(line) AS keys, min(row_no) AS first_row FROM json_line GROUP BY ALL))
            GROUP BY key ORDER BY min(first_row), key"""
        ).fetchall()
    ]
    names: dict[str, str] = {}
    for key in keys:
        names.setdefault(tidy(key), key)
    if keys or con.execute("SELECT count(*) FROM raw_bad").fetchall()[0][0]:
        notes = check(name, list(names), source, want)
    else:
        raise SourceBroken(f"{name}：文件是空的。请重新导出后报送；没有数据时请改报只有表头的 CSV。")
    paths = ", ".join(
        "'$.\"" + key.replace("\\", "\\\\").replace('"', '\\"').replace("'", "''") + "\"'" for key in names.values()
    )
    cells = ", ".join(
        f"CASE json_type(found[{i}]) WHEN 'BOOLEAN' THEN CASE found[{i}] WHEN 'true' THEN '是' ELSE '否' END "
        f"WHEN 'VARCHAR' THEN nullif(found[{i}] ->> '$', '') WHEN 'NULL' THEN NULL "
        f"ELSE CAST(found[{i}] AS VARCHAR) END AS c{i - 1}"
        for i in range(1, len(names) + 1)
    )
    header = Header(0, tuple(names))
    table = f"(SELECT row_no, {cells} FROM (SELECT row_no, json_extract(line, [{paths}]) AS found FROM json_line))"
    poured = pour(con, table, header, want)
    con.execute("DROP TABLE json_line")
    return "jsonl", header, poured, notes


def _without_gaps(text: Text, scratch: Path) -> Path:
    """A copy in which blank lines hold a blank, so that DuckDB counts them."""
    target = scratch / "lines.jsonl"
    with (
        text.path.open(encoding="utf-8", errors="replace" if text.verified else "strict", newline="") as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        try:
            out.writelines(line if line.strip() else " " + line for line in lines)
        except UnicodeDecodeError as error:
            raise Unreadable from error
    return target
