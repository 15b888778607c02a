"""Each file of ``tests/bad_rules`` has one mistake and states at its head, word for word, what the analyst is told.

Head: ``# file: rules/…`` (where the file stands in an otherwise good workspace), then one
``# path:line:column: code sentence`` for each problem. The head is part of the file, so its lines count; only CSV files
are laid down without it.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from riskengine.errors import RulesInvalid
from riskengine.rulebook.codes import CODES
from riskengine.rulebook.load import load

HERE = Path(__file__).parent
BAD = sorted((HERE.parent / "bad_rules").iterdir())


def smallest() -> ModuleType:
    spec = importlib.util.spec_from_file_location("smallest_rules", HERE / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def head_and_body(text: str) -> tuple[str, list[str], str]:
    lines = text.splitlines(keepends=True)
    count = next(number for number, line in enumerate(lines) if not line.startswith("# "))
    target, *expected = (line[2:].rstrip("\n") for line in lines[:count])
    return target.removeprefix("file: rules/"), expected, "".join(lines[count:])


@pytest.mark.parametrize("bad", BAD, ids=[path.stem for path in BAD])
def test_a_wrong_file_is_answered_with_the_sentence_at_its_head(bad: Path, tmp_path: Path) -> None:
    text = bad.read_text(encoding="utf-8")
    target, expected, body = head_and_body(text)
    workspace = smallest().write(tmp_path / "rules", {target: body if bad.suffix == ".csv" else text})
    with pytest.raises(RulesInvalid) as raised:
        load(workspace)
    assert [str(problem) for problem in raised.value.problems] == expected
    assert {problem.code for problem in raised.value.problems} <= set(CODES)


def test_there_is_a_file_for_every_mistake_we_know() -> None:
    """Codes without a file here are about bytes and missing files; test_load has those."""
    shown = {line.split(": ")[1][:4] for path in BAD for line in head_and_body(path.read_text(encoding="utf-8"))[1]}
    elsewhere = {"E101", "E106"}
    assert {code for code in CODES if code[0] == "E"} - shown == elsewhere
