"""The county whose indicators are looked at; reading writes nothing, so all tests may share it."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.workspace import Workspace
from tests.standings.county import build


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root: Path = tmp_path_factory.mktemp("standings")
    return build(root)
