"""The leader's page, section by section, over nights of warnings that are written straight into assess.*."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from urllib.parse import unquote

import pytest

from riskengine.intervene.leader.history import History
from riskengine.intervene.leader.look import PAGES
from riskengine.intervene.leader.readings import Mark, Readings
from riskengine.intervene.leader.rules import body
from riskengine.intervene.leader.tiles import heavier, towns
from riskengine.intervene.leader.urgent import short
from riskengine.intervene.leader.wolf import RuleRecord, rule_records
from riskengine.intervene.lines import entries
from tests.intervene.conftest import LEVELS, Stage
from tests.leader.reading import read

NIGHT = date(2026, 6, 30)
EARLIER = NIGHT - timedelta(28)
RED, ORANGE, YELLOW, BLUE = "YJ-2026-000001", "YJ-2026-000002", "YJ-2026-000003", "YJ-2026-000004"
BAISHI = {"subject": "990100102", "name": "白石镇", "place": "990100102"}


def sections(folder) -> dict[str, str]:
    """Section id → its text as one reads it, without markup."""
    text = (folder / "index.html").read_text("utf-8")
    return {id_: said(body) for id_, body in re.findall(r'<section id="([^"]+)"[^>]*>(.*?)</section>', text, re.S)}


def said(markup: str) -> str:
    drawn = re.sub(r"<svg.*?</svg>", "", markup, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", drawn)).split())


def close(text: str) -> str:
    return text.replace(" ", "")


@pytest.fixture
def busy(stage: Stage) -> Stage:
    """An orange one since four weeks, past its deadline; tonight a red one, a blue one in a village, an orange one of the county."""
    stage.warn(EARLIER, ORANGE, "新增", 2, **BAISHI)
    stage.run(EARLIER)
    stage.warn(NIGHT - timedelta(1), ORANGE, "持续", 2, **BAISHI)
    stage.run(NIGHT - timedelta(1))
    stage.warn(NIGHT, RED, "新增", 1)
    stage.warn(NIGHT, ORANGE, "持续", 2, **BAISHI)
    stage.warn(NIGHT, BLUE, "新增", 4, subject="990100101001", name="东湾村", place="990100101001")
    return stage


def test_the_top_counts_levels_and_says_what_changed_since_the_night_before(busy):
    top = close(sections(busy.run(NIGHT))["summary"])
    assert "在办预警3条，今日新增2条、解除0条；逾期未反馈1条。" in top
    assert "红（I级）1↑比上一夜多1·新增1" in top
    assert "橙（II级）1比上一夜持平" in top
    assert "逾期未反馈1过了办理期限" in top


def test_the_first_night_has_nothing_to_compare_with_and_says_so(stage):
    stage.warn(NIGHT, RED, "新增", 1)
    found = sections(stage.run(NIGHT))
    assert "这是第一夜，没有以前的夜可比。" in found["summary"] and "比上一夜" not in found["summary"]
    assert "没有四周前的夜可比" in found["towns"] and "天↑" not in found["towns"]


def test_from_the_fifth_night_on_the_nights_are_drawn_and_told_in_words(busy):
    busy.con.execute("INSERT INTO assess.night SELECT DATE '2026-06-20' + n::INTEGER, '', 0 FROM range(9) AS t(n)")
    text = (busy.run(NIGHT) / "index.html").read_text("utf-8")
    assert "近12夜在办预警件数，按等级。6月2日至6月30日共12夜。最多3件（6月30日），最少0件（6月20日）。" in text
    assert "今夜3件：红1件，橙1件，黄0件，蓝1件。" in text


def test_red_always_and_orange_only_when_new_or_raised(busy):
    busy.warn(NIGHT, YELLOW, "升级", 2, subject="990100", name="云川县", place="990100")
    told = sections(busy.run(NIGHT))["grave"]
    assert told.index(RED) < told.index(YELLOW) and ORANGE not in told and BLUE not in told
    assert "近7日诈骗12起，往常3.1起" in told and "反诈中心 协办 清溪镇人民政府" in told and "7月1日 剩1天" in told


def test_what_is_merged_into_another_is_told_beside_the_number_that_counts_it(busy):
    busy.con.execute("INSERT INTO assess.merged VALUES (?, ?, ?)", [NIGHT, ORANGE, RED])
    assert "红色1件、橙色1件（1件并入别的）" in close(sections(busy.run(NIGHT))["grave"])


def test_a_reason_is_cut_where_it_pauses():
    long = "近28日交通事故23起，往常7.71起，上界19起，近30日事故死亡3人、受伤7人；近30日交通、火灾事故死亡3人，" * 2
    assert (
        short(long)
        == "近28日交通事故23起，往常7.71起，上界19起，近30日事故死亡3人、受伤7人；近30日交通、火灾事故死亡3人……"
    )
    assert short("近28日抢劫抢夺5起。") == "近28日抢劫抢夺5起。"


def test_who_is_late_by_how_much_and_since_when(busy):
    told = close(sections(busy.run(NIGHT))["behind"])
    assert "逾期1件、未签收1件" in told
    assert "反诈中心125天自6月5日1" in told and "白石镇人民政府125天自6月5日1" in told and "清溪镇人民政府" not in told
    assert "几个单位同办的一件，各单位都记。" in told  # two units behind, one warning


def test_towns_stand_as_tiles_with_the_gravest_level_and_the_way_they_go(busy):
    told = close(sections(busy.run(NIGHT))["towns"])
    assert "比四周前加重：清溪镇（红0→1、蓝0→1）。" in told
    assert "清溪镇2红28天↑比28天前加重" in told and "白石镇1橙28天→比28天前持平" in told
    assert "不属单个乡镇0件" in told


def test_a_town_that_was_merged_into_another_has_no_tile_unless_it_still_has_warnings(stage):
    ended = {"valid_until": NIGHT - timedelta(90), "merged_into": "990100101"}
    places = tuple(
        each.model_copy(update=ended) if each.code == "990100102" else each for each in stage.rulebook.places
    )
    rulebook = replace(stage.rulebook, places=places)
    quiet = History(((NIGHT, {}),), {0: (NIGHT, {}), 7: None, 28: None})
    busy = History(((NIGHT, {}),), {0: (NIGHT, {"990100102": {2: 1}}), 7: None, 28: None})
    assert "白石镇" in said(towns(stage.rulebook, quiet, Readings(), NIGHT))
    assert "白石镇" not in said(towns(rulebook, quiet, Readings(), NIGHT))
    assert "白石镇" in said(towns(rulebook, busy, Readings(), NIGHT))


def test_a_town_that_lost_points_and_places_in_the_assessment_is_named_with_both(stage):
    def mark(code: str, rank: int, before: int | None, was: float | None = 91.5) -> Mark:
        return Mark("place", code, None, 90.0, rank, before, False, 2, False, 100.0, 1.0, False, {"score_before": was})

    past = History(((NIGHT, {}),), {0: (NIGHT, {}), 7: None, 28: None})
    found = Readings(marks=(mark("990100101", 2, 1), mark("990100102", 1, 2)))
    told = close(said(towns(stage.rulebook, past, found, NIGHT)))
    assert "比上月考核失分：清溪镇（91.5→90分，第1→第2名）。" in told
    for quiet in (mark("990100101", 2, None, None), mark("990100101", 9, 1, 90.0)):  # no rank then; a place lost to others alone
        assert "考核失分" not in said(towns(stage.rulebook, past, Readings(marks=(quiet,)), NIGHT))


@pytest.mark.parametrize(
    ("now", "before", "way"),
    [
        ({1: 1}, {2: 5, 3: 5}, 1),
        ({2: 1}, {2: 1}, 0),
        ({2: 1, 3: 9}, {2: 2}, -1),
        ({2: 1, 4: 1}, {2: 1}, 1),
        ({}, {4: 1}, -1),
        ({}, {}, 0),
    ],
)
def test_the_first_level_that_differs_decides_whether_a_town_is_heavier(now, before, way):
    assert heavier(now, before, LEVELS) == way


def test_a_night_that_did_not_run_is_stood_in_for_by_one_shortly_before_but_by_no_older_one(stage):
    for back, number in ((34, 1), (14, 2)):
        night = NIGHT - timedelta(back)
        stage.con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [night])
        stage.warn(night, f"YJ-2026-00000{number}", "新增", 3)
    told = close(sections(stage.run(NIGHT))["towns"])
    assert "28天↓" in told and "7天" not in told.replace("27天", "")
    assert "箭头与28天前（5月27日）比" in told


def answered(stage: Stage, outcomes: str, rule: str = "fraud-surge") -> None:
    """A warning for each letter, ten nights ago, and what its lead said: t 属实, f 误报, u 无法核实, - nothing."""
    night = NIGHT - timedelta(10)
    for number, letter in enumerate(outcomes, 100):
        id_ = f"YJ-2026-000{number}"
        stage.warn(night, id_, "新增", 3, rule=rule)
        stage.con.execute(
            "INSERT INTO intervene.duty BY NAME SELECT $1 AS as_of, $2 AS id, unit, role, 3 AS level, $1 AS delivered_on, $1 AS deadline, "
            "FALSE AS catch_all FROM (VALUES ('fanzha', '主办'), ('town-01', '协办')) AS each (unit, role)",
            [night, id_],
        )
        if outcome := {"t": "属实", "f": "误报", "u": "无法核实"}.get(letter):
            receipt(stage, id_, "反诈中心", outcome, night)


def receipt(stage: Stage, id_: str, unit: str, outcome: str, day: date, row: int = 1) -> None:
    stage.con.execute(
        "INSERT INTO sense.receipt (source, known_at, retracted, file_id, row_no, key, occurred_on, place, unit, signed_on, outcome, "
        "fed_back_on) VALUES ('receipts', $1, FALSE, 1, $5, $2, $1, '990100', $3, $1, $4, $1)",
        [day, f"{id_}|{unit}", unit, outcome, row],
    )


@pytest.mark.parametrize(("share", "cries"), [(None, False), (0.29, False), (0.3, True)])
def test_three_false_ones_in_ten_are_crying_wolf(share, cries):
    assert RuleRecord("fraud-surge", "", 10, 7, 3, 0, share, share, share, 0).cries == cries


def test_a_rule_cries_wolf_when_enough_was_judged_and_much_of_it_false(stage):
    answered(stage, "ffftt" + "u-")
    told = close(sections(stage.run(NIGHT))["wolves"])
    assert "电信网络诈骗预警5件中3件60%23%–88%0" in told
    assert "误报较少的规则0条，反馈不满5件、还看不出的2条" in told


def test_too_few_answers_say_nothing_about_a_rule(stage):
    answered(stage, "ffff")
    told = sections(stage.run(NIGHT))["wolves"]
    assert "反馈还太少，说不上哪条规则误报多。" in told and "电信网络诈骗预警" not in told


def test_the_leads_newest_word_counts_and_all_rules_of_a_warning_are_credited(stage):
    answered(stage, "fffff")
    receipt(stage, "YJ-2026-000100", "反诈中心", "属实", NIGHT - timedelta(3), row=2)
    receipt(stage, "YJ-2026-000101", "清溪镇人民政府", "属实", NIGHT - timedelta(2), row=3)
    receipt(stage, "YJ-2026-000102", "反诈中心", "属实", NIGHT + timedelta(1), row=4)
    stage.con.execute("UPDATE assess.state SET rules = ['fraud-surge', 'hazard-late'] WHERE id = 'YJ-2026-000104'")
    records = {each.rule: each for each in rule_records(stage.con, stage.rulebook, [], NIGHT)}
    assert (records["fraud-surge"].confirmed, records["fraud-surge"].false) == (1, 4)
    assert (records["hazard-late"].warnings, records["hazard-late"].false, records["hazard-late"].share) == (1, 1, None)


def test_the_page_of_rules_sets_what_the_units_found_beside_the_declared_false_causes(stage):
    answered(stage, "ffffft")
    for n, cause in enumerate(("集中录入往期案件", "集中录入往期案件。", "区划<调整>", "区划<调整>", None, "集中录入往期案件")):
        stage.con.execute("UPDATE sense.receipt SET cause = ? WHERE key LIKE ?", [cause, f"YJ-2026-{100 + n:06}|%"])
    surge = next(each for each in rule_records(stage.con, stage.rulebook, [], NIGHT) if each.rule == "fraud-surge")
    assert surge.causes == {"集中录入往期案件": 2, "区划<调整>": 2}, "a cause beside another outcome is none"
    told = body([surge], stage.rulebook)
    assert "<li>集中录入往期案件<span class=\"soft\">（2 件）</span></li><li>同一案件重复登记</li>" in told
    assert "<li>区划&lt;调整&gt;<span class=\"soft\">（2 件，规则没有声明）</span></li>" in told


def test_warnings_that_ended_more_than_ninety_nights_ago_no_longer_count(stage):
    answered(stage, "fffff")
    later = NIGHT + timedelta(90)
    assert all(each.warnings == 0 for each in rule_records(stage.con, stage.rulebook, [], later))


def test_what_stands_tonight_is_counted_with_its_rules(busy):
    busy.run(NIGHT)
    found = entries(busy.con, busy.rulebook, NIGHT)
    assert {each.rule: each.open for each in rule_records(busy.con, busy.rulebook, found, NIGHT)}["fraud-surge"] == 3


def test_what_data_is_missing_is_said_in_a_few_lines(busy):
    busy.con.execute(
        "INSERT INTO sense.file (file_id, name, status, as_of) VALUES (1, 'a.csv', 'loaded', $1), (2, 'b.xlsx', 'unreadable', $1)",
        [NIGHT],
    )
    busy.con.execute(
        "INSERT INTO sense.silence VALUES (?, 'incidents', 'incident', '白石派出所', 'town-02', '990100102', "
        "'2026-06-18', 12, 4.2, FALSE, '白石派出所已12天没有报送。')",
        [NIGHT],
    )
    busy.con.execute("INSERT INTO sense.issue VALUES (?, 2, NULL, 'unreadable-file', 'b.xlsx：打不开。')", [NIGHT])
    busy.con.execute("INSERT INTO assess.fault VALUES (?, 'petition-clock', '除数为零')", [NIGHT])
    found = {id_: close(text) for id_, text in sections(busy.run(NIGHT)).items()}
    assert "数据方面：1处未按时报送，1个文件未能读入，1条规则未能运行。" in found["summary"]
    for line in (
        "1处未按时报送（按未知处理，不视为平安）：白石镇人民政府incidents已12天",
        "1个文件未能读入",
        "1条规则未能运行（相关预警暂不变动）：信访预警",
        "1处数据问题（含上面未能读入的）：b.xlsx：打不开",
    ):
        assert line in found["missing"]


def test_a_county_without_indicators_says_so_in_one_line(busy):
    assert "本县没有设指标" in sections(busy.run(NIGHT))["targets"]


def test_a_quiet_night_says_so(stage):
    found = sections(stage.run(NIGHT))
    assert "今日没有红色预警，也没有新增或升级的橙色预警。" in found["grave"]
    assert "没有单位逾期。" in found["behind"]
    assert "各来源均按时报送，全部规则正常运行。" in found["missing"]


def test_a_county_without_towns_says_so(stage):
    stage.rulebook = replace(stage.rulebook, places=stage.rulebook.places[:1])
    assert "行政区划表里没有乡镇。" in sections(stage.run(NIGHT))["towns"]


def test_every_number_that_is_a_link_is_the_number_of_rows_in_its_list(busy):
    busy.con.execute("INSERT INTO assess.fault VALUES (?, 'petition-clock', '除数为零')", [NIGHT])
    folder = busy.run(NIGHT)
    pages = {name: read(folder, name) for name in PAGES}
    text = (folder / "index.html").read_text("utf-8")
    found = re.findall(r'<a class="count" href="([^"#]+)#([^"]+)"[^>]*>([\d,]+)</a>', text)
    assert len(found) > 20
    for page, anchor, many in ((unquote(page), unquote(anchor), int(many)) for page, anchor, many in found):
        assert len(pages[page].rows[anchor][1:]) == many, (page, anchor)
