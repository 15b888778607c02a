"""``riskengine routes show``: which route takes a warning, and why the ones before it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskengine.errors import WrongUse
from riskengine.explain.find import newest_night
from riskengine.explain.given import after_routes
from riskengine.explain.wording import TYPES, columns
from riskengine.intervene.routing import current_places, line_of, own_unit, place_name
from riskengine.model.duty import Place, Route
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.routes import in_words
from riskengine.store.laboratory import laboratory
from riskengine.workspace import Workspace

__all__ = ["Asked", "Shown", "asked_of", "show", "shown_json", "shown_text"]

_MANY = 20


@dataclass(frozen=True)
class Asked:
    """A warning, there or thought of. ``level``: rank; ``place``: code; ``says``: the warning in words; ``after``: what became of it
    after the routes, "" where nothing did.
    """

    theme: str
    subject_type: Subject
    subject: str
    place: str | None
    level: int
    says: str
    after: str = ""


@dataclass(frozen=True)
class Shown:
    """``steps``: number, route in words and, for all but the one that takes it, why it does not. ``lead`` None: no route takes it."""

    asked: Asked
    steps: tuple[tuple[str, str, str], ...]
    number: str | None
    name: str
    lead: str | None
    along: str | None
    copies: tuple[str, ...]


def asked_of(workspace: Workspace, rulebook: Rulebook, text: str, as_of: date | None) -> tuple[date, list[Asked]]:
    """The warnings open on the night (the newest) whose number, subject or subject's name is ``text``. Raises WrongUse."""
    written = text.strip()
    with laboratory(workspace.database, workspace.scratch) as con:
        if not workspace.database.exists():
            raise WrongUse("这个工作区还没有运行过任何一夜。请改用 --theme、--kind、--place、--level 写出要问的预警。")
        night = as_of or newest_night(con)
        rows = con.execute(_OPEN, {"as_of": night, "text": written, "id": written.upper()}).fetchall()[:_MANY]
        after = {id_: after_routes(con, rulebook, id_, night) for id_, *_ in rows}
    levels = {level.rank: level.name for level in rulebook.levels}
    if not rows:
        raise WrongUse(
            f"{night} 没有编号、对象或名称为“{written[:40]}”的在办预警。请核对，或用 --theme、--kind、--place、--level 来问。"
        )
    return night, [
        Asked(
            theme,
            Subject(type_),
            subject,
            place,
            rank,
            f"{id_} {name}，{theme}，{levels.get(rank, rank)}级",
            after[id_],
        )
        for id_, type_, subject, name, place, theme, rank in rows
    ]


def show(rulebook: Rulebook, asked: Asked, as_of: date) -> Shown:
    """Ask one route after the other, as the night's SQL does for all warnings at once."""
    places = current_places(rulebook.places, as_of)
    units = {id_: unit.name for id_, unit in rulebook.units.items()}
    own = own_unit(asked.place, places)
    steps: list[tuple[str, str, str]] = []
    for at, route in enumerate(rulebook.routes):
        number, says = rulebook.route_number(at), in_words(route, units, TYPES)
        says = f"“{route.name}” {says}" if route.name else says
        lead = {"township": own, "reporter": asked.subject if asked.subject_type is Subject.UNIT else None}.get(
            route.lead, route.lead
        )
        why = _why_not(route, asked, rulebook, places) or _nobody(route, lead, units)
        steps.append((number, says, why))
        if not why and lead is not None:
            along = own if route.township and own in units and own != lead else None
            copies = {own if unit == "township" else unit for unit in route.copies} - {lead, along}
            told = tuple(sorted(unit for unit in copies if unit in units))
            return Shown(asked, tuple(steps), number, route.name, lead, along, told)
    return Shown(asked, tuple(steps), None, "", None, None, ())


def _why_not(route: Route, asked: Asked, rulebook: Rulebook, places: Mapping[str, Place]) -> str:
    """The conditions that the warning does not meet, in words; empty where it meets all."""
    names = {level.rank: level.name for level in rulebook.levels}
    level = names.get(asked.level, str(asked.level))
    said = []
    if route.themes and asked.theme not in route.themes:
        said.append(f"主题是{asked.theme}")
    if route.subjects and asked.subject_type not in route.subjects:
        said.append(f"对象是{TYPES[asked.subject_type]}")
    if route.levels and level not in route.levels:
        said.append(f"等级是{level}")
    if route.places and not set(route.places) & set(line_of(asked.place, places)):
        said.append(f"地区是{place_name(asked.place, places) or '空的'}")
    return "，".join(said)


def _nobody(route: Route, lead: str | None, units: Mapping[str, str]) -> str:
    if lead in units:
        return ""
    if route.lead == "township":
        return "条件符合，但那里没有写管辖单位，定不出主办"
    return "条件符合，但对象不是单位，定不出由谁主办" if route.lead == "reporter" else f"没有“{lead}”这个单位"


def shown_text(shown: Shown, rulebook: Rulebook, as_of: date) -> str:
    """One answer as text."""
    units = {id_: unit.name for id_, unit in rulebook.units.items()}
    lines = [f"{shown.asked.says}（{as_of}）"]
    rows = [
        (f"第{number}条", "不接" if why or shown.number is None else "接走", f"{why}。这一条：{says}" if why else says)
        for number, says, why in shown.steps
    ]
    lines += columns(rows, 110, flow=True)
    if shown.lead is None:
        return "\n".join([*lines, "没有一条派发能接住它，请核对 rules/routes.yaml。"])
    along = f"，协办 {units[shown.along]}" if shown.along else ""
    copies = f"，抄送 {'、'.join(units[unit] for unit in shown.copies)}" if shown.copies else ""
    lines.append(f"由第{shown.number}条接走：主办 {units[shown.lead]}{along}{copies}。")
    return "\n".join([*lines, f"{shown.asked.after}。"] if shown.asked.after else lines)


def shown_json(shown: Shown, as_of: date) -> dict[str, Any]:
    """The same for programs."""
    asked = shown.asked
    return {
        "as_of": as_of.isoformat(),
        "theme": asked.theme,
        "subject_type": asked.subject_type.value,
        "subject": asked.subject,
        "place": asked.place,
        "level": asked.level,
        "route": shown.number,
        "name": shown.name,
        "lead": shown.lead,
        "along": shown.along,
        "copies": list(shown.copies),
        "after": asked.after,
        "steps": [{"route": number, "says": says, "why_not": why} for number, says, why in shown.steps],
    }


_OPEN = """
SELECT w.id, w.subject_type, w.subject, coalesce(w.subject_name, w.subject), w.place, w.theme, s.level
FROM kept.assess.state AS s JOIN kept.assess.warning AS w USING (id)
WHERE s.as_of = $as_of AND s.change <> '解除' AND (w.id = $id OR w.subject = $text OR w.subject_name = $text)
ORDER BY s.level, w.theme, w.id
"""
