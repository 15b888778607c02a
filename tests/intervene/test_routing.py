"""Who answers: first matching route, line department and township, and what falls through."""

from __future__ import annotations

import re
from datetime import date

from riskengine.intervene.routing import current_places, line_of, own_unit
from riskengine.model.duty import Place, Route

NIGHT = date(2026, 6, 30)


def roles(stage, id_):
    rows = stage.con.execute(
        "SELECT unit, role, catch_all FROM intervene.duty WHERE id = ? ORDER BY role", [id_]
    ).fetchall()
    return rows


def test_the_line_department_leads_and_the_township_of_the_place_works_along(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    stage.run(NIGHT)
    assert roles(stage, "YJ-2026-000001") == [("fanzha", "主办", False), ("town-01", "协办", False)]


def test_a_village_without_a_unit_of_its_own_belongs_to_the_unit_of_its_town(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1, subject_type="village", subject="990100101001", place="990100101001")
    stage.run(NIGHT)
    assert ("town-01", "协办", False) in roles(stage, "YJ-2026-000001")


def test_a_county_warning_has_no_township(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1, subject_type="county", subject="990100", place="990100")
    stage.run(NIGHT)
    assert roles(stage, "YJ-2026-000001") == [("fanzha", "主办", False)]


def test_the_first_route_that_matches_the_level_wins(stage):
    for id_, level in (("YJ-2026-000001", 2), ("YJ-2026-000002", 4)):
        stage.warn(NIGHT, id_, "新增", level, theme="信访", rule="petition-clock", subject_type="petition", subject=id_)
    stage.run(NIGHT)
    assert roles(stage, "YJ-2026-000001")[0][0] == "xinfang"
    assert roles(stage, "YJ-2026-000002") == [("town-01", "主办", False)], "the lead does not work along with itself"


def test_a_silent_unit_answers_for_its_own_silence(stage):
    stage.warn(
        NIGHT, "YJ-2026-000001", "新增", 3, theme="数据报送", subject_type="unit", subject="xinfang", place="990100"
    )
    stage.run(NIGHT)
    assert roles(stage, "YJ-2026-000001") == [("xinfang", "主办", False)]


def test_a_route_for_some_places_takes_what_lies_below_them_and_nothing_else(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 3, theme="公共安全", subject="990100101001", place="990100101001")
    stage.warn(NIGHT, "YJ-2026-000002", "新增", 3, theme="公共安全", subject="990100102", place="990100102")
    stage.run(NIGHT)
    assert roles(stage, "YJ-2026-000001")[0] == ("town-02", "主办", False)
    assert roles(stage, "YJ-2026-000002") == [("zongzhi", "主办", True), ("town-02", "协办", True)]


def test_a_lead_that_cannot_be_named_passes_the_warning_on_to_the_next_route(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 4, theme="信访", subject_type="petition", subject="X", place="990100")
    stage.run(NIGHT)
    assert roles(stage, "YJ-2026-000001") == [("zongzhi", "主办", True)]


def test_a_warning_without_any_route_is_said_on_the_page(stage):
    stage.rulebook = type(stage.rulebook)(
        **{**vars(stage.rulebook), "routes": (Route(themes=("信访",), lead="xinfang"),)}
    )
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    folder = stage.run(NIGHT)
    told = re.sub("<[^>]*>", "", (folder / "index.html").read_text())
    assert "1 条预警没有分到责任单位，请核对 rules/routes.yaml" in told


def test_places_are_those_of_the_night():
    before = Place(code="1", name="旧名", level="county", parent=None, valid_from=date(2025, 1, 1))
    after = Place(code="1", name="新名", level="county", parent=None, valid_from=date(2026, 1, 1), unit="zongzhi")
    assert current_places([after, before], date(2025, 12, 31))["1"].name == "旧名"
    tree = current_places([after, before], date(2026, 1, 1))
    assert (tree["1"].name, own_unit("1", tree), line_of("2", tree)) == ("新名", "zongzhi", [])
