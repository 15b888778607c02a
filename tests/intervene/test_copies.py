"""Copies (抄送): who is only told gets a workbook of its own, owes nothing and is counted nowhere."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from riskengine.intervene.lines import entries
from riskengine.intervene.situation import situation
from riskengine.model.duty import Route

NIGHT = date(2026, 6, 30)
ID = "YJ-2026-000001"


@pytest.fixture
def stage(stage):
    routes = (
        Route(themes=("电信网络诈骗",), lead="fanzha", copies=("zongzhi", "township", "fanzha", "xinfang")),
        Route(lead="zongzhi", catch_all=True),
    )
    stage.rulebook = replace(stage.rulebook, routes=routes)
    return stage


def copied(stage, as_of):
    return stage.con.execute("SELECT id, unit FROM intervene.copied WHERE as_of = ? ORDER BY ALL", [as_of]).fetchall()


def sheet(folder, unit):
    [path] = (folder / unit).glob("*.xlsx")
    return path.name, load_workbook(BytesIO(path.read_bytes()))


def test_a_copy_goes_to_those_without_a_part_in_it(stage):
    stage.warn(NIGHT, ID, "新增", 1)
    folder = stage.run(NIGHT)
    assert copied(stage, NIGHT) == [(ID, "xinfang"), (ID, "zongzhi")], "lead and township know it from their own lists"
    assert {unit for _, unit in stage.duties(NIGHT)} == {"fanzha", "town-01"}
    name, book = sheet(folder, "信访局")
    assert name == f"信访局抄送_{NIGHT}.xlsx"
    titles = [cell.value for cell in book["抄送"][4]]
    assert titles[:3] == ["预警编号", "等级", "状态"]
    assert titles[-3:] == ["主办单位", "协办单位", "下发日期"]
    assert not {"签收日期", "核查结果", "办理期限", "办理状态"} & set(titles)
    assert book["抄送"].cell(5, 1).value == ID


def test_a_unit_that_is_only_told_is_on_no_list_of_duties_and_in_no_account(stage):
    stage.warn(NIGHT, ID, "新增", 1)
    stage.run(NIGHT)
    [entry] = entries(stage.con, stage.rulebook, NIGHT)
    assert [duty.unit for duty in entry.duties] == ["fanzha", "town-01"]
    tonight = situation(stage.con, stage.rulebook, NIGHT)
    assert (tonight.unrouted, tonight.caught) == (0, 0)
    listed = stage.con.execute(
        "SELECT unit, lines FROM intervene.list WHERE path LIKE '%抄送%' ORDER BY unit"
    ).fetchall()
    assert [unit for unit, _ in listed] == ["xinfang", "zongzhi"]


def test_the_end_of_a_warning_is_told_once_and_then_no_more(stage):
    nights = [NIGHT + timedelta(days=n) for n in range(3)]
    for night, change in zip(nights, ("新增", "解除"), strict=False):
        stage.warn(night, ID, change, 2)
        stage.run(night)
    folder = stage.run(nights[2])
    assert copied(stage, nights[1]) == copied(stage, nights[0]) != []
    assert copied(stage, nights[2]) == []
    assert not (folder / "信访局").exists()


def test_a_copy_that_the_routes_no_longer_ask_for_ends_with_them(stage):
    stage.warn(NIGHT, ID, "新增", 2)
    stage.run(NIGHT)
    stage.rulebook = replace(stage.rulebook, routes=(Route(lead="fanzha", catch_all=True),))
    stage.warn(NIGHT + timedelta(days=1), ID, "持续", 2)
    stage.run(NIGHT + timedelta(days=1))
    stage.warn(NIGHT + timedelta(days=2), ID, "解除", 2)
    stage.run(NIGHT + timedelta(days=2))
    assert copied(stage, NIGHT + timedelta(days=1)) == copied(stage, NIGHT + timedelta(days=2)) == []


def test_a_copy_of_the_same_night_is_the_same_bytes(stage):
    stage.warn(NIGHT, ID, "新增", 1)
    first = stage.run(NIGHT) / "信访局" / f"信访局抄送_{NIGHT}.xlsx"
    before = first.read_bytes()
    stage.con.execute("DELETE FROM intervene.night")
    stage.run(NIGHT)
    assert first.read_bytes() == before
