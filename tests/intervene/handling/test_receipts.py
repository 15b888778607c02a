"""What a unit sends back: a reply with who and when, or a refusal with a sentence; nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest

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
        (ID, "反诈中心", -1, "before-delivery", "签收或反馈日期早于下发日期2026-06-10。请更正日期后重新提交。"),
        (ID, "反诈中心", 2, "in-the-future", "签收或反馈日期晚于收到回执的日期2026-06-11。请更正日期后重新提交。"),
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
