"""What an explanation consists of: one rule on one subject on one night, from values to warning. Plain frozen values,
no behaviour.

``as_json`` is what ``riskengine explain --json`` prints: a list with one object an explanation, whose keys are the
fields of :class:`Explanation` and of the classes in it, under these names; fields may be added, none is renamed or
removed. Days are ``2026-06-30``; an unknown number, and whatever does not apply, is null; ``verdict`` is ``hit``,
``clear`` or ``unknown``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = [
    "Counterfactual", "Explanation", "Feature", "Floor", "History", "Known", "Member", "NightOf", "Number", "Part", "Route",
    "Rows", "Scale", "Step", "Turn", "Verdict", "as_json",
]  # fmt: skip

Verdict = Literal["hit", "clear", "unknown"]


@dataclass(frozen=True)
class Known:
    """A signal on the night. ``value`` NULL = unknown, and then ``unknown`` says why. ``meaning``: its definition in
    words.
    """

    name: str
    value: float | None
    unit: str
    shown: str
    meaning: str
    unknown: str | None = None


@dataclass(frozen=True)
class Number:
    """A parameter. ``value`` None: not in force on the night, ``note`` says why; ``since``: the day it holds from."""

    name: str
    value: float | None
    unit: str
    shown: str
    since: str | None
    reference: str
    note: str | None = None


@dataclass(frozen=True)
class History:
    """The windows of a signal, from which its usual value and its bound, or its trend, come.

    ``series``: value a window, oldest first, the last one is tonight's; None = nothing known. ``n`` windows make the
    usual value, the newest ``gap`` before tonight's are left out (−1: tonight's counts as well, for a trend).
    ``expected``: mean for tonight after cutting outbreaks and with the season; ``season``: by what the season
    multiplies it; ``phi``: over-dispersion; ``upper``: the bound of the night. These four are None where no bound is
    asked.
    """

    of: str
    unit: str
    days: int
    n: int
    gap: int
    mean: float | None
    sd: float | None
    expected: float | None
    season: float | None
    phi: float | None
    upper: float | None
    series: tuple[float | None, ...]
    says: str


@dataclass(frozen=True)
class Part:
    """A condition or a part of one. ``kind``: ``all``, ``any``, ``not`` (of ``parts``) or ``test``, a single
    comparison.

    ``text`` as the rule says it, ``shown`` with the numbers of the night, ``holds`` None = unknown; ``gap``: by how
    much a comparison that does not hold misses, in words.
    """

    kind: Literal["all", "any", "not", "test"]
    text: str
    shown: str
    holds: bool | None
    gap: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Feature:
    """One line of the score: its value (``unit`` empty where it is computed of several), the band it lies in (lower ≤
    value < upper), the points, their share of all points (0..1), and the sentence that is said where it scores.
    """

    feature: str
    of: str
    unit: str
    value: float | None
    lower: float | None
    upper: float | None
    points: float
    share: float | None
    says: str


@dataclass(frozen=True)
class Floor:
    """A condition that raises the level, whatever the score."""

    level: str
    condition: Part
    says: str


@dataclass(frozen=True)
class Member:
    """A member of a compound. ``part``: ``all``, ``any``, ``at_least`` or ``none``. ``verdict`` within the window;
    ``on``: its newest hit; ``subjects``: where it hit; ``deeper``: the command that explains it.
    """

    rule: str
    title: str
    part: str
    verdict: Verdict
    on: str | None
    level: str | None
    score: float | None
    subjects: tuple[str, ...]
    deeper: str


@dataclass(frozen=True)
class NightOf:
    """A night of the rule on the subject. ``verdict`` None: the rule was not evaluated; ``change``: of the warning
    that it was part of; ``suppressed``: the hit was kept back by an exception, and counts as clear.
    """

    as_of: str
    verdict: Verdict | None
    level: str | None
    score: float | None
    change: str | None
    suppressed: bool = False


@dataclass(frozen=True)
class Turn:
    """A night on which the warning changed."""

    as_of: str
    change: str
    level: str
    sentence: str


@dataclass(frozen=True)
class Rows:
    """Some rows of a table as text; ``more`` rows are not shown."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


@dataclass(frozen=True)
class Step:
    """A table that the night's code makes on its way, cut to the subject, with the SQL that made it."""

    name: str
    says: str
    table: Rows
    sql: str


@dataclass(frozen=True)
class Route:
    """Who gets it. ``nth`` route of rules/routes.yaml (``9`` or ``9.1``); ``duties``: unit, role, deadline; ``would``:
    nobody has got it.
    """

    nth: str | None
    says: str
    duties: tuple[tuple[str, str, str], ...]
    would: bool


@dataclass(frozen=True)
class Counterfactual:
    """One signal changed to ``value``, everything else kept: then ``verdict`` and ``level``. ``relation``: for all
    values that are ``<=``, ``<``, ``>=``, ``>`` or just ``=`` the value. ``says`` in words.
    """

    signal: str
    unit: str
    now: float
    relation: str
    value: float
    verdict: Verdict
    level: str | None
    says: str


@dataclass(frozen=True)
class Scale:
    """A level of the rule book: its colour and from how many points it is reached (None: all below)."""

    level: str
    colour: str
    score: float | None


@dataclass(frozen=True)
class Explanation:
    """One rule on one subject on one night. ``answer`` first: the one sentence; everything else is its proof.

    ``rules``: by which rules it was weighed (those of that night, or today's where it was not run). ``stored``: what
    the night itself recorded, None where there is nothing; ``differs``: a sentence where weighing again came to
    something else.
    """

    answer: str
    as_of: str
    rule: str
    title: str
    version: str
    theme: str
    status: str
    subject_type: str
    subject: str
    name: str
    place: str
    rules: str
    verdict: Verdict | None = None
    level: str | None = None
    score: float | None = None
    stored: Verdict | None = None
    differs: str | None = None
    warning: str | None = None
    notes: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    parameters: tuple[Number, ...] = ()
    histories: tuple[History, ...] = ()
    condition: Part | None = None
    features: tuple[Feature, ...] = ()
    floors: tuple[Floor, ...] = ()
    grading: str = ""
    unknown: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    counterfactual_note: str = ""
    persistence: str = ""
    nights: tuple[NightOf, ...] = ()
    turns: tuple[Turn, ...] = ()
    route: Route | None = None
    evidence: tuple[Rows, ...] = ()
    steps: tuple[Step, ...] = ()
    advice: tuple[tuple[str, str], ...] = ()
    scale: tuple[Scale, ...] = ()


def as_json(explanations: Sequence[Explanation]) -> str:
    """The explanations as JSON text, see the head of this module."""
    return json.dumps([asdict(each) for each in explanations], ensure_ascii=False, indent=2)
