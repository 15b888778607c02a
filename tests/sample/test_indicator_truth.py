"""What is planted in the returns of indicators is what the engine says of them on the sample date."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from data.sample.geography import COUNTY, TOWNS
from data.sample.indicator_truth import indicator_truth_csv
from riskengine.assess.indicators.phase import Standings, stand
from riskengine.contracts import kinds
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.sense.phase import sense
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]
NIGHT = date(2026, 6, 30)
WHOLE = ("统计局", "金融发展局")
TOGETHER = {"反诈中心": "utf-8-sig", "应急管理局": "utf-16"}
"""Offices of whose records figures are computed: all lines of their files in one, which is quicker to read. The truth speaks of no
others.
"""

TRUTH = list(csv.DictReader(indicator_truth_csv().splitlines()))


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """The rules as they are shipped."""
    root = tmp_path_factory.mktemp("shipped")
    shutil.copytree(ROOT / "rules", root / "rules")
    return load(Workspace.at(root))


def _together(files: list[Path], folder: Path, encoding: str) -> None:
    texts = [path.read_text(encoding=encoding).split("\n") for path in files]
    lines = [texts[0][0], *(line for text in texts for line in text[1:] if line)]
    folder.mkdir(parents=True)
    (folder / files[-1].name).write_text("\n".join(lines) + "\n", encoding=encoding)


@pytest.fixture(scope="module")
def said(
    rulebook: Rulebook, inbox: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Connection, Standings]]:
    """The records of the offices concerned as known on the sample date, and what is said of the indicators."""
    root = tmp_path_factory.mktemp("night")
    (root / "rules").mkdir()
    for office in WHOLE:
        shutil.copytree(inbox / office, root / "data" / "inbox" / office)
    for office, encoding in TOGETHER.items():
        _together(sorted((inbox / office).iterdir()), root / "data" / "inbox" / office, encoding)
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch) as con:
        sense(con, workspace, rulebook, NIGHT)
        yield con, stand(con, rulebook, NIGHT)


def test_the_table_of_the_truth_is_up_to_date() -> None:
    assert (ROOT / "data" / "sample" / "indicator_truth.csv").read_text(encoding="utf-8") == indicator_truth_csv()


@pytest.mark.parametrize("line", TRUTH, ids=[line["id"] for line in TRUTH])
def test_what_is_planted_is_said(line: dict[str, str], said: tuple[Connection, Standings]) -> None:
    _, found = said
    [standing] = [s for s in found.standings if (s.indicator, s.place) == (line["indicator"], line["place"])]
    assert (line["lamp"] or standing.lamp) == standing.lamp, standing.says
    assert (line["course"] or standing.course) == standing.course, standing.says
    assert [words for words in line["says"].split("；") if words not in standing.says] == [], standing.says
    codes = {f.code for f in found.findings if (f.indicator, f.place) == (line["indicator"], line["place"])}
    assert {line["finding"]} - {""} <= codes


def test_every_finding_of_the_county_is_planted(said: tuple[Connection, Standings]) -> None:
    _, found = said
    planted = {(line["indicator"], line["finding"]) for line in TRUTH if line["finding"]}
    assert {(f.indicator, f.code) for f in found.findings if f.place == COUNTY} == planted


def test_every_shipped_indicator_that_is_reported_has_a_reading_of_the_county(
    rulebook: Rulebook, said: tuple[Connection, Standings]
) -> None:
    _, found = said
    silent = {line["indicator"] for line in TRUTH if line["course"] == "unknown"}
    read = {s.indicator for s in found.standings if s.place == COUNTY and s.value is not None}
    assert {i.id for i in rulebook.indicators.values() if i.reports} - silent <= read


def test_readings_begin_in_2023_and_surveys_in_2022(said: tuple[Connection, Standings]) -> None:
    con, _ = said
    first = {
        kind: con.execute(f"SELECT min(occurred_on) FROM sense.{kind}").fetchall()[0][0]
        for kind in ("indicator", "survey")
    }
    assert first == {"indicator": date(2023, 1, 31), "survey": date(2022, 3, 31)}
    assert set(first) <= set(kinds())


def test_a_line_sent_too_high_is_corrected_in_a_second_version(said: tuple[Connection, Standings]) -> None:
    con, _ = said
    versions = con.execute(
        "SELECT value FROM sense.indicator WHERE key = '刑事立案数-990100-202605' ORDER BY superseded_at NULLS LAST"
    ).fetchall()
    assert [value for (value,) in versions] == [673] or versions == [(691,), (673,)]


def test_towns_are_reported_where_a_town_can_answer(said: tuple[Connection, Standings]) -> None:
    con, _ = said
    towns = con.execute(
        "SELECT category, count(DISTINCT place) FROM sense.indicator WHERE place <> $1 GROUP BY ALL", [COUNTY]
    ).fetchall()
    assert set(towns) == {("矛盾纠纷化解率", len(TOWNS)), ("110接报警的矛盾纠纷排查化解率", len(TOWNS))}


def test_the_parts_of_a_town_add_up_to_the_county(said: tuple[Connection, Standings]) -> None:
    con, _ = said
    [apart] = con.execute(
        "SELECT count(*) FROM (SELECT occurred_on, sum(numerator) FILTER (place <> $1) AS n, sum(denominator) FILTER (place <> $1) AS d,"
        " sum(numerator) FILTER (place = $1) AS whole_n, sum(denominator) FILTER (place = $1) AS whole_d FROM sense.indicator"
        " WHERE category LIKE '110%' GROUP BY occurred_on) WHERE n <> whole_n OR d <> whole_d",
        [COUNTY],
    ).fetchall()
    assert apart == (0,)
