"""Where tonight's data cannot be trusted to be complete: silence of reporters and of whole sources, per kind and
place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.store.database import Connection
from riskengine.store.steps import literal

__all__ = ["build_silence"]


def build_silence(con: Connection, as_of: date) -> Mapping[str, bool]:
    """Create temp tables ``hushed`` and ``noted`` and return the kinds that are silent anywhere: kind → everywhere.

    ``hushed(kind, place)``: places at or below a silence, whose subjects are unknown; a whole source's silence is
    not listed, it makes every place unknown. ``noted(kind, place, message)``: the silences that lie at, above or
    below a place, to be named in its reasons. ``message`` is the sentence of ``sense.silence``.
    """
    tonight = f"SELECT * FROM sense.silence WHERE as_of = {literal(as_of)}"
    reporters = f"{tonight} AND NOT whole_source"
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE hushed AS
        SELECT DISTINCT s.kind, u.place FROM ({reporters}) s JOIN place_up u ON u.ancestor = s.place""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE noted AS
        SELECT kind, place, list(DISTINCT message ORDER BY message) AS messages FROM (
          SELECT s.kind, u.place, s.message FROM ({reporters}) s JOIN place_up u ON u.ancestor = s.place
          UNION SELECT s.kind, u.ancestor, s.message FROM ({reporters}) s JOIN place_up u ON u.place = s.place
          UNION SELECT s.kind, p.code, s.message FROM ({tonight} AND whole_source) s CROSS JOIN place_now p
        ) GROUP BY kind, place""")
    found = con.execute(f"SELECT kind, bool_or(whole_source) FROM ({tonight}) GROUP BY kind ORDER BY kind").fetchall()
    return {kind: bool(whole) for kind, whole in found}
