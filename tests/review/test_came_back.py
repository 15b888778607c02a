"""``riskengine rebounds``: every line traced to the receipt that closed the warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskengine.errors import WrongUse
from riskengine.model.rebound import Doubts, Rebound, WatchFor
from riskengine.review.came_back import came_back, unit_of
from tests.review.conftest import RULEBOOK, Ledger

FIRST = date(2026, 6, 1)
OLD, NEW = "YJ-2026-000001", "YJ-2026-000002"


def on(n: int) -> date:
    return FIRST + timedelta(n)


@pytest.fixture
def county(ledger: Ledger) -> Ledger:
    """Closed on the day after its delivery by row 7 of a receipt, back after four days, looked at again since the sixth."""
    rebound = Rebound(watch=(WatchFor(levels=("黄", "橙"), days=30),), doubts=Doubts())
    ledger.rulebook = replace(RULEBOOK, rebound=rebound)
    con = ledger.con
    ledger.warn(OLD, FIRST, "33x")
    con.execute("INSERT INTO sense.file (file_id, name) VALUES (1, '回执/反诈中心预警清单.xlsx')")
    con.execute(
        "INSERT INTO intervene.step (as_of, id, nth, step, state, unit, role, on_day, file_id, row_no) "
        "VALUES (?, ?, 5, '销号', '销号', 'fanzha', '主办', ?, 1, 7)",
        [on(1), OLD, on(1)],
    )
    con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, outcome, closed_on, closed_by) "
        "VALUES (?, ?, '销号', ?, '已化解', ?, 'fanzha')",
        [on(1), OLD, on(1), on(1)],
    )
    ledger.review(on(1))
    ledger.warn(NEW, on(5), "22")
    ledger.review(on(5))
    con.execute(
        "INSERT INTO intervene.errand (as_of, id, kind, unit, about, due) VALUES (?, 'HK-2026-000001', '回头看', 'town-01', ?, ?)",
        [on(6), OLD, on(16)],
    )
    return ledger


def test_everything_is_traced_to_the_row_that_closed_it(county):
    found = came_back(county.con, county.rulebook, on(6))
    rows = [*found.watches, *found.rebounds, *found.doubts, *found.look_backs]
    assert [row["closing"] for row in rows] == ["回执/反诈中心预警清单.xlsx第7行"] * 4
    [came] = found.rebounds
    assert (came["id"], came["of_id"], came["days"], came["level_at_closing"], came["level"]) == (
        NEW,
        OLD,
        4,
        "黄",
        "橙",
    )
    assert found.doubts[0]["look_back"] == "HK-2026-000001"
    assert (found.look_backs[0]["by_name"], found.look_backs[0]["outcome"]) == ("清溪镇人民政府", "未答复")


def test_a_night_shows_what_it_knew(county):
    assert [len(getattr(came_back(county.con, county.rulebook, on(4)), name)) for name in ("watches", "rebounds")] == [
        1,
        0,
    ]
    assert came_back(county.con, county.rulebook, on(5)).doubts[0]["look_back"] == "待安排"


def test_a_look_back_without_an_answer_is_late_after_its_day(county):
    assert came_back(county.con, county.rulebook, on(17)).look_backs[0]["outcome"] == "逾期未答复"
    county.con.execute(
        "INSERT INTO intervene.reply (as_of, id, unit, outcome, file_id, row_no) VALUES (?, 'HK-2026-000001', 'town-01', '属实', 1, 9)",
        [on(12)],
    )
    assert came_back(county.con, county.rulebook, on(17)).look_backs[0]["outcome"] == "属实"


def test_one_units_closings(county):
    found = came_back(county.con, county.rulebook, on(6), unit_of(county.rulebook, "清溪镇人民政府"))
    assert (found.watches, found.rebounds, found.doubts, found.look_backs) == ([], [], [], [])
    assert len(came_back(county.con, county.rulebook, on(6), unit_of(county.rulebook, "反诈中心")).watches) == 1
    with pytest.raises(WrongUse, match="没有名为“反诈骗中心”的责任单位，是否想写“反诈中心”？"):
        unit_of(county.rulebook, "反诈骗中心")


def test_the_tables_and_the_json_say_the_same(county):
    found = came_back(county.con, county.rulebook, on(6))
    text = found.text()
    assert "观察中 1 件" in text and "反弹 1 件" in text and "结而未解（存疑）1 件" in text and "回头看 1 件" in text
    assert "销号过快、反弹" in text
    plain = found.json()
    assert plain["rebounds"][0]["closed_on"] == on(1).isoformat()
    assert plain["doubts"][0]["reasons"] == ["销号过快", "反弹"]
