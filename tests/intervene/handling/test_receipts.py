"""What a unit sends back: a reply with who and when, or a refusal with a sentence; nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.intervene.handled import handled
from riskengine.intervene.parts import duties

from .conftest import ID, day


def test_a_reply_is_kept_with_who_said_it_and_when(desk):
    desk.warn("22")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", signed_on=day(0), fed_back_on=day(1))
    desk.night(1)
    assert desk.replies() == [(day(1), ID, "fanzha", "综治岗", day(0), "属实", day(1))]
    assert desk.refused() == []


def test_each_word_is_one_row_and_the_newest_stands_last(desk):
    desk.warn("222")
    desk.night(0)
    desk.receipt("反诈中心", 1, signed_on=day(0))
    desk.night(1)
    desk.receipt("反诈中心", 2, outcome="误报", fed_back_on=day(2))
    desk.night(2)
    assert [(row[0], row[5]) for row in desk.replies()] == [(day(1), None), (day(2), "误报")]


def test_a_receipt_of_tomorrow_is_not_known_tonight(desk):
    desk.warn("222")
    desk.night(0)
    desk.receipt("反诈中心", 2, outcome="属实")
    desk.night(1)
    assert desk.replies() == []
    desk.night(2)
    assert len(desk.replies()) == 1


@pytest.mark.parametrize(
    ("id_", "unit", "signed", "code", "sentence"),
    [
        (
            "YJ-2026-000999",
            "反诈中心",
            1,
            "unknown-warning",
            "没有编号为“YJ-2026-000999”的预警。请从本单位最新清单核对预警编号后重新提交。",
        ),
        (ID, "水利局", 1, "unknown-unit", "没有名为“水利局”的责任单位。请不要改动清单中的责任单位列，更正后重新提交。"),
        (ID, "信访局", 1, "wrong-unit", f"预警{ID}不由信访局负责。请核对是否填错了行，由主办或协办单位提交。"),
        (ID, "综治中心", 1, "wrong-unit", f"预警{ID}不由综治中心负责。请核对是否填错了行，由主办或协办单位提交。"),
        (
            ID,
            "反诈中心",
            -1,
            "before-delivery",
            f"{ID}的签收日期2026-06-09早于下发日期2026-06-10，这一行没有收。请更正日期后重新提交。",
        ),
        (
            ID,
            "反诈中心",
            2,
            "in-the-future",
            f"{ID}的签收日期2026-06-12晚于收到回执的日期2026-06-11，这一行没有收。请更正日期后重新提交。",
        ),
    ],
)
def test_what_cannot_be_a_reply_is_refused_with_file_row_and_what_to_do(desk, id_, unit, signed, code, sentence):
    desk.warn("22")
    desk.night(0)
    desk.receipt(unit, 1, id_, outcome="属实", signed_on=day(signed))
    desk.night(1)
    assert desk.replies() == []
    assert desk.refused() == [(code, f"回执/{unit}_1.xlsx第4行：{sentence}")]


def test_a_refusal_is_said_once_and_not_again_every_night(desk):
    desk.warn("2222")
    desk.night(0)
    desk.receipt("反诈中心", 1, "YJ-2026-000999", outcome="属实")
    desk.receipt("综治中心", 1, step="核验通过")
    desk.nights(1, 3)
    assert [code for code, _ in desk.refused()] == ["unknown-warning", "illegal-step"]


def test_an_unknown_word_is_refused_with_the_nearest_and_the_rest_of_the_line_counts(desk):
    desk.warn("33")
    desk.night(0)
    desk.receipt("反诈中心", 1, signed_on=day(1), step="申请延长")
    desk.receipt("清溪镇人民政府", 1, step="不归我们管")
    desk.night(1)
    assert desk.state()[0] == "签收"
    assert [row[2] for row in desk.replies()] == ["fanzha"]
    assert desk.refused() == [
        (
            "unknown-step",
            f"回执/反诈中心_1.xlsx第4行：预警{ID}：没有“申请延长”这个办理动作，是否想写“申请延期”？请从下拉框选。这一行的其他内容照常收下。",
        ),
        (
            "unknown-step",
            f"回执/清溪镇人民政府_2.xlsx第4行：预警{ID}：没有“不归我们管”这个办理动作。请从下拉框选。这一行的其他内容照常收下。",
        ),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2起", "@全体", '=HYPERLINK("x")', "<b>已办</b>"])
def test_a_text_that_looks_like_a_formula_is_kept_as_text(desk, text):
    desk.warn("33")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", measure=text, fed_back_on=day(1))
    desk.night(1)
    assert desk.rows("SELECT measure FROM intervene.reply") == [(text,)]
    assert desk.rows("SELECT measure FROM intervene.step WHERE step = '反馈'") == [(text,)]


@pytest.mark.parametrize("id_", ["YL-2026-07", "CJ-2026-000001", "HK-2026-000001"])
def test_an_errand_takes_replies_of_its_unit_and_of_no_other(desk, id_):
    desk.con.execute(
        "INSERT INTO intervene.errand (as_of, id, kind, unit, says, due) VALUES (?, ?, '演练', 'fanzha', '请签收', ?)",
        [day(0), id_, day(3)],
    )
    desk.receipt("反诈中心", 1, id_, signed_on=day(1))
    desk.receipt("公安局", 1, id_, signed_on=day(1))
    desk.night(1)
    assert [(row[1], row[2]) for row in desk.replies()] == [(id_, "fanzha")]
    assert [code for code, _ in desk.refused()] == ["wrong-unit"]
    assert desk.rows("FROM intervene.handling") == []


def test_a_night_that_runs_again_is_the_same_night(desk):
    desk.warn("22")
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", fed_back_on=date(2026, 6, 11))
    desk.night(1)
    before = desk.replies()
    desk.night(1)
    assert desk.replies() == before


def town(desk, n: int) -> tuple[str, int | None]:
    """What the township's list says of its part on a night, and how many days it has left."""
    found = duties(desk.con, desk.rulebook, day(n), handled(desk.con, day(n)), "d.as_of = $as_of")
    [part] = [each for each in found[ID] if each.unit == "town-01"]
    return part.receipt.replace("\n", " "), part.left(day(n))


def test_a_unit_that_works_along_has_reported_only_with_outcome_and_day(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, signed_on=day(1), outcome="属实")
    desk.night(1)
    assert town(desk, 1) == ("已核查：属实 没有反馈日期", 6)
    desk.receipt("清溪镇人民政府", 2, outcome="属实", fed_back_on=day(2))
    desk.night(2)
    assert town(desk, 2) == (f"已反馈：属实 {day(2)}", None)


@pytest.mark.parametrize("said", [("属实", "误报"), ("误报", "属实")])
def test_two_outcomes_for_one_day_say_nothing_on_the_list_whichever_came_last(desk, said):
    desk.warn("3333")
    desk.night(0)
    for outcome in said:
        desk.receipt("清溪镇人民政府", 1, signed_on=day(1), outcome=outcome, fed_back_on=day(1))
    desk.night(1)
    assert [code for code, _ in desk.refused()] == ["contradiction", "contradiction"]
    assert town(desk, 1) == (f"已签收 {day(1)}", 6)
    desk.receipt("清溪镇人民政府", 2, outcome="已化解", fed_back_on=day(2))
    desk.night(2)
    assert town(desk, 2) == (f"已反馈：已化解 {day(2)}", None)


def test_the_list_tells_the_outcome_of_the_newest_day_though_the_older_one_came_last(desk):
    desk.warn("33333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 3, outcome="已化解", fed_back_on=day(3))
    desk.nights(1, 3)
    desk.receipt("清溪镇人民政府", 4, outcome="属实", fed_back_on=day(1))
    desk.night(4)
    assert town(desk, 4) == (f"已反馈：已化解 {day(3)}", None)


def test_what_was_reported_before_the_warning_came_back_is_owed_again(desk):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, signed_on=day(1), outcome="已化解", fed_back_on=day(1))
    desk.nights(1, 2)
    desk.con.execute(
        "INSERT INTO intervene.step (as_of, id, nth, step, state, role, on_day) VALUES (?, ?, 9, '反弹', '下发', '引擎', ?)",
        [day(3), ID, day(3)],
    )
    assert town(desk, 2) == (f"已反馈：已化解 {day(1)}", None)
    assert duties(desk.con, desk.rulebook, day(3), handled(desk.con, day(3)), "TRUE")[ID][1].receipt == "未签收"


@pytest.mark.parametrize(("step", "who"), [("核验通过", "核验单位综治中心"), ("核验不通过", "核验单位综治中心")])
def test_a_step_that_is_never_the_units_is_refused_with_whose_it_is(desk, step, who):
    desk.warn("3333")
    desk.night(0)
    desk.receipt("清溪镇人民政府", 1, step=step)
    desk.night(1)
    [(code, sentence)] = desk.refused()
    assert (code, f"“{step}”由{who}办理，不由清溪镇人民政府办理。" in sentence) == ("wrong-role", True), sentence
