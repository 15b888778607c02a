"""Bad readings as offices really send them, in files through the inbox: what is refused at the door, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from riskengine.sense.phase import sense
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace
from tests.indicators.county import CLEAR, OLD, Collected, book, indicator

FIRST, SECOND = date(2026, 6, 12), date(2026, 6, 20)
HEAD = "编号,期末,地区,指标,数值,目标值,去年同期,全市平均\n"
RULES = book(
    indicator("settled", name="化解率", plausible=(50, 100), target={"kind": "at_least", "values": {"2025-01-01": 90}, "reference": "目标表"}),
    indicator("growth", name="增长率", plausible=(-20, 20)),
    indicator("bad-loans", name="不良率", reports="jinrong", better="lower", plausible=(0, 20)),
    indicator("never-sent", name="从未报过的率"),
    indicator("never-sent-by-the-bank", name="银行从未报过的率", reports="jinrong"),
    indicator("safety", name="安全感", returns="survey", period="quarter", covers="moment", plausible=(50, 100)),
)  # fmt: skip


def table(path: Path, *rows: tuple[object, ...]) -> None:
    """A workbook whose shares are numbers that Excel shows as per cent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = openpyxl.Workbook()
    page = sheet.active
    assert page is not None
    for row in (("编号", "期末", "地区", "指标", "数值", "样本量", "全市平均"), *rows):
        page.append(row)
    for cells in page.iter_rows(min_row=2, min_col=5, max_col=5):
        cells[0].number_format = "0.00%" if isinstance(cells[0].value, float) else "General"
    sheet.save(path)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, Collected, Collected]]:
    """Two nights: what came by the 12th, and the corrections that came by the 20th."""
    root = tmp_path_factory.mktemp("county")
    (root / "rules").mkdir()
    workspace = Workspace.at(root)
    stat, bank, polls = (workspace.inbox / name for name in ("stat", "bank", "polls"))
    for folder in (stat, bank, polls):
        folder.mkdir(parents=True)
    (stat / "指标_20260605.csv").write_text(
        HEAD + "A1,2026-04-30,云川县,化解率,97.93%,90,,\n"
        "A2,2026-05-31,云川县,化解率,９７．９５％,95,96.1%,\n"
        "A3,2026-05-31,清溪镇,化解率,0.9793,90,,\n"
        "A4,2026-05-31,白石镇,化解率,百分之九十七点九三,90,,\n"
        "A5,2026-05-31,乌江镇,化解率,95.1,90,,\n"
        "A6,2026-05-31,云川县,不良率,1.52,,,\n"
        "G1,2026-04-30,云川县,增长率,+0.32%,,,\n"
        "G2,2026-05-31,云川县,增长率,－0.12％,,,\n"
        "G3,2026-03-31,云川县,增长率,/,,,\n",
        encoding="utf-8",
    )
    (bank / "风险_20260605.csv").write_text(HEAD + "B1,2026-05-31,云川县,不良率,1.68%,,,\n", encoding="utf-8")
    table(
        polls / "调查_20260410.xlsx",
        ("P1", "2026-03-31", "云川县", "安全感", 0.9793, 1000, "97.6%"),
        ("P2", "2026-03-31", "清溪镇", "安全感", 9793, 150, "97.6%"),
    )
    with connect(workspace.database, workspace.scratch, threads=1) as con:
        sense(con, workspace, RULES, FIRST)
        first = Collected(con, RULES, FIRST)
        (stat / "指标_20260618.csv").write_text(HEAD + "A3,2026-05-31,清溪镇,化解率,97.93,90,,\n", encoding="utf-8")
        table(polls / "调查_20260618.xlsx", ("P1", "2026-03-31", "云川县", "安全感", 97.93, 1000, "97.6%"))
        sense(con, workspace, RULES, SECOND)
        yield con, first, Collected(con, RULES, SECOND)


REST = (
    "更正之前按未知处理，请统计局核对后按原编号更正重报。"
    "Excel 里设成百分比格式的格子，存的是0.9793：请改成常规格式，直接写97.93。"
)
Nights = tuple[Connection, Collected, Collected]


@pytest.mark.parametrize(
    ("id_", "end", "value"),
    [
        ("settled", "2026-04-30", 97.93),
        ("settled", "2026-05-31", 97.95),
        ("growth", "2026-04-30", 0.32),
        ("growth", "2026-05-31", -0.12),
        ("bad-loans", "2026-05-31", 1.68),
    ],
)
def test_percentages_in_text_cells_are_read_with_their_signs(nights: Nights, id_: str, end: str, value: float) -> None:
    assert nights[1].at(end, id_=id_).value == value


def test_what_is_spelled_out_without_its_point_or_left_empty_is_refused_at_the_door_in_a_sentence(
    nights: Nights,
) -> None:
    rejects = nights[0].execute("SELECT field, reason FROM sense.reject").fetchall()
    assert set(rejects) == {
        ("value", "数值不能为空，请补填"),
        ("value", "数值“9793”超出范围，请填写0到100之间的数；是否应为97.93？"),
        ("value", "数值“百分之九十七点九三”不是数字，请只填写数字，例如 97.93"),
    }


def test_a_reading_that_is_missing_may_be_among_the_rows_that_were_sent_back(nights: Nights) -> None:
    messages = {each.indicator: each.message for each in nights[1].found("missing")}
    sent_back = "统计局近来的这类报表有2行被退回，如果就在其中，请按“数据”页“退回的行”写明的原因改好重报。"
    assert messages["never-sent"].endswith(f"请统计局补报。{sent_back}")
    assert messages["never-sent-by-the-bank"].endswith("请金融发展局补报。")


def test_a_fraction_in_a_text_cell_is_unknown_until_it_is_corrected(nights: Nights) -> None:
    _, first, second = nights
    assert first.at("2026-05-31", CLEAR, "settled").value is None
    assert [each.message for each in first.found("implausible") if each.indicator == "settled"] == [
        "清溪镇“化解率”2026年5月报为0.9793%，不在合理范围50%至100%之内，是否应为97.93%？" + REST
    ]
    corrected = second.at("2026-05-31", CLEAR, "settled")
    assert (corrected.value, corrected.versions) == (97.93, 2)


def test_a_cell_that_excel_shows_as_per_cent_arrives_as_its_fraction_and_is_caught(nights: Nights) -> None:
    _, first, second = nights
    assert (first.at("2026-03-31", id_="safety").value, first.at("2026-03-31", id_="safety").reported) == (None, 0.9793)
    assert "全县“安全感”2026年一季度报为0.9793%，不在合理范围50%至100%之内，是否应为97.93%？" in {
        each.message.removesuffix(REST) for each in first.found("implausible")
    }
    assert second.at("2026-03-31", id_="safety").value == 97.93
    assert not second.found("implausible")


def test_a_reading_for_a_merged_town_is_kept_and_belongs_to_nobody(nights: Nights) -> None:
    con, first, _ = nights
    assert con.execute("SELECT value FROM sense.indicator WHERE place = ?", [OLD]).fetchall() == [(95.1,)]
    assert OLD not in {each.place for each in first.series}
    assert first.at("2026-05-31", CLEAR, "settled").reported == 0.9793
    assert first.one("merged-place").message.startswith(
        "乌江镇已于2026年1月1日并入清溪镇，统计局仍按原建制报送“化解率”2026年5月的读数95.1%"
    )


def test_of_two_offices_the_one_that_the_rules_name_counts(nights: Nights) -> None:
    assert nights[1].at("2026-05-31", id_="bad-loans").value == 1.68
    assert "统计局也报了1.52%，两家的数不一致，以金融发展局的1.68%为准" in nights[1].one("other-office").message


def test_a_target_of_the_returns_own_is_told_and_the_rules_hold(nights: Nights) -> None:
    assert "报表里的目标值是95%，规则里是90%，按规则判断" in nights[1].one("target-differs").message


def test_last_year_comes_from_the_return_and_is_unknown_without(nights: Nights) -> None:
    assert nights[1].at("2026-05-31", id_="settled").last_year == 96.1
    assert nights[1].at("2026-04-30", id_="settled").last_year is None
