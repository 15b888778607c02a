"""The leaders' page: every number on it, nothing active in it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

NIGHT = date(2026, 6, 30)


class Texts(HTMLParser):
    """The page as rows of cell texts, with all tags and links that occur."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self._cell = False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        self.links += [unquote(value) for name, value in attrs if name in ("href", "src")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data):
        if self._cell:
            self.rows[-1][-1] += data


def read(folder) -> tuple[str, Texts]:
    text = (folder / "index.html").read_text(encoding="utf-8")
    texts = Texts()
    texts.feed(text)
    return text, texts


@pytest.fixture
def busy(stage):
    before = NIGHT - timedelta(days=5)
    stage.warn(before, "YJ-2026-000002", "新增", 2, subject="990100102", name="白石镇", place="990100102")
    stage.run(before)
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    stage.warn(NIGHT, "YJ-2026-000002", "持续", 2, subject="990100102", name="白石镇", place="990100102")
    stage.warn(NIGHT, "YJ-2026-000003", "新增", 4, subject="990100101001", name="东湾村", place="990100101001")
    stage.con.execute(
        "INSERT INTO sense.file (file_id, status, as_of, rows_read, stored, updated, unchanged, retracted, "
        "rejected) VALUES (1, 'loaded', ?, 12345, 12000, 100, 200, 40, 5), (2, 'unreadable', ?, 0, 0, 0, 0, 0, 0)",
        [NIGHT, NIGHT],
    )
    stage.con.execute(
        "INSERT INTO sense.silence VALUES (?, 'incidents', 'incident', '白石派出所', 'town-02', '990100102', "
        "'2026-06-18', 12, 4.2, FALSE, '白石派出所已12天没有报送。')",
        [NIGHT],
    )
    stage.con.execute("INSERT INTO sense.issue VALUES (?, 2, NULL, 'unreadable-file', 'b.xlsx：打不开。')", [NIGHT])
    stage.con.execute("INSERT INTO assess.fault VALUES (?, 'petition-clock', '除数为零')", [NIGHT])
    return stage


def test_it_counts_levels_and_changes(busy):
    text, texts = read(busy.run(NIGHT))
    assert "在办预警 3 条，今日新增 2 条、解除 0 条；逾期未反馈 1 条。" in text
    assert "数据方面：1 处未按时报送，1 个文件未能读入，1 条规则未能运行。" in text
    assert ["红（I级）", "1", "0", "0", "0", "0"] in texts.rows
    assert ["橙（II级）", "0", "0", "1", "0", "0"] in texts.rows
    assert ["合计", "2", "0", "1", "0", "0"] in texts.rows


def test_red_and_orange_stand_one_by_one_the_new_ones_first(busy):
    _, texts = read(busy.run(NIGHT))
    grave = [row for row in texts.rows if row[0].startswith(("红（I级）新增", "橙（II级）持续"))]
    assert [row[0] for row in grave] == ["红（I级）新增", "橙（II级）持续"]
    assert "近7日诈骗12起" in grave[0][2] and "反诈中心" in grave[0][3] and "2026-07-01" in grave[0][4]
    assert "逾期2天" in grave[1][4]


def test_units_and_towns_with_what_they_owe(busy):
    _, texts = read(busy.run(NIGHT))
    assert ["反诈中心", "3", "3", "2", "2", "0", "0", "1"] in texts.rows
    assert ["白石镇人民政府", "1", "0", "1", "0", "0", "0", "1"] in texts.rows
    assert ["清溪镇", "1", "0", "0", "1", "2", "0"] in texts.rows
    assert ["白石镇", "0", "1", "0", "0", "1", "1"] in texts.rows


def test_it_says_how_far_the_picture_can_be_trusted(busy):
    _, texts = read(busy.run(NIGHT))
    assert ["incidents", "白石镇人民政府", "2026-06-18", "12", "白石派出所已12天没有报送。"] in texts.rows
    assert ["收件箱", "b.xlsx：打不开。"] in texts.rows
    assert ["信访预警", "除数为零"] in texts.rows
    assert ["2", "1", "12,345", "12,000", "100", "200", "40", "5"] in texts.rows


def test_every_link_leads_to_a_file_of_the_night(busy):
    folder = busy.run(NIGHT)
    _, texts = read(folder)
    assert texts.links and all((folder / link).is_file() for link in texts.links)


def test_what_an_office_wrote_is_text_on_the_page(stage):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1, name=evil, sentence=evil)
    stage.con.execute("INSERT INTO sense.issue VALUES (?, 2, ?, 'new-column', ?)", [NIGHT, evil, evil])
    text, texts = read(stage.run(NIGHT))
    assert not {"script", "img"} & texts.tags
    assert "&lt;script&gt;" in text


def test_it_needs_nothing_from_anywhere_else_and_runs_no_script(busy):
    text, texts = read(busy.run(NIGHT))
    assert not re.search(r"https?:|//|@import|url\(", text)
    assert not {"script", "link", "iframe", "img"} & texts.tags


def test_a_quiet_night_says_so(stage):
    text, _ = read(stage.run(NIGHT))
    for sentence in (
        "今日没有红色、橙色预警。",
        "今日没有需要下发的清单。",
        "各来源均按时报送，全部规则正常运行。",
        "今晚没有新文件。",
    ):
        assert sentence in text
    assert "没有在办预警的乡镇：清溪镇、白石镇。" in text
