"""Places that are listed for supervision (挂牌) and taken off again (摘牌), with a check at each level in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from riskengine.intervene.papers.issue import Wanted, chinese_day
from riskengine.intervene.routing import current_places, line_of, own_unit, place_name
from riskengine.model.duty import Place
from riskengine.model.ladder import Plate
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["CHECK", "tend_plates"]

CHECK = "摘牌核验"
"""Kind of the errands (``intervene.errand``) that ask for a check; their id: the plate's and the check's number, ``GP-2026-001-1``."""

_CHECKED_BY = {"village": "村级", "town": "乡镇级", "county": "县级"}
_WITHIN = 10  # days for a check
_PASSED, _FAILED = "核验通过", "核验不通过"


@dataclass(frozen=True)
class _Spot:
    """A place under a plate's eye tonight. ``hits``: nights in a row with a warning, ``clear``: nights in a row without; ``open``: warnings
    tonight; ``number``, ``passed``: of the plate that it has, None and empty without one; ``again``: the count starts anew tonight.
    """

    plate: Plate
    place: str
    name: str
    hits: int
    since: date | None
    clear: int
    open: int
    number: str | None
    passed: tuple[str, ...]
    again: bool


def tend_plates(con: Connection, rulebook: Rulebook, as_of: date) -> list[Wanted]:
    """Write tonight's rows of ``intervene.plate`` and its checks into ``intervene.errand``; the papers that go with new plates.

    A night counts for a place where none of its warnings was stale, or one of them was at the level all the same. What was closed by that
    night lists nobody; while the data still show it, the night is not clear either. A check passes by a reply of its unit with 已化解
    or 核验通过; any other outcome, and any night with a warning, starts the count of clear nights
    anew.
    """
    plates = rulebook.ladder.plates
    if not plates:
        return []
    places = current_places(rulebook.places, as_of)
    _lay_out(con, rulebook, plates, places)
    by_id = {plate.id: plate for plate in plates}
    wanted: list[Wanted] = []
    spots = [_spot(by_id[plate], places, rest) for plate, *rest in con.execute(_SPOTS, {"as_of": as_of}).fetchall()]
    hang = any(spot.number is not None for spot in spots)
    told = dict(con.execute(_REPLIES, {"as_of": as_of}).fetchall()) if hang else {}
    new = any(spot.number is None and _listed(spot) for spot in spots)
    used = con.execute(_USED, {"as_of": as_of}).fetchall()[0][0] if new else 0
    for spot in spots:
        if spot.number is not None:
            _watch(con, rulebook, spot, places, told, as_of)
        elif _listed(spot):
            used += 1
            number = f"GP-{as_of.year}-{used:03}"
            says = _says(spot)
            _note(con, spot, number, "挂牌", None, says, as_of)
            if spot.plate.paper is not None:
                unit = own_unit(spot.place, places) or rulebook.ladder.office or ""
                within = spot.plate.rectify_within
                rank = next(level.rank for level in rulebook.levels if level.name == spot.plate.level)
                wanted.append(Wanted(spot.plate.paper, number, spot.place, rank, unit, spot.plate.copies, says, within))
    return wanted


def _spot(plate: Plate, places: Mapping[str, Place], row: Sequence[Any]) -> _Spot:
    place, hits, since, clear, open_, number, passed, again = row
    return _Spot(
        plate, place, place_name(place, places) or place, hits, since, clear, open_, number, tuple(passed or ()), again
    )


def _listed(spot: _Spot) -> bool:
    plate = spot.plate
    return (plate.warnings is not None and spot.open >= plate.warnings) or (
        plate.nights is not None and spot.hits >= plate.nights
    )


def _says(spot: _Spot) -> str:
    plate = spot.plate
    why = []
    if plate.warnings is not None and spot.open >= plate.warnings:
        why.append(f"同时有{spot.open}件{plate.level}级及以上预警")
    if plate.nights is not None and spot.hits >= plate.nights:
        why.append(f"自{chinese_day(spot.since)}起已连续{spot.hits}夜有{plate.level}级及以上预警")
    return f"{spot.name}{'，'.join(why)}，列为“{plate.title}”，限{plate.rectify_within}日内整改"


def _watch(
    con: Connection, rulebook: Rulebook, spot: _Spot, places: Mapping[str, Place], told: Mapping[str, str], as_of: date
) -> None:
    """Ask for the next check of a place that has been clear for long enough; take the plate off after the last."""
    plate, number = spot.plate, str(spot.number)
    if spot.again and spot.passed:
        says = f"{spot.name}又有{plate.level}级及以上预警，已通过的核验作废，重新计算"
        _note(con, spot, number, "重新起算", None, says, as_of)
    if spot.clear < plate.clear:
        return
    passed = list(spot.passed)
    for nth, check in enumerate(plate.checks, start=1):
        if check in passed:
            continue
        asked = f"{number}-{nth}"
        unit = _unit(rulebook, check, spot.place, places)
        since = con.execute(_SINCE, {"id": asked, "as_of": as_of}).fetchall()[0][0]
        word = told.get(asked) if since is not None else None
        by = f"{_CHECKED_BY[check]}核验（{rulebook.units[unit].name if unit in rulebook.units else unit}）"
        if word == _FAILED:
            _note(con, spot, number, _FAILED, check, f"{spot.name}{by}不通过，重新计算", as_of)
            return
        if word == _PASSED:
            _note(con, spot, number, _PASSED, check, f"{spot.name}{by}通过", as_of)
            passed.append(check)
            continue
        says = (
            f"{spot.name}挂牌（{plate.title}）后已连续{spot.clear}夜没有{plate.level}级及以上预警，请作{_CHECKED_BY[check]}核验："
            "问题确已消除的，核查结果填“已化解”；没有消除的填“属实”，将重新计算。"
        )
        row = [as_of, asked, CHECK, unit, number, places[spot.place].level, spot.place, spot.place, says]
        con.execute(_ASK, [*row, (since or as_of) + timedelta(_WITHIN)])
        return
    _note(
        con,
        spot,
        number,
        "摘牌",
        None,
        f"{spot.name}连续{spot.clear}夜平稳、逐级核验通过，摘牌（{plate.title}）",
        as_of,
    )


def _unit(rulebook: Rulebook, check: str, place: str, places: Mapping[str, Place]) -> str:
    """Who checks: the village's own unit or the township for it; the township; the office of the county."""
    office = rulebook.ladder.office or ""
    if check == "county":
        return office
    line = line_of(place, places)
    start = place if check == "village" else next((code for code in line if places[code].level == "town"), None)
    return own_unit(start, {code: each for code, each in places.items() if each.level != "county"}) or office


def _note(con: Connection, spot: _Spot, number: str, what: str, level: str | None, says: str, as_of: date) -> None:
    theme = "、".join(spot.plate.themes) or None
    con.execute(_NOTE, [as_of, spot.place, what, theme, level, number, says, spot.plate.id])


def _lay_out(con: Connection, rulebook: Rulebook, plates: Sequence[Plate], places: Mapping[str, Place]) -> None:
    """Temporary tables ``plate_kind`` and ``plate_place`` (every place with the villages and towns on its line, itself included)."""
    ranks = {level.name: level.rank for level in rulebook.levels}
    con.execute(
        """CREATE OR REPLACE TEMP TABLE plate_kind AS SELECT unnest($1::VARCHAR[]) AS plate, unnest($2::VARCHAR[]) AS size,
        unnest($3::TINYINT[]) AS rank, unnest($4::VARCHAR[][]) AS themes, unnest($5::INTEGER[]) AS sort""",
        [
            [each.id for each in plates],
            [each.places for each in plates],
            [ranks.get(each.level, 1) for each in plates],
            [list(each.themes) for each in plates],
            list(range(len(plates))),
        ],
    )
    pairs = [
        (code, above, places[above].level)
        for code in places
        for above in line_of(code, places)
        if places[above].level != "county"
    ]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE plate_place AS SELECT unnest($1::VARCHAR[]) AS place, unnest($2::VARCHAR[]) AS above, "
        "unnest($3::VARCHAR[]) AS size",
        [[each[0] for each in pairs], [each[1] for each in pairs], [each[2] for each in pairs]],
    )


_NOTE = """
INSERT INTO intervene.plate (as_of, place, what, theme, level, number, says, plate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

_ASK = """
INSERT INTO intervene.errand (as_of, id, kind, unit, about, subject_type, subject, place, says, due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

_USED = (
    "SELECT count(*) FROM intervene.plate WHERE what = '挂牌' AND as_of < $as_of AND year(as_of) = year($as_of::DATE)"
)

# since which night a check is asked for without a gap: a plate that began anew asks again
_SINCE = """
SELECT min(e.as_of) FROM intervene.errand AS e WHERE e.id = $id AND e.as_of < $as_of AND NOT EXISTS (
  FROM assess.night AS n WHERE n.as_of > e.as_of AND n.as_of < $as_of
    AND NOT EXISTS (FROM intervene.errand AS o WHERE o.id = e.id AND o.as_of = n.as_of))
"""

_REPLIES = f"""
SELECT id, arg_max(if(outcome = '已化解' OR step = '{_PASSED}', '{_PASSED}', '{_FAILED}'), (file_id, row_no)) FROM intervene.reply
WHERE as_of = $as_of AND id LIKE 'GP-%' AND (outcome IS NOT NULL OR step IN ('{_PASSED}', '{_FAILED}')) GROUP BY id
"""

_SPOTS = """
WITH plated AS (
  SELECT plate, place, max(number) AS number, max(as_of) AS listed_on FROM intervene.plate AS p
  WHERE p.what = '挂牌' AND p.as_of < $as_of AND NOT EXISTS (
    FROM intervene.plate AS o WHERE o.number = p.number AND o.what = '摘牌' AND o.as_of < $as_of)
  GROUP BY plate, place
), about AS (
  SELECT k.plate, b.above AS place, w.id, k.rank, EXISTS (
    FROM assess.merged AS m WHERE m.as_of = $as_of AND m.child = w.id) AS merged
  FROM plate_kind AS k JOIN plate_place AS b ON b.size = k.size JOIN assess.warning AS w ON w.place = b.place
    AND (len(k.themes) = 0 OR list_contains(k.themes, w.theme))
), told AS (
  SELECT a.plate, a.place, s.as_of, count(*) FILTER (NOT s.stale AND s.level <= a.rank AND h.closed_on IS NULL) AS hits,
    count(*) FILTER (s.stale OR (s.level <= a.rank AND h.closed_on IS NOT NULL)) AS doubtful,
    count(*) FILTER (NOT s.stale AND s.level <= a.rank AND h.closed_on IS NULL AND NOT a.merged) AS own
  FROM about AS a JOIN assess.state AS s ON s.id = a.id AND s.as_of <= $as_of AND s.change <> '解除'
  ASOF LEFT JOIN intervene.handling AS h ON h.id = s.id AND h.as_of <= s.as_of
  GROUP BY ALL
), spot AS (
  SELECT plate, place FROM told WHERE as_of = $as_of AND hits > 0 UNION SELECT plate, place FROM plated
), reading AS (
  SELECT s.plate, s.place, n.as_of, coalesce(t.own, 0) AS own,
    CASE WHEN t.hits > 0 THEN 'hit' WHEN t.doubtful > 0 THEN 'unknown' ELSE 'clear' END AS said
  FROM spot AS s CROSS JOIN (SELECT as_of FROM assess.night WHERE as_of <= $as_of UNION SELECT $as_of::DATE) AS n
  LEFT JOIN told AS t ON t.plate = s.plate AND t.place = s.place AND t.as_of = n.as_of
), turned AS (
  SELECT r.plate, r.place, coalesce(max(r.as_of) FILTER (said = 'clear'), DATE '1900-01-01') AS cleared,
    greatest(max(r.as_of) FILTER (said = 'hit'), max(p.listed_on), (SELECT max(f.as_of) FROM intervene.plate AS f
      WHERE f.number = any_value(p.number) AND f.what = '核验不通过' AND f.as_of < $as_of)) AS hit
  FROM reading AS r LEFT JOIN plated AS p ON p.plate = r.plate AND p.place = r.place GROUP BY r.plate, r.place
)
SELECT r.plate, r.place, count(*) FILTER (said = 'hit' AND r.as_of > t.cleared) AS hits,
  min(r.as_of) FILTER (said = 'hit' AND r.as_of > t.cleared) AS since,
  count(*) FILTER (said = 'clear' AND r.as_of > coalesce(t.hit, DATE '1900-01-01')) AS clear,
  max(own) FILTER (r.as_of = $as_of) AS open, any_value(p.number) AS number,
  (SELECT list(DISTINCT o.level) FROM intervene.plate AS o WHERE o.number = any_value(p.number) AND o.what = '核验通过'
    AND o.as_of < $as_of AND o.as_of > coalesce((SELECT max(z.as_of) FROM intervene.plate AS z WHERE z.number = o.number
      AND z.as_of < $as_of AND z.what IN ('重新起算', '核验不通过')), DATE '1900-01-01')) AS passed,
  coalesce(bool_or(said = 'hit') FILTER (r.as_of = $as_of), FALSE) AS again
FROM reading AS r JOIN turned AS t ON t.plate = r.plate AND t.place = r.place
LEFT JOIN plated AS p ON p.plate = r.plate AND p.place = r.place
JOIN plate_kind AS k ON k.plate = r.plate
GROUP BY r.plate, r.place, k.sort ORDER BY k.sort, r.place
"""
