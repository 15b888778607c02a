"""The county after its nights, its rules committed; tests get a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskengine.workspace import Workspace
from tests.plan.county import build, commit, run_nights


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Workspace:
    """Twelve nights; leave it alone."""
    workspace = run_nights(build(tmp_path_factory.mktemp("plan") / "county"))
    commit(workspace.root)
    return workspace


@pytest.fixture
def county(filled, tmp_path) -> Workspace:
    """A copy to change: rules, repository and database."""
    root: Path = tmp_path / "county"
    shutil.copytree(filled.root, root, ignore=shutil.ignore_patterns("inbox", "outbox", "sealed", ".scratch"))
    return Workspace.at(root)
