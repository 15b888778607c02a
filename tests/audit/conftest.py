"""The county of the loop after three nights: warnings open, rise and combine, a receipt is taken and one is not, rules change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from riskengine.night import run_night
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.audit.log import Log
from tests.loop.county import FIRST, SECOND, build, put, text

THIRD = date(2026, 7, 1)


@pytest.fixture(scope="session")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three nights run; whoever changes anything puts it back, or takes a copy."""
    root: Path = tmp_path_factory.mktemp("audit") / "county"
    workspace = build(root)
    exceptions = "exceptions:\n  - {rule: petition-surge, subject: '990100101', until: 2026-06-29, who: 信访局, why: 集中登记, breaks_at: 红}\n"
    (workspace.rules / "exceptions.yaml").write_text(exceptions, encoding="utf-8")
    compound = workspace.rules / "warnings/compound/compound.yaml"
    compound.write_text(
        compound.read_text(encoding="utf-8").replace("    adds:", "    inhibits: [petition-surge]\n    adds:"),
        encoding="utf-8",
    )
    run_night(workspace, FIRST)
    rule = workspace.rules / "warnings/petitions/petitions.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("2024-01-01: 4", "2024-01-01: 5"), encoding="utf-8")
    put(workspace, "反诈中心/电诈案件_20260630_坏.csv", b"%PDF-1.7")
    run_night(workspace, SECOND)
    receipts = [
        "YJ-2026-000001,2026-06-30,990100101,反诈中心,2026-06-30,属实",
        "YJ-2026-999999,2026-06-30,990100101,反诈中心,2026-06-30,误报",
    ]
    put(workspace, "回执/回执_20260701.csv", text(receipts, "预警编号,名单日期,地区编码,责任单位,签收日期,核查结果"))
    run_night(workspace, THIRD)
    return workspace


@pytest.fixture(scope="module")
def log(logged: Workspace) -> Iterator[Log]:
    with connect(logged.database, logged.scratch) as con:
        yield Log(con, logged)


@pytest.fixture
def copy(logged: Workspace, tmp_path: Path) -> Workspace:
    """A copy to spoil."""
    return Workspace.at(shutil.copytree(logged.root, tmp_path / "county", symlinks=True))
