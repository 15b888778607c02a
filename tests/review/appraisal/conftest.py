"""One database for all tests of a module; each of them leaves it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.review.appraisal.march import March
from tests.review.conftest import Ledger


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    root = tmp_path_factory.mktemp("appraised")
    (root / "rules").mkdir()
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch, threads=1) as con:
        yield Ledger(con, workspace)


@pytest.fixture
def march(empty: Ledger) -> Iterator[March]:
    empty.con.execute("BEGIN")
    yield March(empty)
    empty.con.execute("ROLLBACK")
