"""``riskengine indicators``: the county's table, one indicator, one town, the cases, and the same for programs."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.model.standing import Finding, Mark, Standing
from riskengine.rulebook.load import load
from riskengine.standings.layout import width
from riskengine.standings.one import detail
from riskengine.standings.read import Said, read
from riskengine.standings.text import overview, row
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.standings.county import NIGHT, lay_down


@cache
def asked(county: Workspace, *arguments: str) -> str:
    """What is printed; asked for once."""
    done = ask(county, *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def ask(county: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["indicators", "--workspace", str(county.root), *arguments])


def section(text: str, title: str) -> list[str]:
    """The lines below 【title】 up to the next blank one."""
    lines = text.splitlines()
    start = lines.index(f"【{title}】") + 1
    return lines[start : lines.index("", start) if "" in lines[start:] else len(lines)]


def test_the_county_the_gravest_first_with_a_sentence_each(county: Workspace) -> None:
    lines = asked(county).splitlines()
    assert re.fullmatch(r"2026-06-20 全县指标 3 项：.*灰灯 1", lines[0])
    lamps = [line.split()[0] for line in lines if re.match(r"  [红黄灰绿]灯", line)]
    assert len(lamps) == 3 and lamps == sorted(lamps, key="红灯 黄灯 灰灯 绿灯".split().index)
    assert any("全县1–5月诈骗案件立案33起，比去年同期上升32%" in line for line in lines)


def test_no_reading_is_unknown(county: Workspace) -> None:
    [row] = [line for line in asked(county).splitlines() if "纠纷排查率  " in line]
    assert row.split()[:3] == ["灰灯", "纠纷排查率", "未知"]
    assert "数据问题 1 条" in asked(county) and "请综治中心\n" in asked(county)


def test_columns_stand_below_each_other_although_chinese_is_wide(county: Workspace) -> None:
    lines = asked(county).splitlines()
    table = [lines[2], *(line for line in lines if re.match(r"  [红黄灰绿]灯", line))]
    at = [
        width(line[: line.index(word)]) for line, word in zip(table, ("期 ", "2026年", "2026年", "2026年"), strict=True)
    ]
    assert len(set(at)) == 1


def test_one_indicator_with_its_history_its_parts_and_its_towns(county: Workspace) -> None:
    text = asked(county, "--indicator", "纠纷化解率")
    assert section(text, "历次读数") == [
        "  期           读数  来源  全市平均  分子  分母  报送次数",
        "  2026年1–5月   88%  报送       91%   176   200",
        "  2026年1–4月   95%  报送       91%   190   200       2次",
    ]
    assert section(text, "构成") == [
        "  比目标92%低4个百分点。按乡镇：清溪镇占150%、东湾镇占5%；另有1个往好的方向拉（−55%）",
        "  乡镇     数值  对照  差额（百分点）   占比",
        "  清溪镇    80%   92%              −6  +150%",
        "  东湾镇    90%   92%            −0.2    +5%",
        "  白石镇  97.5%   92%            +2.2   −55%",
        "  合计差额 −4个百分点，占比 100%",
    ]
    assert section(text, "乡镇与单位")[1:] == [
        "  1/2   白石镇      黄灯  97.5%  升1位      0",
        "  2/2   清溪镇      黄灯    80%  降1位      6  12÷1×0.5＝6分",
        "  —     东湾镇      黄灯    90%                基数小，不排名",
        "  —     综治中心            88%             2  4÷1×0.5＝2分",
    ]


@pytest.mark.parametrize("name", ["filings", "诈骗立案", "诈骗案件", " 诈骗案件立案 "])
def test_an_indicator_goes_by_id_name_alias_or_part_of_its_name(county: Workspace, name: str) -> None:
    text = asked(county, "--indicator", name)
    assert text.startswith("2026-06-20 全县 诈骗案件立案（filings）")
    assert "  两个来源  报送33起，按记录计算30起" in text.splitlines()
    assert "按类别：刷单返利占132.4%" in text.replace("\n  ", ""), "records tell of the themes, too"


def test_one_town_with_its_assessment_traced(county: Workspace) -> None:
    text = asked(county, "--place", "清溪")
    assert text.startswith("2026-06-20 清溪镇指标 2 项")
    assert "扣分：纠纷化解率扣6分、诈骗案件立案扣1.19分" in text.replace("\n      ", "")
    assert asked(county, "--indicator", "settled", "--place", "清溪镇").startswith(
        "2026-06-20 清溪镇 纠纷化解率（settled）"
    )
    assert (
        asked(county, "--indicator", "quiet", "--place", "东湾镇")
        == "2026-06-20 东湾镇没有“纠纷排查率”的读数，态势未知。\n"
    )


def test_all_shows_the_towns_and_the_assessment(county: Workspace) -> None:
    text = asked(county, "--all")
    assert all(f"【{town}】" in text for town in ("清溪镇", "白石镇", "东湾镇"))
    lines = text.splitlines()
    ranking = lines[lines.index("乡镇考核（得分按计分权重折合百分）") :][:5]
    assert [line.split()[:3] for line in ranking[2:]] == [
        ["第1名", "白石镇", "100"],
        ["第2名", "清溪镇", "55.06"],
        ["不排名", "东湾镇", "未知"],
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--as-of", "2026-06-19"), 2, "2026-06-19 这一夜还没有运行过（已运行的是 2026-06-20 至 2026-06-20 中的 1 夜）"),
        (("--indicator", "化解绿"), 2, "没有指标“化解绿”"),
        (("--indicator", "纠纷"), 2, "“纠纷”可以指纠纷化解率（settled）、纠纷排查率（quiet）。请写全名称或编号。"),
        (("--place", "清溪真"), 2, "没有县或乡镇“清溪真”，是否想写“清溪镇”？名称和编码见 rules/places.csv。"),
        (("--place", "镇"), 2, "“镇”可以指清溪镇、白石镇、东湾镇。请写全名称或编码。"),
        (("--cases", "--all"), 2, "--cases 看的是规则文件里的用例"),
        (("--all", "--place", "清溪镇"), 2, "--all 看的是全部地区和全部指标"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_said_in_a_sentence(
    county: Workspace, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = ask(county, *arguments)
    assert (done.exit_code, says in done.output) == (code, True), done.output


def test_a_workspace_without_a_night_or_without_indicators_says_so(tmp_path: Path) -> None:
    fresh = lay_down(tmp_path)
    done = ask(fresh)
    assert (done.exit_code, "还没有运行过任何一夜" in done.output) == (2, True)
    with connect(fresh.database, fresh.scratch) as con:
        con.execute("INSERT INTO assess.night VALUES (?, '', 0)", [NIGHT])
    done = ask(fresh)
    assert (done.exit_code, "这一夜没有研判指标" in done.output) == (2, True)
    (fresh.root / "rules/indicators/all.yaml").unlink()
    assert "规则里没有指标" in ask(fresh).output


def test_the_json_has_every_column_numbers_as_numbers_and_null_for_unknown(county: Workspace) -> None:
    found = json.loads(asked(county, "--json"), parse_constant=pytest.fail)
    assert list(found) == ["as_of", "indicators", "totals"] and found["as_of"] == "2026-06-20"
    assert [each["id"] for each in found["indicators"]] == ["filings", "settled", "quiet"]
    filings, settled, quiet = found["indicators"]
    assert set(filings["standings"][0]) == {*Standing.__dataclass_fields__, "place_name"}
    assert (filings["standings"][0]["value"], filings["standings"][0]["computed"]) == (33, 30)
    assert [each["place_name"] for each in settled["standings"]] == ["全县", "清溪镇", "白石镇", "东湾镇"]
    assert quiet["standings"][0]["value"] is None and quiet["findings"][0]["code"] == "missing"
    assert math.fsum(each["share"] for each in settled["parts"]) == pytest.approx(100)
    assert {each["code"] for each in found["totals"]} >= {"fanzha", "zongzhi", "990100101"}
    assert set(found["totals"][0]) == {*Mark.__dataclass_fields__, "name"}
    one = json.loads(asked(county, "--json", "--indicator", "settled", "--place", "清溪镇"))
    assert [(each["id"], len(each["standings"])) for each in one["indicators"]] == [("settled", 1)]


def test_the_cases_are_told_with_where_they_were_published(county: Workspace, tmp_path: Path) -> None:
    lines = asked(county, "--cases").splitlines()
    assert lines[:2] == ["诈骗案件立案（filings）", "  ✓ 全年只降了5%（2026-01-20）"]
    assert lines[-2:] == ["      出处：年度工作会议材料", "共 1 个用例，其中公布过的读数 1 个；全部与写明的相符。"]
    other = lay_down(tmp_path)
    rules = other.root / "rules/indicators/all.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("course: missed", "course: met"), encoding="utf-8")
    done = ask(other, "--cases", "--indicator", "filings")
    assert done.exit_code == 3
    assert (
        "  ✗ 全年只降了5%" in done.output and "      ! 进度：应为 met（已达标），实为 missed（未达标）" in done.output
    )
    [told] = json.loads(ask(other, "--cases", "--json").output)
    assert (told["passed"], told["standing"]["lamp"], told["source"]) == (False, "红", "年度工作会议材料")
    assert "还没有用例" in ask(other, "--cases", "--indicator", "quiet").output


def test_looking_changes_nothing_and_an_indicator_that_is_gone_goes_by_its_id(county: Workspace) -> None:
    rules = load(county)
    with connect(county.database, county.scratch) as con:
        before = con.execute("SELECT count(*), max(says) FROM assess.standing").fetchall()
        said = read(con, replace(rules, indicators={}), NIGHT)
        text = overview(said, everywhere=True)
        assert con.execute("SELECT count(*), max(says) FROM assess.standing").fetchall() == before
    assert said.as_of == date(2026, 6, 20) and "settled" in text and "None" not in text


@pytest.mark.parametrize(
    ("change", "unit", "written"),
    [
        (12.345, "%", "+12.3%"),
        (-0.126, "百分点", "−0.13百分点"),
        (3, "位", "降3位"),
        (-3, "名", "升3名"),
        (0, "位", "持平"),
    ],
)
def test_a_change_is_written_in_its_own_unit(county: Workspace, change: float, unit: str, written: str) -> None:
    said = night(county)
    assert row(said, replace(said.of_county()[0], change=change, change_in=unit))[-1] == written


def test_what_is_wrong_with_the_countys_figure_is_not_told_of_a_town(county: Workspace) -> None:
    said = night(county)
    assert "数据问题" in overview(said) and "数据问题" not in overview(said, "990100101")
    wrong = replace(said, findings=(Finding("settled", "990100", "2026-05", "differs", None, "对不上。"),))
    indicator = said.rulebook.indicators["settled"]
    assert "对不上。" in detail(wrong, indicator) and "对不上。" not in detail(wrong, indicator, "990100101")


def night(county: Workspace) -> Said:
    with connect(county.database, county.scratch) as con:
        return read(con, load(county), NIGHT)


def test_a_finished_night_counts_the_lamps_of_the_county_alone(county: Workspace) -> None:
    told = CliRunner().invoke(app, ["run", "--as-of", NIGHT.isoformat(), "--workspace", str(county.root)]).output
    assert re.search(r"\n  指标  3 项：.*灰灯 1；读数问题 1 条，看明细：riskengine indicators\n", told), told
    assert "index.html（领导一页纸）" in told and re.search(r"、\d+ 个单位的指标提示\n", told)
