"""What the routes are used for: by cases, by the warnings of the nights that were run, and what only the catch-all took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.cases.laid import CALLED
from riskengine.cases.route_cases import Tried
from riskengine.intervene.routing import route_standing
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import Subject
from riskengine.rulebook.routes import in_words
from riskengine.store.laboratory import laboratory
from riskengine.workspace import Workspace

__all__ = ["Caught", "Coverage", "Used", "coverage"]


@dataclass(frozen=True)
class Used:
    """One route: ``cases`` that it took a warning of, and ``warnings`` of the nights (each counted once), None without nights."""

    number: str
    name: str
    says: str
    cases: int
    warnings: int | None


@dataclass(frozen=True)
class Caught:
    """Warnings of the last nights that fell to the catch-all, or (``caught`` False) that no route took, alike in kind."""

    caught: bool
    theme: str
    subject: str
    level: str
    warnings: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """``first`` to ``last``: the nights looked at, None where none was run; ``nights``: for how many of them ``caught`` speaks."""

    routes: tuple[Used, ...]
    first: date | None
    last: date | None
    nights: int
    caught: tuple[Caught, ...]

    @property
    def uncovered(self) -> tuple[Used, ...]:
        """Routes that no case takes."""
        return tuple(each for each in self.routes if not each.cases)


def coverage(workspace: Workspace, rulebook: Rulebook, tried: Sequence[Tried], nights: int) -> Coverage:
    """Route all warnings of all nights by today's rule book. ``nights``: how many of the last are looked at for the catch-all.

    Raises Busy while a night is running.
    """
    units = {id_: unit.name for id_, unit in rulebook.units.items()}
    by_cases = Counter(at for each in tried for at in {given.route for given in each.given} if at is not None)
    run, taken, caught = _nights(workspace, rulebook, nights)
    used = tuple(
        Used(
            rulebook.route_number(at),
            each.name,
            in_words(each, units, CALLED),
            by_cases[at],
            taken.get(at, 0) if run else None,
        )
        for at, each in enumerate(rulebook.routes)
    )
    return Coverage(used, run[0] if run else None, run[-1] if run else None, min(nights, len(run)), caught)


def _nights(
    workspace: Workspace, rulebook: Rulebook, last: int
) -> tuple[list[date], dict[int, int], tuple[Caught, ...]]:
    if not workspace.database.exists():
        return [], {}, ()
    with laboratory(workspace.database, workspace.scratch) as con:
        run = [night for (night,) in con.execute("SELECT as_of FROM kept.assess.night ORDER BY as_of").fetchall()]
        if not run:
            return [], {}, ()
        con.execute(_STANDING)
        route_standing(con, rulebook, run)
        taken = dict(
            con.execute("SELECT route, count(DISTINCT id) FROM routed WHERE role = '主办' GROUP BY route").fetchall()
        )
        levels = {level.rank: level.name for level in rulebook.levels}
        rows = con.execute(_CAUGHT, {"first": run[-min(last, len(run))]}).fetchall()
        caught = tuple(
            Caught(caught, theme, CALLED[Subject(type_)], levels.get(rank, str(rank)), number, tuple(names))
            for caught, theme, type_, rank, number, names in rows
        )
    return run, taken, caught


_STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
SELECT s.as_of, s.id, s.level, w.subject_type, w.subject, w.theme, w.place
FROM kept.assess.state AS s JOIN kept.assess.warning AS w USING (id) WHERE s.change <> '解除' ORDER BY s.as_of
"""

# a warning counts once, at the level it had on the newest night on which nothing else took it
_CAUGHT = """
WITH fell AS (
  SELECT s.id, s.theme, s.subject_type, s.level, r.id IS NOT NULL AS caught
  FROM standing AS s LEFT JOIN routed AS r ON r.as_of = s.as_of AND r.id = s.id AND r.role = '主办'
  WHERE s.as_of >= $first AND (r.id IS NULL OR r.catch_all)
  QUALIFY row_number() OVER (PARTITION BY s.id ORDER BY s.as_of DESC) = 1
)
SELECT f.caught, f.theme, f.subject_type, f.level, count(*),
  list(f.id || ' ' || coalesce(w.subject_name, w.subject) ORDER BY f.id)[:3]
FROM fell AS f JOIN kept.assess.warning AS w USING (id)
GROUP BY ALL ORDER BY f.caught, count(*) DESC, f.theme, f.subject_type, f.level
"""
