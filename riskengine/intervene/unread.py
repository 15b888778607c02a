"""What of a unit's receipts was not taken, or was taken otherwise than it was written: told to the unit itself, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Unread", "unread"]


@dataclass(frozen=True)
class Unread:
    """One thing to mend. ``row``: as the spreadsheet counts, None where the whole file is meant; ``column``: "" likewise."""

    file: str
    row: int | None
    column: str
    says: str


def unread(con: Connection, rulebook: Rulebook, as_of: date) -> dict[str, list[Unread]]:
    """Unit → what it should mend, of the files that were read tonight. A file is the unit's whose name it bears, else of those that
    answer in it; of a file that tells neither the accounts alone speak.
    """
    found: dict[str, list[Unread]] = {}
    if con.execute("SELECT 1 FROM sense.file WHERE as_of = ? AND kind = 'receipt' LIMIT 1", [as_of]).fetchone() is None:
        return found
    names = sorted(rulebook.units.values(), key=lambda unit: (-len(unit.name), unit.id))
    by_name = {unit.name: unit.id for unit in reversed(names)} | {unit: unit for unit in rulebook.units}
    for file, answering, row, column, says in con.execute(_UNREAD, {"as_of": as_of}).fetchall():
        named = next((unit.id for unit in names if unit.name in file), None)
        owners = [named] if named else sorted({by_name[each] for each in answering or () if each in by_name})
        for unit in owners:
            found.setdefault(unit, []).append(Unread(file, row, column, _alone(says, file, row)))
    return found


def _alone(says: str, file: str, row: int | None) -> str:
    """The sentence without the place, which has columns of its own."""
    return says.removeprefix(f"{file}第{row}行：").removeprefix(f"{file}：")


# notes about spelling that changed nothing stay in the accounts
_UNREAD = """
WITH file AS (SELECT file_id, name, status, message FROM sense.file WHERE as_of = $as_of AND kind = 'receipt'),
answering AS (
  SELECT file_id, list(DISTINCT trim(unit)) AS units FROM sense.receipt SEMI JOIN file USING (file_id) GROUP BY file_id
), told AS (
  SELECT file_id, NULL AS row_no, '' AS source_column, message AS says FROM file WHERE status <> 'loaded'
  UNION ALL
  SELECT r.file_id, r.row_no, coalesce(r.source_column, ''), r.reason FROM sense.reject AS r SEMI JOIN file USING (file_id)
  UNION ALL
  SELECT i.file_id, NULL, '', i.message FROM sense.issue AS i SEMI JOIN file USING (file_id)
  WHERE i.as_of = $as_of
    AND i.code IN ('likened-column', 'formula', 'more-sheets', 'renamed-sheet', 'missing-column', 'new-column', 'personal-column')
  UNION ALL
  SELECT file_id, row_no, '', message FROM intervene.refused WHERE as_of = $as_of
)
SELECT coalesce(f.name, g.name), a.units, t.row_no, t.source_column, t.says
FROM told AS t
LEFT JOIN file AS f USING (file_id) LEFT JOIN sense.file AS g ON g.file_id = t.file_id
LEFT JOIN answering AS a ON a.file_id = t.file_id
WHERE coalesce(f.name, g.name) IS NOT NULL
ORDER BY 1, t.row_no NULLS FIRST, t.source_column, t.says
"""
