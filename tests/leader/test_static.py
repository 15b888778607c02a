"""The pages behind the front page: what stands on which, and that nothing is lost or acted out on any of them."""

from __future__ import annotations

import re

import pytest

from riskengine.intervene.leader.look import PAGES
from tests.leader.county import EVIL, TOWNS, run
from tests.leader.reading import read


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return run(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="module")
def pages(folder):
    return {name: read(folder, name) for name in PAGES}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A county without indicators and without warnings, on its first night."""
    return run(tmp_path_factory.mktemp("quiet"), empty=True)


def test_the_lists_have_a_row_for_every_warning_that_counts(pages):
    lists = pages["清单.html"]
    expected = {
        "open": 8, "level-1": 1, "level-2": 3, "level-3": 2, "level-4": 2,
        "new": 4, "raised": 1, "going": 2, "lowered": 1, "lifted": 1,
        "late": 1, "late-fanzha": 1, "late-town-02": 1, "unit-xinfang": 2, "unit-town-01": 2,
        "town-990100101": 2, "town-990100104": 2, "town-990100": 1, "rule-fraud-surge": 4, "suppressed": 1, "trials": 1,
    }  # fmt: skip
    assert {anchor: len(lists.body(anchor)) for anchor in expected} == expected


def test_a_row_of_a_list_says_how_grave_what_why_who_and_until_when(pages):
    (row,) = pages["清单.html"].body("level-1")
    assert row[0].startswith("红（I级）新增") and row[1].startswith("清溪镇") and "YJ-2026-000001" in row[1]
    assert "近7日10起" in row[2] and "反诈中心 主办" in row[3] and "2026-07-01 剩1天" in row[3]
    (late,) = pages["清单.html"].body("late-fanzha")
    assert "逾期32天" in late[3] and "白石镇" not in late[3]


def test_a_merged_warning_stands_under_the_one_that_explains_it(pages):
    first, second = pages["清单.html"].body("town-990100101")
    assert first[1].startswith("清溪镇") and second[1].startswith("└ 东湾村") and "【并入 YJ-2026-000001】" in second[2]
    assert "含并入 1 件：YJ-2026-000006" in pages["预警.html"].texts["YJ-2026-000001"]
    assert "已并入 YJ-2026-000001" in pages["预警.html"].texts["YJ-2026-000006"]


def test_the_tables_over_the_lists_tell_units_and_towns_what_they_owe(pages):
    lists = pages["清单.html"]
    assert ["反诈中心", "4", "4", "2", "2", "0", "0", "1"] in lists.rows["units"]
    assert ["白石镇人民政府", "1", "0", "1", "0", "1", "0", "1"] in lists.rows["units"]
    assert ["白石镇", "0", "1", "0", "0", "1", "1"] in lists.rows["towns"]
    assert ["红（I级）", "1", "0", "0", "0", "0", "1"] in lists.rows["changes"]
    assert lists.rows["changes"][-1] == ["合计", "4", "1", "2", "1", "1", "8"]


def test_every_warning_has_an_article_that_says_all_that_is_known(pages):
    page = pages["预警.html"]
    ids = [f"YJ-2026-{n:06}" for n in (1, 2, 3, 4, 5, 6, 7, 20, 21)]
    assert sorted(anchor for anchor in page.texts if anchor.startswith("YJ-")) == ids
    text = page.texts["YJ-2026-000020"]
    for said in (
        "2026-05-26 起，第 36 天", "今晚持续", "60 分（60 分起为橙）", "规则：电信网络诈骗突增", "版本 cdcdcdcd", "75%", "损失205万元",
        "起数下限 5起（参数，2024-01-01 起）", "当夜未知：损失。", "证据：诈骗案件 12 条", "另有 2 条", "逾期32天", "已签收 2026-05-26",
        "组织入村宣传", "集中录入往期案件", "县平安建设工作要点",
    ):  # fmt: skip
        assert said in text, said
    assert "没有分到责任单位" in page.texts["YJ-2026-000005"]


def test_an_article_stays_small(folder):
    assert (folder / "预警.html").stat().st_size / 9 < 5700  # 70 warnings are below 400 kB


def test_an_indicator_tells_its_course_its_towns_and_what_it_is_made_of(pages):
    page = pages["指标.html"]
    assert [len(page.body(lamp)) for lamp in ("red", "yellow", "green", "grey")] == [4, 0, 3, 1]
    text = page.texts["first-settled"]
    for said in (
        "不低于92%",
        "年末预测",
        "方法：",
        "各乡镇",
        "历次读数",
        "更正1次：4月3日88.9% → 4月20日89.1%",
        "定义：",
        "依据：年度平安建设目标表",
    ):
        assert said in text, said
    assert [row[:5] for row in page.rows["first-settled"] if row and row[0] == "清溪镇"][0][:3] == [
        "清溪镇",
        "88.5%",
        "92%",
    ]
    assert "81.5%" not in text, "what was corrected on 3 May spoke of April"
    assert "（往回拉）" in text and "基数小" in text
    assert {f"first-settled-{town}" for town in TOWNS} <= page.texts.keys()


def test_shares_of_a_difference_add_up(pages):
    shares = [
        row[4]
        for row in pages["指标.html"].rows["first-settled"]
        if len(row) == 5 and row[4].rstrip("（往回拉） ").endswith("%")
    ]
    assert sum(float(share.split("%")[0]) for share in shares) == pytest.approx(100)


def test_no_reading_is_unknown_and_never_met(pages):
    text = pages["指标.html"].texts["silent"]
    assert "灰灯" in text and "未知" in text and "已达标" not in text
    assert "还没有收到" in text  # the finding stands beside it


def test_the_assessment_ranks_and_traces_every_point(pages):
    page = pages["考核.html"]
    ranked = page.body("towns")
    assert [row[0] for row in ranked] == [f"{n}/5" for n in range(1, 6)]
    for row in ranked:
        code = next(code for code, name in TOWNS.items() if name == row[1])
        traced = page.body(f"town-{code}")
        costs = sum(float(each[1]) for each in traced)
        assert costs == pytest.approx(float(row[5]), abs=0.011)
    assert "基数小，不作比较：椒坪乡 88.2%。" in page.texts["first-settled"]
    assert "每万人口" in page.texts["fraud-filings"]
    assert "政府性债务违约（未知）" in page.texts["unit-xinfang"]
    assert page.body("units")[-1][1] == "综治中心" and page.body("units")[-1][4] == "一票否决"
    assert "一票否决：重特大事故" in page.texts["unit-zongzhi"]


def test_rules_say_how_often_they_were_wrong_and_why_they_may_be(pages):
    page = pages["规则.html"]
    (wolf,) = page.body("wolf")
    assert wolf[0].startswith("信访突增") and wolf[1] == "67% 30%–90%" and wolf[2:8] == ["8", "6", "2", "4", "0", "2"]
    assert "集中录入往期案件" in wolf[8]
    assert {"fraud-surge", "odd", "petition-late"} <= page.texts.keys()
    assert "反馈还不够" in page.texts["few"]


def test_the_data_page_names_everything_that_is_missing(pages):
    page = pages["数据.html"]
    silent, broken = page.body("silence"), page.body("files")
    assert silent == [["incidents", "白石派出所已12天没有报送。", "白石镇人民政府", "2026-06-18", "12"]]
    assert broken == [["消防/隐患.xlsx", "消防/隐患.xlsx：打不开，请重新上传。", "hazards", "打不开"]]
    assert ["hazards", "消防/隐患.xlsx：打不开。"] in page.body("issues")
    assert page.body("faults") == [["综合研判突增", "除数为零"]]
    due = "2026年5月的读数应在6月15日前报来，还没有收到。"
    assert ["政府性债务违约", due, "信访局"] in page.body("findings")
    assert [row[2] for row in page.body("rejects")] == ["22", "40"]
    assert page.body("rejects")[0][1] == "日期不能为空；涉及人数“-3”不能为负数"
    assert page.body("rows") == [["2", "1", "12,345", "12,000", "100", "200", "40", "5"]]
    assert len(page.body("all-files")) == 2
    assert [len(page.body(anchor)) for anchor in ("unrouted", "caught")] == [1, 1]


def test_exceptions_and_trials_are_told(pages):
    text = pages["清单.html"].texts
    assert "有效的例外 1 条，今夜压住 1 次命中" in text["suppressed"] and "剩5天" in text["suppressed"]
    assert "1 条例外已过期" in text["suppressed"]
    assert "试运行规则 1 条，今夜本会新增 1 件（不派发）" in text["trials"]


def test_what_an_office_wrote_is_text_on_every_page(pages):
    for name, page in pages.items():
        assert not {"script", "img", "iframe", "link"} & page.tags, name
    for name in ("清单.html", "预警.html", "指标.html", "数据.html"):
        assert EVIL.split("<img")[0].replace("<", "&lt;").replace(">", "&gt;") in pages[name].text, name


def test_no_page_names_anything_outside_its_folder(pages):
    for name, page in pages.items():
        inside = re.sub(r'xmlns(:xlink)?="[^"]*"', "", page.text)
        assert not re.search(r"https?:|@import|url\(", inside), name


def test_every_link_of_every_page_leads_to_a_file_and_to_a_place_on_it(pages, folder):
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            target = target or name
            assert (folder / target).is_file(), (name, link)
            assert not anchor or anchor == "main" or anchor in pages[target].texts, (name, link)


def test_a_quiet_night_says_so_on_every_page(quiet):
    said = {
        "清单.html": ("没有。", "今日没有需要下发的清单。", "没有在办预警的乡镇：清溪镇、"),
        "预警.html": ("今晚没有在办的预警，也没有解除的预警。",),
        "指标.html": ("规则库里没有指标",),
        "考核.html": ("今晚没有排名和考核",),
        "规则.html": ("没有误报率到 30% 的规则。",),
        "数据.html": ("各来源均按时报送。", "全部规则正常运行。", "今晚没有新文件。", "今晚没有退回的行。"),
    }
    for name, sentences in said.items():
        text = (quiet / name).read_text(encoding="utf-8")
        for sentence in sentences:
            assert sentence in text, name


def test_the_same_night_gives_the_same_bytes(folder, tmp_path):
    again = run(tmp_path)
    assert {name: (again / name).read_bytes() == (folder / name).read_bytes() for name in PAGES} == dict.fromkeys(
        PAGES, True
    )
