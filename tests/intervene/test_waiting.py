"""The weekly load: what is given out, what waits, and that nothing is lost between the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.intervene.duty import assign
from riskengine.intervene.waiting import hold_back
from riskengine.store.database import Connection
from riskengine.store.schema import create_schemas
from tests.intervene.conftest import UNITS, rulebook

MONDAY = date(2026, 6, 1)


def limited(stage, weekly: int):
    units = {
        id_: unit.model_copy(update={"weekly": weekly if id_ == "fanzha" else None})
        for id_, unit in stage.rulebook.units.items()
    }
    stage.rulebook = replace(stage.rulebook, units=units)
    return stage


def queue(stage, night: date) -> list[tuple[str, int, date]]:
    rows = stage.con.execute(
        "SELECT id, place, since FROM intervene.waiting WHERE as_of = ? AND role = '主办' ORDER BY place", [night]
    )
    return rows.fetchall()


def number(n: int) -> str:
    return f"YJ-2026-{n:06}"


def test_beyond_the_load_the_least_grave_wait_and_no_clock_of_theirs_starts(stage):
    limited(stage, 2)
    for n, level in ((1, 4), (2, 3), (3, 2), (4, 3)):
        stage.warn(MONDAY, number(n), "新增", level)
    stage.run(MONDAY)
    assert {id_ for id_, _ in stage.duties(MONDAY)} == {number(3), number(2)}
    assert queue(stage, MONDAY) == [(number(4), 1, MONDAY), (number(1), 2, MONDAY)]
    along = stage.con.execute("SELECT id, unit FROM intervene.waiting WHERE role = '协办' ORDER BY id").fetchall()
    assert along == [(number(1), "town-01"), (number(4), "town-01")]


def test_what_waits_is_given_out_in_the_next_week_with_a_clock_that_starts_then(stage):
    limited(stage, 1)
    for n in (0, 6, 7):
        night = MONDAY + timedelta(days=n)
        for each in (1, 2):
            stage.warn(night, number(each), "新增" if n == 0 else "持续", 3)
        stage.run(night)
    assert queue(stage, MONDAY + timedelta(days=6)) == [(number(2), 1, MONDAY)]
    assert queue(stage, MONDAY + timedelta(days=7)) == []
    _, delivered, deadline = stage.duties(MONDAY + timedelta(days=7))[(number(2), "fanzha")]
    assert (delivered, deadline) == (MONDAY + timedelta(days=7), MONDAY + timedelta(days=14))


def test_a_rise_to_the_gravest_level_calls_it_up_at_once_though_the_week_is_full(stage):
    limited(stage, 1)
    for n, changes in enumerate((("新增", 3), ("持续", 3), ("升级", 1))):
        night = MONDAY + timedelta(days=n)
        stage.warn(night, number(1), "新增" if n == 0 else "持续", 2)
        stage.warn(night, number(2), *changes)
        stage.run(night)
    assert queue(stage, MONDAY + timedelta(days=1)) == [(number(2), 1, MONDAY)]
    assert stage.duties(night)[(number(2), "fanzha")][1] == night


def test_what_somebody_had_before_does_not_wait_but_takes_its_place_in_the_load(stage):
    limited(stage, 1)
    stage.warn(MONDAY, number(1), "新增", 3)
    stage.con.execute(
        "INSERT INTO intervene.duty (as_of, id, unit, role, level, delivered_on, deadline, catch_all) "
        "VALUES (?, ?, 'xinfang', '主办', 3, ?, ?, FALSE)",
        [MONDAY - timedelta(days=1), number(1), MONDAY - timedelta(days=1), MONDAY + timedelta(days=6)],
    )
    stage.warn(MONDAY, number(2), "新增", 2)
    stage.run(MONDAY)
    assert (number(1), "fanzha") in stage.duties(MONDAY)
    assert queue(stage, MONDAY) == [(number(2), 1, MONDAY)]


def test_the_queue_is_in_sight_on_the_units_list_and_on_the_countys(stage):
    limited(stage, 1)
    stage.warn(MONDAY, number(1), "新增", 2)
    stage.warn(MONDAY, number(2), "新增", 3, subject="990100102", name="白石镇", place="990100102")
    folder = stage.run(MONDAY)
    book = openpyxl.load_workbook(folder / "反诈中心" / f"反诈中心预警清单_{MONDAY}.xlsx")
    assert "候办 1" in book["预警清单"]["A2"].value
    assert [cell.value for cell in book["候办"][5]] == [
        "1",
        "2026-06-01",
        number(2),
        "黄（III级）",
        "白石镇",
        "电信网络诈骗",
        "近7日诈骗12起，往常3.1起",
    ]
    assert not (folder / "白石镇人民政府").exists(), "who works along is told with the lead"
    county = openpyxl.load_workbook(folder / "全县清单.xlsx")["全县清单"]
    titles = [cell.value for cell in county[4]]
    row = next(row for row in county.iter_rows(min_row=5, values_only=True) if row[0] == number(2))
    assert row[titles.index("主办单位")] == "反诈中心（候办第1位）"
    front = (folder / "index.html").read_text(encoding="utf-8")
    assert "周办理量已满，候办 1 件（反诈中心 1 件）：还没有下发，期限没有起算。" in front
    assert "反诈中心（候办第1位）" in (folder / "清单.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with duckdb.connect() as one:
        create_schemas(one)
        yield one


FRIDAY = MONDAY + timedelta(days=4)
NIGHTS = [FRIDAY + timedelta(days=n) for n in range(4)]
COUNTY = rulebook(units=tuple(UNITS[0].model_copy(update={"id": id_, "name": id_}) for id_ in ("a", "b", "along")))
WARNING = st.tuples(
    st.integers(1, 4), st.sampled_from((10.0, 20.0, 30.0)), st.sampled_from(NIGHTS), st.sampled_from(("a", "b"))
)


@settings(max_examples=8, deadline=None)
@given(warnings=st.lists(WARNING, max_size=10), weekly=st.integers(1, 3), order=st.randoms(use_true_random=False))
def test_nothing_is_lost_the_gravest_never_waits_and_the_order_of_arrival_does_not_matter(con, warnings, weekly, order):
    """Each warning: level, score, night on which it comes, unit that leads. From a Friday to a Monday, twice: the rows in another
    order.
    """
    units = {id_: each.model_copy(update={"weekly": weekly}) for id_, each in COUNTY.units.items()}
    rows = [(number(n), *each) for n, each in enumerate(warnings)]
    first = _nights(con, replace(COUNTY, units=units), rows)
    order.shuffle(rows)
    assert _nights(con, replace(COUNTY, units=units), rows) == first
    gravest = {id_ for id_, level, *_ in rows if level == 1}
    for asked, waiting, out in first:
        assert sorted(asked) == sorted([*waiting, *out])
        assert not {id_ for id_, *_ in waiting} & gravest
    for unit in ("a", "b"):
        (many,) = con.execute(_GIVEN_OUT, [unit, FRIDAY, FRIDAY + timedelta(days=2)]).fetchone()
        assert many <= weekly


def _nights(con, book, rows):
    """Of each night: what was routed, what waits, what is given out."""
    for table in ("assess.warning", "assess.state", "intervene.duty", "intervene.waiting"):
        con.execute(f"DELETE FROM {table}")
    columns = [list(each) for each in zip(*rows, strict=True)] or [[], [], [], [], []]
    con.execute(_COMING, columns)
    con.execute("INSERT INTO assess.warning (id, opened_on) SELECT id, first FROM coming")
    found = []
    for night in NIGHTS:
        con.execute(_STATE, [night])
        con.execute(_ROUTED, [night])
        con.execute("CREATE OR REPLACE TEMP TABLE copied (as_of DATE, id VARCHAR, unit VARCHAR)")
        asked = con.execute(_LINES).fetchall()
        hold_back(con, book, night)
        waiting = con.execute(
            "SELECT id, unit, role FROM intervene.waiting WHERE as_of = ? ORDER BY ALL", [night]
        ).fetchall()
        assign(con, book, night)
        found.append((asked, waiting, con.execute(_LINES).fetchall()))
    return found


_COMING = """
CREATE OR REPLACE TEMP TABLE coming AS SELECT unnest($1::VARCHAR[]) AS id, unnest($2::TINYINT[]) AS level,
  unnest($3::DOUBLE[]) AS score, unnest($4::DATE[]) AS first, unnest($5::VARCHAR[]) AS lead
"""
_STATE = """
INSERT INTO assess.state (as_of, id, change, level, score)
SELECT $1, id, if(first = $1, '新增', '持续'), level, score FROM coming WHERE first <= $1
"""
_ROUTED = """
CREATE OR REPLACE TEMP TABLE routed AS
SELECT $1::DATE AS as_of, id, unnest([lead, 'along']) AS unit, unnest(['主办', '协办']) AS role, FALSE AS catch_all, 0 AS route
FROM coming WHERE first <= $1
"""
_LINES = "SELECT id, unit, role FROM routed ORDER BY ALL"
_GIVEN_OUT = """
SELECT count(DISTINCT id) FROM intervene.duty WHERE unit = ? AND level > 1 AND delivered_on BETWEEN ? AND ?
"""
