"""The recorded example in docs/ still speaks of the shipped rules."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_edit_of_the_example_fits_the_shipped_rules():
    lines = (DOCS / "plan-example" / "edit.diff").read_text(encoding="utf-8").splitlines()
    [name] = [line.removeprefix("--- a/") for line in lines if line.startswith("--- a/")]
    content = (DOCS.parent / name).read_text(encoding="utf-8").splitlines()
    assert [line[1:] for line in lines if re.match(r"-[^-]", line)][0] in content


def test_the_example_is_what_the_page_says():
    marked, page = ((DOCS / name).read_text(encoding="utf-8") for name in ("plan-example/plan.md", "plan.md"))
    added = re.search(r"新增 (\d+) 件", marked)
    assert added
    assert f"{added[1]} 件黄色预警" in " ".join(page.split())
    assert "超过上限 10 件（--max-added 10）" in marked
    assert "（petition-repeated）参数“次数下限”2024-01-01 起：3次 → 2次" in marked
