"""Real public records through workspaces that are made of YAML alone; the whole of it is ``make real``, this is a part."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from riskengine.rulebook.load import load
from riskengine.store.database import connect

from .events import CATEGORIES, category_of, read_events
from .records import DATASETS, HERE, ROOT, VARIABLE, Dataset, Days, deliver, month_ends
from .run import Outcome, balanced, night_of, prepare, read_off

pytestmark = pytest.mark.real

NIGHTS = {"stl_crime": date(2013, 2, 9), "chicago_311": date(2011, 2, 17)}
"""One night a dataset, in the middle of a known event. St. Louis has the last one too, on which all its files are in, because it takes
back by negative counts; the last nights of the other, and the third dataset, are left to ``make real``.
"""


@pytest.fixture(
    scope="module", params=[each for each in DATASETS if each.name in NIGHTS], ids=lambda dataset: dataset.workspace
)
def outcome(
    request: pytest.FixtureRequest, real_records: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outcome]:
    dataset: Dataset = request.param
    nights = [NIGHTS[dataset.name], *([dataset.last] if dataset.name == "stl_crime" else [])]
    workspace, published = prepare(dataset, real_records, tmp_path_factory.mktemp(dataset.workspace), nights)
    rulebook = load(workspace)
    found = Outcome(dataset, published)
    for night in nights:
        account = night_of(workspace, night, rulebook).account
        found.broken += account["broken"]
        found.faults += [fault["message"] for fault in account["faults"]]
    events = [event for event in read_events(real_records, dataset.name) if nights[0] in event.nights()]
    with connect(workspace.database, workspace.scratch) as con:
        read_off(con, found, rulebook, events)
    return found


def test_every_file_is_loaded_and_its_rows_add_up(outcome: Outcome) -> None:
    assert outcome.files and balanced(outcome) and not outcome.broken and not outcome.faults


def test_hardly_any_row_is_refused(outcome: Outcome) -> None:
    read = sum(file[2] for file in outcome.files)
    assert sum(file[7] for file in outcome.files) <= read / 1000, outcome.rejects


def test_the_event_of_the_night_is_warned_of(outcome: Outcome) -> None:
    [finding] = [each for each in outcome.findings if each.event.kind == "event"]
    assert finding.hits, finding.event


def test_retractions_are_netted_and_never_counted(outcome: Outcome, real_records: Path) -> None:
    if outcome.dataset.name != "stl_crime":  # the others take back by key or not at all
        assert outcome.net[2] == 0
        return
    counts = []
    for publication in outcome.dataset.publications:
        with gzip.open(real_records / publication.file, "rt", encoding="utf-8", newline="") as file:
            counts += [int(row["Count"]) for row in csv.DictReader(file)]
    assert outcome.net == (sum(counts), sum(n > 0 for n in counts), sum(n < 0 for n in counts))
    assert outcome.net[2] == 2041


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.workspace)
def test_a_workspace_is_made_of_rules_alone(dataset: Dataset) -> None:
    kinds = {path.suffix for path in (HERE / dataset.workspace).rglob("*") if path.is_file()}
    assert kinds <= {".yaml", ".csv"}


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.workspace)
def test_one_set_of_numbers_holds_for_all_categories(dataset: Dataset) -> None:
    """No rule is tuned to an event: all rules of a window differ in nothing but the category and the place level."""
    text = [path.read_text(encoding="utf-8") for path in sorted((HERE / dataset.workspace).rglob("surge/*.yaml"))]
    conditions = set()
    for line in "\n".join(text).splitlines():
        if line.strip().startswith(("when:", "bands:", "keep:")):
            head, _, rest = line.strip().partition(":")
            conditions.add(
                f"{head}:{' '.join(word for word in rest.split() if not word.startswith(('单日', '近7日')))}"
            )
    assert len([each for each in conditions if each.startswith("when:")]) == 2
    assert len([each for each in conditions if each.startswith("bands:")]) == 2


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.workspace)
def test_every_category_of_the_known_events_has_its_rules(dataset: Dataset, real_records: Path, tmp_path: Path) -> None:
    workspace, _ = prepare(dataset, real_records, tmp_path, [dataset.last])
    known = {category_of(rule) for rule in load(workspace).rules.values()}
    named = {category for event in read_events(real_records, dataset.name) for category in event.categories}
    assert CATEGORIES and named <= known


def test_a_delivery_holds_nothing_that_was_not_known_then(real_records: Path, tmp_path: Path) -> None:
    chicago = next(dataset for dataset in DATASETS if dataset.name == "chicago_311")
    days = chicago.calendar([date(2011, 2, 14)])
    deliver(chicago.publications[0], real_records, tmp_path, days)
    for path in tmp_path.iterdir():
        sent = date.fromisoformat(path.stem.rsplit("_", 1)[1][:4] + "-" + path.stem[-4:-2] + "-" + path.stem[-2:])
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert max(row["Creation_Date"], row["Completion_Date"]) <= sent.isoformat()


def test_the_calendar_sends_a_row_on_the_first_day_on_or_after_it_was_known() -> None:
    days = Days([*month_ends(date(2011, 1, 1), date(2011, 3, 1)), date(2011, 2, 14)])
    assert days.on_or_after(date(2011, 2, 1)) == date(2011, 2, 14)
    assert days.on_or_after(date(2011, 2, 15)) == date(2011, 2, 28)
    assert days.on_or_after(date(2011, 5, 1)) == date(2011, 3, 31)


def test_absent_records_are_said_in_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.real"], cwd=ROOT, env={VARIABLE: str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "没有找到真实数据" in done.stderr and done.stderr.count("\n") == 1
