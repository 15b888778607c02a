"""`riskengine plan` as an analyst calls it: each option, each format, the limits and the exit codes."""

from __future__ import annotations

import re
import shutil

import pytest

from riskengine.workspace import Workspace
from tests.plan.asking import FRAUD, found, kinds, plan
from tests.plan.county import build, commit, edit, lay_rules, rules


def test_nothing_changed(county):
    told = plan(county)
    assert told.splitlines()[0].endswith("2026-06-10 至 2026-06-21 共 12 夜：预警没有任何不同（没有规则需要推演）。")
    assert "要推演 90 夜，但这个工作区只运行过 12 夜，就按这 12 夜推演。" in told
    assert "规则没有改动。" in told


def test_the_formats(county, tmp_path):
    edit(county, FRAUD, "2024-01-01: 3}", "2024-01-01: 1}")
    edit(county, FRAUD, "title: 诈骗案件明显增多", "title: <b>诈骗|增多</b> [x](y)")
    marked = plan(county, "--format", "md")
    assert marked.startswith("## 规则改动的推演\n")
    assert "### 新增 1 件" in marked
    assert "<b>" not in marked
    assert "诈骗\\|增多" in marked
    assert all(line.count(" | ") == 6 for line in marked.splitlines() if line.startswith("| 白石镇 | 电信"))
    said = plan(county, "--format", "html", "--out", tmp_path / "a" / "plan.html")
    page = (tmp_path / "a" / "plan.html").read_text(encoding="utf-8")
    assert said.startswith("对照 HEAD")
    assert page.count("<svg") == page.count("<title>") - 1 == page.count("<desc>") == 2
    assert "<b>诈骗" not in page
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|src=", page)
    text = plan(county)
    assert "新增 1 件" in text
    assert "单位每周新接" in text


def test_out_that_cannot_be_written(county, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "写不进去" in plan(county, "--out", tmp_path / "file" / "plan.md", code=2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--max-added", "0"], "新增预警 1 件，超过上限 0 件（--max-added 0）。"),
        (["--max-added", "1"], None),
        (["--max-removed", "0"], None),
        (
            ["--max-load", "1"],
            "反诈中心最忙的一周（至 2026-06-13）新接 3 件（原 2 件），超过上限 1 件（--max-load 1）。",
        ),
        (["--max-load", "99"], None),
    ],
)
def test_limits(county, options, sentence):
    edit(county, FRAUD, "2024-01-01: 3}", "2024-01-01: 1}")
    told = plan(county, *options, code=0 if sentence is None else 3)
    assert sentence is None or sentence in told


def test_fewer_nights_and_an_earlier_end(county):
    edit(county, FRAUD, "2024-01-01: 3}", "2024-01-01: 1}")
    told = found(county, "--nights", "4", "--until", "2026-06-19")
    assert (told["nights"]["first"], told["nights"]["last"], told["nights"]["warm_up"]) == (
        "2026-06-16",
        "2026-06-19",
        6,
    )
    assert "需要 7 夜" in " ".join(told["notes"])
    assert [each["as_of"] for each in told["open"]] == [f"2026-06-{day}" for day in (16, 17, 18, 19)]


def test_rules_and_against_as_folders(county, tmp_path):
    lay_rules(tmp_path / "new", rules())
    edit(Workspace.at(tmp_path / "new"), FRAUD, "2024-01-01: 3}", "2024-01-01: 1}")
    shutil.rmtree(county.root / ".git")
    told = found(county, "--rules", tmp_path / "new", "--against", tmp_path / "new" / "rules")
    assert kinds(told) == {}
    told = found(county, "--rules", tmp_path / "new", "--against", county.root)
    assert told["counts"]["added"] == 1


def test_broken_new_rules(county):
    edit(county, FRAUD, "when: 近7日诈骗起数 >= 下限", "when: 近7日诈骗数 >= 下限")
    assert "rules/warnings/fraud/fraud.yaml:" in plan(county, code=3)


def test_no_night_has_run(tmp_path):
    workspace = build(tmp_path / "fresh")
    commit(workspace.root)
    sentence = "这个工作区还没有运行过任何一夜，没有可推演的内容。"
    assert sentence + "请先运行 riskengine run，或加上 --allow-empty。" in plan(workspace, code=2)
    assert plan(workspace, "--allow-empty").strip() == sentence


def test_nothing_is_written_into_the_database(county):
    before = county.database.read_bytes()
    edit(county, FRAUD, "2024-01-01: 3}", "2024-01-01: 1}")
    plan(county)
    assert county.database.read_bytes() == before
