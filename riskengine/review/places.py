"""The place tree as a table, for those who ask what lies within what."""

from __future__ import annotations

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["lay_out_places"]


def lay_out_places(con: Connection, rulebook: Rulebook) -> None:
    """Temp table ``lineage(place, ancestor, level, name, until)``: each place with itself and everything above it; ``level``, ``name`` and
    ``until``, the last day of a place that was merged (NULL: it stands), are the ancestor's.
    """
    known = {place.code: place for place in rulebook.places}
    rows = []
    for code in known:
        at: str | None = code
        line: list[str] = []
        while at in known and at not in line:
            line.append(at)
            at = known[at].parent
        rows += [(code, each, known[each].level, known[each].name, known[each].valid_until) for each in line]
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE lineage AS SELECT unnest($1::VARCHAR[]) AS place, unnest($2::VARCHAR[]) AS ancestor, "
        "unnest($3::VARCHAR[]) AS level, unnest($4::VARCHAR[]) AS name, unnest($5::DATE[]) AS until",
        [list(column) for column in columns],
    )
