"""How much is missed, estimated from the samples (抽查) that were drawn below the thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from riskengine.model.share import LEAST, wilson
from riskengine.review.outcomes import lay_out_outcomes, lay_out_samples
from riskengine.store.database import Connection

__all__ = ["Recall", "Stratum", "missed_share", "sampled_recall"]


@dataclass(frozen=True)
class Stratum:
    """Subjects of one kind below the threshold: ``population`` of them, of whom ``answered`` were looked at and ``true`` were missed."""

    population: float
    answered: int
    true: int


@dataclass(frozen=True)
class Recall:
    """One theme's estimate. Counts over all draws: ``draws`` months, ``sent`` lines, ``answered`` with a word that says yes or no,
    ``true`` of them with something there, ``unclear`` 无法核实.

    ``population``: subjects below the threshold in a month, on average, ``uncovered`` of them in a stratum from which no answer came
    (they are left out). ``share`` of the population that was missed, ``low``–``high`` at 95 %; ``found``: warnings that were open on the
    night of a draw, times the share of them that was true, on average; ``recall`` = found / (found + missed), ``recall_low`` and
    ``recall_high`` from the interval of what was missed (found is taken as known). None below the least number of answers, or where
    no open warning was judged.
    """

    theme: str
    draws: int
    sent: int
    answered: int
    true: int
    unclear: int
    population: float
    uncovered: float
    share: float | None = None
    low: float | None = None
    high: float | None = None
    found: float | None = None
    recall: float | None = None
    recall_low: float | None = None
    recall_high: float | None = None

    @property
    def missed(self) -> float | None:
        """Subjects that should have been warned of in a month, in the strata that answered."""
        return None if self.share is None else self.share * (self.population - self.uncovered)


def missed_share(strata: Iterable[Stratum]) -> tuple[float, float, float] | None:
    """The share that is true in the population, with its interval (95 %); None where nobody answered.

    The estimate is that of stratified random sampling, Σ Wₕ·pₕ with Wₕ the stratum's part of the population (Cochran 1977, 5.3):
    every answer stands for as many subjects as it was drawn from. The interval is Wilson's over the effective number of answers,
    1 / Σ (Wₕ² / mₕ) (Kish 1965), which also holds where no answer was true. Strata without an answer are left out.

    >>> missed_share([Stratum(10, 5, 1), Stratum(90, 5, 0)])[0]
    0.02
    """
    answered = [each for each in strata if each.answered and each.population]
    whole = sum(each.population for each in answered)
    if not whole:
        return None
    share = sum(each.population * each.true / each.answered for each in answered) / whole
    number = whole**2 / sum(each.population**2 / each.answered for each in answered)
    return share, *wilson(share * number, number)


def sampled_recall(
    con: Connection,
    as_of: date,
    least: int = LEAST,
    since: date | None = None,
    looked_at: Iterable[tuple[str, str]] = (),
) -> list[Recall]:
    """A record a theme that had a sample since ``since`` (None = ever), in the order of the themes' names.

    The months of the window are put together: with one or two subjects a month no month says anything alone. ``looked_at``: themes
    with a subject type that a draw may fall on, so that open warnings of a type count as found although chance never drew one of it;
    types that were drawn are among them anyway. Leaves the temp tables ``outcome`` and ``sampled`` behind.
    """
    lay_out_outcomes(con, as_of)
    lay_out_samples(con, as_of)
    asked = {"since": since or date.min}
    kinds = sorted(set(looked_at))
    looked = {"as_of": as_of, "themes": [theme for theme, _ in kinds], "types": [type_ for _, type_ in kinds]}
    found = {theme: tuple(row) for theme, *row in con.execute(_FOUND, asked | looked).fetchall()}
    themes: dict[str, list[tuple[int, int, int, int, int, float]]] = {}
    for theme, *row in con.execute(_STRATA, asked).fetchall():
        themes.setdefault(theme, []).append(tuple(row))
    return [_recall(theme, rows, found.get(theme, (0.0, 0, 0, 0)), least) for theme, rows in themes.items()]


def _recall(
    theme: str, rows: Sequence[tuple[int, int, int, int, int, float]], found: tuple[float, int, int, int], least: int
) -> Recall:
    """``rows`` of a theme's strata: draws, sent, answered, true, unclear, population; ``found``: standing, judged, true (all by
    draw), and how many
    warnings were judged.
    """
    counted = Recall(
        theme,
        draws=max(row[0] for row in rows),
        sent=sum(row[1] for row in rows),
        answered=sum(row[2] for row in rows),
        true=sum(row[3] for row in rows),
        unclear=sum(row[4] for row in rows),
        population=sum(row[5] for row in rows),
        uncovered=sum(row[5] for row in rows if not row[2]),
    )
    estimate = missed_share(Stratum(row[5], row[2], row[3]) for row in rows)
    if estimate is None or counted.answered < least:
        return counted
    share, low, high = estimate
    counted = replace(counted, share=share, low=low, high=high)
    standing, judged, true, warnings = found
    if warnings < least:
        return counted
    here, covered = standing * true / judged, counted.population - counted.uncovered
    recalls = [here / whole if (whole := here + part * covered) else None for part in (share, high, low)]
    return replace(counted, found=here, recall=recalls[0], recall_low=recalls[1], recall_high=recalls[2])


# a month's stratum counts once, with all its subjects, however many of its lines came back
_STRATA = """
WITH month AS (
  SELECT theme, near, as_of, any_value(population) AS population, count(*) AS sent,
    count(*) FILTER (outcome IN ('属实', '已化解', '误报')) AS answered, count(*) FILTER (outcome IN ('属实', '已化解')) AS there,
    count(*) FILTER (outcome = '无法核实') AS unclear
  FROM sampled WHERE as_of >= $since GROUP BY ALL
), draws AS (SELECT theme, count(DISTINCT as_of) AS draws FROM month GROUP BY theme)
SELECT theme, any_value(d.draws), sum(sent)::INTEGER, sum(answered)::INTEGER, sum(there)::INTEGER, sum(unclear)::INTEGER,
  sum(population)::DOUBLE / any_value(d.draws)
FROM month JOIN draws AS d USING (theme) GROUP BY theme, near ORDER BY theme, near DESC
"""

# the warned side of the same nights: of the subject types that the draw looks at
_FOUND = """
WITH night AS (SELECT DISTINCT theme, as_of FROM sampled WHERE as_of >= $since),
looked_at AS (
  SELECT theme, subject_type FROM assess.blind WHERE as_of BETWEEN $since AND $as_of
  UNION SELECT unnest($themes::VARCHAR[]), unnest($types::VARCHAR[])
),
standing AS (
  SELECT n.theme, n.as_of, s.id, o.outcome
  FROM night AS n JOIN assess.state AS s ON s.as_of = n.as_of AND s.change <> '解除'
  JOIN assess.warning AS w ON w.id = s.id AND w.theme = n.theme
  SEMI JOIN looked_at AS k ON k.theme = w.theme AND k.subject_type = w.subject_type
  LEFT JOIN outcome AS o ON o.id = s.id
)
SELECT theme, count(*) / (SELECT count(*) FROM night AS n WHERE n.theme = standing.theme),
  count(*) FILTER (outcome <> '无法核实'), count(*) FILTER (outcome IN ('属实', '已化解')),
  count(DISTINCT id) FILTER (outcome <> '无法核实')
FROM standing GROUP BY theme
"""
