"""Mutated rule books are accepted, or refused at a place that is there. Ten thousand: ``python -m tests.mutations --count 10000``."""

from __future__ import annotations

from pathlib import Path

from tests.mutations.run import run


def test_a_mutated_book_is_accepted_or_refused_at_a_place(tmp_path: Path) -> None:
    tally = run(tmp_path, count=40, seed=2026)
    assert tally.failures == []
    assert tally.accepted > 2 and tally.refused > 25
