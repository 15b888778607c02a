"""After closing: a watch, and what came back while it lasted (反弹).

A closing is watched from the night that first knew it, through ``closed_on`` plus the days of the level at which it was closed. It has
come back when a new warning of the same subject and theme opens in that time, or when the closed warning, still open for the
rules, rises above the level at which it was closed. Each warning that comes counts once, against the newest closing before it.

Places under rectification (重点整治) that were signed off are watched in the same table, from their sign-off.
"""

from __future__ import annotations

from datetime import date

from riskengine.model.rebound import Rectified
from riskengine.model.rulebook import Rulebook
from riskengine.review.doubts import doubt
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import literal
from riskengine.store.watches import watches

__all__ = ["watch"]


def watch(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Write tonight's rows of ``review.watch``, ``review.rebound`` and ``review.doubt``.

    Reads ``intervene.handling`` and the warnings of all nights up to tonight. Receipts that come late make closings that are known
    late: what came back between the closing and tonight is counted tonight.
    """
    settings = rulebook.rebound
    ranks = {level.name: level.rank for level in rulebook.levels}
    days = {ranks[name]: each.days for each in settings.watch for name in each.levels if name in ranks}
    if days and con.execute("SELECT 1 FROM intervene.handling WHERE closed_on IS NOT NULL LIMIT 1").fetchone():
        con.execute(
            "CREATE OR REPLACE TEMP TABLE watch_days AS SELECT unnest($1::TINYINT[]) AS level, unnest($2::INTEGER[]) AS days",
            [list(days), list(days.values())],
        )
        con.execute(_WATCHED.format(watches=watches()), {"as_of": as_of})
    if settings.rectification is not None:
        _sign_offs(con, rulebook, settings.rectification, as_of)
    if not con.execute(
        "SELECT 1 FROM review.watch WHERE as_of <= $1 AND until >= $1 OR as_of = $1 LIMIT 1", [as_of]
    ).fetchone():
        return
    tonight = {"as_of": as_of}
    con.execute(f"CREATE OR REPLACE TEMP TABLE closing AS {_CLOSING.format(watches=watches())}", tonight)
    con.execute(_AGAIN, tonight)
    con.execute(_WORSE, tonight)
    if settings.rectification is not None:
        _listed_again(con, rulebook, settings.rectification, as_of)
    if settings.doubts is not None:
        doubt(con, rulebook, settings.doubts, as_of)


def _sign_offs(con: Connection, rulebook: Rulebook, settings: Rectified, as_of: date) -> None:
    """Places that the newest return calls signed off, in temp table ``signed_off``; a watch for each that has none."""
    units = {unit.name: unit.id for unit in rulebook.units.values()}
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE signed_off AS {_SIGNED_OFF.format(known=as_known('rectification', literal(as_of)))}",
        {"names": list(units), "units": list(units.values())},
    )
    con.execute(_LISTED, {"as_of": as_of, "days": settings.days, "theme": settings.theme, "veto": settings.veto})


def _listed_again(con: Connection, rulebook: Rulebook, settings: Rectified, as_of: date) -> None:
    """A new warning of the theme about the listed place, or of a theme that goes with its category about its very village."""
    themes = [(each.category, theme) for each in settings.places for theme in each.themes]
    villages = sorted({place.code for place in rulebook.places if place.level == "village"})
    con.execute(
        "CREATE OR REPLACE TEMP TABLE listed_theme AS SELECT unnest($1::VARCHAR[]) AS category, unnest($2::VARCHAR[]) AS theme",
        [[category for category, _ in themes], [theme for _, theme in themes]],
    )
    con.execute(_LISTED_AGAIN, {"as_of": as_of, "villages": villages})


# A closing counts against the lead of that day: 核验通过 of the verifier only lets it through. One that was taken back and stands again
# after all is watched again.
_WATCHED = """
INSERT INTO review.watch BY NAME
WITH stood AS ({watches}), newest AS (
  SELECT * FROM intervene.handling WHERE as_of <= $as_of
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY as_of DESC) = 1
), fresh AS (
  SELECT n.as_of AS known_on, n.id, n.closed_on, n.closed_by, n.outcome, w.subject_type, w.subject, w.theme
  FROM newest AS n JOIN assess.warning AS w ON w.id = n.id
  WHERE n.state = '销号' AND n.closed_on IS NOT NULL AND NOT EXISTS (
    FROM stood AS e WHERE e.kind = '办理' AND e.id = n.id AND e.closed_on = n.closed_on AND e.as_of < $as_of
      AND (e.undone IS NULL OR e.undone > $as_of))
), seen AS (
  SELECT f.id, coalesce(min(s.level) FILTER (s.as_of <= f.closed_on), arg_min(s.level, s.as_of)) AS gravest,
    coalesce(arg_max(s.level, s.as_of) FILTER (s.as_of <= f.closed_on), arg_min(s.level, s.as_of)) AS at_closing
  FROM fresh AS f JOIN assess.state AS s USING (id) GROUP BY f.id
), lead AS (
  SELECT f.id, coalesce(arg_max(d.unit, d.as_of) FILTER (d.as_of <= f.closed_on), arg_min(d.unit, d.as_of)) AS unit
  FROM fresh AS f JOIN intervene.duty AS d ON d.id = f.id AND d.role = '主办' GROUP BY f.id
)
SELECT $as_of AS as_of, f.id, coalesce(l.unit, f.closed_by) AS unit, '办理' AS kind, f.subject_type, f.subject, f.theme,
  f.closed_on, f.closed_on + d.days AS until, s.gravest AS level_before, s.at_closing AS level_at_closing, FALSE AS veto,
  f.outcome
FROM fresh AS f JOIN seen AS s USING (id) JOIN watch_days AS d ON d.level = s.at_closing LEFT JOIN lead AS l USING (id)
WHERE f.known_on = $as_of OR f.closed_on + d.days >= $as_of
ORDER BY f.id
"""

# of a listed place the newest return counts; one that takes the sign-off back takes the watch with it
_SIGNED_OFF = """
SELECT r.site, r.place, r.category, r.signed_off_on, coalesce(u.unit, r.handler) AS unit
FROM ({known}) AS r
LEFT JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($units::VARCHAR[]) AS unit) AS u ON u.name = trim(r.handler)
QUALIFY row_number() OVER (PARTITION BY r.site ORDER BY r.occurred_on DESC, r.known_at DESC, r.file_id DESC, r.row_no DESC) = 1
  AND r.signed_off_on IS NOT NULL
"""

_LISTED = """
INSERT INTO review.watch BY NAME
SELECT $as_of AS as_of, o.site AS id, o.unit, '重点整治' AS kind, 'rectification' AS subject_type, o.site AS subject,
  $theme AS theme, o.signed_off_on AS closed_on, o.signed_off_on + $days::INTEGER AS until,
  (SELECT min(s.level) FROM assess.warning AS w JOIN assess.state AS s USING (id)
    WHERE w.subject_type = 'rectification' AND w.subject = o.site AND s.as_of <= o.signed_off_on) AS level_before,
  NULL::TINYINT AS level_at_closing, $veto AS veto
FROM signed_off AS o
WHERE o.signed_off_on <= $as_of AND o.signed_off_on + $days::INTEGER >= $as_of AND NOT EXISTS (
  FROM review.watch AS e
  WHERE e.kind = '重点整治' AND e.id = o.site AND e.closed_on = o.signed_off_on AND e.as_of < $as_of)
ORDER BY o.site
"""

# that still stand tonight: on watch, or known tonight with a watch that is over, for which what came meanwhile is counted now
_CLOSING = """
SELECT w.* FROM ({watches}) AS w
WHERE w.as_of <= $as_of AND (w.undone IS NULL OR w.undone > $as_of) AND (w.until >= $as_of OR w.as_of = $as_of)
"""

_AGAIN = """
INSERT INTO review.rebound BY NAME
SELECT $as_of AS as_of, n.id, c.id AS of_id, c.unit, n.opened_on - c.closed_on AS days, c.level_at_closing AS level,
  s.level AS raised_to, c.veto, '办理' AS kind, '再现' AS how, c.closed_on, c.theme, c.outcome
FROM closing AS c
JOIN assess.warning AS n ON n.subject_type = c.subject_type AND n.subject = c.subject AND n.theme = c.theme
  AND n.id <> c.id AND n.opened_on > c.closed_on AND n.opened_on <= least(c.until, $as_of)
LEFT JOIN assess.state AS s ON s.id = n.id AND s.as_of = n.opened_on
WHERE c.kind = '办理' AND NOT EXISTS (
  FROM review.rebound AS e WHERE e.kind = '办理' AND e.id = n.id AND e.how = '再现' AND e.as_of < $as_of)
QUALIFY row_number() OVER (PARTITION BY n.id ORDER BY c.closed_on DESC, c.id DESC) = 1
ORDER BY n.id
"""

_WORSE = """
INSERT INTO review.rebound BY NAME
SELECT $as_of AS as_of, c.id, c.id AS of_id, c.unit, min(s.as_of) - c.closed_on AS days, c.level_at_closing AS level,
  arg_min(s.level, s.as_of) AS raised_to, c.veto, '办理' AS kind, '加重' AS how, c.closed_on, c.theme, c.outcome
FROM closing AS c
JOIN assess.state AS s ON s.id = c.id AND s.as_of > c.closed_on AND s.as_of <= least(c.until, $as_of)
  AND s.change <> '解除' AND s.level < c.level_at_closing
WHERE c.kind = '办理' AND NOT EXISTS (
  FROM review.rebound AS e WHERE e.of_id = c.id AND e.id = c.id AND e.closed_on = c.closed_on AND e.as_of < $as_of)
GROUP BY c.id, c.unit, c.closed_on, c.level_at_closing, c.veto, c.theme, c.outcome
ORDER BY c.id
"""

_LISTED_AGAIN = """
INSERT INTO review.rebound BY NAME
SELECT $as_of AS as_of, n.id, c.id AS of_id, c.unit, n.opened_on - c.closed_on AS days, c.level_at_closing AS level,
  s.level AS raised_to, c.veto, '重点整治' AS kind, '再现' AS how, c.closed_on, n.theme
FROM closing AS c
JOIN signed_off AS o ON o.site = c.id AND o.signed_off_on = c.closed_on
JOIN assess.warning AS n ON n.opened_on > c.closed_on AND n.opened_on <= least(c.until, $as_of) AND (
  (n.theme = c.theme AND n.subject_type = 'rectification' AND n.subject = c.id)
  OR (n.subject_type = 'village' AND n.subject = o.place AND list_contains($villages::VARCHAR[], o.place)
    AND EXISTS (FROM listed_theme AS t WHERE t.category = o.category AND t.theme = n.theme)))
LEFT JOIN assess.state AS s ON s.id = n.id AND s.as_of = n.opened_on
WHERE c.kind = '重点整治' AND NOT EXISTS (
  FROM review.rebound AS e
  WHERE e.kind = '重点整治' AND e.id = n.id AND e.of_id = c.id AND e.closed_on = c.closed_on AND e.as_of < $as_of)
ORDER BY n.id, c.id
"""
