"""The county to be explained, built once; explaining writes nothing, so all tests may share it."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.workspace import Workspace
from tests.explain.county import build


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three towns after three nights."""
    root: Path = tmp_path_factory.mktemp("explain")
    return build(root)
