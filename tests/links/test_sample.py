"""The sample county's planted events (data/sample/links_truth.csv), and what people are shown of them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from data.sample import doors
from riskengine.cli.links import links
from riskengine.rulebook.load import load
from riskengine.sense.links import link
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.links.conftest import KINDS, TITLES

ROOT = Path(__file__).parents[2]
NIGHT = date(2026, 6, 30)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A workspace with the shipped rules and nothing but the planted records, on the sample night."""
    root = tmp_path_factory.mktemp("county")
    (root / "rules").symlink_to(ROOT / "rules")
    workspace = Workspace.at(root)
    rulebook = load(workspace)
    with connect(workspace.database, workspace.scratch) as con:
        for source, kind in KINDS.items():
            newest = {str(each.row["key"]): each.row for each in doors.versions(source) if each.known_on <= NIGHT}
            there = {name for (name,) in con.execute(f"SELECT column_name FROM (DESCRIBE sense.{kind})").fetchall()}
            for row in newest.values():
                flags = {name: row[name] == "是" for name in ("settled", "extended", "violent") if name in row}
                cells = {name: cell for name, cell in (row | flags).items() if name in there}
                cells |= {
                    "source": source,
                    "known_at": NIGHT,
                    "retracted": False,
                    "file_id": 1,
                    "row_no": 1,
                    "quantity": 1,
                }
                con.execute(
                    f"INSERT INTO sense.{kind} ({', '.join(cells)}) VALUES ({', '.join('?' * len(cells))})",
                    list(cells.values()),
                )
        link(con, rulebook, NIGHT)
        con.execute("INSERT INTO sense.night VALUES (?, ?, 0)", [NIGHT, rulebook.hash])
    return workspace


@pytest.fixture(scope="module")
def truth():
    with (ROOT / "data" / "sample" / "links_truth.csv").open(encoding="utf-8", newline="") as file:
        return [(row["event"], row["source"], row["key"]) for row in csv.DictReader(file)]


def test_the_truth_is_what_the_generator_says():
    assert (ROOT / "data" / "sample" / "links_truth.csv").read_text(encoding="utf-8") == doors.links_truth_csv()


def test_all_planted_events_are_found_and_no_near_miss(county, truth):
    with connect(county.database, county.scratch) as con:
        rows = con.execute("SELECT list((source, key) ORDER BY source, key) FROM sense.link GROUP BY event").fetchall()
    events = {event for event, _, _ in truth if event != "-"}
    planted = {frozenset((source, key) for of, source, key in truth if of == event) for event in events}
    assert {frozenset(records) for (records,) in rows} == planted


def test_the_command_says_which_and_why(county, capsys):
    with pytest.raises(SystemExit):
        links(as_of=None, subject="没有这个", place=None, everything=False, workspace=county.root, as_json=False)
    assert "没有和别的记录认作一件事" in capsys.readouterr().err
    links(as_of=NIGHT, subject="RX2026-90001", place=None, everything=False, workspace=county.root, as_json=False)
    said = capsys.readouterr().out
    assert "110接处警 JQ20260414-0701" in said
    assert f"与 {TITLES['hotline']} RX2026-90001：转办编号 RX2026-90001 对上" in said
    links(as_of=None, subject=None, place="石漱乡", everything=False, workspace=county.root, as_json=False)
    said = capsys.readouterr().out
    assert (
        "同一个村（社区）（+2.8），同一天（+3.4），类别相同（+0.4），单位相同（+2.1）；起点 -4.2，合计 +4.4，可能性 95%。"
        in said
    )
    assert "JQ20260414-0701" not in said
