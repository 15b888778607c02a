"""Each file of ``tests/bad_rules`` has one mistake and states at its head, word for word, what the analyst is told.

Head: ``# file: rules/…`` (where the file stands in an otherwise good workspace), then one
``# path:line:column: code sentence`` for each problem. The head is part of the file, so its lines count; only CSV files
are laid down without it. With ``# as-of: 2026-06-30`` the file is laid into a tidy workspace and all that ``check`` says on
that day is compared, issues as well; without, the errors that keep the book from loading.
"""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from riskengine.errors import RulesInvalid
from riskengine.rulebook.check import check
from riskengine.rulebook.codes import CODES, severity_of
from riskengine.rulebook.load import load

HERE = Path(__file__).parent
BAD = sorted((HERE.parent / "bad_rules").iterdir())


def smallest() -> ModuleType:
    spec = importlib.util.spec_from_file_location("smallest_rules", HERE / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def head_and_body(text: str) -> tuple[str, date | None, list[str], str]:
    lines = text.splitlines(keepends=True)
    count = next(number for number, line in enumerate(lines) if not line.startswith("# "))
    target, *expected = (line[2:].rstrip("\n") for line in lines[:count])
    day = date.fromisoformat(expected.pop(0).removeprefix("as-of: ")) if expected[0].startswith("as-of: ") else None
    return target.removeprefix("file: rules/"), day, expected, "".join(lines[count:])


@pytest.mark.parametrize("bad", BAD, ids=[path.stem for path in BAD])
def test_a_wrong_file_is_answered_with_the_sentence_at_its_head(bad: Path, tmp_path: Path) -> None:
    text = bad.read_text(encoding="utf-8")
    target, day, expected, body = head_and_body(text)
    laid = {target: body if bad.suffix == ".csv" else text}
    if day is not None:
        problems = check(smallest().write(tmp_path / "rules", {**smallest().TIDY, **laid}), day)
    else:
        with pytest.raises(RulesInvalid) as raised:
            load(smallest().write(tmp_path / "rules", laid), cases=True)
        problems = list(raised.value.problems)
    assert [str(problem) for problem in problems] == expected
    assert {problem.code for problem in problems} <= set(CODES)


def test_there_is_a_file_for_every_mistake_we_know() -> None:
    """Codes without a file here are about bytes and missing files (test_load), or about the whole book (test_check)."""
    shown = {line.split(": ")[1][:4] for path in BAD for line in head_and_body(path.read_text(encoding="utf-8"))[2]}
    elsewhere = {"E101", "E106", "I809", "I810", "I827"}
    elsewhere |= {"E935", "E936", "E937", "E938", "E939"}  # Word files: tests/intervene/papers/test_templates.py
    assert set(CODES) - shown == elsewhere


def test_every_issue_has_a_severity() -> None:
    assert {severity_of(code) for code in CODES} == {"error", "high", "medium", "low"}
