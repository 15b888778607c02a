"""The publishers' files, and how an office would have sent them: cut into deliveries by the day on which a row could be known.

A publisher's file holds years at once, so nobody could run a night of 2011 on it without seeing 2013. Each file is therefore cut,
line by line and byte for byte, into one delivery a day of a calendar (the nights that are run, and every month's end); a row
lies in the first delivery on or after the day it could be known. Nothing is cut into the project: deliveries go to a
temporary workspace.
"""

from __future__ import annotations

import calendar
import csv
import gzip
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
VARIABLE = "RISKENGINE_REALDATA"

ABSENT = (
    "没有找到真实数据：应在项目旁边的 shared/realdata 文件夹里（或用环境变量 RISKENGINE_REALDATA 指明）。"
    "请放好后再运行 make real。"
)

Cells = Sequence[str]
Split = Callable[[Cells, "Days"], Iterator[tuple[date, Cells | None]]]
"""Delivery days of one row; cells where the row is delivered otherwise than it stands in the publisher's file."""


def folder() -> Path | None:
    """Where the real records lie; None where they do not."""
    path = Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "realdata")
    return path if (path / "known_events.csv").is_file() else None


class Days:
    """The calendar of deliveries."""

    def __init__(self, days: Iterable[date]) -> None:
        self.days = sorted(set(days))

    def on_or_after(self, day: date) -> date:
        """The first delivery that can hold what was known on ``day``; the last one for what came after it."""
        return self.days[min(bisect_left(self.days, day), len(self.days) - 1)]


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last day of every month from ``first`` to ``last``."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield date(year, month, calendar.monthrange(year, month)[1])
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


@dataclass(frozen=True)
class Publication:
    """One file of a publisher. ``prefix`` of its deliveries' names; ``split`` says on which days a row is sent."""

    file: str
    prefix: str
    split: Split


@dataclass(frozen=True)
class Dataset:
    """``name`` in known_events.csv, the workspace folder, its files, and the days between which all of it arrives."""

    name: str
    workspace: str
    title: str
    publications: tuple[Publication, ...]
    first: date
    last: date

    def calendar(self, nights: Iterable[date]) -> Days:
        """The nights and every month's end."""
        return Days([*nights, *month_ends(self.first, self.last)])


def deliver(publication: Publication, source: Path, post: Path, days: Days) -> int:
    """Write the deliveries of one publication to the folder ``post``; returns the rows of the publisher's file."""
    packed = (source / publication.file).read_bytes()
    header, *lines = gzip.decompress(packed).splitlines(keepends=True)
    parcels: dict[date, list[bytes]] = defaultdict(list)
    for line in lines:
        cells = next(csv.reader([line.decode("utf-8")]))
        for day, changed in publication.split(cells, days):
            parcels[day].append(line if changed is None else ",".join(changed).encode() + b"\n")
    post.mkdir(parents=True, exist_ok=True)
    for day, parcel in parcels.items():
        (post / f"{publication.prefix}_{day:%Y%m%d}.csv").write_bytes(header + b"".join(parcel))
    return len(lines)


def arrive(post: Path, inbox: Path, night: date) -> None:
    """Put into the inbox what has been sent by ``night``, and nothing of what is still to come."""
    inbox.mkdir(parents=True, exist_ok=True)
    for path in sorted(post.glob("*.csv")):
        if path.stem[-8:] <= f"{night:%Y%m%d}":
            path.rename(inbox / path.name)


def _by_month(cells: Cells, days: Days, *, month: int, occurred: int, count: int) -> Iterator[tuple[date, None]]:
    """St. Louis tells the month of the report. A row of the same month counts as known on the day it occurred; a later report
    and a retraction, whose day nobody tells, only at the end of that month.
    """
    year, number = (int(part) for part in cells[month].split("-"))
    month_of, day_of, year_of = (int(part) for part in cells[occurred].split(" ")[0].split("/"))
    day = date(year_of, month_of, day_of)
    if (year_of, month_of) != (year, number) or cells[count].strip() != "1":
        day = date(year, number, calendar.monthrange(year, number)[1])
    yield days.on_or_after(day), None


def _open_then_closed(cells: Cells, days: Days) -> Iterator[tuple[date, Cells | None]]:
    """Chicago tells when a request was opened and completed: sent open, and once more when it was completed. A row of the
    publisher is written by itself where both fall into one delivery.
    """
    opened, status, completed, *rest = cells
    first = days.on_or_after(date.fromisoformat(opened))
    if not completed:
        yield first, None
        return
    last = days.on_or_after(date.fromisoformat(completed))
    if first < last:
        yield first, [opened, "Open", "", *rest]
    yield last, None


def _on_the_day(cells: Cells, days: Days, *, column: int) -> Iterator[tuple[date, None]]:
    """Canada tells the day on which the report was received."""
    yield days.on_or_after(date.fromisoformat(cells[column])), None


DATASETS = (
    Dataset(
        "stl_crime",
        "st_louis",
        "圣路易斯案件 2011–2013",
        (
            Publication(
                "st_louis_incidents_2011_2013_a.csv.gz", "incidents_a", partial(_by_month, month=0, occurred=1, count=5)
            ),
            Publication(
                "st_louis_incidents_2013_b.csv.gz", "incidents_b", partial(_by_month, month=1, occurred=2, count=6)
            ),
        ),
        date(2011, 1, 1),
        date(2013, 12, 31),
    ),
    Dataset(
        "chicago_311",
        "chicago",
        "芝加哥 311 环卫投诉 2011–2013",
        (Publication("chicago_311_sanitation_2011_2013.csv.gz", "requests", _open_then_closed),),
        date(2011, 1, 31),
        date(2014, 4, 30),
    ),
    Dataset(
        "cafc",
        "canada_fraud",
        "加拿大反诈中心报案 2021–2022",
        (Publication("cafc_fraud_reports_2021_2022.csv.gz", "reports", partial(_on_the_day, column=1)),),
        date(2021, 1, 31),
        date(2022, 12, 31),
    ),
)
