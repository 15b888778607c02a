"""One county, its database open, put back before each test; a clock that a test sets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.delivery.county import MORNING, County, lay_down, put_back, remember


class Wall:
    """A clock on the wall of Asia/Shanghai that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def later(self, **time: int) -> None:
        self.now += timedelta(**time)


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return lay_down(tmp_path_factory.mktemp("county") / "w")


@pytest.fixture(scope="session")
def kept(laid: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    workspace = Workspace.at(shutil.copytree(laid.root, tmp_path_factory.mktemp("open") / "w"))
    with connect(workspace.database, workspace.scratch) as con:
        remember(con)
        yield County(workspace, con)


@pytest.fixture
def here(kept: County, laid: Workspace) -> County:
    shutil.rmtree(kept.root / "data" / "delivered", ignore_errors=True)
    shutil.copytree(laid.outbox, kept.workspace.outbox, dirs_exist_ok=True)
    put_back(kept.con)
    return kept


@pytest.fixture
def closed(laid: Workspace, tmp_path: Path) -> Workspace:
    """A county of which nobody holds the database, for processes of their own."""
    return Workspace.at(shutil.copytree(laid.root, tmp_path / "w"))


@pytest.fixture
def clock() -> Wall:
    return Wall()
