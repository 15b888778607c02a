"""The sample county, generated once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.sample.__main__ import generate


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``data/inbox`` as the generator leaves it."""
    folder = tmp_path_factory.mktemp("county") / "data" / "inbox"
    generate(folder)
    return folder
