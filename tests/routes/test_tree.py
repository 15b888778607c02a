"""What a tree of routes means: the night's SQL against a slow reading of the manual, on random files and all kinds of warnings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from riskengine.explain.routing import Asked, show
from riskengine.intervene.routing import route, route_standing
from riskengine.model.duty import Branch, Route
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory
from tests.routes.forest import (
    LEVELS,
    NIGHT,
    WARNINGS,
    Gets,
    as_book,
    book,
    flat,
    forests,
    lay,
    slowly,
)

examples = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with laboratory(None, tmp_path_factory.mktemp("routes")) as found:
        lay(found)
        yield found


def routed(con: Connection) -> dict[str, Gets]:
    rows = con.execute(
        "SELECT id, max(unit) FILTER (role = '主办'), max(unit) FILTER (role = '协办') FROM routed GROUP BY id"
    ).fetchall()
    copies: dict[str, list[str]] = {}
    for id_, unit in con.execute("SELECT id, unit FROM copied ORDER BY unit").fetchall():
        copies.setdefault(id_, []).append(unit)
    return {id_: (lead, along, tuple(copies.get(id_, ()))) for id_, lead, along in rows}


def wanted(forest: list[Branch]) -> dict[str, Gets]:
    told = {f"{n:04}": slowly(forest, each) for n, each in enumerate(WARNINGS)}
    return {id_: gets for id_, gets in told.items() if gets is not None}


@given(forest=forests)
@examples
def test_a_tree_routes_as_the_manual_says(con: Connection, forest: list[Branch]) -> None:
    route(con, book(forest), NIGHT)
    assert routed(con) == wanted(forest)


@given(forest=flat)
@examples
def test_a_flat_file_is_its_own_list_and_routes_as_before(con: Connection, forest: list[Branch]) -> None:
    written = book(forest)
    before = as_book(
        tuple(
            Route(
                themes=each.themes, subjects=each.subjects, levels=each.levels, places=each.places, lead=str(each.lead),
                township=each.township is not False, copies=each.copies or (),
            )
            for each in forest
        )
    )  # fmt: skip
    assert written.routes == before.routes
    assert written.route_numbers == tuple(str(n) for n in range(1, len(forest) + 1))
    route(con, written, NIGHT)
    assert routed(con) == wanted(forest)


@given(forest=forests)
@examples
def test_what_is_shown_is_what_the_night_does(con: Connection, forest: list[Branch]) -> None:
    written = book(forest)
    route(con, written, NIGHT)
    found, taken = routed(con), dict(con.execute("SELECT id, route FROM routed WHERE role = '主办'").fetchall())
    for n, (theme, type_, subject, place, level) in enumerate(WARNINGS):
        shown = show(written, Asked(theme, type_, subject, place, LEVELS.index(level) + 1, ""), NIGHT)
        id_ = f"{n:04}"
        assert (shown.lead and (shown.lead, shown.along, shown.copies)) == found.get(id_)
        assert shown.number == (written.route_number(taken[id_]) if id_ in taken else None)
        assert all(why for *_, why in (shown.steps[:-1] if shown.number else shown.steps))


def test_many_nights_are_routed_as_each_alone(tmp_path: Path) -> None:
    nights = [NIGHT - timedelta(days=n) for n in range(3)][::-1]
    tree = [
        Branch(
            themes=("信访",), lead="xinfang", copies=("township",),
            routes=(Branch(places=("11",), levels=("红",), lead="township"), Branch(subjects=("unit",), lead="reporter")),
        ),
        Branch(lead="zongzhi", catch_all=True),
    ]  # fmt: skip
    written, alone = book(tree), []
    with laboratory(None, tmp_path) as con:
        lay(con, nights)
        for night in nights:
            route(con, written, night)
            alone += rows(con)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE standing AS SELECT s.as_of, s.id, s.level, w.subject_type, w.subject, w.theme, w.place "
            "FROM assess.state s JOIN assess.warning w USING (id)"
        )
        route_standing(con, written, nights)
        assert rows(con) == alone
        assert len(alone) > 3 * len(WARNINGS)


def rows(con: Connection) -> list[tuple[date, str, str, str, bool, int]]:
    return con.execute("FROM routed ORDER BY as_of, id, role, unit").fetchall()


def test_a_branch_is_asked_behind_those_below_it_and_numbered_as_it_stands() -> None:
    village = Branch(
        name="到村", subjects=("village",), levels=("黄", "蓝"), lead="township", township=False, copies=()
    )
    town = Branch(places=("11", "131"), routes=(Branch(places=("1",), levels=("红",)),))
    top = Branch(
        name="纠纷", themes=("纠纷",), places=("111", "13"), lead="zongzhi", copies=("renshe",), routes=(village, town)
    )
    written = book([top, Branch(lead="zongzhi", catch_all=True)])
    assert written.route_numbers == ("1.1", "1.2.1", "1.2", "1", "2")
    first, inner, second, rest, _ = written.routes
    assert (first.lead, first.township, first.copies, first.themes) == ("township", False, (), ("纠纷",))
    assert (second.lead, second.township, second.copies) == ("zongzhi", True, ("renshe",))
    assert (set(second.places), set(inner.places)) == ({"111", "131"}, {"111", "131"}), "of two places the lower one"
    assert rest.places == ("111", "13")
