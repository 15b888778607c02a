"""Whatever offices send: every row is accounted for, and each night knows what had been said by then."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.sense.phase import sense
from riskengine.store.database import Connection, connect
from riskengine.store.schema import as_known
from riskengine.workspace import Workspace
from tests.loop.broken import identity_number
from tests.loop.county import FRAUD_HEADER, build, put

ROWS = ("rows_read", "stored", "updated", "unchanged", "retracted", "rejected")
NIGHTS = [date(2026, 6, 28) + timedelta(days=n) for n in range(3)]
WIDTH = len(FRAUD_HEADER.split(","))


class Start:
    """A workspace with rules, an empty inbox and a database in which nothing is."""

    def __init__(self, workspace: Workspace, rules: Rulebook) -> None:
        self.workspace, self.rules = workspace, rules

    def __repr__(self) -> str:
        return "…"  # or Hypothesis would print the whole rule book


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Start:
    workspace = build(tmp_path_factory.mktemp("accounts") / "county")
    shutil.rmtree(workspace.inbox)
    with connect(workspace.database, workspace.scratch):
        pass
    return Start(workspace, load(workspace))


def copied(workspace: Workspace, folder: str) -> Workspace:
    return Workspace.at(shutil.copytree(workspace.root, Path(folder) / "county"))


def account(con: Connection, name: str) -> tuple[str, tuple[int, ...]]:
    status, *counted = con.execute(
        f"SELECT status, {', '.join(ROWS)} FROM sense.file WHERE name = $1 ORDER BY file_id DESC LIMIT 1", [name]
    ).fetchall()[0]
    return status, tuple(counted)


CELLS = st.sampled_from(
    [
        "",
        " ",
        "　",
        "FZ-1",
        "FZ-2",
        "ＦＺ－２",
        "合计",
        "2026-06-01",
        "2026/6/1",
        "2026年6月1日",
        "２０２６－０６－０１",
        "46174",
    ]
    + [
        "2066-06-30",
        "清溪镇",
        "990100102",
        "无名镇",
        "100",
        "１，０００．５",
        "3.2万",
        "-5",
        "撤案",
        "立案",
        "=1+1",
        "'x",
    ]
    + [identity_number(), "13800138000", "a|b", "\u200b", "x" * 101, "null", "—"]
)
GOOD = st.tuples(
    st.sampled_from(["FZ-1", "FZ-2", "FZ-3", "FZ-4"]),
    st.sampled_from(["2026-06-01", "2026/6/2", "2026年6月3日"]),
    st.sampled_from(["清溪镇", "990100102", "东湾"]),
    st.sampled_from(["刷单返利", ""]),
    st.sampled_from(["100", "3.2万", ""]),
    st.sampled_from(["立案", "撤案", ""]),
    st.sampled_from(["电话", ""]),
).map(list)
MESSY = st.lists(CELLS, min_size=0, max_size=WIDTH + 2)
ROW = st.one_of(GOOD, GOOD, st.lists(CELLS, min_size=WIDTH, max_size=WIDTH), MESSY)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROW, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_of_a_messy_file_every_row_is_accounted_for_once(empty, rows, end, encoding):
    text = end.join([FRAUD_HEADER, *(",".join(row) for row in rows), ""])
    name = "反诈中心/电诈案件_20260628.csv"
    with tempfile.TemporaryDirectory() as folder:
        workspace = copied(empty.workspace, folder)
        put(workspace, name, text.encode(encoding))
        with connect(workspace.database, workspace.scratch) as con:
            sense(con, workspace, empty.rules, NIGHTS[0])
            status, (read, *became) = account(con, name)
            rejected = con.execute("SELECT DISTINCT row_no FROM sense.reject ORDER BY 1").fetchall()
            unexplained = con.execute("SELECT count(*) FROM sense.reject WHERE coalesce(reason, '') = ''").fetchall()
            versions = con.execute("SELECT count(*) FROM sense.fraud").fetchall()[0][0]
            secret = con.execute("SELECT count(*) FROM sense.fraud WHERE method LIKE '%19800102%'").fetchall()
    assert status == "loaded"
    assert read == sum(became), "read = stored + updated + unchanged + retracted + rejected"
    assert read == sum(is_record(row) for row in rows), "no row is lost and none is made up"
    assert became[-1] == len(rejected) and unexplained == [(0,)], "each refused row is told, with a reason"
    assert {number for (number,) in rejected} <= {at + 2 for at, row in enumerate(rows) if is_record(row)}
    assert versions <= read - became[-1]
    assert secret == [(0,)]


def is_record(row: list[str]) -> bool:
    """Not blank, and no totals row: told by its first filled cell."""
    filled = [cell for cell in row if cell.strip(" \t\u3000\ufeff")]
    return bool(filled) and filled[0] != "合计"


Content = tuple[str, str, bool]
"""Place, loss, and whether the row takes the record back."""


@dataclass(frozen=True)
class Sent:
    """A file: the night it lies in the inbox from, the day its name tells (None: none), its rows in order."""

    arrives: int
    received: int | None
    rows: tuple[tuple[str, Content], ...]

    @property
    def text(self) -> str:
        lines = (
            f"{key},2026-06-01,{place},刷单返利,{loss},{'撤案' if gone else '立案'},"
            for key, (place, loss, gone) in self.rows
        )
        return "\n".join([FRAUD_HEADER, *lines, ""])

    def name(self, number: int) -> str:
        day = "" if self.received is None else f"{NIGHTS[self.received]:%Y%m%d}"
        return f"反诈中心/电诈案件_{day}_{number}.csv"


@dataclass
class Oracle:
    """What the store promises, written down the slow way: a list of words a key, each with the day it was known from."""

    words: dict[str, list[tuple[int, Content]]] = field(default_factory=dict)
    taken: set[tuple[str, int | None]] = field(default_factory=set)

    def night(self, night: int, waiting: list[tuple[str, Sent]]) -> dict[str, Counter[str]]:
        """Take in the files of a night, oldest first, undated last; the counts of each file."""
        due = [each for each in waiting if each[1].received is None or each[1].received <= night]
        due.sort(key=lambda each: (each[1].received is None, each[1].received or 0, each[0]))
        counted = {}
        for name, sent in due:
            if (sent.text, sent.received) not in self.taken:
                counted[name] = self._file(sent, night if sent.received is None else sent.received)
            self.taken |= {(sent.text, sent.received), (sent.text, None)}
        return counted

    def _file(self, sent: Sent, day: int) -> Counter[str]:
        counted: Counter[str] = Counter()
        last: dict[str, Content] = {}
        for key, content in sent.rows:
            held = self.words.get(key, [])
            before = last.get(key, held[-1][1] if held else None)
            if held and held[-1][0] > day:
                counted["unchanged"] += 1  # older than what we hold
                continue
            if content == before:
                counted["unchanged"] += 1
            elif content[2]:
                counted["retracted"] += 1
            else:
                counted["stored" if before is None else "updated"] += 1
            last[key] = content
        for key, content in last.items():
            held = self.words.setdefault(key, [])
            if not held or held[-1][1] != content:
                held.append((day, content))
        return counted

    def known(self, night: int) -> dict[str, tuple[str, str]]:
        """Key → place and loss of the records as known on a night, retracted ones left out."""
        newest = {key: [word for day, word in words if day <= night] for key, words in self.words.items()}
        return {key: words[-1][:2] for key, words in newest.items() if words and not words[-1][2]}


CONTENT = st.tuples(st.sampled_from(["990100101", "990100102"]), st.sampled_from(["100.00", "200.00"]), st.booleans())
FILE = st.builds(
    Sent,
    arrives=st.integers(0, 2),
    received=st.sampled_from([None, 0, 0, 1, 1, 2, 2]),
    rows=st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), CONTENT), min_size=1, max_size=5).map(tuple),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(files=st.lists(FILE, min_size=2, max_size=6))
def test_corrections_and_retractions_over_three_nights_are_those_of_a_plain_list(empty, files):
    oracle = Oracle()
    with tempfile.TemporaryDirectory() as folder:
        workspace = copied(empty.workspace, folder)
        waiting: list[tuple[str, Sent]] = []
        for night, as_of in enumerate(NIGHTS):
            for number, sent in enumerate(files):
                if sent.arrives == night:
                    waiting.append((sent.name(number), sent))
                    put(workspace, sent.name(number), sent.text)
            expected = oracle.night(night, waiting)
            with connect(workspace.database, workspace.scratch) as con:
                sense(con, workspace, empty.rules, as_of)
                told = {
                    name: Counter({key: n for key, n in zip(ROWS[1:], counts, strict=True) if n})
                    for name, *counts in con.execute(
                        f"SELECT name, {', '.join(ROWS[1:])} FROM sense.file WHERE as_of = $1", [as_of]
                    ).fetchall()
                }
                assert told == expected
                for earlier, day in enumerate(NIGHTS[: night + 1]):
                    assert known(con, day) == oracle.known(earlier), f"as known on {day}, asked on {as_of}"


def known(con: Connection, day: date) -> dict[str, tuple[str, str]]:
    rows = con.execute(f"SELECT key, place, loss::VARCHAR FROM ({as_known('fraud', '$day')})", {"day": day}).fetchall()
    assert len({key for key, *_ in rows}) == len(rows), "one version a record at any time"
    return {key: (place, loss) for key, place, loss in rows}


def test_an_undated_copy_of_a_dated_file_says_nothing_new_on_the_same_night_as_on_the_next(empty, tmp_path):
    """Else a night killed between the two files would leave another account than an undisturbed one."""
    workspace = copied(empty.workspace, str(tmp_path))
    sent = Sent(0, 0, (("A", ("990100101", "100.00", False)),))
    put(workspace, sent.name(0), sent.text)
    put(workspace, "反诈中心/电诈案件_副本.csv", sent.text)
    with connect(workspace.database, workspace.scratch) as con:
        sense(con, workspace, empty.rules, NIGHTS[0])
        assert con.execute("SELECT name, stored FROM sense.file").fetchall() == [(sent.name(0), 1)]
