"""What a unit is told of indicators: those it answers for that are red or yellow, and readings that it should send or mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from riskengine.intervene.columns import Column, Row
from riskengine.intervene.routing import current_places, place_name
from riskengine.intervene.workbook import Book
from riskengine.model.duty import Unit
from riskengine.model.period import labelled
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Notice", "notice_workbook", "notices"]


@dataclass(frozen=True)
class _Light:
    """One indicator: its lamp tonight and the night before (None: not judged), and the sentence."""

    name: str
    place: str
    lamp: str
    before: str | None
    period: str
    says: str
    parts: str

    @property
    def turned(self) -> str:
        """``新转红灯`` on the night it turned, ``仍为红灯`` afterwards; ``红灯`` on the first night of all."""
        since = "" if self.before is None else "仍为" if self.before == self.lamp else "新转"
        return f"{since}{self.lamp}灯"


@dataclass(frozen=True)
class _Trouble:
    """One reading that is missing, late, doubtful or contradicts another."""

    name: str
    place: str
    period: str
    message: str


@dataclass
class Notice:
    """One unit's part."""

    lights: list[_Light] = field(default_factory=list)
    troubles: list[_Trouble] = field(default_factory=list)


def notices(con: Connection, rulebook: Rulebook, as_of: date) -> dict[str, Notice]:
    """Unit → what it is told tonight, in the order of the units' file; only units that are told something.

    Reads ``assess.standing``, ``assess.part`` and ``assess.finding``; the county's indicators only, for the towns stand on the pages.
    """
    places = current_places(rulebook.places, as_of)
    county = next((code for code, place in places.items() if place.parent is None), "")
    names = {id_: each.name for id_, each in rulebook.indicators.items()}
    as_written = {id_: at for at, id_ in enumerate(names)}
    found: dict[str, Notice] = {}
    for unit, indicator, *rest in con.execute(_LIGHTS, {"as_of": as_of, "county": county}).fetchall():
        light = _Light(names.get(indicator, indicator), place_name(county, places), *rest)
        found.setdefault(unit, Notice()).lights.append(light)
    troubles = con.execute(_TROUBLES, {"as_of": as_of}).fetchall()
    troubles.sort(key=lambda row: as_written.get(row[1], len(names)))  # the rest as the query has it
    for unit, indicator, place, period, message in troubles:
        trouble = _Trouble(names.get(indicator, indicator), place_name(place, places), period or "", message)
        found.setdefault(unit, Notice()).troubles.append(trouble)
    order = {unit: (each.sort, unit) for unit, each in rulebook.units.items()}
    return {unit: found[unit] for unit in sorted(found.keys() & order.keys(), key=lambda unit: order[unit])}


def notice_workbook(unit: Unit, notice: Notice, rulebook: Rulebook, as_of: date) -> bytes:
    """The unit's notice as Excel; the same input, the same bytes."""
    book = Book(rulebook.levels, as_of)
    if notice.lights:
        _sheet(
            book,
            "牵头指标",
            f"{unit.name} 牵头指标提示",
            _LIGHT_COLUMNS,
            notice.lights,
            "红灯、黄灯的指标及其原因；说明和图见“指标.html”。“差在哪里”是拉大差距最多的乡镇各占多少；也有乡镇在缩小差距，合计可能超过100%。",
        )
    if notice.troubles:
        hint = "请按每条说明核对、更正，从原渠道重报。没有收到的和不可信的读数，更正前按“未知”处理，不作达标。"
        _sheet(book, "读数问题", f"{unit.name} 指标读数问题", _TROUBLE_COLUMNS, notice.troubles, hint)
    return book.content()


def _sheet(book: Book, name: str, title: str, columns: Sequence[Column[Row]], rows: Sequence[Row], hint: str) -> None:
    sheet = book.sheet(name)
    book.head(sheet, title, f"共{len(rows)}项", hint, len(columns))
    book.table(sheet, columns, rows, len(columns))


_LIGHT_COLUMNS: tuple[Column[_Light], ...] = (
    Column("灯", 10, lambda row: row.turned, lambda row: "overdue" if row.lamp == "红" else "centre"),
    Column("指标", 24, lambda row: row.name, lambda row: "text"),
    Column("地区", 10, lambda row: row.place, lambda row: "centre"),
    Column("读数所属期", 14, lambda row: labelled(row.period), lambda row: "centre"),
    Column("态势", 56, lambda row: row.says, lambda row: "text"),
    Column("差在哪里", 40, lambda row: row.parts, lambda row: "text"),
)
_TROUBLE_COLUMNS: tuple[Column[_Trouble], ...] = (
    Column("指标", 24, lambda row: row.name, lambda row: "text"),
    Column("地区", 12, lambda row: row.place, lambda row: "centre"),
    Column("读数所属期", 14, lambda row: labelled(row.period), lambda row: "centre"),
    Column("问题与处理", 84, lambda row: row.message, lambda row: "text"),
)

_LIGHTS = """
WITH before AS (SELECT max(as_of) AS as_of FROM assess.night WHERE as_of < $as_of),
parts AS (
  SELECT indicator, string_agg(name || ' ' || round(share)::INTEGER || '%', '、' ORDER BY place) AS parts
  FROM (SELECT *, row_number() OVER (PARTITION BY indicator ORDER BY part = '其他', share DESC, part) AS place FROM assess.part
        WHERE as_of = $as_of AND "by" = '乡镇' AND share > 0)
  WHERE place <= 5 GROUP BY indicator)
SELECT n.owner, n.indicator, n.lamp, b.lamp, coalesce(n.period, ''), n.says, coalesce(p.parts, '')
FROM assess.standing AS n
LEFT JOIN assess.standing AS b ON b.as_of = (SELECT as_of FROM before) AND b.indicator = n.indicator AND b.place = n.place
LEFT JOIN parts AS p ON p.indicator = n.indicator
WHERE n.as_of = $as_of AND n.place = $county AND n.lamp IN ('红', '黄')
ORDER BY n.lamp = '黄', n.rowid
"""

_TROUBLES = """
SELECT unit, indicator, place, period, message FROM assess.finding
WHERE as_of = $as_of AND unit IS NOT NULL ORDER BY unit, indicator, place NULLS FIRST, period, code, message
"""
