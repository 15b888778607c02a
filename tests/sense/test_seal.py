"""Sealing keeps what was read, and nothing of a person; unsealing gives the same tables and the same account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from riskengine.errors import SourceBroken
from riskengine.sense.seal import seal, sealed_path, unseal
from riskengine.workspace import Workspace
from tests.sense.desk import HEADER, TABLE, Desk, open_desk

SHA = "ab" * 32


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as one:
        yield one


def test_a_sealed_file_gives_the_same_tables_and_account(desk: Desk) -> None:
    workspace = Workspace(desk.folder)
    report = desk.text(f"{TABLE}A3,2026-03-03,清溪镇,盗窃,多一格\n合计,,,3\n,,,\nA4,,,'引号\n")
    before = desk.raw(), desk.bad()
    path = seal(desk.con, workspace, SHA, report)
    assert path == sealed_path(workspace, SHA) == desk.folder / "data" / "sealed" / "ab" / f"{SHA}.parquet"
    desk.con.execute("DROP TABLE raw; DROP TABLE raw_bad")
    assert unseal(desk.con, path) == report
    assert (desk.raw(), desk.bad()) == before
    assert len(before[1]) == 1


def test_header_only_is_sealed_too(desk: Desk) -> None:
    report = desk.text(HEADER)
    assert unseal(desk.con, seal(desk.con, Workspace(desk.folder), SHA, report)) == report
    assert desk.raw() == []


def test_the_same_file_seals_to_the_same_bytes(desk: Desk) -> None:
    digests = set()
    rows = "".join(f"A{number},2026-03-01,清溪镇,盗窃\n" for number in range(300_000))
    for threads in (1, 2, 2):
        desk.con.execute(f"SET threads={threads}")
        report = desk.text(f"{HEADER}\n{rows}")
        path = seal(desk.con, Workspace(desk.folder), SHA, report)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_damaged_seal_says_what_to_do(desk: Desk) -> None:
    path = desk.put("x.parquet", b"PAR1 and no more")
    with pytest.raises(SourceBroken, match="^x.parquet：封存的文件读不通。请从备份恢复，或把原件重新放进收件箱。$"):
        unseal(desk.con, path)
