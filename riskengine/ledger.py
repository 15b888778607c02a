"""The account of a night: ``run.json``, written last of all. Where it lies, the night is finished."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from riskengine import __version__
from riskengine.errors import EngineFault
from riskengine.store.database import Connection
from riskengine.workspace import Workspace

__all__ = ["account", "finished", "is_finished", "read", "write"]

Account = dict[str, Any]

_ROWS = ("stored", "updated", "unchanged", "retracted", "rejected")
_BROKEN = ("unreadable", "refused")


def account(con: Connection, as_of: date, rules_hash: str, seconds: Mapping[str, float]) -> Account:
    """Everything that tonight did, counted from the tables in which the phases met.

    Keys: as_of, rules, versions, seconds (by phase), rows, files, issues, silence, warnings, suppressed, merged,
    trials, indicators, units, handling, inference, faults, receipts_not_taken, lists, papers, plates, audit, broken, exit_code. ``broken``:
    files of tonight that an office must send again (unreadable, out of contract, too many rows rejected), each with its sentence;
    ``exit_code`` is 4 when there is one, else 0. Raises EngineFault when for a loaded file the rows read are
    not the sum of stored, updated, unchanged, retracted and rejected.
    """
    files = _rows(
        con,
        f"""SELECT name, source, status, format, encoding, received_on, sha256, rows_read AS read, {", ".join(_ROWS)}, message
        FROM sense.file WHERE as_of = $1 ORDER BY received_on NULLS LAST, name""",
        as_of,
    )
    _hold_identity(files)
    broken = _rows(
        con,
        f"""SELECT name, message FROM sense.file WHERE as_of = $1 AND status IN {_BROKEN}
        UNION ALL SELECT name, issue.message FROM sense.issue AS issue JOIN sense.file USING (file_id)
        WHERE sense.file.as_of = $1 AND code = 'too-many-rejected' ORDER BY ALL""",
        as_of,
    )
    return {
        "as_of": as_of.isoformat(),
        "rules": {"hash": rules_hash, "by_phase": _rules_by_phase(con, as_of)},
        "versions": _versions(),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "rows": {name: sum(file[name] or 0 for file in files) for name in ("read", *_ROWS)},
        "files": files,
        "issues": _rows(
            con,
            """SELECT code, source, (SELECT any_value(name) FROM sense.file WHERE file_id = issue.file_id) AS file, message
            FROM sense.issue AS issue WHERE as_of = $1 ORDER BY ALL""",
            as_of,
        ),
        "silence": _rows(
            con,
            """SELECT source, kind, reporter, unit, place, last_on, days, whole_source, message
            FROM sense.silence WHERE as_of = $1 ORDER BY ALL""",
            as_of,
        ),
        "warnings": _warnings(con, as_of),
        "suppressed": _rows(
            con,
            """SELECT rule, subject_type, subject, level, until, who, why
            FROM assess.suppressed WHERE as_of = $1 ORDER BY ALL""",
            as_of,
        ),
        "merged": _rows(con, "SELECT child, parent FROM assess.merged WHERE as_of = $1 ORDER BY ALL", as_of),
        "trials": _rows(
            con,
            """SELECT rule, count(*) FILTER (change <> '解除') AS open, count(*) FILTER (change = '新增') AS opened
            FROM assess.trial_state JOIN assess.trial_warning USING (id) WHERE as_of = $1 GROUP BY rule ORDER BY rule""",
            as_of,
        ),
        "indicators": next(
            iter(
                _rows(
                    con,
                    """SELECT count(*) AS judged, count(*) FILTER (lamp = '红') AS red,
                              count(*) FILTER (lamp = '黄') AS yellow, count(*) FILTER (lamp = '绿') AS green,
                              count(*) FILTER (lamp = '灰') AS unknown,
                              (SELECT count(*) FROM assess.finding WHERE as_of = $1) AS findings
                    FROM (FROM assess.standing WHERE as_of = $1
                          QUALIFY row_number() OVER (PARTITION BY indicator ORDER BY rowid) = 1)""",  # the county stands first
                    as_of,
                )
            )
        ),
        "units": _rows(
            con,
            """SELECT unit, count(id) AS lines, count(*) FILTER (WHERE role = '主办') AS leads,
                      count(*) FILTER (WHERE deadline < as_of) AS overdue, count(*) FILTER (WHERE catch_all) AS caught_by_catch_all,
                      coalesce(any_value(waiting), 0) AS waiting
            FROM (FROM intervene.duty WHERE as_of = $1) AS d
            FULL JOIN (SELECT unit, count(*) AS waiting FROM intervene.waiting
                       WHERE as_of = $1 AND role = '主办' GROUP BY unit) AS w USING (unit) GROUP BY unit ORDER BY unit""",
            as_of,
        ),
        "handling": _handling(con, as_of),
        "inference": next(
            iter(_rows(con, "SELECT subjects, conclusions, agreed FROM assess.inference WHERE as_of = $1", as_of)), None
        ),
        "faults": _rows(con, "SELECT rule, message FROM assess.fault WHERE as_of = $1 ORDER BY ALL", as_of),
        "receipts_not_taken": _rows(
            con,
            """SELECT code, (SELECT any_value(name) FROM sense.file WHERE file_id = issue.file_id) AS file, row_no, message
            FROM intervene.refused AS issue WHERE as_of = $1 ORDER BY ALL""",
            as_of,
        ),
        "lists": _rows(
            con, "SELECT unit, path, sha256, lines FROM intervene.list WHERE as_of = $1 ORDER BY path", as_of
        ),
        "papers": _rows(
            con,
            """SELECT number, kind, id, unit, role, path, why FROM intervene.paper
            WHERE as_of = $1 ORDER BY kind, len(number), number, role, unit""",
            as_of,
        ),
        "plates": _rows(
            con,
            "SELECT number, what, place, level, says FROM intervene.plate WHERE as_of = $1 ORDER BY number, what, level",
            as_of,
        ),
        "audit": _log(con, as_of),
        "broken": broken,
        "exit_code": 4 if broken else 0,
    }


def write(workspace: Workspace, as_of: date, entry: Account) -> None:
    """Put ``run.json`` into the night's outbox folder in one step. Raises OSError where the disk will not take it."""
    folder = workspace.night(as_of)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / ".run.json.partial"
    with partial.open("w", encoding="utf-8") as file:
        json.dump(entry, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, folder / "run.json")


def is_finished(workspace: Workspace, as_of: date) -> bool:
    """Whether the night has run to its end."""
    return (workspace.night(as_of) / "run.json").is_file()


def read(workspace: Workspace, as_of: date) -> Account:
    """The account of a finished night. Raises FileNotFoundError where the night has not run."""
    entry: Account = json.loads((workspace.night(as_of) / "run.json").read_text(encoding="utf-8"))
    return entry


def finished(workspace: Workspace) -> list[date]:
    """All finished nights, oldest first."""
    nights = []
    for path in workspace.outbox.glob("*/run.json") if workspace.outbox.is_dir() else ():
        try:
            nights.append(date.fromisoformat(path.parent.name))
        except ValueError:
            continue  # a .partial folder or one that somebody made by hand
    return sorted(nights)


def _hold_identity(files: list[Account]) -> None:
    for file in files:
        if file["status"] != "loaded":
            continue
        became = sum(file[name] or 0 for name in _ROWS)
        if file["read"] != became:
            parts = "、".join(f"{name} {file[name]}" for name in _ROWS)
            raise EngineFault(
                f"{file['name']}：读入{file['read']}行，去向合计{became}行（{parts}），账目不平。请保留该文件并报告此问题。"
            )


def _warnings(con: Connection, as_of: date) -> Account:
    counted = con.execute(
        "SELECT change, level, count(*), count(*) FILTER (WHERE stale) FROM assess.state WHERE as_of = $1 GROUP BY ALL",
        [as_of],
    ).fetchall()
    by_change: dict[str, int] = {}
    by_level: dict[str, int] = {}
    for change, level, n, _ in counted:
        by_change[change] = by_change.get(change, 0) + n
        if change != "解除":
            by_level[str(level)] = by_level.get(str(level), 0) + n
    return {
        "open": sum(by_level.values()),
        "by_level_rank": dict(sorted(by_level.items())),
        "by_change": dict(sorted(by_change.items())),
        "stale": sum(row[3] for row in counted),
    }


def _handling(con: Connection, as_of: date) -> Account:
    """Warnings by the state of their handling as the night saw it, and what of receipts was refused tonight, by code."""
    states = con.execute(
        """SELECT state, count(*) FROM (FROM intervene.handling WHERE as_of <= $1
          QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1) GROUP BY state ORDER BY state""",
        [as_of],
    ).fetchall()
    refused = con.execute(
        "SELECT code, count(*) FROM intervene.refused WHERE as_of = $1 GROUP BY code ORDER BY code", [as_of]
    ).fetchall()
    return {"by_state": dict(states), "refused": dict(refused)}


def _log(con: Connection, as_of: date) -> Account | None:
    """How many lines of the log are about the night, and number and hash of the last line there is; None where it is not logged."""
    [(about, seq, head)] = con.execute(
        "SELECT count(*) FILTER (as_of = $1), max(seq), arg_max(hash, seq) FROM audit.line", [as_of]
    ).fetchall()
    return {"lines": about, "seq": seq, "head": head} if about else None


def _rules_by_phase(con: Connection, as_of: date) -> dict[str, str | None]:
    """Differs from tonight's hash only where rules were edited between a kill and the next start."""
    found = {}
    for phase in ("sense", "assess", "intervene", "review"):
        rows = con.execute(f"SELECT rules_hash FROM {phase}.night WHERE as_of = $1", [as_of]).fetchall()
        found[phase] = rows[0][0] if rows else None
    return found


def _versions() -> dict[str, str]:
    names = (
        "duckdb", "durable-rules", "sqlglot", "pydantic", "python-calamine", "xlsxwriter", "python-docx", "docxtpl", "prefect",
    )  # fmt: skip
    found = {"riskengine": __version__, "python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _rows(con: Connection, sql: str, as_of: date) -> list[Account]:
    cursor = con.execute(sql, [as_of])
    names = [column[0] for column in cursor.description or ()]
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]
