"""Which files are new tonight, and whose they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from riskengine.model.rulebook import Rulebook
from riskengine.model.source import Source
from riskengine.sense.claim import Arrival, arrivals, claims, received_on
from riskengine.workspace import Workspace
from tests.sense.desk import Desk, open_desk, source

AS_OF = date(2026, 6, 30)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as one:
        one.folder.joinpath("data/inbox").mkdir(parents=True)
        yield one


def rulebook(**files: str) -> Rulebook:
    dated = {"received": {"pattern": r"_(\d{4}-?\d{2}-?\d{2})"}}
    sources: dict[str, Source] = {
        name: source(source=name, files=pattern.split(), **dated) for name, pattern in files.items()
    }
    return Rulebook(sources=sources, signals={}, rules={}, levels=(), units={}, places=(), routes=(), hash="0")


def drop(desk: Desk, name: str, content: bytes = b"x") -> str:
    path = desk.folder / "data/inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def look(desk: Desk, rules: Rulebook, as_of: date = AS_OF) -> list[Arrival]:
    return arrivals(desk.con, Workspace(desk.folder), rules, as_of)


def remember(desk: Desk, sha256: str, status: str, owner: str | None, day: str | None) -> None:
    desk.con.execute(
        "INSERT INTO sense.file (file_id, sha256, source, status, received_on) VALUES (1, $1, $2, $3, $4)",
        [sha256, owner, status, day],
    )


def test_files_come_oldest_first_and_without_a_day_last(desk: Desk) -> None:
    for name in (
        "公安局/警情_20260630.csv",
        "公安局/警情.csv",
        "公安局/深/警情_2026-06-01.csv",
        "甲/警情_20260601.csv",
    ):
        drop(desk, name, name.encode())
    found = look(desk, rulebook(incidents="**/警情*.csv"))
    assert [(one.name, one.received_on, one.status, one.message) for one in found] == [
        ("公安局/深/警情_2026-06-01.csv", date(2026, 6, 1), "claimed", ""),
        ("甲/警情_20260601.csv", date(2026, 6, 1), "claimed", ""),
        ("公安局/警情_20260630.csv", date(2026, 6, 30), "claimed", ""),
        ("公安局/警情.csv", None, "claimed", ""),
    ]
    assert found[0].sha256 == hashlib.sha256("公安局/深/警情_2026-06-01.csv".encode()).hexdigest()


def test_a_file_dated_years_ahead_is_named_and_not_waited_for(desk: Desk) -> None:
    drop(desk, "警情_20620630.csv")
    (found,) = look(desk, rulebook(incidents="警情_*.csv"))
    assert (found.status, found.message) == (
        "refused",
        "警情_20620630.csv：文件名里的日期是 2062-06-30，离今晚太远，可能写错。请改正文件名后重报。",
    )


def test_a_file_of_tomorrow_waits(desk: Desk) -> None:
    drop(desk, "警情_20260701.csv")
    assert look(desk, rulebook(incidents="*.csv")) == []
    assert len(look(desk, rulebook(incidents="*.csv"), date(2026, 7, 1))) == 1


@pytest.mark.parametrize(
    "name", ["~$警情.xlsx", ".警情.csv", "警情.csv.part", "警情.TMP", "Thumbs.db", ".缓存/警情.csv", "警情.crdownload"]
)
def test_temporary_files_are_passed_over(desk: Desk, name: str) -> None:
    drop(desk, name)
    assert look(desk, rulebook(incidents="**")) == []


def test_a_file_that_nobody_claims_names_the_nearest_source(desk: Desk) -> None:
    drop(desk, "公安局/接处井_20260630.csv")
    [one] = look(desk, rulebook(incidents="公安局/接处警_*.csv", fraud="反诈中心/*.xlsx"))
    assert (one.status, one.source, one.received_on) == ("unclaimed", None, None)
    assert one.message == (
        "公安局/接处井_20260630.csv：没有来源认领这个文件，最接近的是来源 incidents 的“公安局/接处警_*.csv”。"
        "请改文件名后重报，或在 rules/sources 里补上 files。"
    )
    drop(desk, "公安局/接处井_20260630.csv", b"")
    [one] = look(desk, rulebook(other="z"))
    assert (
        one.message
        == "公安局/接处井_20260630.csv：没有来源认领这个文件。请改文件名后重报，或在 rules/sources 里补上 files。"
    )


def test_a_file_that_two_claim_is_refused_by_name_until_the_rules_are_mended(desk: Desk) -> None:
    sha256 = drop(desk, "公安局/警情.csv")
    both = rulebook(incidents="公安局/*", fraud="*.csv")
    [one] = look(desk, both)
    assert (one.status, one.source) == ("refused", None)
    assert one.message == (
        "公安局/警情.csv：有 2 个来源都认领了这个文件（incidents、fraud）。请改写 rules/sources 里的 files，只留一个。"
    )
    remember(desk, sha256, "refused", None, None)
    assert [one.status for one in look(desk, rulebook(incidents="公安局/*"))] == ["claimed"]


def test_bytes_that_were_read_are_not_read_again(desk: Desk) -> None:
    sha256 = drop(desk, "警情_20260601.csv")
    drop(desk, "警情_20260601 副本.csv")
    rules = rulebook(incidents="*.csv")
    assert [one.name for one in look(desk, rules)] == ["警情_20260601 副本.csv"]
    remember(desk, sha256, "loaded", "incidents", "2026-06-01")
    assert look(desk, rules) == []


@pytest.mark.parametrize("status", ["refused", "unreadable"])
def test_a_file_that_was_not_taken_in_is_tried_again(desk: Desk, status: str) -> None:
    remember(desk, drop(desk, "警情_20260601.csv"), status, "incidents", "2026-06-01")
    assert len(look(desk, rulebook(incidents="*.csv"))) == 1


def test_the_same_bytes_on_another_day_are_a_report_again(desk: Desk) -> None:
    remember(desk, drop(desk, "警情_20260601.csv"), "loaded", "incidents", "2026-06-01")
    drop(desk, "警情_20260602.csv")
    assert [one.name for one in look(desk, rulebook(incidents="*.csv"))] == ["警情_20260602.csv"]


def test_an_undated_file_is_known_by_its_bytes_alone(desk: Desk) -> None:
    remember(desk, drop(desk, "警情.csv"), "loaded", "incidents", "2026-06-01")
    assert look(desk, rulebook(incidents="*.csv")) == []


def test_a_folder_that_links_to_itself_is_walked_once(desk: Desk) -> None:
    drop(desk, "警情.csv")
    desk.folder.joinpath("data/inbox/圈").symlink_to(desk.folder / "data/inbox", target_is_directory=True)
    assert len(look(desk, rulebook(incidents="**"))) == 1


def test_no_inbox_is_an_empty_inbox(tmp_path: Path) -> None:
    with open_desk(tmp_path) as one:
        assert look(one, rulebook(incidents="*")) == []


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "深/层/a.CSV", True),
        ("公安局/*.csv", "公安局/a.csv", True),
        ("公安局/*.csv", "公安局/深/a.csv", False),
        ("公安局/**/*.csv", "公安局/a.csv", True),
        ("公安局/**/*.csv", "公安局/深/层/a.csv", True),
        ("公安局/**", "公安局/深/a.xlsx", True),
        ("警情_????.csv", "警情_2026.csv", True),
        ("警情_[0-9]*.csv", "警情_x.csv", False),
        ("警情_[!0-9]*.csv", "警情_x.csv", True),
        ("a(1)+.csv", "a(1)+.csv", True),
        ("cafe\u0301.csv", "caf\u00e9.csv", True),
    ],
)
def test_globs(pattern: str, name: str, fits: bool) -> None:
    assert claims(source(files=[pattern]), name) is fits


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("警情_20260601.csv", date(2026, 6, 1)),
        ("警情_2026-06-01.csv", date(2026, 6, 1)),
        ("警情_20260231.csv", None),
        ("警情.csv", None),
    ],
)
def test_the_day_in_a_name(name: str, day: date | None) -> None:
    assert received_on(source(received={"pattern": r"_([\d-]+)"}), name) == day
