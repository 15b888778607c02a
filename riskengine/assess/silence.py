"""Where a night's data cannot be trusted to be complete: silence of reporters and of whole sources, per kind and
place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.store.database import Connection

__all__ = ["build_silence"]


def build_silence(con: Connection) -> Mapping[str, frozenset[date]]:
    """Create temp tables ``hushed`` and ``noted`` and return the kinds that are silent anywhere: kind → the nights on which
    it is silent everywhere. Reads ``night_now``, ``place_now`` and ``place_up``.

    ``hushed(as_of, kind, place)``: places at or below a silence, whose subjects are unknown; a whole source's silence is
    not listed, it makes every place unknown. ``noted(as_of, kind, place, messages)``: the silences that lie at, above or
    below a place, to be named in its reasons. A message is the sentence of ``sense.silence``.
    """
    tonight = "SELECT * FROM sense.silence WHERE as_of IN (SELECT as_of FROM night_now)"
    reporters = f"{tonight} AND NOT whole_source"
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE hushed AS
        SELECT DISTINCT s.as_of, s.kind, u.place FROM ({reporters}) s JOIN place_up u ON u.ancestor = s.place""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE noted AS
        SELECT as_of, kind, place, list(DISTINCT message ORDER BY message) AS messages FROM (
          SELECT s.as_of, s.kind, u.place, s.message FROM ({reporters}) s JOIN place_up u ON u.ancestor = s.place
          UNION SELECT s.as_of, s.kind, u.ancestor, s.message FROM ({reporters}) s JOIN place_up u ON u.place = s.place
          UNION SELECT s.as_of, s.kind, p.code, s.message FROM ({tonight} AND whole_source) s
            JOIN place_now p ON p.as_of = s.as_of
        ) GROUP BY as_of, kind, place""")
    found = con.execute(
        f"SELECT kind, list(as_of) FILTER (whole_source) FROM ({tonight}) GROUP BY kind ORDER BY kind"
    ).fetchall()
    return {kind: frozenset(whole or ()) for kind, whole in found}
