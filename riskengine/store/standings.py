"""Rows of ``assess.standing``, ``part``, ``mark`` and ``finding``, read back as the night left them."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from riskengine.model.standing import Finding, Mark, Part, Standing
from riskengine.store.database import Connection
from riskengine.store.steps import identifier

__all__ = ["rows_of"]

Row = TypeVar("Row", Standing, Part, Mark, Finding)

_TABLES: dict[type, str] = {Standing: "standing", Part: "part", Mark: "mark", Finding: "finding"}


def rows_of(con: Connection, kind: type[Row], night: date) -> list[Row]:
    """All rows of a kind that one night left, in the order in which they were stored; ``why`` as it was before it became JSON."""
    names = [each.name for each in fields(kind)]
    columns = ", ".join(map(identifier, names))
    found = con.execute(f"SELECT {columns} FROM assess.{_TABLES[kind]} WHERE as_of = ? ORDER BY rowid", [night])
    return [kind(**{name: _read(name, value) for name, value in zip(names, row, strict=True)}) for row in found.fetchall()]


def _read(name: str, value: Any) -> Any:
    return json.loads(value or "{}") if name == "why" else value
