"""Lists that come back: the delivered workbook of a unit is read as the unit sees it, filled in and handed in on the next day."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook

from data.sample.chance import stream
from data.sample.characters import Answer, Line, answers
from data.sample.office import Cell, Column, Office, dashed, sheet

__all__ = ["hand_in"]

_COLUMNS = (
    Column("预警编号", "id", width=18),
    Column("责任单位", "unit", width=18),
    Column("名单日期", "listed", dashed),
    Column("地区编码", "place", width=16),
    Column("签收日期", "signed_on", dashed),
    Column("核查结果", "outcome"),
    Column("处置措施", "measure", width=40),
    Column("反馈日期", "fed_back_on", dashed),
    Column("填报岗位", "post"),
    Column("办理动作", "step"),
    Column("误报原因", "cause"),
    Column("理由", "reason", width=30),
    Column("延至日期", "until", dashed),
    Column("建议转给", "refer_to"),
)
_SHEET = "预警清单"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def hand_in(workspace: Path, day: date) -> int:
    """Answer the lists of the night before ``day`` with whatever each unit does on ``day``; how many files were handed in.

    Files are written aside and put in place whole; the same lists give the same files.
    """
    night = workspace / "data" / "outbox" / (day - timedelta(days=1)).isoformat()
    folder = workspace / "data" / "inbox" / "回执"
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for path in sorted(night.glob("*/*预警清单_*.xlsx")):
        said = [answer for line in _lines(path) for answer in answers(line, day)]
        for copy in (1, 2):
            written += _write(folder, path.stem, day, copy, [answer for answer in said if answer.copy == copy])
    for path in sorted(night.glob("*/*核验审批_*.xlsx")):
        written += _write(folder, path.stem, day, 1, [_verdict(line, day) for line in _lines(path)])
    return written


def _verdict(line: Line, day: date) -> Answer:
    """What the verifier decides about a line that waits for it."""
    rng = stream(f"quarter/verifier/{line.id}/{day}")
    agreed = rng.random() < 0.85
    if line.waits.startswith("退回"):
        return Answer(line, step="同意退回" if agreed else "不同意退回", reason="按职责分工办理。")
    if line.waits.startswith("延期"):
        return Answer(line, step="同意延期" if agreed else "不同意延期", reason="按规定办理。")
    return Answer(line, step="核验通过" if agreed else "核验不通过", reason="已抽查现场。")


def _lines(path: Path) -> Iterator[Line]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(_SHEET).to_python()
    head = next((at for at, row in enumerate(rows) if "预警编号" in row), None)
    if head is None:
        return
    titles = {str(title).strip(): at for at, title in enumerate(rows[head]) if title}
    for row in rows[head + 1 :]:
        cells = {title: str(row[at]).strip() for title, at in titles.items()}
        delivered, deadline = _day(cells.get("下发日期", "")), _day(cells.get("办理期限", ""))
        listed = _day(cells.get("名单日期", ""))
        if not re.fullmatch(r"[A-Z]{2}-\d{4}-[\d-]+", cells["预警编号"]) or listed is None:
            continue
        delivered = delivered or listed
        yield Line(
            id=cells["预警编号"],
            unit=cells.get("责任单位", ""),
            role=cells.get("角色", ""),
            level=cells.get("等级", "")[:1],
            status=cells.get("办理状态", "") or cells.get("状态", ""),
            listed=listed,
            place=cells.get("地区编码", ""),
            delivered=delivered,
            allowed=max(1, ((deadline or delivered) - delivered).days),
            why=cells.get("为什么预警", ""),
            waits=cells.get("状态", ""),
        )


def _day(text: str) -> date | None:
    found = _DAY.search(text)
    return date.fromisoformat(found[0]) if found else None


def _write(folder: Path, stem: str, day: date, copy: int, said: Iterable[Answer]) -> int:
    rows = [[column.write(_cells(answer).get(column.field)) for column in _COLUMNS] for answer in said]
    if not rows:
        return 0
    name = f"{stem}{'（补）' if copy > 1 else ''}_回执{day:%Y%m%d}.xlsx"
    office = Office("回执", stem, ".xlsx", _COLUMNS, sheet(name=_SHEET), (day,), title=f"{stem}（回执）")
    aside = folder / f".{name}.part"
    office.write(office, aside, day, rows)
    os.replace(aside, folder / name)
    return 1


def _cells(answer: Answer) -> Mapping[str, Cell]:
    line = answer.line
    return {
        "id": line.id, "unit": line.unit, "listed": line.listed, "place": line.place, "signed_on": answer.signed_on,
        "outcome": answer.outcome, "measure": answer.measure, "fed_back_on": answer.fed_back_on, "post": "值班岗",
        "step": answer.step, "cause": answer.cause, "reason": answer.reason, "until": answer.until, "refer_to": answer.refer_to,
    }  # fmt: skip
