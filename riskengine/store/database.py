"""One connection, one writer. Everything that must be true of every connection is set here."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from riskengine.errors import Busy, EngineFault
from riskengine.store.schema import create_schemas

__all__ = ["Connection", "connect", "settings", "settle", "transaction"]

Connection = duckdb.DuckDBPyConnection
Settings = dict[str, str | bool | int | float | list[str]]


@contextmanager
def connect(
    database: Path, scratch: Path, *, memory: str = "1GB", threads: int | None = None, patience: float = 0
) -> Iterator[Connection]:
    """Open (and create) the workspace's database, schemas in place; closed on leaving.

    The file keeps DuckDB 1.5's storage format, so that a step back from 2.0 stays possible. Raises Busy when another process
    still holds the file after ``patience`` seconds, EngineFault when it cannot be opened at all.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    config = settings(scratch, memory) | {"storage_compatibility_version": "v1.5.0"}
    if threads is not None:
        config["threads"] = threads
    con = _open(database, config, patience)
    try:
        settle(con)
        yield con
    finally:
        con.close()


def settings(scratch: Path, memory: str) -> Settings:
    """What holds for every database of ours, in a file or in memory: how much memory, where to spill, nothing fetched."""
    return {
        "memory_limit": memory,
        "temp_directory": str(scratch / "spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def settle(con: Connection) -> None:
    """What holds for every connection of ours: Shanghai's days, rows in their order, all schemas in place."""
    con.execute("SET TimeZone='Asia/Shanghai'")
    con.execute("SET preserve_insertion_order=true")
    create_schemas(con)


def _open(database: Path, config: Settings, patience: float) -> Connection:
    until = time.monotonic() + patience
    while True:
        try:
            return duckdb.connect(str(database), config=config)
        except duckdb.Error as error:
            told = _explain(error, database)
            if not isinstance(told, Busy) or time.monotonic() >= until:
                raise told from error
        time.sleep(0.1)


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """All or nothing: commit on leaving, roll back on any exception (a kill leaves nothing either)."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def _explain(error: duckdb.Error, database: Path) -> Exception:
    text = str(error)
    if "lock" in text.lower():
        holder = re.search(r"PID (\d+)", text)
        who = f"（进程 {holder.group(1)}）" if holder else ""
        return Busy(f"{database.name}：另一次运行{who}正在使用这个工作区。请等它结束后再运行；今晚的数据没有任何改动。")
    return EngineFault(f"{database}：数据库打不开（{text.splitlines()[0]}）。请检查磁盘与文件权限后再运行。")
