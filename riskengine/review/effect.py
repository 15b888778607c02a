"""Did the measures help? Records before and after the handling, against places that were as bad and were not warned of.

A place is warned of when it is at its worst, and what is at its worst gets better by itself (regression to the mean). So every
handled place is set beside the unwarned place of the same level of the tree whose count in the same days before was the nearest,
and what that one fell by is called the natural fall (自然回落). The rest is the difference in differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

from riskengine.model.learning import MeasureKind
from riskengine.model.rulebook import Rulebook
from riskengine.review.places import lay_out_places
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import literal

__all__ = ["EffectReport", "MeasureEffect", "Pair", "effects", "matched_pairs", "spread"]

_STUDENT = (12.706, 4.303, 3.182)

_ALL = "全部措施"
_OTHER = "其他措施"
_UNWRITTEN = "没有写措施"


@dataclass(frozen=True)
class Pair:
    """One handled warning (``id``) and the place that it is compared with. Counts of records in the days before and after the
    handling; ``control`` and its counts are None where no place was near enough.
    """

    id: str
    theme: str
    place: str
    on: date
    outcome: str
    before: float
    after: float
    control: str | None
    control_before: float | None
    control_after: float | None
    measure: str

    @property
    def changes(self) -> tuple[float, float] | None:
        """Change of the handled place and of the other one, in records; None without one."""
        if self.control_before is None or self.control_after is None:
            return None
        return self.after - self.before, self.control_after - self.control_before


@dataclass(frozen=True)
class MeasureEffect:
    """One group of pairs; all means in records a place and in the days of one side.

    ``change`` of the handled, ``natural`` of the places beside them, ``effect`` = change − natural with its interval ``low``–``high``
    (95 %; negative: it helped). ``natural_share``: which part of the fall would have come by itself, 0 to 1, None where nothing fell.
    All None below the least number of pairs.
    """

    name: str
    pairs: int
    unmatched: int
    change: float | None = None
    natural: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    natural_share: float | None = None


@dataclass(frozen=True)
class EffectReport:
    """``groups``: all together first, then by outcome and by measure. ``incomparable``: handled warnings that are not of a place, or of
    a theme without counts; ``too_fresh``: handled so lately that the days after are not over.
    """

    days: int
    groups: tuple[MeasureEffect, ...]
    incomparable: int
    too_fresh: int


def effects(con: Connection, rulebook: Rulebook, as_of: date, since: date | None = None) -> EffectReport:
    """What ``rules/learning.yaml`` asks to be compared, as the records are known on ``as_of``; nothing where it counts nothing.

    Reads the temp table ``outcome``. The interval is that of paired differences by Student's t (Student 1908), its quantile by the
    expansion of Abramowitz and Stegun 26.7.5; a place that was handled twice in those days, or serves as control for several, makes
    pairs hang together, which it does not know.
    """
    wanted, least = rulebook.learning.effect, rulebook.learning.least
    if not wanted.counts:
        return EffectReport(wanted.days, (), 0, 0)
    asked = {"since": since or date.min, "days": wanted.days, "as_of": as_of, "themes": list(wanted.counts)}
    incomparable, too_fresh = con.execute(_LEFT_OUT, asked).fetchall()[0]
    pairs = matched_pairs(con, rulebook, as_of, since)
    groups = [_group(_ALL, pairs, least)] if pairs else []
    groups += _by(pairs, lambda each: each.outcome, ("属实", "已化解"), least)
    named = (*(each.title for each in wanted.measures), _OTHER, _UNWRITTEN)
    groups += _by(pairs, lambda each: each.measure, dict.fromkeys(named), least)
    return EffectReport(wanted.days, tuple(groups), incomparable, too_fresh)


def matched_pairs(con: Connection, rulebook: Rulebook, as_of: date, since: date | None = None) -> list[Pair]:
    """Every handled warning of a place that can be compared, by number.

    The other place stands on the same level, was not merged into another in those days, had no warning of the theme open in the
    days looked at, and is the nearest by its count
    before, at most ``apart`` away; of equally near ones the first by MD5 of both, so that no place is preferred. Reads the temp
    table ``outcome``.
    """
    wanted = rulebook.learning.effect
    if not wanted.counts:
        return []
    lay_out_places(con, rulebook)
    records = "\nUNION ALL ".join(
        f"SELECT {literal(theme)} AS theme, place, occurred_on, quantity FROM ({as_known(kind, literal(as_of))})"
        for theme, kind in wanted.counts.items()
    )
    asked = {"since": since or date.min, "days": wanted.days, "as_of": as_of, "themes": list(wanted.counts)}
    con.execute(_TREATED, asked)
    con.execute(_COUNTED.format(records=records), {"days": wanted.days})
    rows = con.execute(_PAIRS, {"days": wanted.days, "apart": wanted.apart}).fetchall()
    return [replace(each, measure=measure_of(each.measure, wanted.measures)) for each in (Pair(*row) for row in rows)]


def measure_of(text: str | None, measures: Iterable[MeasureKind]) -> str:
    """The title of the first measure one of whose words stands in what the unit wrote."""
    if not text or not text.strip():
        return _UNWRITTEN
    return next((each.title for each in measures if any(word in text for word in each.words)), _OTHER)


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of differences with its 95 % interval by Student's t; the interval of one value is unbounded.

    >>> [round(each, 2) for each in spread([-2, -1, -3, -2, -2])]
    [-2.0, -2.88, -1.12]
    """
    n = len(values)
    mean = sum(values) / n
    if n == 1:
        return mean, float("-inf"), float("inf")
    half = _student(n - 1) * sqrt(sum((each - mean) ** 2 for each in values) / (n - 1) / n)
    return mean, mean - half, mean + half


def _student(freedom: int) -> float:
    """The 0.975 quantile of Student's t, exact to 0.01; below 4 degrees of freedom, where the expansion is too small, from the table."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = 1.959963984540054
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def _by(pairs: Sequence[Pair], key: Callable[[Pair], str], names: Iterable[str], least: int) -> list[MeasureEffect]:
    groups = ((name, [each for each in pairs if key(each) == name]) for name in names)
    return [_group(name, held, least) for name, held in groups if held]


def _group(name: str, pairs: Sequence[Pair], least: int) -> MeasureEffect:
    changes = [each.changes for each in pairs if each.changes is not None]
    n, unmatched = len(changes), len(pairs) - len(changes)
    if n < least:
        return MeasureEffect(name, n, unmatched)
    change, natural = sum(own for own, _ in changes) / n, sum(other for _, other in changes) / n
    effect = spread([own - other for own, other in changes])
    share = min(1.0, max(0.0, natural / change)) if change < 0 else None
    return MeasureEffect(name, n, unmatched, change, natural, *effect, share)


_HANDLED = """
SELECT o.id, w.theme, w.subject_type, w.subject, o.on_day, o.outcome, o.measure,
  w.subject_type IN ('village', 'town') AND list_contains($themes::VARCHAR[], w.theme) AS comparable,
  o.on_day + $days::INTEGER <= $as_of::DATE AS over
FROM outcome AS o JOIN assess.warning AS w ON w.id = o.id
WHERE o.outcome IN ('属实', '已化解') AND o.on_day >= $since"""

_LEFT_OUT = f"SELECT count(*) FILTER (NOT comparable), count(*) FILTER (comparable AND NOT over) FROM ({_HANDLED})"

_TREATED = f"CREATE OR REPLACE TEMP TABLE treated AS SELECT * EXCLUDE (comparable, over) FROM ({_HANDLED}) WHERE comparable AND over"

# both sides of the handling for every place of the level, so that a place without records counts 0; the day itself is on neither side
_COUNTED = """
CREATE OR REPLACE TEMP TABLE counted AS
WITH turn AS (SELECT DISTINCT theme, subject_type, on_day FROM treated),
record AS ({records}),
sum_of AS (
  SELECT t.theme, t.on_day, l.level, l.ancestor AS place,
    coalesce(sum(r.quantity) FILTER (r.occurred_on < t.on_day), 0)::DOUBLE AS before,
    coalesce(sum(r.quantity) FILTER (r.occurred_on > t.on_day), 0)::DOUBLE AS after
  FROM turn AS t
  JOIN record AS r ON r.theme = t.theme AND r.occurred_on BETWEEN t.on_day - $days::INTEGER AND t.on_day + $days::INTEGER
  JOIN lineage AS l ON l.place = r.place AND l.level = t.subject_type
  GROUP BY ALL
)
SELECT t.theme, t.on_day, p.level, p.place, coalesce(s.before, 0.0) AS before, coalesce(s.after, 0.0) AS after
FROM turn AS t JOIN (SELECT place, level, until FROM lineage WHERE place = ancestor) AS p
  ON p.level = t.subject_type AND coalesce(p.until >= t.on_day + $days::INTEGER, TRUE)
LEFT JOIN sum_of AS s ON s.theme = t.theme AND s.on_day = t.on_day AND s.level = p.level AND s.place = p.place
"""

_PAIRS = """
WITH own AS (
  SELECT t.*, c.before, c.after FROM treated AS t
  JOIN counted AS c ON c.theme = t.theme AND c.on_day = t.on_day AND c.level = t.subject_type AND c.place = t.subject
), quiet AS (
  SELECT c.* FROM counted AS c
  ANTI JOIN assess.warning AS w ON w.theme = c.theme AND w.subject_type = c.level AND w.subject = c.place
    AND w.opened_on <= c.on_day + $days::INTEGER AND coalesce(w.lifted_on > c.on_day - $days::INTEGER, TRUE)
), near AS (
  SELECT o.id, q.place, q.before, q.after FROM own AS o
  JOIN quiet AS q ON q.theme = o.theme AND q.on_day = o.on_day AND q.level = o.subject_type AND q.place <> o.subject
    AND abs(q.before - o.before) <= $apart
  QUALIFY row_number() OVER (PARTITION BY o.id ORDER BY abs(q.before - o.before), md5(o.subject || '|' || q.place), q.place) = 1
)
SELECT o.id, o.theme, o.subject, o.on_day, o.outcome, o.before, o.after, n.place, n.before, n.after, o.measure
FROM own AS o LEFT JOIN near AS n ON n.id = o.id ORDER BY o.id
"""
