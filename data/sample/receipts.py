"""Receipts: what the units would send back on the morning after a night, filled in for most lines of their lists."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from data.sample.chance import stream
from data.sample.office import Column, Office, Row, dashed, sheet

__all__ = ["write"]

_COLUMNS = (
    Column("预警编号", "id", width=18),
    Column("责任单位", "unit", width=18),
    Column("名单日期", "listed", dashed),
    Column("地区编码", "place", width=16),
    Column("签收日期", "signed", dashed),
    Column("核查结果", "outcome"),
    Column("处置措施", "measure", width=40),
    Column("反馈日期", "fed", dashed),
    Column("填报岗位", "post"),
)

_MEASURES = {
    "属实": "已现场核查，情况属实，正在按方案处置。",
    "已化解": "已组织相关单位处置完毕，情况平稳。",
    "误报": "经核查为正常业务波动，无异常。",
    "无法核实": "所涉记录信息不全，已请报送单位补充。",
}


def write(workspace: Path, as_of: date) -> int:
    """Fill about 60 in 100 lines of night ``as_of``; one workbook a unit below ``data/inbox/回执``; returns how many."""
    lines = (
        (workspace / "data" / "outbox" / as_of.isoformat() / "warnings.jsonl").read_text(encoding="utf-8").splitlines()
    )
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for warning in map(json.loads, lines):
        for unit, row in _answers(warning, as_of):
            by_unit[unit].append(row)
    folder = workspace / "data" / "inbox" / "回执"
    folder.mkdir(parents=True, exist_ok=True)
    sent = as_of + timedelta(days=1)
    for unit, rows in sorted(by_unit.items()):
        office = Office(
            "回执",
            f"{unit}预警清单",
            ".xlsx",
            _COLUMNS,
            sheet(name="预警清单"),
            (sent,),
            title=f"{unit} 风险预警清单（回执）",
        )
        path = folder / f"{unit}预警清单_{as_of.isoformat()}_回执{sent:%Y%m%d}.xlsx"
        office.write(office, path, sent, [[column.write(row.get(column.field)) for column in _COLUMNS] for row in rows])
    return len(by_unit)


def _answers(warning: dict[str, Any], as_of: date) -> Iterator[tuple[str, Row]]:
    """What each unit of a warning writes; nothing for the four in ten that it leaves empty."""
    for duty in warning["duties"]:
        rng = stream(f"receipt/{as_of}/{warning['id']}/{duty['unit']}")
        if rng.random() > 0.6:
            continue
        outcome = rng.choice(("属实", "属实", "属实", "已化解", "已化解", "误报", "无法核实"))
        row: Row = {
            "id": warning["id"],
            "unit": duty["unit_name"],
            "listed": as_of,
            "place": warning["place"],
            "signed": as_of + timedelta(days=1),
            "post": "值班岗",
        }
        if rng.random() < 0.8:
            row |= {"outcome": outcome, "measure": _MEASURES[outcome], "fed": as_of + timedelta(days=1)}
        yield duty["unit_name"], row
