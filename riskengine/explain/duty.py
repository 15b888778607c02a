"""Who gets it: the duties that were given, or those that would be, and by which route."""

from __future__ import annotations

from datetime import date

from riskengine.explain.chain import Route
from riskengine.explain.given import after_routes
from riskengine.explain.relive import Scene
from riskengine.explain.wording import TYPES
from riskengine.intervene.routing import route
from riskengine.rulebook.due import due, level_clocks
from riskengine.rulebook.routes import in_words
from riskengine.rulebook.workdays import Calendar

__all__ = ["route_of"]

_ID = "YJ-0000-000000"


def route_of(scene: Scene, subject: str, name: str, place: str | None, level: int, warning: str | None) -> Route:
    """The route that takes a warning of this level, and the units. ``warning``: the one that the night delivered, None
    where there is none; then they are those it would go to.
    """
    con, rule, as_of = scene.con, scene.rule, scene.as_of
    con.execute("DELETE FROM assess.warning WHERE id = ?", [_ID])
    con.execute("DELETE FROM assess.state WHERE id = ?", [_ID])
    con.execute(
        "INSERT INTO assess.warning VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        [_ID, rule.subject.value, subject, name, place, rule.theme, as_of],
    )
    con.execute("INSERT INTO assess.state VALUES (?, ?, '新增', ?, 0, [], FALSE, NULL, NULL)", [as_of, _ID, level])
    route(con, scene.rulebook, as_of)
    rows = con.execute(
        "SELECT unit, role, route FROM routed WHERE id = ? ORDER BY role = '协办', unit", [_ID]
    ).fetchall()
    routed = [(unit, role) for unit, role, _ in rows]
    at = rows[0][2] if rows else None
    nth = None if at is None else scene.rulebook.route_number(at)
    names = {unit.id: unit.name for unit in scene.rulebook.units.values()}
    says = (
        "没有一条派发能接住它，请核对 rules/routes.yaml"
        if at is None
        else in_words(scene.rulebook.routes[at], names, TYPES)
    )
    if warning is not None and (more := after_routes(con, scene.rulebook, warning, as_of)):
        says = f"{says}；{more}"
    given = _given(scene, warning)
    if given:
        return Route(nth, says, tuple((names.get(unit, unit), role, day) for unit, role, day in given), False)
    would = due(level_clocks(scene.rulebook)[level], as_of, Calendar(scene.rulebook.calendar))
    day = _day(would.day, would.provisional)
    return Route(nth, says, tuple((names.get(unit, unit), role, day) for unit, role in routed), True)


def _given(scene: Scene, warning: str | None) -> list[tuple[str, str, str]]:
    if warning is None:
        return []
    rows = scene.con.execute(
        "SELECT unit, role, deadline, provisional FROM kept.intervene.duty WHERE id = ? AND as_of = ? ORDER BY role = '协办', unit",
        [warning, scene.as_of],
    ).fetchall()
    return [(unit, role, _day(day, waits)) for unit, role, day, waits in rows]


def _day(day: date, provisional: bool | None) -> str:
    return day.isoformat() + ("（暂定）" if provisional else "")
