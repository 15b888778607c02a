"""Random route files on a small county, and an independent, slow reading of what they mean for one warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

from hypothesis import strategies as st

from riskengine.model.duty import Branch, Level, Place, Route, Unit
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.document import Document
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.routes import branches
from riskengine.store.database import Connection

NIGHT = date(2026, 6, 30)
THEMES, LEVELS = ("信访", "欠薪", "纠纷"), ("红", "黄", "蓝")
SUBJECTS = (Subject.TOWN, Subject.VILLAGE, Subject.DISPUTE, Subject.UNIT)
UNITS = {
    name: Unit(id=name, name=f"{name}单位", type="line")
    for name in ("xinfang", "renshe", "zongzhi", "town-01", "town-02")
}
PLACES = (
    Place(code="1", name="县", level="county", parent=None),
    Place(code="11", name="甲镇", level="town", parent="1", unit="town-01"),
    Place(code="12", name="乙镇", level="town", parent="1", unit="town-02"),
    Place(code="13", name="丙镇", level="town", parent="1"),
    Place(code="111", name="子村", level="village", parent="11"),
    Place(code="131", name="丑村", level="village", parent="13"),
)
ABOVE = {place.code: place.parent for place in PLACES}
OWN = {"1": None, "11": "town-01", "12": "town-02", "13": None, "111": "town-01", "131": None, None: None}
LINES = tuple(Level(name=n, rank=r, code=n, colour="#C00000", handle_within=3) for r, n in enumerate(LEVELS, 1))

Warned = tuple[str, Subject, str, "str | None", str]
"""Theme, type, subject, place, level."""
WARNINGS: tuple[Warned, ...] = tuple(
    (theme, type_, "xinfang" if type_ is Subject.UNIT else f"对象{n}", place, level)
    for n, (theme, type_, place, level) in enumerate(product(THEMES, SUBJECTS, (*OWN,), LEVELS))
)


def some(values: Sequence[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple))


def _branch(below: st.SearchStrategy[Branch] | None, top: bool) -> st.SearchStrategy[Branch]:
    leads = st.sampled_from(("xinfang", "renshe", "zongzhi", "township", "reporter"))
    copies = st.lists(st.sampled_from(("renshe", "zongzhi", "township")), max_size=2, unique=True).map(tuple)
    return st.builds(
        Branch,
        themes=some(THEMES),
        subjects=some(SUBJECTS),
        levels=some(LEVELS),
        places=some(tuple(ABOVE)),
        lead=leads if top else st.none() | leads,
        township=st.none() | st.booleans(),
        copies=st.none() | copies,
        routes=st.just(()) if below is None else st.lists(below, max_size=2).map(tuple),
    )


flat = st.lists(_branch(None, top=True), min_size=1, max_size=5)
forests = st.lists(_branch(_branch(_branch(None, top=False), top=False), top=True), min_size=1, max_size=4)


def book(forest: Sequence[Branch]) -> Rulebook:
    document = Document("rules/routes.yaml")
    entries = Entries(
        routes=[Entry(each, document, ("routes", at)) for at, each in enumerate(forest)],
        places=[Entry(place, document, ()) for place in PLACES],
    )
    written = [each for each in branches(entries) if each.reached]
    return as_book(tuple(each.route for each in written), tuple(each.number for each in written))


def as_book(routes: tuple[Route, ...], numbers: tuple[str, ...] = ()) -> Rulebook:
    return Rulebook({}, {}, {}, LINES, UNITS, PLACES, routes, "", route_numbers=numbers)


def lay(con: Connection, nights: Sequence[date] = (NIGHT,)) -> None:
    """All the warnings, open on every night."""
    for table in ("warning", "state"):
        con.execute(f"DELETE FROM assess.{table}")
    for n, (theme, type_, subject, place, level) in enumerate(WARNINGS):
        con.execute(
            "INSERT INTO assess.warning VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            [f"{n:04}", type_.value, subject, subject, place, theme, NIGHT],
        )
        for night in nights:
            con.execute(
                "INSERT INTO assess.state (as_of, id, change, level) VALUES (?, ?, '持续', ?)",
                [night, f"{n:04}", LEVELS.index(level) + 1],
            )


def line(place: str | None) -> Iterator[str]:
    while place is not None:
        yield place
        place = ABOVE[place]


Gets = tuple[str, "str | None", tuple[str, ...]]
"""Lead, the township that works along, copies."""


def slowly(forest: Sequence[Branch], warned: Warned) -> Gets | None:
    """Who gets it, by asking branch after branch as the manual says it."""
    for branch in forest:
        if (found := _ask(branch, warned, "", True, ())) is not None:
            return found
    return None


def _ask(branch: Branch, warned: Warned, lead: str, township: bool, copies: tuple[str, ...]) -> Gets | None:
    theme, type_, subject, place, level = warned
    if (branch.themes and theme not in branch.themes) or (branch.subjects and type_ not in branch.subjects):
        return None
    if (branch.levels and level not in branch.levels) or (branch.places and not set(branch.places) & set(line(place))):
        return None
    lead = branch.lead if branch.lead is not None else lead
    township = branch.township if branch.township is not None else township
    copies = branch.copies if branch.copies is not None else copies
    for below in branch.routes:
        if (found := _ask(below, warned, lead, township, copies)) is not None:
            return found
    own = OWN[place]
    unit = own if lead == "township" else (subject if type_ is Subject.UNIT else None) if lead == "reporter" else lead
    if unit is None:
        return None
    along = own if township and own != unit else None
    told = {own if each == "township" else each for each in copies} - {None, unit, along}
    return unit, along, tuple(sorted(each for each in told if each))
