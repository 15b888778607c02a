"""One event through several doors: how many of the true pairs are found, and how many of the found ones are true.

``python -m benchmarks.links`` prints the table for ``rules/links.yaml``, beside Splink's own result where it is installed;
``--estimate`` prints the odds (m, u) that Splink's expectation maximisation finds on the made set of another seed, as they stand in
``rules/links.yaml``.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import duckdb

from benchmarks.doors import Made, made, pour, true_pairs
from riskengine.model.links import Links
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.sense.links import link
from riskengine.store.database import Connection, settle
from riskengine.store.schema import create_schemas
from riskengine.workspace import Workspace

__all__ = ["Quality", "linked", "quality"]

NIGHT = date(2026, 8, 1)
_SEED, _TRAINED_ON = 7, 1


@dataclass(frozen=True)
class Quality:
    """Pairs of records: found, truly one event, and both."""

    found: int
    true: int
    both: int

    @property
    def precision(self) -> float:
        """Of the found pairs, those that are one event; 1 where nothing is found."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of the true pairs, those that were found; 1 where there are none."""
        return self.both / self.true if self.true else 1.0


def quality(found: Iterable[frozenset[str]], records: Made) -> Quality:
    """``found`` against the truth of ``records``."""
    pairs, true = set(found), true_pairs(records)
    return Quality(len(pairs), len(true), len(pairs & true))


def linked(con: Connection, rulebook: Rulebook, records: Made) -> set[frozenset[str]]:
    """The pairs that a first night on ``records`` puts into one event. ``con``: an empty database."""
    create_schemas(con)
    pour(con, records, NIGHT)
    link(con, rulebook, NIGHT)
    rows = con.execute(
        "SELECT list(key ORDER BY key) FROM sense.link WHERE superseded_at IS NULL GROUP BY event"
    ).fetchall()
    return {frozenset(pair) for (keys,) in rows for pair in combinations(keys, 2)}


def _fresh() -> Connection:
    con = duckdb.connect(":memory:")
    settle(con)
    return con


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.links", description="一事多报：查准与查全，对照 Splink")
    parser.add_argument("--estimate", action="store_true", help="用 Splink 在另一组生成数据上估计各项的 m、u")
    parser.add_argument("--seed", type=int, default=_SEED)
    chosen = parser.parse_args()
    rulebook = load(Workspace.at(Path(__file__).parents[1]))
    there = importlib.util.find_spec("splink") is not None
    if chosen.estimate:
        if not there:
            raise SystemExit("没有安装 Splink：请先安装开发依赖（pip install -e .[dev]）。")
        peer = importlib.import_module("benchmarks.links_peer")
        print(peer.estimated(made(rulebook.places, _TRAINED_ON), rulebook))
        return
    records = made(rulebook.places, chosen.seed)
    print(f"生成 {len(records)} 条记录，{len(true_pairs(records))} 对是一件事（种子 {chosen.seed}）")
    print(f"{'做法':32}{'找到':>6}{'查准':>8}{'查全':>8}{'秒':>8}")
    for name, links in _variants(rulebook.links).items():
        began = time.perf_counter()
        pairs = linked(_fresh(), _with(rulebook, links), records)
        _line(name, quality(pairs, records), time.perf_counter() - began)
    if there:
        peer = importlib.import_module("benchmarks.links_peer")
        trained = made(rulebook.places, _TRAINED_ON)
        for name, pairs, seconds in peer.found(records, trained, rulebook):
            _line(name, quality(pairs, records), seconds)


def _variants(links: Links) -> dict[str, Links]:
    by_number = links.model_copy(update={"meetings": links.meetings[:1], "categories": ()})
    likely = links.model_copy(update={"transfer": links.transfer.model_copy(update={"within": 0, "least": 2})})
    return {
        "rules/links.yaml": links,
        "threshold 0.7": links.model_copy(update={"threshold": 0.7}),
        "threshold 0.97": links.model_copy(update={"threshold": 0.97}),
        "only by number": by_number,
        "number unread": likely,
    }


def _with(rulebook: Rulebook, links: Links) -> Rulebook:
    return Rulebook(**{**vars(rulebook), "links": links})


def _line(name: str, came: Quality, seconds: float) -> None:
    print(f"{name:34}{came.found:>8}{came.precision:>10.3f}{came.recall:>10.3f}{seconds:>10.2f}")


if __name__ == "__main__":
    main()
