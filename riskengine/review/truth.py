"""What is known to have happened, and what became of it: events found, found late, missed, and false alarms."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

import pandas as pd

from riskengine.errors import WrongUse
from riskengine.review.tables import text_table

__all__ = ["Event", "TruthReport", "Verdict", "read_truth"]

_DUE = {"no": "不应预警", "may": "可警可不警"}
_COLUMNS = ("event", "due", "theme", "subject_type", "subject", "from", "to", "level")


@dataclass(frozen=True)
class Event:
    """One row of truth.csv: between ``first`` and ``last`` a warning of at least ``level`` is due, or must not be.

    ``due``: yes; no = a trap, a warning is wrong; may = an echo of an event at another subject, neither due nor wrong.
    """

    event: str
    due: Literal["yes", "may", "no"]
    theme: str
    subject_type: str
    subject: str
    first: date
    last: date
    level: str
    rule: str = ""
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of an event: 找到, 找到偏晚, 早已在警, 漏报; of a trap: 未误报, 误报; of an echo: 连带, 无.

    ``on``: the first night at the level; ``days`` after the event's first day. Both None where there was none.
    """

    event: Event
    found: str
    warning: str | None = None
    on: date | None = None
    days: int | None = None


@dataclass(frozen=True)
class TruthReport:
    """``verdicts`` in the order of the file. Counts of red and orange warnings by theme.

    ``echoes``: on a place above or below that of an event in its time, under its theme or 综合研判. ``false``: the rest.
    """

    verdicts: tuple[Verdict, ...]
    false: Mapping[str, int]
    false_warnings: tuple[tuple[str, str, str, date], ...]
    echoes: Mapping[str, int]

    def counts(self) -> dict[str, int]:
        """``due, found, late, standing, missed, false, echoes`` as numbers."""
        kinds = Counter(verdict.found for verdict in self.verdicts)
        return {
            "due": sum(verdict.event.due == "yes" for verdict in self.verdicts),
            "found": kinds["找到"],
            "late": kinds["找到偏晚"],
            "standing": kinds["早已在警"],
            "missed": kinds["漏报"],
            "false": sum(self.false.values()),
            "echoes": sum(self.echoes.values()),
        }

    def text(self) -> str:
        """Chinese tables for a terminal."""
        each = self.counts()
        head = ["事件", "主题", "对象", "应警时段", "应达等级", "结果", "预警编号", "首警日", "距起始天数"]
        rows = [
            [
                verdict.event.event,
                verdict.event.theme,
                verdict.event.subject,
                f"{verdict.event.first}～{verdict.event.last}",
                verdict.event.level if verdict.event.due == "yes" else _DUE[verdict.event.due],
                verdict.found,
                verdict.warning or "—",
                verdict.on or "—",
                "—" if verdict.days is None else verdict.days,
            ]
            for verdict in self.verdicts
        ]
        parts = [
            f"对照真值：应警事件{each['due']}个，找到{each['found']}，找到偏晚{each['late']}，早已在警{each['standing']}，漏报{each['missed']}；"
            f"误报（红、橙）{each['false']}条，连带预警{each['echoes']}条",
            text_table(pd.DataFrame(rows, columns=head)),
        ]
        if self.false_warnings:
            parts += [
                "误报的红、橙预警",
                text_table(pd.DataFrame(self.false_warnings, columns=["预警编号", "主题", "对象", "首警日"])),
            ]
        return "\n".join(parts)

    def json(self) -> dict[str, Any]:
        """The same as plain values, days as ISO text."""
        verdicts = [
            _plain(asdict(verdict.event)) | _plain({**asdict(verdict), "event": verdict.event.event})
            for verdict in self.verdicts
        ]
        false = [_plain(dict(zip(("id", "theme", "subject", "on"), row, strict=True))) for row in self.false_warnings]
        return {
            "counts": self.counts(),
            "events": verdicts,
            "false": dict(self.false),
            "false_warnings": false,
            "echoes": dict(self.echoes),
        }


def read_truth(path: Path) -> list[Event]:
    """The events of a truth file (UTF-8 CSV). Raises WrongUse where it is missing or not what it should be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return [_event(row) for row in rows]
    except OSError as error:
        raise WrongUse(f"{path.name}：真值文件打不开（{error.strerror}）。请用 --truth 指明文件。") from error
    except (KeyError, ValueError) as error:
        raise WrongUse(
            f"{path.name}：真值文件须有列 {'、'.join(_COLUMNS)}，日期写成2026-03-01（{error}）。请更正。"
        ) from error


def _event(row: Mapping[str, str]) -> Event:
    due = row["due"].strip()
    if due not in ("yes", "may", "no"):
        raise ValueError(f"due须为yes、may或no，收到“{due}”")
    return Event(
        event=row["event"],
        due=cast(Literal["yes", "may", "no"], due),
        theme=row["theme"],
        subject_type=row["subject_type"],
        subject=row["subject"],
        first=date.fromisoformat(row["from"]),
        last=date.fromisoformat(row["to"]),
        level=row["level"] or "",
        rule=row.get("rule") or "",
        note=row.get("note") or "",
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
