"""What came back after it was closed: one screen that shows the raise where the points lead to the level."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

from riskengine.explain.chain import as_json
from riskengine.explain.gather import explain_rule
from riskengine.explain.page import as_page
from riskengine.explain.text import as_text
from riskengine.night import run_night
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.explain.county import LAST
from tests.loop.county import put

GOLDEN = Path(__file__).parent / "golden" / "rebound.txt"
AFTER = date(2026, 7, 1)


def test_the_raise_stands_in_the_answer_the_notes_and_the_score(county: Workspace, tmp_path: Path) -> None:
    workspace = Workspace.at(shutil.copytree(county.root, tmp_path / "county"))
    with connect(workspace.database, workspace.scratch) as con:
        con.execute(
            "INSERT INTO review.watch (as_of, id, unit, kind, subject_type, subject, theme, closed_on, until, outcome) "
            "SELECT $last, id, 'fanzha', '办理', subject_type, subject, theme, $last, DATE '2026-07-30', '已化解' "
            "FROM assess.warning WHERE id = 'YJ-2026-000008'",
            {"last": LAST},
        )
    again = "".join(f"FZ-Z-{n},2026-07-01,东湾镇,刷单返利,900\n" for n in range(3))
    put(workspace, "电诈/3.csv", "案件编号,发案日期,辖区,类型,损失金额\n" + again)
    run_night(workspace, AFTER)

    found = explain_rule(workspace, "fraud-day", "东湾镇", AFTER)
    text = as_text(found)
    shown = (
        re.sub(r"版本 [0-9a-f]{8}", "版本 ########", re.sub(r"规则（[0-9a-f]{8}）", "规则（########）", text)) + "\n"
    )
    assert shown == GOLDEN.read_text(encoding="utf-8")
    [plain] = json.loads(as_json(found))
    assert (plain["level"], plain["grading"]) == ("黄", "45分 → 黄（40分起）；反弹，升一级为橙")
    assert "升一级为橙" in as_page(found)
