"""What units are told of indicators: the red and yellow ones that they answer for, and the readings that they should send or mend."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from riskengine.intervene.phase import lists
from riskengine.model.indicator import Indicator

NIGHT, BEFORE = date(2026, 6, 30), date(2026, 6, 29)


def indicator(id_, name, owner):
    return Indicator(
        id=id_, name=name, theme="信访", definition="化解件数除以受理件数", unit="%", better="higher", reports="zongzhi", owner=owner,
        period="month", covers="year", basis="县平安建设工作要点",
    )  # fmt: skip


@pytest.fixture
def county(stage):
    """Two indicators of the 信访局: one red since yesterday, one that turned yellow tonight; a green one of the 反诈中心."""
    found = {
        each.id: each
        for each in (
            indicator("settled", "初次信访一次性化解率", "xinfang"),
            indicator("answered", "按期答复率", "xinfang"),
            indicator("stopped", "涉案资金止付率", "fanzha"),
        )
    }
    stage.rulebook = replace(stage.rulebook, indicators=found)
    lamps = {BEFORE: ("红", "绿", "绿"), NIGHT: ("红", "黄", "绿")}
    for night, colours in lamps.items():
        stage.con.execute("INSERT INTO assess.night VALUES (?, 'ab', 1.0)", [night])
        for (id_, each), lamp in zip(found.items(), colours, strict=True):
            stage.con.execute(
                """INSERT INTO assess.standing (as_of, indicator, place, owner, period, course, lamp, says, small, why)
                VALUES (?, ?, '990100', ?, '2026-05', 'unknown', ?, ?, FALSE, '{}')""",
                [night, id_, each.owner, lamp, f"全县{each.name}88%"],
            )
    stage.con.execute(
        """INSERT INTO assess.part VALUES
        ('2026-06-30', 'settled', '乡镇', '990100101', '清溪镇', 80, 92, -3, 75),
        ('2026-06-30', 'settled', '乡镇', '990100102', '白石镇', 90, 92, -1, 25)"""
    )
    stage.con.execute(
        """INSERT INTO assess.finding VALUES
        ('2026-06-30', 'settled', '990100101', '2026-05', 'implausible', 'zongzhi', '=清溪镇报为0.9793，是否应为97.93？请更正后重报。')"""
    )
    return stage


def rows(content, sheet):
    return [
        [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content))[sheet].iter_rows(min_row=5)
    ]


def test_a_unit_reads_its_red_and_yellow_indicators_and_where_the_gap_is(county):
    folder = county.run(NIGHT)
    found = rows((folder / f"信访局/信访局指标提示_{NIGHT}.xlsx").read_bytes(), "牵头指标")
    assert found == [
        [
            "仍为红灯",
            "初次信访一次性化解率",
            "云川县",
            "2026年5月",
            "全县初次信访一次性化解率88%",
            "清溪镇 75%、白石镇 25%",
        ],
        ["新转黄灯", "按期答复率", "云川县", "2026年5月", "全县按期答复率88%", None],
    ]


def test_who_must_mend_a_reading_is_told_and_nothing_becomes_a_formula(county):
    folder = county.run(NIGHT)
    [found] = rows((folder / f"综治中心/综治中心指标提示_{NIGHT}.xlsx").read_bytes(), "读数问题")
    assert found == ["初次信访一次性化解率", "清溪镇", "2026年5月", "=清溪镇报为0.9793，是否应为97.93？请更正后重报。"]
    book = openpyxl.load_workbook(folder / f"综治中心/综治中心指标提示_{NIGHT}.xlsx")
    assert book.sheetnames == ["读数问题"]
    assert book["读数问题"]["D5"].data_type == "s"


def test_readings_to_mend_stand_in_the_order_of_the_rule_files(county):
    county.con.execute(
        """INSERT INTO assess.finding VALUES
        ('2026-06-30', 'answered', '990100', '2025H2', 'missing', 'zongzhi', '应由综治中心报送，至今没有收到。')"""
    )
    found = rows((county.run(NIGHT) / f"综治中心/综治中心指标提示_{NIGHT}.xlsx").read_bytes(), "读数问题")
    assert [row[:3] for row in found] == [
        ["初次信访一次性化解率", "清溪镇", "2026年5月"],
        ["按期答复率", "云川县", "2025年下半年"],
    ]


def test_a_unit_with_green_indicators_only_is_told_nothing(county):
    folder = county.run(NIGHT)
    assert not (folder / "反诈中心").exists()
    assert {each.path for each in lists(county.con, NIGHT) if each.unit == "xinfang"} == {
        f"信访局/信访局指标提示_{NIGHT}.xlsx"
    }


def test_the_same_night_gives_the_same_bytes(county):
    first = (county.run(NIGHT) / f"信访局/信访局指标提示_{NIGHT}.xlsx").read_bytes()
    county.con.execute("DELETE FROM intervene.night WHERE as_of = ?", [NIGHT])
    assert (county.run(NIGHT) / f"信访局/信访局指标提示_{NIGHT}.xlsx").read_bytes() == first


def told(county):
    """The rows of the 信访局 on a night that is run again."""
    county.con.execute("DELETE FROM intervene.night WHERE as_of = ?", [NIGHT])
    return rows((county.run(NIGHT) / f"信访局/信访局指标提示_{NIGHT}.xlsx").read_bytes(), "牵头指标")


def test_red_ones_stand_before_yellow_ones_and_nothing_turns_on_the_first_night(county):
    county.con.execute("DELETE FROM assess.standing WHERE as_of = ?", [BEFORE])
    county.con.execute(
        "UPDATE assess.standing SET lamp = if(indicator = 'settled', '黄', '红') WHERE lamp IN ('红', '黄')"
    )
    assert [row[:2] for row in told(county)] == [["红灯", "按期答复率"], ["黄灯", "初次信访一次性化解率"]]


def test_a_lamp_that_went_from_red_to_yellow_has_turned(county):
    county.con.execute("UPDATE assess.standing SET lamp = '红' WHERE as_of = ? AND indicator = 'answered'", [BEFORE])
    assert [row[0] for row in told(county)] == ["仍为红灯", "新转黄灯"]


def test_the_five_towns_that_make_most_of_the_gap_are_named(county):
    county.con.execute("DELETE FROM assess.part")
    for n in range(6):
        county.con.execute(
            "INSERT INTO assess.part VALUES (?, 'settled', '乡镇', ?, ?, 80, 92, -3, ?)",
            [NIGHT, f"{n}", f"镇{n}", 30 - n],
        )
    assert told(county)[0][5] == "镇0 30%、镇1 29%、镇2 28%、镇3 27%、镇4 26%"
