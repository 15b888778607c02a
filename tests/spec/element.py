"""What stands in ``chapters/*.yaml``: elements of the language, each with examples of one or more forms."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

CHAPTERS = Path(__file__).parent / "chapters"
NIGHT = date(2026, 6, 30)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(Strict):
    """Expressions over given values: columns ``given``, then columns ``of``; ``_`` is unknown."""

    given: list[str] = []
    of: list[str]
    rows: list[list[Any]]


class Measured(Strict):
    """Signals over records, or over ``daily`` counts of fraud cases by place: the value that each subject has."""

    signals: str
    records: dict[str, str] = {}
    daily: dict[str, str] = {}
    as_of: date = NIGHT
    shows: list[str] = []
    gives: dict[str, list[Any]]


class Tried(Strict):
    """One case of a rule. ``nights``: what each night must bring, by 判断 or 预警; without it, one row of a table."""

    case: str
    as_of: date = NIGHT
    signals: dict[str, Any] = {}
    members: dict[str, Any] = {}
    expect: dict[str, Any] = {}
    nights: dict[str, str] = {}


class Ruled(Strict):
    """A rule (the last of ``rules``) and what becomes of cases."""

    rules: str
    signals: str = ""
    tries: list[Tried]


class Lived(Strict):
    """Whole nights over daily counts of fraud cases by place, none being heard on the days ``silent`` of the month; ``gives``:
    what is told of each night, line by line.
    """

    rules: str
    signals: str
    exceptions: str = ""
    daily: dict[str, str]
    silent: list[int] = []
    nights: int
    gives: dict[str, str]


class Refused(Strict):
    """Conditions (``what: when``) or bands (``what: bands``) and the sentence that refuses each."""

    what: Literal["when", "bands"]
    texts: dict[str, str]


class Element(Strict):
    """One element: a paragraph, then its examples in order, then what else is to be known."""

    element: str
    says: str
    lists: str = ""
    table: Table | None = None
    measured: Measured | None = None
    ruled: Ruled | None = None
    lived: Lived | None = None
    refused: Refused | None = None
    note: str = ""


class Chapter(Strict):
    chapter: str
    says: str
    elements: list[Element]


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters, in the order of their files."""
    yaml = YAML(typ="safe", pure=True)
    return tuple(Chapter.model_validate(yaml.load(path.read_text("utf-8"))) for path in sorted(CHAPTERS.glob("*.yaml")))
