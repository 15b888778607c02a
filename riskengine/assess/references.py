"""What stands beside a record in the evidence where its event came in by other doors too: their record numbers, and the transfer number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Source
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns
from riskengine.store.steps import literal

__all__ = ["TITLE", "lay_out_references", "reference", "titled"]

TITLE = "一事多报"
"""The column's title; it stands only where some row of the part has something to say."""


def titled(sources: Mapping[str, Source], column: str) -> str:
    """SQL of what the source in ``column`` is called; its identifier where it is gone, "" where there is none."""
    known = " ".join(f"WHEN {literal(each.source)} THEN {literal(each.title)}" for each in sources.values())
    return f"CASE {column} {known} ELSE coalesce({column}, '') END" if known else f"coalesce({column}, '')"


def lay_out_references(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Create temp table ``referred(source, key, told)``: a row a record that is part of an event, as known tonight; ``told`` the numbers
    of the event's other records, those told first in front.
    """
    now = literal(as_of)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE referred AS
        WITH held AS (FROM sense.link WHERE as_of <= {now} AND (superseded_at IS NULL OR superseded_at > {now}))
        SELECT l.source, l.key, string_agg({titled(rulebook.sources, "o.source")} || ' ' || o.key, '、'
          ORDER BY o.role DESC, o.day, o.source, o.key) AS told
        FROM held l JOIN held o ON o.event = l.event AND (o.source, o.key) <> (l.source, l.key) GROUP BY l.source, l.key""")


def reference(kind: str) -> str:
    """SQL text for a record ``r`` of ``kind`` (``f``: its row of ``referred``); NULL where nothing is to be said."""
    number = "'转办编号 ' || r.transfer" if "transfer" in record_columns(kind) else "NULL"
    return f"nullif(concat_ws('；', {number}, '同一件事：' || f.told), '')"
