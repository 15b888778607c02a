"""The county in its two states — no night run yet, one night run — and what two undisturbed nights deliver."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskengine.night import run_night
from riskengine.workspace import Workspace
from tests.loop.county import FIRST, NIGHTS, SECOND, build, lists


@pytest.fixture(scope="session")
def one_night(tmp_path_factory) -> Workspace:
    """The county after its first night; tests copy it and leave it alone."""
    workspace = build(tmp_path_factory.mktemp("loop") / "template")
    run_night(workspace, FIRST)
    return workspace


@pytest.fixture
def county(one_night, tmp_path) -> Workspace:
    """The county after its first night, the second still to come."""
    shutil.copytree(one_night.root, tmp_path / "county", symlinks=True)
    return Workspace.at(tmp_path / "county")


@pytest.fixture
def fresh(tmp_path) -> Workspace:
    """The county before any night."""
    return build(tmp_path / "county")


@pytest.fixture(scope="session")
def after_both(one_night, tmp_path_factory) -> Workspace:
    """The county after two nights that nobody disturbed."""
    root: Path = tmp_path_factory.mktemp("loop-undisturbed") / "county"
    shutil.copytree(one_night.root, root)
    workspace = Workspace.at(root)
    run_night(workspace, SECOND)
    return workspace


@pytest.fixture(scope="session")
def undisturbed(after_both) -> dict[str, str]:
    """SHA-256 of every list of both nights."""
    found = lists(after_both)
    assert {path.split("/")[0] for path in found} == {night.isoformat() for night in NIGHTS}
    return found
