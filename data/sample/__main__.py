"""``python -m data.sample --workspace DIR`` writes two years of the sample county into ``DIR/data/inbox``.

``--rules`` writes the files that follow from the geography and the plan: ``rules/places.csv``, ``rules/units.yaml``,
``data/sample/truth.csv`` and ``data/sample/indicator_truth.csv``. ``--receipts --as-of D`` fills in the lists of night D,
as the units would on the next day.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from data.sample import (
    busy,
    disputes,
    fraud,
    hazards,
    incidents,
    indicators,
    petitions,
    planted,
    projects,
    receipts,
    rectification,
    surveys,
)  # fmt: skip
from data.sample.doors import links_truth_csv
from data.sample.geography import places_csv, units_yaml
from data.sample.indicator_truth import indicator_truth_csv
from data.sample.office import Version
from data.sample.truth import truth_csv

__all__ = ["generate", "main"]


def generate(inbox: Path, *, more: bool = False) -> int:
    """Write all files of all offices below ``inbox``; returns how many. The same bytes every time. ``more``: of a busy quarter."""

    def planned(kind: str) -> list[Version]:
        return planted.versions(kind) + (busy.versions(kind) if more else [])

    files = incidents.write(inbox, planned("incident")) + fraud.write(inbox, planned("fraud"))
    files += petitions.write(inbox, planned("petition")) + disputes.write(inbox, planned("dispute"))
    files += hazards.write(inbox, planned("hazard"))
    return files + projects.write(inbox) + rectification.write(inbox) + surveys.write(inbox) + indicators.write(inbox)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m data.sample", description="生成样例县（虚构）的报送文件")
    parser.add_argument("--workspace", type=Path, default=Path(), help="工作区文件夹")
    parser.add_argument(
        "--rules", action="store_true", help="重写 rules/places.csv、rules/units.yaml 与 data/sample 中的三份真值"
    )
    parser.add_argument("--receipts", action="store_true", help="为 --as-of 那一夜的清单生成回执")
    parser.add_argument("--as-of", type=date.fromisoformat, help="夜次日期，如 2026-06-30")
    chosen = parser.parse_args(arguments)
    root: Path = chosen.workspace
    if chosen.rules:
        (root / "rules" / "places.csv").write_text(places_csv(), encoding="utf-8")
        (root / "rules" / "units.yaml").write_text(units_yaml(), encoding="utf-8")
        (root / "data" / "sample" / "truth.csv").write_text(truth_csv(), encoding="utf-8")
        (root / "data" / "sample" / "links_truth.csv").write_text(links_truth_csv(), encoding="utf-8")
        (root / "data" / "sample" / "indicator_truth.csv").write_text(indicator_truth_csv(), encoding="utf-8")
    elif chosen.receipts:
        if chosen.as_of is None:
            print("--receipts 须同时写 --as-of，例如 --as-of 2026-06-30", file=sys.stderr)
            return 2
        print(f"样例县：已生成 {receipts.write(root, chosen.as_of)} 份回执")
    else:
        print(f"样例县：已生成 {generate(root / 'data' / 'inbox')} 份报送文件")
    return 0


if __name__ == "__main__":
    sys.exit(main())
