"""感知识别 sense: claim, read, screen at the door, seal, convert, absorb; then listen for who said nothing and link
what is one event.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date

from riskengine.contracts import contract
from riskengine.contracts.place import PlaceNames
from riskengine.errors import EngineFault, SourceBroken, WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Source
from riskengine.sense.absorb import Absorbed, absorb
from riskengine.sense.claim import Arrival, arrivals
from riskengine.sense.convert import ConvertReport, convert
from riskengine.sense.door import screen
from riskengine.sense.links import link
from riskengine.sense.read import ReadReport, read
from riskengine.sense.seal import is_sealed, seal, unseal
from riskengine.sense.silence import listen
from riskengine.store.database import Connection, transaction
from riskengine.store.space import disk_is_full
from riskengine.workspace import Workspace

__all__ = ["sense"]

LEAST_ROWS = 20
"""Below so many rows a share of rejects says nothing about a file."""


@dataclass(frozen=True)
class _Account:
    """Rows of one file; ``read`` is the sum of the other five."""

    read: int
    stored: int
    updated: int
    unchanged: int
    retracted: int
    rejected: int


def sense(con: Connection, workspace: Workspace, rulebook: Rulebook, as_of: date) -> None:
    """Take in everything that has arrived by the night ``as_of``; nothing where the night was sensed before.

    One transaction a file, so a kill costs at most the file at hand, which is simply new again. A file that cannot be taken in
    is a row with a sentence and stops nobody; it stays in the inbox and is tried again every night until it is mended or removed.
    Raises WrongUse for a night before the newest one sensed: what was known then cannot be un-known.
    """
    [(done, newest)] = con.execute("SELECT count(*) FILTER (as_of = $1), max(as_of) FROM sense.night", [as_of]).fetchall()
    if done:
        return
    if newest is not None and as_of < newest:
        raise WrongUse(f"{as_of} 早于已运行的最后一夜 {newest}：夜次须按日期先后运行。要查看以往的某一夜，请用 riskengine replay。")
    began = time.perf_counter()
    _forget_failures(con, as_of)
    names = PlaceNames(rulebook.places)
    for arrival in arrivals(con, workspace, rulebook, as_of):
        _take(con, workspace, names, arrival, as_of)
    with transaction(con):
        listen(con, rulebook, as_of)
        link(con, rulebook, as_of)
        con.execute("INSERT INTO sense.night VALUES ($1, $2, $3)", [as_of, rulebook.hash, time.perf_counter() - began])


def _forget_failures(con: Connection, as_of: date) -> None:
    """What an interrupted run of this same night could not take in will be looked at, and told, once more."""
    failed = "SELECT file_id FROM sense.file WHERE as_of = $1 AND status <> 'loaded'"
    with transaction(con):
        con.execute(f"DELETE FROM sense.issue WHERE as_of = $1 AND (file_id IS NULL OR file_id IN ({failed}))", [as_of])
        con.execute("DELETE FROM sense.file WHERE as_of = $1 AND status <> 'loaded'", [as_of])


def _take(con: Connection, workspace: Workspace, names: PlaceNames, arrival: Arrival, as_of: date) -> None:
    if arrival.source is None or arrival.status != "claimed":
        _decline(con, arrival, as_of, arrival.status, arrival.message)
        return
    try:
        report = _read(con, workspace, arrival, arrival.source, as_of)
    except SourceBroken as error:
        _decline(con, arrival, as_of, "refused", str(error))
        return
    with transaction(con):
        _load(con, names, arrival, arrival.source, report, as_of)


def _read(con: Connection, workspace: Workspace, arrival: Arrival, source: Source, as_of: date) -> ReadReport:
    """Temp tables ``raw`` and ``raw_bad``, with nothing about a person left in them, and sealed."""
    try:
        if is_sealed(con, arrival.path):
            report = unseal(con, arrival.path)
        else:
            report = read(con, arrival.path, source, workspace.scratch, name=arrival.name)
    except OSError as error:
        if disk_is_full(error):
            raise
        # taken away or replaced since it was claimed a moment ago, or a disk that cannot read on
        what = error.strerror or error
        raise SourceBroken(f"{arrival.name}：读到一半打不开了（{what}）。请确认文件还在收件箱里，下次运行会再读。") from error
    report = replace(report, notes=(*report.notes, *screen(con, source, as_of=as_of, name=arrival.name)))
    seal(con, workspace, arrival.sha256, report)
    return report


def _load(con: Connection, names: PlaceNames, arrival: Arrival, source: Source, report: ReadReport, as_of: date) -> None:
    file_id = _next_id(con)
    converted = convert(con, source, contract(source.kind), names, as_of)
    absorbed = absorb(con, source, file_id, arrival.received_on or as_of)
    account = _balance(con, arrival, report, converted, absorbed)
    _record(con, arrival, as_of, file_id, "loaded", report, account)
    con.execute("INSERT INTO sense.reject SELECT $1, row_no, source_column, NULL, NULL, reason FROM raw_bad", [file_id])
    con.execute("INSERT INTO sense.reject SELECT $1, row_no, source_column, field, value, reason FROM bad", [file_id])
    for note in report.notes:
        _note(con, as_of, file_id, source.source, note.code, note.message)
    if absorbed.stale:
        message = f"{arrival.name}：{absorbed.stale}条记录在库里已有更晚报送的内容，未被这份较早的文件改动。"
        _note(con, as_of, file_id, source.source, "older-file", message)
    if account.read >= LEAST_ROWS and account.rejected > source.max_rejected * account.read:
        message = (
            f"{arrival.name}：{account.read}行中有{account.rejected}行被退回，超过{source.max_rejected:.0%}的上限。"
            "请按退回原因改正后重报；合格的行已经入库。"
        )
        _note(con, as_of, file_id, source.source, "too-many-rejected", message)


def _balance(
    con: Connection, arrival: Arrival, report: ReadReport, converted: ConvertReport, absorbed: Absorbed
) -> _Account:
    """The promise that nothing is lost, kept by counting: what came in is what became of it."""
    [(turned_away,)] = con.execute("SELECT count(DISTINCT row_no) FROM raw_bad").fetchall()
    account = _Account(
        read=report.rows_read - converted.skipped,
        stored=absorbed.stored,
        updated=absorbed.updated,
        unchanged=absorbed.unchanged,
        retracted=absorbed.retracted,
        rejected=turned_away + converted.bad,
    )
    became = account.stored + account.updated + account.unchanged + account.retracted + account.rejected
    if became != account.read:
        raise EngineFault(f"{arrival.name}：读入{account.read}行，去向合计{became}行，账目不平。请保留该文件并报告此问题。")
    return account


def _decline(con: Connection, arrival: Arrival, as_of: date, status: str, message: str) -> None:
    with transaction(con):
        file_id = _next_id(con)
        _record(con, arrival, as_of, file_id, status, None, None, message)
        _note(con, as_of, file_id, arrival.source.source if arrival.source else None, f"{status}-file", message)


def _record(
    con: Connection,
    arrival: Arrival,
    as_of: date,
    file_id: int,
    status: str,
    report: ReadReport | None,
    account: _Account | None,
    message: str | None = None,
) -> None:
    row = {
        "file_id": file_id,
        "sha256": arrival.sha256,
        "name": arrival.name,
        "source": arrival.source.source if arrival.source else None,
        "kind": arrival.source.kind if arrival.source else None,
        "received_on": arrival.received_on,
        "as_of": as_of,
        "format": report.format if report else None,
        "encoding": report.encoding if report else None,
        "status": status,
        "message": message,
    }
    if account is not None:
        row |= {"rows_read": account.read, "stored": account.stored, "updated": account.updated}
        row |= {"unchanged": account.unchanged, "retracted": account.retracted, "rejected": account.rejected}
    marks = ", ".join(f"${name}" for name in row)
    con.execute(f"INSERT INTO sense.file ({', '.join(row)}) VALUES ({marks})", row)


def _note(con: Connection, as_of: date, file_id: int, source: str | None, code: str, message: str) -> None:
    con.execute("INSERT INTO sense.issue VALUES ($1, $2, $3, $4, $5)", [as_of, file_id, source, code, message])


def _next_id(con: Connection) -> int:
    [(newest,)] = con.execute("SELECT coalesce(max(file_id), 0) FROM sense.file").fetchall()
    return int(newest) + 1
