"""挂牌 and 摘牌: listed by nights or by number, taken off after clear nights and a check at each level."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from docx import Document

from riskengine.intervene.ladder import climb
from riskengine.intervene.papers.tonight import issued, papers
from riskengine.model.ladder import Ladder, Plate

FIRST = date(2026, 6, 1)
VILLAGE, TOWN = "990100101001", "990100101"
WATCH = Plate(id="watch", title="警示村", places="village", level="橙", nights=3, clear=2, paper="督办函")


class Nights:
    """Nights one by one: warnings of tonight by place, replies of tonight by errand."""

    def __init__(self, stage, *plates):
        self.con = stage.con
        self.rulebook = replace(stage.rulebook, ladder=Ladder(office="zongzhi", plates=plates))
        self.night = FIRST - timedelta(1)

    def run(self, *warnings, **said):
        self.night += timedelta(1)
        self.con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [self.night])
        for n, (place, level, *stale) in enumerate(warnings, start=1):
            id_ = f"YJ-{place}-{n}"
            self.con.execute(
                "INSERT INTO assess.warning VALUES (?, 'town', ?, '清溪镇', ?, '公共安全', ?, NULL) ON CONFLICT DO NOTHING",
                [id_, place, place, self.night],
            )
            self.con.execute(
                "INSERT INTO assess.state VALUES (?, ?, '持续', ?, 60, ['hazard-late'], ?, '{}', '[]')",
                [self.night, id_, level, bool(stale)],
            )
        for errand, (unit, outcome) in said.items():
            self.con.execute(
                "INSERT INTO intervene.reply (as_of, id, unit, outcome, file_id, row_no) VALUES (?, ?, ?, ?, 1, 1)",
                [self.night, errand.replace("_", "-"), unit, outcome],
            )
        climb(self.con, self.rulebook, self.night)
        return self

    @property
    def changes(self):
        sql = "SELECT what, level FROM intervene.plate WHERE as_of = ? ORDER BY rowid"
        return [
            what if level is None else f"{what} {level}"
            for what, level in self.con.execute(sql, [self.night]).fetchall()
        ]

    @property
    def asked(self):
        sql = "SELECT id, unit, due - as_of FROM intervene.errand WHERE as_of = ? AND kind = '摘牌核验'"
        return self.con.execute(sql, [self.night]).fetchall()


@pytest.fixture
def nights(stage):
    return lambda *plates: Nights(stage, *plates)


def test_a_village_is_listed_after_complete_nights_in_a_row_and_told_by_a_paper(nights):
    one = nights(WATCH)
    assert one.run((VILLAGE, 2)).run((VILLAGE, 1)).changes == []
    assert one.run((VILLAGE, 1, "stale")).changes == []
    assert one.run((VILLAGE, 2)).changes == ["挂牌"]
    assert one.run((VILLAGE, 2)).changes == []
    assert one.con.execute("SELECT number, place, plate, says FROM intervene.plate").fetchall() == [
        (
            "GP-2026-001",
            VILLAGE,
            "watch",
            "清溪镇东湾村自2026年6月1日起已连续3夜有橙级及以上预警，列为“警示村”，限30日内整改",
        )
    ]
    night = FIRST + timedelta(3)
    [paper] = papers(one.con, one.rulebook, night, issued(one.con, night), {"town-01": "清溪镇人民政府"})
    cells = [cell.text for row in Document(io.BytesIO(paper.content)).tables[0].rows for cell in row.cells]
    assert paper.unit == "town-01"
    assert {"清溪镇东湾村", "GP-2026-001", "在办橙级及以上预警1件：公共安全1件", "2026年6月4日", "2026年7月4日"} <= set(
        cells
    )


def test_lighter_warnings_and_those_of_other_places_do_not_count(nights):
    one = nights(WATCH)
    for _ in range(5):
        one.run((VILLAGE, 3), (TOWN, 1), (None, 1))
    assert one.con.execute("SELECT count(*) FROM intervene.plate").fetchone() == (0,)


def test_a_town_is_listed_by_the_number_of_warnings_at_it_and_below_it(nights):
    one = nights(replace_plate(places="town", nights=None, warnings=2, checks=("town", "county")))
    assert one.run((VILLAGE, 2)).changes == []
    assert one.run((VILLAGE, 2), (TOWN, 2)).changes == ["挂牌"]


def test_what_was_closed_lists_nobody_but_is_not_clear_while_the_data_still_show_it(nights):
    two = nights(replace_plate(nights=None, warnings=2, clear=1, checks=("county",)))
    two.run((VILLAGE, 2))
    two.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, closed_on) VALUES ($1, $2, '销号', $1, $1)",
        [FIRST + timedelta(1), f"YJ-{VILLAGE}-1"],
    )
    assert two.run((VILLAGE, 2), (VILLAGE, 2)).changes == []
    assert two.run((VILLAGE, 2), (VILLAGE, 2), (VILLAGE, 2)).changes == ["挂牌"]
    [paper] = papers(two.con, two.rulebook, two.night, issued(two.con, two.night), {"town-01": "清溪镇人民政府"})
    cells = [cell.text for row in Document(io.BytesIO(paper.content)).tables[0].rows for cell in row.cells]
    assert "在办橙级及以上预警2件：公共安全2件" in cells
    assert two.run((VILLAGE, 2)).asked == []
    assert two.run().asked == [("GP-2026-001-1", "zongzhi", 10)]


def test_what_is_merged_into_another_warning_is_not_counted_twice(nights):
    two = nights(replace_plate(nights=None, warnings=2))
    two.con.execute("INSERT INTO assess.merged VALUES (?, ?, ?)", [FIRST, f"YJ-{VILLAGE}-2", f"YJ-{VILLAGE}-1"])
    assert two.run((VILLAGE, 2), (VILLAGE, 2)).changes == []
    assert two.run((VILLAGE, 2), (VILLAGE, 2)).changes == ["挂牌"]


def replace_plate(**more):
    return Plate.model_validate(WATCH.model_dump() | more)


def listed(one):
    return one.run((VILLAGE, 2)).run((VILLAGE, 2)).run((VILLAGE, 2))


def test_a_plate_comes_off_after_clear_nights_and_a_check_at_each_level(nights):
    one = listed(nights(WATCH))
    assert one.run().asked == []
    assert one.run().asked == [("GP-2026-001-1", "town-01", 10)]
    assert one.run().asked == [("GP-2026-001-1", "town-01", 9)]
    one.run(GP_2026_001_1=("town-01", "已化解"))
    assert (one.changes, one.asked) == (["核验通过 village"], [("GP-2026-001-2", "town-01", 10)])
    one.run(GP_2026_001_2=("town-01", "已化解"))
    assert (one.changes, one.asked) == (["核验通过 town"], [("GP-2026-001-3", "zongzhi", 10)])
    one.run(GP_2026_001_3=("zongzhi", "已化解"))
    assert (one.changes, one.asked) == (["核验通过 county", "摘牌"], [])
    assert one.run().changes == []
    assert listed(one).changes == ["挂牌"]
    assert one.con.execute("SELECT max(number) FROM intervene.plate").fetchone() == ("GP-2026-002",)


def test_a_check_that_fails_and_a_warning_in_between_begin_anew(nights):
    one = listed(nights(WATCH)).run().run()
    assert one.run(GP_2026_001_1=("town-01", "属实")).changes == ["核验不通过 village"]
    assert one.asked == []
    one.run().run()
    assert one.asked == [("GP-2026-001-1", "town-01", 10)]
    assert one.run(GP_2026_001_1=("town-01", "已化解")).changes == ["核验通过 village"]
    assert (one.run((VILLAGE, 2)).changes, one.asked) == (["重新起算"], [])
    assert one.run().run().asked == [("GP-2026-001-1", "town-01", 10)]


def test_a_night_without_complete_data_is_not_clear(nights):
    one = listed(nights(WATCH))
    assert one.run((VILLAGE, 2, "stale")).run((VILLAGE, 3, "stale")).run().asked == []
    assert one.run().asked == [("GP-2026-001-1", "town-01", 10)]


def test_what_nobody_asked_for_takes_no_plate_off(nights):
    one = listed(nights(WATCH))
    one.run(GP_2026_001_1=("town-01", "已化解"), GP_2026_001_3=("zongzhi", "已化解"))
    assert one.changes == []
    assert one.run(GP_2026_001_3=("zongzhi", "已化解")).asked == [("GP-2026-001-1", "town-01", 10)]
    assert one.run(GP_2026_001_2=("town-01", "已化解")).changes == []


def test_a_night_made_again_says_the_same(nights):
    one = listed(nights(WATCH)).run().run()
    before = [
        one.con.execute(f"SELECT * FROM intervene.{table} ORDER BY ALL").fetchall() for table in ("plate", "errand")
    ]
    for table in ("plate", "errand", "paper", "rung"):
        one.con.execute(f"DELETE FROM intervene.{table} WHERE as_of = ?", [one.night])
    climb(one.con, one.rulebook, one.night)
    assert [
        one.con.execute(f"SELECT * FROM intervene.{table} ORDER BY ALL").fetchall() for table in ("plate", "errand")
    ] == before
