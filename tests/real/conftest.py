"""Where the real records are absent, tests are skipped with the sentence that ``make real`` would print; in CI they fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .records import ABSENT, folder


@pytest.fixture(scope="session")
def real_records() -> Path:
    found = folder()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    return found
