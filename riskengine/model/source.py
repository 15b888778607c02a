"""A source: one office's files, described by one YAML mapping in ``rules/sources/``."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["Cell", "Condition", "Received", "Reports", "Source"]


class Cell(Noun):
    r"""How one contract field is filled from one column.

    ``values`` translates what the office writes into what the rules expect; a value that is not listed is kept, refused,
    or becomes ``otherwise`` itself when that is neither ``keep`` nor ``refuse``. ``pattern`` is a regular expression with one
    group, applied before ``values``: what the group finds is read in place of the whole cell (``^(\d{1,2})\d{4}$`` takes the main
    class from a code); a cell it does not fit is read as it stands. ``scale`` multiplies a number (0.01 for 分 → 元).
    """

    column: str | None = None
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: str = "keep"
    pattern: str | None = None
    dates: Literal["ymd", "mdy", "dmy", "minguo"] = "ymd"
    scale: float = 1.0


class Condition(Noun):
    """Rows whose ``column`` holds one of ``values`` (after trimming)."""

    column: str
    values: tuple[str, ...]


class Received(Noun):
    """Where a file says on which day the office sent it: the first group of ``pattern`` in its name, as YYYYMMDD or YYYY-MM-DD."""

    pattern: str


class Reports(Noun):
    """Who reports and how often. A reporter is a value of the contract field ``reporter``, or the whole file.

    ``every`` and ``grace`` in days: the source is late when its newest file is older than ``every + grace`` days.
    ``by_reporter`` turns on the watch for single stations that fall silent; ``unit`` must answer for a late file and, where a
    reporter is no unit of its own, for a silent one. Nobody is asked after ``until``: the office has ended these files (it sends a
    new layout, which is another source).
    """

    unit: Slug
    every: int = Field(ge=1, le=400)
    grace: int = Field(default=2, ge=0, le=60)
    by_reporter: bool = False
    since: date | None = None
    until: date | None = None


class Source(Noun):
    """One mapping file.

    ``files``: globs below ``data/inbox``; a file belongs to the one source that claims it. ``key``: the columns that identify a
    record through corrections; empty means the content of the row itself (and its count within the file) is its key.
    ``repeats``: what a row means whose key stood in the same file before: a ``correction`` of it, or ``another`` record like it
    (two victims of one case on two equal rows), which is then told apart by its count within the file.
    ``fields``: contract field → column. ``ignore``: columns known and not wanted. ``retract_when``: rows that take an earlier
    record back; ``skip_when``: rows that are no records at all (a sub-total, a heading) and are not counted as read.
    ``blank_when``: rows with all of these columns empty say nothing new and count as unchanged. ``loose_header``: for lists that people
    fill in by hand: a title written slightly otherwise, a sheet renamed and a formula in a cell are read, and said; every other source
    takes titles and sheets as they are written here. ``may_lack``: columns that older files do not have yet. ``max_rejected``: share of
    rejected rows above which the office is asked to send the file again (the good rows are stored all the same).
    """

    source: Slug
    title: Sentence
    kind: str
    files: tuple[str, ...] = Field(min_length=1)
    encoding: Literal["auto", "utf-8", "gb18030", "big5", "utf-16"] = "auto"
    sheet: str | None = None
    received: Received | None = None
    reports: Reports | None = None
    key: tuple[str, ...] = ()
    repeats: Literal["correction", "another"] = "correction"
    fields: dict[str, Cell]
    ignore: tuple[str, ...] = ()
    retract_when: Condition | None = None
    skip_when: Condition | None = None
    blank_when: tuple[str, ...] = ()
    loose_header: bool = False
    may_lack: tuple[str, ...] = ()
    max_rejected: float = Field(default=0.2, ge=0, le=1)
