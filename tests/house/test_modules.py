"""Rooms one can live in: small modules, short lines, telling names."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("riskengine", "flows", "tests", "data/sample", "benchmarks")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
LONGEST = 140
"""120 is what we aim for and where `ruff format` wraps; a sentence in Chinese or SQL may stick out a little."""

MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "tools"}


def named(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_has_at_most_300_lines_of_at_most_140_characters(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    long = [number for number, line in enumerate(lines, start=1) if len(line) > LONGEST]
    assert len(lines) <= 300
    assert not long, f"lines longer than {LONGEST} characters: {long}"


def test_no_module_is_named_after_nothing():
    guilty = [named(path) for path in SOURCES if path.stem in MEANINGLESS]
    assert not guilty


def test_every_module_says_what_it_is():
    guilty = [
        named(path) for path in SOURCES if not path.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert not [each for each in guilty if not each.startswith(("tests/", "data/", "benchmarks/"))]
