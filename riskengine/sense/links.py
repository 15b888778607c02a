"""Records of different doors that are one event: 110, 12345, petitions, screening of disputes.

A pure function of the records as known on the night and of ``rules/links.yaml``; who came in first, or twice, makes no difference.
Two records of different doors are a pair

* by number: one carries the transfer number (转办编号) of the other, or its record number, and town or category agree as well;
* by likeness: same town, categories that may be one matter, days near enough, and a Fellegi–Sunter weight from the threshold on.
  Each must be the other's best at its door, so that one call is not drawn to five petitions.

Pairs that share a record are one event. Only what tonight's files could have changed is looked at again: back to their oldest day
and a few windows more; everything on the first night and when the rules have changed. Weights add up in bits: log2(m / u).
"""

from __future__ import annotations

from datetime import date, timedelta
from math import log2

from riskengine.model.links import Links
from riskengine.model.rulebook import Rulebook
from riskengine.sense.likeness import compared, told
from riskengine.store.database import Connection
from riskengine.store.schema import as_known, record_columns
from riskengine.store.steps import literal

__all__ = ["link"]

_HOPS = 4
"""So many windows back from a changed record, pairs and events may come out otherwise: its pairs, those of its pairs, the event's span."""


def link(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Bring ``sense.link`` to what holds on the night ``as_of``: rows that no longer hold end, new ones begin; the others stay."""
    links = rulebook.links
    kinds = {source: rulebook.sources[source].kind for source in links.doors if source in rulebook.sources}
    held = con.execute("SELECT 1 FROM sense.link WHERE superseded_at IS NULL LIMIT 1").fetchone()
    if not kinds and held is None:
        return
    since = _since(con, rulebook, kinds, as_of) if kinds else date.min
    if since is None:
        return
    _gather(con, rulebook, kinds, since, as_of)
    _pair(con, links, kinds)
    _write(con, rulebook, as_of)


def _since(con: Connection, rulebook: Rulebook, kinds: dict[str, str], as_of: date) -> date | None:
    """From which day on events may differ from those that hold; None where nothing came that could change one."""
    before = con.execute("SELECT rules_hash FROM sense.night WHERE as_of < $1 ORDER BY as_of DESC LIMIT 1", [as_of])
    if before.fetchone() != (rulebook.hash,):
        return date(1900, 1, 1)
    tables = []
    for kind in sorted(set(kinds.values())):
        come = f"SELECT file_id FROM sense.file WHERE as_of = {literal(as_of)} AND kind = {literal(kind)} AND status = 'loaded'"
        tables.append(f"SELECT source, key, transfer, occurred_on FROM sense.{kind} WHERE file_id IN ({come})")
    every = " UNION ALL ".join(
        f"SELECT source, key, transfer, occurred_on FROM sense.{kind}" for kind in sorted(set(kinds.values()))
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE come AS {' UNION ALL '.join(tables)}")
    row = con.execute(f"""
        WITH version AS ({every}),
        number AS (
          SELECT v.transfer FROM version v SEMI JOIN come USING (source, key) WHERE v.transfer IS NOT NULL
          UNION
          SELECT key FROM come),
        touched AS (
          SELECT source, key, occurred_on FROM version SEMI JOIN come USING (source, key)
          UNION ALL
          SELECT v.source, v.key, v.occurred_on FROM version v SEMI JOIN number n ON v.transfer = n.transfer
          UNION ALL
          SELECT v.source, v.key, v.occurred_on FROM version v SEMI JOIN number n ON v.key = n.transfer),
        event AS (SELECT DISTINCT l.event FROM sense.link l SEMI JOIN touched USING (source, key) WHERE l.superseded_at IS NULL)
        SELECT min(day) FROM (
          SELECT min(occurred_on) AS day FROM touched
          UNION ALL
          SELECT min(l.day) FROM sense.link l SEMI JOIN event USING (event) WHERE l.superseded_at IS NULL)""").fetchone()
    if row is None or row[0] is None:
        return None
    oldest: date = row[0]
    return oldest - timedelta(_HOPS * rulebook.links.longest)


def _gather(con: Connection, rulebook: Rulebook, kinds: dict[str, str], since: date, as_of: date) -> None:
    """Temp tables ``link_place``, ``link_word`` and ``link_record``: what may be linked, from the day ``since`` on, without the
    records of events that began before it.
    """
    links = rulebook.links
    towns = _towns(rulebook)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE link_place AS SELECT unnest(?::VARCHAR[]) AS code, unnest(?::VARCHAR[]) AS town, "
        "unnest(?::BOOLEAN[]) AS village",
        [[code for code, _, _ in towns], [town for _, town, _ in towns], [village for _, _, village in towns]],
    )
    words = [(word, group.name) for group in links.categories for word in group.words]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE link_word AS SELECT word, list(matter) AS matters "
        "FROM (SELECT unnest(?::VARCHAR[]) AS word, unnest(?::VARCHAR[]) AS matter) GROUP BY word",
        [[word for word, _ in words], [matter for _, matter in words]],
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE link_stays AS
        SELECT DISTINCT event FROM sense.link WHERE superseded_at IS NULL AND day < {literal(since)}""")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE link_held AS
        SELECT l.source, l.key FROM sense.link l SEMI JOIN link_stays USING (event) WHERE l.superseded_at IS NULL""")
    parts = []
    for door, (source, kind) in enumerate(kinds.items()):
        there = record_columns(kind)
        column = {name: f"r.{name}" if name in there else "NULL" for name in ("people", "handler", "transfer")}
        parts.append(f"""
            SELECT {door} AS door, {literal(source)} AS source, {literal(kind)} AS kind, r.key, r.occurred_on AS day, r.place,
              r.category, CAST({column["people"]} AS BIGINT) AS people, CAST({column["handler"]} AS VARCHAR) AS handler,
              CAST({column["transfer"]} AS VARCHAR) AS transfer
            FROM ({as_known(kind, literal(as_of))}) r
            WHERE r.source = {literal(source)} AND r.quantity = 1 AND r.occurred_on >= {literal(since)}""")
    nothing = (
        "SELECT 0 AS door, '' AS source, '' AS kind, '' AS key, DATE '2000-01-01' AS day, '' AS place, '' AS category, "
        "0::BIGINT AS people, '' AS handler, '' AS transfer WHERE FALSE"
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE link_record AS
        SELECT row_number() OVER (ORDER BY r.day, r.door, r.source, r.key) AS n, r.*, p.town, p.village,
          list_append(w.matters, '=' || r.category) AS matters
        FROM ({" UNION ALL ".join(parts) or nothing}) r LEFT JOIN link_place p ON p.code = r.place
        LEFT JOIN link_word w ON w.word = r.category
        ANTI JOIN link_held h ON h.source = r.source AND h.key = r.key""")


def _towns(rulebook: Rulebook) -> list[tuple[str, str | None, bool]]:
    """Every place with its town (None above towns), and whether it says which village."""
    of = {place.code: place for place in rulebook.places}
    found = []
    for code, place in of.items():
        above = place
        for _ in range(5):
            if above.level == "town" or above.parent not in of:
                break
            above = of[above.parent]
        found.append((code, above.code if above.level == "town" else None, place.level == "village"))
    return found


def _pair(con: Connection, links: Links, kinds: dict[str, str]) -> None:
    """Temp table ``link_pair(a, b, number, weight)``: the pairs that stand, as ``n`` of ``link_record``, ``a`` of the earlier door;
    ``number``: the transfer number that makes them one, NULL where likeness does.
    """
    doors = list(kinds)
    within, needed = [], []
    for each in links.meetings:
        if not set(each.doors) <= kinds.keys():
            continue
        one, other = sorted(doors.index(door) for door in each.doors)
        these = f"a.door = {one} AND b.door = {other}"
        within.append(f"WHEN {these} THEN {each.within}")
        columns = ("place" if name == "village" else name for name in each.needs)
        needed += [f"NOT ({these} AND (a.{column} = b.{column}) IS NOT TRUE)" for column in columns]
    prior = log2(links.prior / (1 - links.prior))
    enough = log2(links.threshold / (1 - links.threshold))
    transfer = links.transfer
    con.execute("""
        CREATE OR REPLACE TEMP TABLE link_matter AS
        SELECT n, door, town, day, unnest(matters) AS matter FROM link_record WHERE town IS NOT NULL""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE link_number AS
        WITH said AS (
          SELECT transfer AS number, door, n FROM link_record WHERE transfer IS NOT NULL
          UNION
          SELECT r.key, r.door, r.n FROM link_record r SEMI JOIN link_record o ON o.transfer = r.key)
        SELECT number, door, n FROM said QUALIFY count(*) OVER (PARTITION BY number) BETWEEN 2 AND {transfer.most}""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE link_weighed AS
        WITH numbered AS (
          SELECT x.n AS a, y.n AS b, min(x.number) AS number
          FROM link_number x JOIN link_number y ON y.number = x.number AND y.door > x.door
          JOIN link_record a ON a.n = x.n JOIN link_record b ON b.n = y.n
          WHERE abs(a.day - b.day) <= {transfer.within}
            AND CAST((a.town = b.town) IS TRUE AS INTEGER)
              + CAST(list_has_any(a.matters, b.matters) IS TRUE AS INTEGER) >= {transfer.least}
          GROUP BY 1, 2),
        likely AS (
          SELECT DISTINCT a.n AS a, b.n AS b FROM link_matter a JOIN link_matter b
            ON b.town = a.town AND b.matter = a.matter AND b.door > a.door
            AND abs(a.day - b.day) <= CASE {" ".join(within) or "WHEN FALSE THEN 0"} ELSE -1 END)
        SELECT c.a, c.b, c.number, a.door AS door_a, b.door AS door_b, abs(a.day - b.day) AS apart,
          round({literal(prior)} + {compared(links.weights)}, 4) AS weight
        FROM (
          FROM numbered UNION ALL SELECT l.a, l.b, NULL FROM likely l ANTI JOIN numbered m ON m.a = l.a AND m.b = l.b) c
        JOIN link_record a ON a.n = c.a JOIN link_record b ON b.n = c.b
        WHERE c.number IS NOT NULL OR (weight >= {literal(enough)} AND {" AND ".join(needed) or "TRUE"})""")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE link_pair AS
        SELECT a, b, number, weight FROM link_weighed
        QUALIFY number IS NOT NULL OR (
          row_number() OVER (PARTITION BY a, door_b ORDER BY number IS NULL, weight DESC, apart, b) = 1
          AND row_number() OVER (PARTITION BY b, door_a ORDER BY number IS NULL, weight DESC, apart, a) = 1)""")


def _write(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Pairs to events, and the difference to what holds into ``sense.link``."""
    now = literal(as_of)
    con.execute(f"DELETE FROM sense.link WHERE as_of = {now}")
    con.execute(f"UPDATE sense.link SET superseded_at = NULL WHERE superseded_at = {now}")
    stands = "superseded_at IS NULL AND event NOT IN (FROM link_stays)"
    if (
        con.execute(f"SELECT 1 FROM link_pair UNION ALL SELECT 1 FROM sense.link WHERE {stands} LIMIT 1").fetchone()
        is None
    ):
        return
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE link_now AS
        WITH RECURSIVE way AS (SELECT a AS one, b AS other FROM link_pair UNION ALL SELECT b, a FROM link_pair),
        reach(n, top) AS (
          SELECT one, one FROM way
          UNION
          SELECT way.other, reach.top FROM reach JOIN way ON way.one = reach.n),
        member AS (SELECT n, min(top) AS top FROM reach GROUP BY n),
        best AS (  -- by what a record came to the event: its strongest pair with one that was told before it
          SELECT greatest(a, b) AS n, least(a, b) AS other, number, weight FROM link_pair
          QUALIFY row_number() OVER (PARTITION BY greatest(a, b) ORDER BY number IS NULL, weight DESC, least(a, b)) = 1)
        SELECT t.source || ':' || t.key AS event, r.kind, r.source, r.key, r.day, CASE WHEN r.n = t.n THEN 'first' ELSE 'also' END AS role,
          CASE WHEN e.number IS NULL THEN e.weight END AS weight,
          CASE WHEN r.n <> t.n THEN CAST({told(rulebook.links, "r", "o", "e.number", "e.weight")} AS VARCHAR) END AS why
        FROM member m JOIN link_record r ON r.n = m.n JOIN link_record t ON t.n = m.top
        LEFT JOIN best e ON e.n = m.n LEFT JOIN link_record o ON o.n = e.other""")
    same = " AND ".join(
        f"l.{name} IS NOT DISTINCT FROM n.{name}" for name in ("event", "source", "key", "day", "role", "weight")
    )
    con.execute(f"""
        UPDATE sense.link l SET superseded_at = {now} WHERE {stands}
          AND NOT EXISTS (FROM link_now n WHERE {same} AND CAST(l.why AS VARCHAR) IS NOT DISTINCT FROM n.why)""")
    con.execute(f"""
        INSERT INTO sense.link
        SELECT {now}, NULL, event, kind, source, key, day, role, weight, why FROM link_now n
        WHERE NOT EXISTS (FROM sense.link l WHERE {stands} AND {same} AND CAST(l.why AS VARCHAR) IS NOT DISTINCT FROM n.why)
        ORDER BY event, role DESC, day, source, key""")
