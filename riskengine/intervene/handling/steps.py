"""Replies become steps, steps make up the handling of a warning."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, astuple, fields
from datetime import date
from typing import Any

from riskengine.intervene.handling.gather import TAKEN_BACK, matters, standing, stir
from riskengine.intervene.handling.matter import Objection, Taken, Walked
from riskengine.intervene.handling.terms import Leave
from riskengine.intervene.handling.walk import walk
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["begin", "walk_steps"]

_STEP = tuple(each.name for each in fields(Taken))


def walk_steps(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``intervene.step``, ``handling``, ``objection``, ``leave`` and ``refused`` from all replies known by tonight.

    Only warnings of which somebody spoke tonight are walked, and those in which the engine takes a step: it presses (督办) what is overdue,
    closes what is lifted and was reported long enough, opens again what came back. A row of an earlier night is never changed: a step
    that no longer counts is taken back by a row 作废 with its ``nth``.
    """
    if not stir(con, rulebook, as_of):
        return
    found = {matter.id: walk(matter, rulebook.handling) for matter in matters(con, rulebook, as_of)}
    _store_steps(con, found, as_of)
    _store_handlings(con, found, as_of)
    _store_objections(con, found, as_of)
    _store_leaves(con, found, as_of)
    _store_refusals(con, found, as_of)


def begin(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Every warning that stands on a lead's list tonight and has no handling yet gets one, in the state 下发."""
    con.execute(_BEGUN, {"as_of": as_of})
    con.execute(_BEGUN_STEPS, {"as_of": as_of})
    con.execute(_BEGUN_HANDLINGS, {"as_of": as_of})


def _store_steps(con: Connection, found: dict[str, Walked], as_of: date) -> None:
    held: dict[str, list[tuple[int, Taken | None, str]]] = defaultdict(list)
    for id_, nth, *rest in con.execute(_HELD.format(columns=", ".join(_STEP)), {"as_of": as_of}).fetchall():
        held[id_].append((nth, Taken(*rest), rest[0]))
    rows: list[tuple[Any, ...]] = []
    for id_, walked in found.items():
        known = held[id_]
        gone = {nth for nth, _, word in known if word == TAKEN_BACK}
        left = Counter(walked.steps)
        nth = max((each for each, _, _ in known), default=0)
        for at, taken, word in known:
            if word == TAKEN_BACK or at in gone or taken is None:
                continue
            if left[taken]:
                left[taken] -= 1
                continue
            back = Taken(TAKEN_BACK, walked.state, taken.unit, taken.role, taken.on_day)
            rows.append((as_of, id_, at, *astuple(back)))
        for taken in walked.steps:
            if left[taken]:
                left[taken] -= 1
                nth += 1
                rows.append((as_of, id_, nth, *astuple(taken)))
    _insert(con, "intervene.step", ("as_of", "id", "nth", *_STEP), rows)


def _store_handlings(con: Connection, found: dict[str, Walked], as_of: date) -> None:
    columns = ("state", "since", "outcome", "cause", "closed_on", "closed_by")
    held = _standing(con, "intervene.handling", "id", ("id",), columns, as_of)
    rows = []
    for id_, walked in found.items():
        now = tuple(getattr(walked, name) for name in columns)
        if held.get((id_,)) != now:
            rows.append((as_of, id_, *now))
    _insert(con, "intervene.handling", ("as_of", "id", *columns), rows)


def _store_objections(con: Connection, found: dict[str, Walked], as_of: date) -> None:
    """``route`` is written when the night's routes are known, ``new_unit`` too where nobody named one."""
    key = ("id", "unit", "on_day", "file_id", "row_no")
    held = _standing(
        con, "intervene.objection", ", ".join(key), key, ("decided", "decided_on", "new_unit", "route"), as_of
    )
    rows = []
    for id_, each in ((id_, each) for id_, walked in found.items() for each in walked.objections):
        decided, decided_on, new_unit, route = held.get(
            (id_, each.unit, each.on_day, each.file_id, each.row_no), (None, None, None, None)
        )
        same = (decided, decided_on) == (each.decided, each.decided_on)
        if not (same and each.new_unit in (None, new_unit)):
            rows.append((as_of, id_, route, *asdict(each).values()))
    _insert(con, "intervene.objection", ("as_of", "id", "route", *(field.name for field in fields(Objection))), rows)


def _store_leaves(con: Connection, found: dict[str, Walked], as_of: date) -> None:
    key = ("id", "unit", "kind", "first")
    held = _standing(con, "intervene.leave", ", ".join(key), key, ("last", "amount", "approver", "reason"), as_of)
    rows = [
        (as_of, id_, *astuple(each))
        for id_, walked in found.items()
        for each in walked.leaves
        if held.get((id_, each.unit, each.kind, each.first)) != (each.last, each.amount, each.approver, each.reason)
    ]
    _insert(con, "intervene.leave", ("as_of", "id", *(field.name for field in fields(Leave))), rows)


def _store_refusals(con: Connection, found: dict[str, Walked], as_of: date) -> None:
    """A row once told is not told again."""
    rows = [(as_of, *astuple(each)) for walked in found.values() for each in walked.refusals]
    if not rows:
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE refused_now (as_of DATE, file_id INTEGER, row_no BIGINT, code VARCHAR, message VARCHAR)"
    )
    _insert(con, "refused_now", ("as_of", "file_id", "row_no", "code", "message"), rows)
    con.execute(_REFUSED)


def _standing(
    con: Connection, table: str, key: str, keys: tuple[str, ...], columns: tuple[str, ...], as_of: date
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Key → the newest values of ``columns`` before tonight, of the warnings that are walked."""
    newest = standing(table, key, "as_of < $as_of AND id IN (SELECT id FROM stirred)")
    rows = con.execute(f"SELECT {', '.join((*keys, *columns))} FROM ({newest})", {"as_of": as_of}).fetchall()
    return {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows}


def _insert(con: Connection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """All rows in one statement: one a row costs more than the walk."""
    if rows:
        listed = ", ".join(
            f"unnest(${at}::{_TYPES.get(name, 'VARCHAR')}[])" for at, name in enumerate(columns, start=1)
        )
        con.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {listed}",
            [list(each) for each in zip(*rows, strict=True)],
        )


_DAYS = ("as_of", "on_day", "since", "closed_on", "decided_on", "first", "last")
_TYPES = dict.fromkeys(_DAYS, "DATE") | {
    "nth": "INTEGER", "file_id": "INTEGER", "row_no": "BIGINT", "implied": "BOOLEAN", "amount": "INTEGER"
}  # fmt: skip


_HELD = """
SELECT id, nth, {columns} FROM intervene.step WHERE as_of < $as_of AND id IN (SELECT id FROM stirred) ORDER BY id, nth, as_of
"""

_REFUSED = """
INSERT INTO intervene.refused (as_of, file_id, row_no, code, message)
SELECT r.as_of, r.file_id, r.row_no, r.code, coalesce(f.name, '回执') || '第' || r.row_no || '行：' || r.message
FROM refused_now AS r LEFT JOIN sense.file AS f ON f.file_id = r.file_id
WHERE NOT EXISTS (
  SELECT 1 FROM intervene.refused AS e WHERE e.file_id = r.file_id AND e.row_no = r.row_no AND e.code = r.code)
ORDER BY r.file_id, r.row_no
"""

_BEGUN = """
CREATE OR REPLACE TEMP TABLE begun AS
SELECT d.id, min(d.delivered_on) AS on_day FROM intervene.duty AS d
ANTI JOIN intervene.handling AS h ON h.id = d.id
WHERE d.as_of = $as_of AND d.role = '主办' GROUP BY d.id
"""

_BEGUN_STEPS = """
INSERT INTO intervene.step (as_of, id, nth, step, state, role, on_day, implied)
SELECT $as_of, id, 1, '下发', '下发', '引擎', on_day, FALSE FROM begun ORDER BY id
"""

_BEGUN_HANDLINGS = """
INSERT INTO intervene.handling (as_of, id, state, since) SELECT $as_of, id, '下发', on_day FROM begun ORDER BY id
"""
