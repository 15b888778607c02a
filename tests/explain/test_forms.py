"""The same explanation as JSON, as a page and through the command; and that explaining changes nothing."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.explain.chain import Explanation, as_json
from riskengine.explain.gather import explain_rule, explain_warning
from riskengine.explain.page import as_page
from riskengine.explain.text import as_text
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.explain.county import LAST, SCRIPT, told

KEYS = """answer as_of rule title version theme status subject_type subject name place rules verdict level score stored differs warning
notes known parameters histories condition features floors grading unknown members counterfactuals counterfactual_note persistence
nights turns route evidence steps advice scale"""


def test_the_json_has_the_keys_that_programs_rely_on(county: Workspace) -> None:
    [found] = json.loads(as_json([told(county, "fraud-surge", "清溪镇")]))
    assert list(found) == KEYS.split() == [field.name for field in fields(Explanation)]
    assert (found["verdict"], found["level"], found["score"], found["stored"]) == ("hit", "橙", 75.0, "hit")
    assert found["known"][0] == {
        "name": "近7日诈骗起数", "value": 7.0, "unit": "起", "shown": "7起", "meaning": "诈骗案件，近7日，计数", "unknown": None,
    }  # fmt: skip
    assert found["parameters"] == [
        {"name": "起数下限", "value": 4.0, "unit": "起", "shown": "4起", "since": "2024-01-01",
         "reference": "县反诈中心工作方案第3条", "note": None}
    ]  # fmt: skip
    assert found["condition"]["kind"] == "all" and [part["holds"] for part in found["condition"]["parts"]] == [
        True,
        True,
    ]
    assert [(each["relation"], each["value"], each["level"]) for each in found["counterfactuals"]] == [
        ("<=", 3.0, None)
    ]  # fmt: skip
    history = found["histories"][0]
    assert (history["n"], history["upper"], history["series"][-1]) == (18, 3.0, 7.0)
    assert found["route"]["duties"][0] == ["反诈中心", "主办", "2026-07-01"] and not found["route"]["would"]


def test_the_steps_are_the_nights_own_with_rows_and_sql(county: Workspace) -> None:
    found = told(county, "fraud-surge", "清溪镇")
    steps = {step.name: step for step in found.steps}
    assert [name.split("_")[0] for name in steps][:3] == ["subject", "known", "kind"]
    assert list(steps)[-4:] == ["wide_town", "hushed", "noted", "verdict"]
    known = steps["known_fraud"].table
    assert len(known.rows) + known.more == 17 and known.rows[0][known.columns.index("occurred_on")] == "2026-06-28"
    wide = dict(zip(steps["wide_town"].table.columns, steps["wide_town"].table.rows[0], strict=True))
    assert (wide["name"], wide["近7日诈骗起数"], wide["近7日诈骗上界"]) == ("清溪镇", "7", "3")
    assert all(step.sql.startswith(("SELECT", "\nSELECT", "WITH", "(SELECT")) for step in steps.values())
    assert "occurred_on" in steps["known_fraud"].sql


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


@pytest.mark.parametrize("warning", ["YJ-2026-000001", "YJ-2026-000002", "YJ-2026-000004"])
def test_the_page_is_self_contained_and_escapes_what_it_shows(county: Workspace, warning: str) -> None:
    told = explain_warning(county, warning)
    text = as_page(told)
    page = _Page()
    page.feed(text)
    assert "script" not in page.tags and page.links == [] and SCRIPT not in text
    assert "http" not in text and "@import" not in text and "url(" not in text
    assert (SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in text) == (warning != "YJ-2026-000004")
    assert all(each.answer.split("<")[0] in text for each in told)


def test_the_page_of_a_subject_that_the_rule_does_not_look_at_has_the_answer_alone(county: Workspace) -> None:
    text = as_page([told(county, "fraud-surge", "柳河村")])
    assert "不在它的对象之内" in text and "<h2>" not in text


def test_the_command_prints_text_json_and_statements(county: Workspace, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        ran = CliRunner().invoke(app, ["explain", "--workspace", str(county.root), *arguments])
        return ran.exit_code, ran.stdout

    code, text = run("YJ-2026-000007")
    assert code == 0 and text.startswith("预警 YJ-2026-000007 持续，黄色：6月29日：当日3起。") and "|" not in text
    assert json.loads(run("YJ-2026-000007", "--json")[1])[0]["rule"] == "fraud-day-kept"
    assert "  | SELECT" in run("--rule", "fraud-surge", "--subject", "清溪镇", "--sql")[1]
    assert "【全部信号并成一行（wide_town）】" in run("--rule", "fraud-surge", "--subject", "清溪镇", "--steps")[1]
    page = tmp_path / "why.html"
    assert run("YJ-2026-000004", "--html", str(page))[0] == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run("YJ-2026-000004", "--html", str(tmp_path / "no" / "where.html"))[0] == 5


@pytest.mark.parametrize(
    "arguments",
    [[], ["--rule", "fraud-surge"], ["YJ-2026-000001", "--rule", "fraud-surge"], ["YJ-1"], ["--subject", "清溪镇"]],
)
def test_a_question_that_makes_no_sense_exits_2(county: Workspace, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["explain", "--workspace", str(county.root), *arguments]).exit_code == 2


def test_members_are_explained_by_the_command_that_is_shown(county: Workspace) -> None:
    [found] = explain_rule(county, "fraud-and-petitions", "清溪镇", LAST, shown=f" --workspace {county.root}")
    assert [(member.rule, member.part, member.verdict) for member in found.members] == [
        ("fraud-surge", "all", "hit"), ("petition-many", "any", "hit"), ("petition-late", "any", "hit"),
    ]  # fmt: skip
    for member in found.members:
        words = re.sub("'", "", member.deeper).split()[2:]
        assert CliRunner().invoke(app, ["explain", *words]).exit_code == 0


def test_where_weighing_again_differs_from_the_record_it_says_so(county: Workspace, tmp_path: Path) -> None:
    shutil.copytree(county.root, tmp_path / "copy")
    copy = Workspace.at(tmp_path / "copy")
    with connect(copy.database, copy.scratch) as con:
        con.execute("UPDATE assess.verdict SET level = 1, score = 90 WHERE rule = 'fraud-surge' AND as_of = ?", [LAST])
    [found] = explain_rule(copy, "fraud-surge", "清溪镇", LAST)
    assert found.differs is not None and found.differs.startswith(
        "注意：重算的结果是命中（橙，75分），2026-06-30 当夜记录的是命中（红，90分），两者不一致。"
    )
    assert found.differs[:20] in as_text([found]).replace("\n", "")
    assert told(county, "fraud-surge", "清溪镇").differs is None


def test_explaining_writes_nothing(county: Workspace) -> None:
    def remembered() -> list[tuple[str, int]]:
        with connect(county.database, county.scratch) as con:
            names = con.execute(
                "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1"
            ).fetchall()
            return [(name, con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]) for (name,) in names]

    before, outbox = remembered(), sorted(county.outbox.rglob("*"))
    explain_warning(county, "YJ-2026-000002")
    assert remembered() == before and sorted(county.outbox.rglob("*")) == outbox
