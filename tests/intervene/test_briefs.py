"""周报 and 月报: what a week came to beside the week before, the same in Word and in HTML, the same bytes every time."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from docx import Document

from riskengine.intervene.briefs.compose import compose
from riskengine.intervene.briefs.papers import due_papers, papers
from riskengine.intervene.briefs.span import span_of, spans_ending
from riskengine.intervene.lines import entries
from riskengine.model.indicator import Indicator

SUNDAY = date(2026, 6, 28)
WEEK = span_of("week", SUNDAY)


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "called", "before"),
    [
        ("week", date(2026, 6, 28), date(2026, 6, 22), date(2026, 6, 28), "2026年第26周", "2026年第25周"),
        ("week", date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 4), "2026年第1周", "2025年第52周"),
        ("month", date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 31), "2026年3月", "2026年2月"),
        ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29), "2024年2月", "2024年1月"),
        ("month", date(2026, 1, 31), date(2026, 1, 1), date(2026, 1, 31), "2026年1月", "2025年12月"),
    ],
)
def test_a_period_and_the_one_before(kind, day, first, last, called, before):
    span = span_of(kind, day)
    assert (span.first, span.last, span.called, span.before.called) == (first, last, called, before)
    assert span.before.last == first - timedelta(1) == span.before.asked


def test_briefs_are_due_on_sundays_and_on_the_last_day_of_a_month():
    nights = [date(2026, 5, 1) + timedelta(n) for n in range(61)]
    months = [night for night in nights if any(span.kind == "month" for span in spans_ending(night))]
    assert months == [date(2026, 5, 31), date(2026, 6, 30)]
    assert all(night.isoweekday() == 7 for night in nights if any(span.kind == "week" for span in spans_ending(night)))
    assert [span.kind for span in spans_ending(date(2026, 5, 31))] == ["week", "month"]  # a Sunday and a month's end


def weeks(stage):
    """Last week one yellow warning; this week a red and an orange one more, and the yellow one lifted after the unit answered in time."""
    for offset in range(-13, 1):
        night = SUNDAY + timedelta(offset)
        stage.con.execute("INSERT INTO assess.night VALUES (?, 'ab', 1.0)", [night])
        if offset == -8:
            stage.warn(night, "YJ-2026-000001", "新增", 3, theme="信访", rule="petition-clock")
        elif -8 < offset < -2:
            stage.warn(night, "YJ-2026-000001", "持续", 3, theme="信访", rule="petition-clock")
        elif offset == -2:
            stage.warn(night, "YJ-2026-000001", "解除", 3, theme="信访", rule="petition-clock")
        if offset >= -3:
            change = "新增" if offset == -3 else "持续"
            stage.warn(night, "YJ-2026-000002", change, 1, subject="990100102", name="白石镇", place="990100102")
        if offset >= -1:
            stage.warn(
                night,
                "YJ-2026-000003",
                "新增" if offset == -1 else "持续",
                2,
                subject="990100101001",
                name="<b>东湾村</b>",
            )
        stage.run(night)
    stage.con.execute(
        """INSERT INTO sense.receipt
          (source, known_at, retracted, file_id, row_no, key, occurred_on, place, quantity, unit, outcome, fed_back_on)
        VALUES ('receipts', '2026-06-25', FALSE, 1, 1, 'YJ-2026-000001|清溪镇人民政府', '2026-06-24', '990100', 1, '清溪镇人民政府',
                '已化解', '2026-06-24')"""
    )


def brief(stage, span=WEEK):
    return compose(stage.con, stage.rulebook, span, entries(stage.con, stage.rulebook, span.asked))


def sentences(made):
    return [sentence for section in made.sections for sentence in section.sentences]


def table(made, caption):
    return next(each for section in made.sections for each in section.tables if each.caption == caption)


def test_a_week_beside_the_week_before(stage):
    weeks(stage)
    made = brief(stage)
    assert (made.title, made.subtitle, made.file) == (
        "云川县社会风险预警周报", "2026年第26周（6月22日至6月28日）", "周报_2026年第26周",
    )  # fmt: skip
    assert (
        sentences(made)[0] == "本周新增预警2件（红1、橙1），比上周多1件；升级0件，解除1件；期末在办2件，比上周多1件。"
    )
    assert table(made, "各等级预警").rows[0] == ("红", "1", "0", "+1", "1", "0", "+1")
    assert table(made, "各等级预警").rows[2] == ("黄", "0", "1", "−1", "0", "1", "−1")
    assert [row[:2] for row in table(made, "期末最重的预警").rows] == [("红", "白石镇"), ("橙", "<b>东湾村</b>")]
    assert table(made, "按主题看新增").rows == (("电信网络诈骗", "2", "0", "+2"), ("信访", "0", "1", "−1"))
    assert table(made, "按乡镇看新增").rows == (("清溪镇", "1", "1", "0"), ("白石镇", "1", "0", "+1"))


def test_units_are_told_by_what_they_answered_in_time_and_what_is_late(stage):
    weeks(stage)
    rows = {row[0]: row[1:] for row in table(brief(stage), "主办单位办理情况").rows}
    # unit: delivered this week, answered, of these in time, open, overdue, against last week
    assert rows["清溪镇人民政府"] == ("0", "1", "1（100%）", "0", "0", "0")
    assert rows["反诈中心"] == ("2", "0", "—", "2", "1", "+1")
    assert "期末逾期未反馈：反诈中心1件。" in sentences(brief(stage))


def test_what_is_answered_on_the_last_day_is_in_time_and_a_deadline_of_tonight_is_not_past(stage):
    weeks(stage)
    answered, open_ = "YJ-2026-000001", "YJ-2026-000002"
    stage.con.execute("UPDATE intervene.duty SET deadline = '2026-06-24' WHERE id = ?", [answered])
    stage.con.execute("UPDATE intervene.duty SET deadline = ? WHERE id = ?", [SUNDAY, open_])
    rows = {row[0]: row[1:] for row in table(brief(stage), "主办单位办理情况").rows}
    assert rows["清溪镇人民政府"][2] == "1（100%）" and rows["反诈中心"][4] == "0"
    stage.con.execute("UPDATE intervene.duty SET deadline = deadline - 1")
    rows = {row[0]: row[1:] for row in table(brief(stage), "主办单位办理情况").rows}
    assert rows["清溪镇人民政府"][2] == "0（0%）" and rows["反诈中心"][4] == "1"


def test_without_a_red_or_an_orange_one_the_gravest_there_are_are_named(stage):
    monday = WEEK.first
    for night in (monday, SUNDAY):
        stage.con.execute("INSERT INTO assess.night VALUES (?, 'ab', 1.0)", [night])
        for n in range(11):
            stage.warn(night, f"YJ-2026-{n:06}", "新增" if night == monday else "持续", 3)
        stage.run(night)
    made = brief(stage)
    assert "黄色共11件（并入别的预警的不重复计），下列最重的10件。" in sentences(made)
    assert [row[4] for row in table(made, "期末最重的预警").rows] == ["6月22日（本周新增）"] * 10
    assert "本周7夜中运行了2夜，没有运行的夜不在统计之内。" in sentences(made)


def test_nothing_open_is_said(stage):
    stage.con.execute("INSERT INTO assess.night VALUES (?, 'ab', 1.0)", [SUNDAY])
    stage.run(SUNDAY)
    assert "期末没有在办的预警。" in sentences(brief(stage))


def test_a_week_of_which_every_night_ran_needs_no_word_on_it(stage):
    weeks(stage)
    assert not any("夜中运行了" in each for each in sentences(brief(stage)))


def test_nights_that_did_not_run_are_said_and_not_counted_as_quiet(stage):
    stage.con.execute("INSERT INTO assess.night VALUES (?, 'ab', 1.0)", [SUNDAY])
    stage.run(SUNDAY)
    said = sentences(brief(stage))
    assert "本周7夜中运行了1夜，没有运行的夜不在统计之内。" in said
    assert "上周没有运行记录，无从比较。" in said
    assert table(brief(stage), "各等级预警").rows[0] == ("红", "0", "—", "—", "0", "—", "—")


def test_a_period_before_of_which_some_nights_are_missing_is_compared_with_that_said(stage):
    weeks(stage)
    stage.con.execute("DELETE FROM assess.night WHERE as_of < ?", [SUNDAY - timedelta(9)])
    assert "上周7夜中只运行了3夜，与上周的比较只供参考。" in sentences(brief(stage))


def test_word_and_page_say_the_same_and_hold_no_markup_of_a_record(stage):
    weeks(stage)
    found = dict(due_papers(stage.con, stage.rulebook, SUNDAY, entries(stage.con, stage.rulebook, SUNDAY)))
    assert list(found) == ["周报_2026年第26周.docx", "周报_2026年第26周.html"]
    paper = Document(io.BytesIO(found["周报_2026年第26周.docx"]))
    page = found["周报_2026年第26周.html"].decode()
    made = brief(stage)
    texts = [paragraph.text for paragraph in paper.paragraphs]
    assert [each for each in texts if re.match("[一二三四五六]、", each)] == [
        section.heading for section in made.sections
    ]
    assert all(sentence in texts for sentence in sentences(made))
    cells = [[cell.text for cell in row.cells] for each in paper.tables for row in each.rows]
    assert all(list(row) in cells for section in made.sections for each in section.tables for row in each.rows)
    assert "<b>东湾村</b>" not in page and "&lt;b&gt;东湾村&lt;/b&gt;" in page
    assert not re.search(r"(?:src|href)=", page)
    assert paper.core_properties.author == "riskengine"


def test_short_columns_keep_their_words_whole_beside_long_ones(stage):
    weeks(stage)
    found = dict(due_papers(stage.con, stage.rulebook, SUNDAY, entries(stage.con, stage.rulebook, SUNDAY)))
    gravest = Document(io.BytesIO(found["周报_2026年第26周.docx"])).tables[1]
    head, first = gravest.rows[0].cells, gravest.rows[1].cells
    widths = {name.text: cell.width.cm for name, cell in zip(head, first, strict=True)}
    assert widths["主办单位"] > 1.8  # cm: four characters and more
    assert sum(widths.values()) == pytest.approx(15.6, abs=0.1)
    assert '<td class="whole">反诈中心</td>' in found["周报_2026年第26周.html"].decode()


def test_the_same_week_gives_the_same_bytes_also_when_it_is_asked_for_later(stage):
    weeks(stage)
    first = papers(stage.con, stage.rulebook, WEEK, entries(stage.con, stage.rulebook, SUNDAY))
    monday = SUNDAY + timedelta(1)
    stage.con.execute("INSERT INTO assess.night VALUES (?, 'ab', 1.0)", [monday])
    stage.warn(monday, "YJ-2026-000002", "持续", 1)
    stage.run(monday)
    assert papers(stage.con, stage.rulebook, WEEK, entries(stage.con, stage.rulebook, SUNDAY)) == first


def test_an_indicator_whose_lamp_turned_is_named(stage):
    weeks(stage)
    for night, lamp in ((SUNDAY - timedelta(7), "绿"), (SUNDAY, "红")):
        stage.con.execute(
            "INSERT INTO assess.standing (as_of, indicator, place, lamp, says) VALUES (?, 'settled', '990100', ?, '全县化解率88%')",
            [night, lamp],
        )
    assert "没有登记指标（rules/indicators/）。" in sentences(brief(stage))
    settled = Indicator(
        id="settled", name="矛盾纠纷化解率", theme="矛盾纠纷", definition="化解件数除以受理件数", unit="%", better="higher", reports="zongzhi",
        owner="zongzhi", period="month", covers="year", basis="县平安建设工作要点",
    )  # fmt: skip
    stage.rulebook = replace(stage.rulebook, indicators={"settled": settled})
    assert table(brief(stage), "变了灯的指标").rows == (("矛盾纠纷化解率", "绿 → 红", "全县化解率88%"),)
    assert "期末红灯1项（矛盾纠纷化解率）。" in sentences(brief(stage)), "one that stays red is told as well"


def test_indicators_that_were_not_judged_the_week_before_are_not_called_unchanged(stage):
    weeks(stage)
    both = [
        Indicator(
            id=id_, name=id_, theme="矛盾纠纷", definition="化解件数除以受理件数", unit="%", better="higher", reports="zongzhi",
            owner="zongzhi", period="month", covers="year", basis="县平安建设工作要点",
        )
        for id_ in ("settled", "answered")
    ]  # fmt: skip
    stage.rulebook = replace(stage.rulebook, indicators={each.id: each for each in both})
    put = "INSERT INTO assess.standing (as_of, indicator, place, lamp, says) VALUES (?, ?, '990100', '绿', '')"
    stage.con.executemany(put, [[SUNDAY, each.id] for each in both])
    said = sentences(brief(stage))
    assert "有2项指标上周末还没有研判，无从比较。" in said and not any("灯与上周末相同" in each for each in said)
    stage.con.execute(put, [SUNDAY - timedelta(7), "settled"])
    said = sentences(brief(stage))
    assert "有1项指标上周末还没有研判，无从比较。" in said and "其余指标的灯与上周末相同。" in said
    stage.con.execute(put, [SUNDAY - timedelta(7), "answered"])
    assert "各项指标的灯与上周末相同。" in sentences(brief(stage))
    assert "期末没有红灯、黄灯、灰灯的指标。" in sentences(brief(stage))
