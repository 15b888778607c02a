"""A county whose night is finished: warnings and duties in the tables, lists in the outbox, the account written."""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from riskengine.delivery.send import Delivered, deliver
from riskengine.model.deliveries import Deliveries
from riskengine.model.duty import Level, Place, Unit
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

NIGHT = date(2026, 6, 30)
MORNING = datetime.fromisoformat("2026-07-01T08:00:00")
LEVELS = tuple(
    Level(name=name, rank=rank, code=code, colour="#C00000", score=score, handle_within=days)
    for name, rank, code, score, days in (
        ("红", 1, "I", 80, 1), ("橙", 2, "II", 60, 3), ("黄", 3, "III", 40, 7), ("蓝", 4, "IV", None, 15),
    )
)  # fmt: skip
UNITS = (
    Unit(id="fanzha", name="反诈中心", type="line", sort=1),
    Unit(id="xinfang", name="信访局", type="line", sort=2),
    Unit(id="town-01", name="清溪镇人民政府", type="township", sort=11),
)
PLACES = (
    Place(code="990100", name="云川县", level="county", parent=None),
    Place(code="990100101", name="清溪镇", level="town", parent="990100", unit="town-01"),
)


def book(*channels: dict[str, Any], **settings: Any) -> Rulebook:
    """The county's rules; ``channels`` and further keys of rules/deliveries.yaml."""
    return Rulebook(
        sources={},
        signals={},
        rules={},
        levels=LEVELS,
        units={unit.id: unit for unit in UNITS},
        places=PLACES,
        routes=(),
        hash="ab" * 32,
        deliveries=Deliveries.model_validate({"channels": channels, **settings}),
    )


def folder(id_: str = "folder", **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "folder", "to": {"*": "data/delivered"}, **more}


def warn(
    con: Connection,
    id_: str,
    change: str,
    level: int,
    unit: str,
    *,
    late: int = -5,
    name: str = "清溪镇",
    as_of: date = NIGHT,
) -> None:
    """A warning as it stands on the night, led by ``unit``; ``late``: days past its deadline, negative while there is time."""
    con.execute(
        "INSERT INTO assess.warning VALUES (?, 'town', ?, ?, '990100101', '电信网络诈骗', ?, NULL)",
        [id_, id_, name, as_of],
    )
    why = json.dumps({"sentence": "近7日诈骗12起，往常3.1起"})
    con.execute(
        "INSERT INTO assess.state VALUES (?, ?, ?, ?, 50, ['fraud-surge'], FALSE, ?, '[]')",
        [as_of, id_, change, level, why],
    )
    con.execute(
        "INSERT INTO intervene.duty (as_of, id, unit, role, level, delivered_on, deadline, catch_all) "
        "VALUES (?, ?, ?, '主办', ?, ?, ?, FALSE)",
        [as_of, id_, unit, level, as_of - timedelta(9), as_of - timedelta(late)],
    )


def listed(
    con: Connection, workspace: Workspace, unit: str | None, path: str, content: bytes, as_of: date = NIGHT
) -> None:
    """One file of the night, in the outbox and in the table; the second time in the place of the first."""
    file = workspace.night(as_of) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    con.execute("DELETE FROM intervene.list WHERE as_of = ? AND path = ?", [as_of, path])
    con.execute(
        "INSERT INTO intervene.list VALUES (?, ?, ?, ?, 1)", [as_of, unit, path, hashlib.sha256(content).hexdigest()]
    )


TABLES = (
    "assess.warning", "assess.state", "intervene.duty", "intervene.list", "intervene.reply", "intervene.waiting", "intervene.copied",
    "intervene.errand", "intervene.handling", "delivery.message", "delivery.attempt",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """A workspace with its database open."""

    workspace: Workspace
    con: Connection

    @property
    def root(self) -> Path:
        return self.workspace.root

    def night(self, as_of: date) -> Path:
        return self.workspace.night(as_of)

    def deliver(self, *asked: Any, **more: Any) -> Delivered:
        """As the command does, but without opening the database each time."""
        return deliver(self.workspace, *asked, opened=lambda: nullcontext(self.con), **more)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()


def lay_down(root: Path) -> Workspace:
    """A workspace with one finished night: a list for each unit and one for the county."""
    (root / "rules").mkdir(parents=True)
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch) as con:
        fill(con, workspace)
    return workspace


def fill(con: Connection, workspace: Workspace) -> None:
    """The night as it is before anything is delivered."""
    con.execute("BEGIN")
    for number, unit in enumerate(UNITS, start=1):
        warn(con, f"YJ-2026-00000{number}", "新增", number, unit.id)
        listed(con, workspace, unit.id, f"{unit.name}/{unit.name}预警清单_{NIGHT}.xlsx", f"清单{number}".encode())
    listed(con, workspace, None, "全县清单.xlsx", b"all")
    listed(con, workspace, None, "warnings.jsonl", b"{}")
    con.execute("COMMIT")
    (workspace.night(NIGHT) / "run.json").write_text("{}", encoding="utf-8")


def remember(con: Connection) -> None:
    """Keep the tables as they are now."""
    for table in TABLES:
        con.execute(f"CREATE TEMP TABLE {table.replace('.', '_')} AS FROM {table}")


def put_back(con: Connection) -> None:
    """The tables as they were kept, whatever was done to them."""
    emptied = "".join(f"DELETE FROM {table};" for table in TABLES)
    con.execute(f"BEGIN; {emptied} COMMIT")
    filled = "".join(f"INSERT INTO {table} FROM {table.replace('.', '_')};" for table in TABLES)
    con.execute(f"BEGIN; {filled} COMMIT")


def warn_many(
    con: Connection, first: int, last: int, unit: str, *, name: str = "清溪镇", changes: str = "'新增'"
) -> None:
    """Warnings with the numbers ``first`` to ``last``, level 橙, in time; ``changes``: SQL over the number n."""
    span = f"FROM range({first}, {last + 1}) AS r(n)"
    id_ = "'YJ-2026-' || lpad(n::VARCHAR, 6, '0')"
    con.execute(
        f"INSERT INTO assess.warning SELECT {id_}, 'town', n::VARCHAR, $1, '990100101', '电信网络诈骗', $2, NULL {span}",
        [name, NIGHT],
    )
    con.execute(
        f"INSERT INTO assess.state SELECT $1, {id_}, {changes}, 2, 50, ['fraud-surge'], FALSE, "
        f"'{{\"sentence\": \"近7日诈骗12起，往常3.1起\"}}', '[]' {span}", [NIGHT]
    )  # fmt: skip
    con.execute(
        f"INSERT INTO intervene.duty (as_of, id, unit, role, level, delivered_on, deadline, catch_all) "
        f"SELECT $1, {id_}, $2, '主办', 2, $1, $1 + 5, FALSE {span}", [NIGHT, unit]
    )  # fmt: skip


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with connect(workspace.database, workspace.scratch) as con:
        return con.execute(sql).fetchall()
