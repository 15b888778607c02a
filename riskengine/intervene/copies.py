"""Copies (抄送): units that are told of a warning and owe nothing; a workbook of its own without clock and receipt columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskengine.intervene.columns import Column, county_columns
from riskengine.intervene.lines import Entry, families
from riskengine.intervene.wording import counts
from riskengine.intervene.workbook import Book
from riskengine.model.duty import Level, Unit
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["copied_entries", "copy_workbook", "keep_copies"]

_LEFT_OUT = ("可能的误报原因", "办理期限", "办理状态")
"""What only those need who must answer."""


def keep_copies(con: Connection, as_of: date) -> None:
    """Write tonight's rows of ``intervene.copied`` from the temporary table ``copied``: open warnings, and once more those that are
    lifted tonight, for whom it was copied to when they were last open. What trial rules would have warned of is told to nobody.
    """
    if con.execute("(SELECT 1 FROM copied LIMIT 1) UNION ALL (SELECT 1 FROM intervene.copied LIMIT 1)").fetchone():
        con.execute(_KEEP, {"as_of": as_of})


def copied_entries(con: Connection, rulebook: Rulebook, found: Sequence[Entry], as_of: date) -> dict[str, list[Entry]]:
    """Tonight's entries by unit that gets a copy, units in their order, each list in families."""
    by_id = {entry.id: at for at, entry in enumerate(found)}
    rows = con.execute("SELECT unit, id FROM intervene.copied WHERE as_of = ?", [as_of]).fetchall()
    held: dict[str, list[int]] = {}
    for unit, id_ in rows:
        if id_ in by_id and unit in rulebook.units:
            held.setdefault(unit, []).append(by_id[id_])
    order = sorted(held, key=lambda unit: (rulebook.units[unit].sort, unit))
    return {unit: families([found[at] for at in sorted(held[unit])]) for unit in order}


def copy_workbook(unit: Unit, found: Sequence[Entry], levels: Sequence[Level], as_of: date) -> bytes:
    """What a unit is told for its information. The same input, the same bytes."""
    columns: tuple[Column[Entry], ...] = tuple(each for each in county_columns(as_of) if each.title not in _LEFT_OUT)
    book = Book(levels, as_of)
    sheet = book.sheet("抄送")
    hint = "抄送供知悉，由主办、协办单位办理和反馈；本单位不必签收、不必填回执。"
    book.head(sheet, f"{unit.name} 抄送清单", counts(levels, found), hint, len(columns))
    book.table(sheet, columns, found, len(columns))
    return book.content()


_KEEP = """
INSERT INTO intervene.copied
WITH earlier AS (
  SELECT c.id, c.unit FROM intervene.copied AS c
  JOIN assess.state AS s ON s.id = c.id AND s.as_of = $as_of AND s.change = '解除'
  WHERE c.as_of = (SELECT max(d.as_of) FROM intervene.duty AS d WHERE d.id = c.id AND d.as_of < $as_of)
)
SELECT $as_of::DATE AS as_of, c.id, c.unit FROM copied AS c
SEMI JOIN assess.state AS s ON s.as_of = c.as_of AND s.id = c.id
UNION ALL SELECT $as_of::DATE, id, unit FROM earlier
ORDER BY id, unit
"""
