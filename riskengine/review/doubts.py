"""Closings that may have settled nothing (结而未解): three signs, and a sentence for who looks at them again.

A doubt is about a unit's closing, never about the post that filled the receipt in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.model.rebound import Doubts
from riskengine.model.rulebook import Rulebook
from riskengine.review.resemblance import Words, most_alike, words_of
from riskengine.store.database import Connection

__all__ = ["doubt"]

FAST, ALIKE, BACK = "销号过快", "措辞雷同", "反弹"

_When = tuple[date, int, int]  # night, file and row of a receipt: the order in which units spoke
_Said = list[tuple[str, _When, Words]]


@dataclass(frozen=True)
class _Closing:
    """A closing that is looked at tonight. ``measure``: the unit's newest words, of the receipt ``said_at``; ``back``, ``back_days``: what
    came back first. None: not known, or nothing did.
    """

    said_at: _When | None
    id: str
    unit: str
    closed_on: date
    subject_name: str
    theme: str
    delivered_on: date | None
    measure: str | None
    back: str | None
    back_days: int | None


def doubt(con: Connection, rulebook: Rulebook, settings: Doubts, as_of: date) -> None:
    """Write tonight's rows of ``review.doubt``: of closings that became known tonight or came back tonight, each closing once.

    Expects the temp table ``closing``.
    """
    names = {unit.id: unit.name for unit in rulebook.units.values()}
    said: dict[str, _Said] = {}
    found = []
    for row in con.execute(_LOOKED_AT, {"as_of": as_of}).fetchall():
        night, file, at_row, *told = row
        closing = _Closing(None if night is None else (night, file, at_row), *told)
        if closing.unit not in said and _comparable(closing, settings):
            said[closing.unit] = _texts(con, closing.unit, settings.least, as_of)
        signs = _signs(closing, settings, said.get(closing.unit, []))
        if len(signs) >= settings.signs or (settings.rebound_alone and BACK in signs):
            who = names.get(closing.unit, closing.unit)
            says = f"{who} {closing.closed_on} 销号的 {closing.id}（{closing.subject_name}，{closing.theme}）：{'；'.join(signs.values())}。"
            found.append((closing.id, closing.unit, closing.closed_on, list(signs), says))
    for each in found:
        con.execute("INSERT INTO review.doubt VALUES (?, ?, ?, ?, ?, ?)", [as_of, *each])


def _signs(closing: _Closing, settings: Doubts, earlier: _Said) -> dict[str, str]:
    """Sign → what is to be said of it."""
    signs = {}
    if closing.delivered_on is not None:
        days = max(0, (closing.closed_on - closing.delivered_on).days)
        if days <= settings.within:
            signs[FAST] = f"下发后{days}天就销号" if days else "下发当天就销号"
    if closing.measure is not None and closing.said_at is not None and _comparable(closing, settings):
        others = ((id_, words) for id_, at, words in earlier if id_ != closing.id and at < closing.said_at)
        alike = most_alike(words_of(closing.measure), others, settings.similar)
        if alike is not None:
            signs[ALIKE] = f"处置措施与它在 {alike[0]} 的回执里写的相似 {alike[1]:.0%}"
    if closing.back is not None:
        worse = closing.back == closing.id
        signs[BACK] = f"{closing.back_days}天后{'等级又升高' if worse else f'再次预警（{closing.back}）'}"
    return signs


def _comparable(closing: _Closing, settings: Doubts) -> bool:
    return closing.measure is not None and len(closing.measure) >= settings.least


def _texts(con: Connection, unit: str, least: int, as_of: date) -> _Said:
    """What the unit has written of its warnings in the last year, oldest first; of the same text the first warning."""
    rows = con.execute(_SAID, {"unit": unit, "least": least, "as_of": as_of}).fetchall()
    return [(id_, (night, file, row), words_of(text)) for id_, night, file, row, text in rows]


_LOOKED_AT = """
WITH back AS (
  SELECT of_id, closed_on, arg_min(id, (days, id)) AS id, min(days) AS days, bool_or(as_of = $as_of) AS tonight
  FROM review.rebound WHERE kind = '办理' AND as_of <= $as_of GROUP BY of_id, closed_on
), looked_at AS (
  SELECT c.id, c.unit, c.closed_on, c.theme, b.id AS back, b.days
  FROM closing AS c LEFT JOIN back AS b ON b.of_id = c.id AND b.closed_on = c.closed_on
  WHERE c.kind = '办理' AND c.unit IS NOT NULL AND (c.as_of = $as_of OR b.tonight)
    AND NOT EXISTS (FROM review.doubt AS e WHERE e.id = c.id AND e.closed_on = c.closed_on AND e.as_of < $as_of)
), given AS (
  SELECT d.id, d.unit, min(d.delivered_on) AS delivered_on
  FROM intervene.duty AS d SEMI JOIN looked_at AS l ON l.id = d.id AND l.unit = d.unit WHERE d.as_of <= $as_of GROUP BY d.id, d.unit
), said AS (
  SELECT r.id, r.unit, arg_max(trim(r.measure), (r.as_of, r.file_id, r.row_no)) AS measure,
    max({'night': r.as_of, 'file': r.file_id, 'row': r.row_no}) AS at
  FROM intervene.reply AS r SEMI JOIN looked_at AS l ON l.id = r.id AND l.unit = r.unit
  WHERE r.as_of <= $as_of AND r.measure IS NOT NULL GROUP BY r.id, r.unit
)
SELECT s.at.night, s.at.file, s.at."row", l.id, l.unit, l.closed_on, coalesce(w.subject_name, w.subject), l.theme, g.delivered_on,
  s.measure, l.back, l.days
FROM looked_at AS l JOIN assess.warning AS w ON w.id = l.id LEFT JOIN given AS g ON g.id = l.id AND g.unit = l.unit
LEFT JOIN said AS s ON s.id = l.id AND s.unit = l.unit
ORDER BY l.id
"""

_SAID = """
SELECT id, as_of, file_id, row_no, trim(measure) AS text FROM intervene.reply
WHERE unit = $unit AND as_of <= $as_of AND as_of > $as_of - 365 AND length(trim(measure)) >= $least
QUALIFY row_number() OVER (PARTITION BY text ORDER BY as_of, file_id, row_no) = 1
ORDER BY as_of, file_id, row_no
"""
