"""From the tables to the matters that are walked tonight: those of which somebody spoke, and those in which the engine takes a step."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from riskengine.intervene.handling.events import Event, Reply
from riskengine.intervene.handling.matter import Matter
from riskengine.intervene.handling.roles import said_by_verifier, verifier_of
from riskengine.intervene.handling.terms import Terms
from riskengine.model.clock import DELIVERY, Clock
from riskengine.model.handling import CLOSED, DELIVERED, ENGINE, Role
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.due import due, level_clocks
from riskengine.rulebook.workdays import Calendar
from riskengine.store.database import Connection

__all__ = ["TAKEN_BACK", "matters", "standing", "stir"]

TAKEN_BACK = "作废"
"""The word of a row of ``intervene.step`` that takes back the row with the same id and nth."""

_ANY = "(SELECT id FROM stirred)"


def standing(table: str, key: str, where: str = "TRUE") -> str:
    """SQL of the newest rows of a log table, one for each ``key``; ``where`` narrows before."""
    return f"SELECT * FROM {table} WHERE {where} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY as_of DESC) = 1"


def stir(con: Connection, rulebook: Rulebook, as_of: date) -> bool:
    """Temp table ``stirred (id, fact)``: the warnings to be walked tonight, with the engine's step of tonight or NULL. Whether any."""
    handling = rulebook.handling
    ranks = {level.name: level.rank for level in rulebook.levels}
    pressed = [state for each in handling.transitions if each.step == "督办" for state in each.start]
    closing = [
        (state, rank)
        for each in handling.transitions
        if each.step == CLOSED and ENGINE in each.by
        for state in each.start
        for name, rank in ranks.items()
        if not each.levels or name in each.levels
    ]
    con.execute(
        _STIRRED.format(handling=standing("intervene.handling", "id", "as_of < $as_of")),
        {
            "as_of": as_of,
            "pressed": pressed if handling.press else [],
            "states": [state for state, _ in closing] if handling.close_after else [],
            "ranks": [rank for _, rank in closing] if handling.close_after else [],
            "nights": handling.close_after,
            "reopens": [state for each in handling.transitions if each.step == "反弹" for state in each.start],
        },
    )
    return bool(con.execute("SELECT count(*) FROM stirred").fetchall()[0][0])


def matters(con: Connection, rulebook: Rulebook, as_of: date) -> list[Matter]:
    """One for each warning in ``stirred``, by id. Reads replies, duties and the engine's steps known by tonight."""
    calendar = Calendar(rulebook.calendar)
    clock = object_clock(rulebook)
    names = {level.rank: level.name for level in rulebook.levels}
    units = {id_: unit.name for id_, unit in rulebook.units.items()}
    verifier = verifier_of(rulebook)
    replies, facts = _replies(con, rulebook, verifier, as_of), _facts(con, as_of)
    graver: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for id_, night, rank in con.execute(_LEVELS.format(ids=_ANY), {"as_of": as_of}).fetchall():
        graver[id_].append((night, names.get(rank, "")))
    delivered: dict[str, dict[str, date]] = defaultdict(dict)
    spans: dict[str, dict[str, list[tuple[date, date, str | None]]]] = defaultdict(lambda: defaultdict(list))
    for id_, unit, night, first, deadline, name in con.execute(_DUTIES.format(ids=_ANY), {"as_of": as_of}).fetchall():
        delivered[id_].setdefault(unit, first)
        spans[id_][unit].append((night, deadline, name))
    clocks = {each.id: each for each in (*level_clocks(rulebook).values(), *rulebook.clocks.values())}
    last: dict[date, date] = {}
    for first in sorted({day for each in delivered.values() for day in each.values()}):
        last[first] = due(clock, first, calendar).day
    return [
        Matter(
            id_,
            min(delivered[id_].values(), default=opened),
            tuple(replies[id_]),
            tuple(facts[id_]),
            tuple(graver[id_]),
            {unit: last[day] for unit, day in delivered[id_].items()},
            Terms({unit: tuple(each) for unit, each in spans[id_].items()}, clocks, calendar),
            verifier,
            units,
        )
        for id_, opened in con.execute(_OPENED).fetchall()
    ]


def object_clock(rulebook: Rulebook) -> Clock:
    """The clock within which a unit may object; five working days where the book has none."""
    name = rulebook.handling.objections.clock
    standard = Clock(
        id=name, title="对派发提出退回", start=DELIVERY, amount=5, unit="workdays", basis="信访工作条例第二十三条"
    )
    return rulebook.clocks.get(name, standard)


def _replies(con: Connection, rulebook: Rulebook, verifier: str | None, as_of: date) -> defaultdict[str, list[Reply]]:
    found: defaultdict[str, list[Reply]] = defaultdict(list)
    own = set(said_by_verifier(rulebook))
    shared = set(rulebook.handling.steps("核验")) - own
    for id_, unit, duty, *rest in con.execute(_REPLIES.format(ids=_ANY), {"as_of": as_of}).fetchall():
        step = rest[9]
        checks = unit == verifier and (step in own or (step in shared and duty != "主办"))
        roles: tuple[Role, ...] = tuple(each for each in (duty, "核验" if checks else None) if each)
        found[id_].append(Reply(unit, roles, *rest))
    return found


def _facts(con: Connection, as_of: date) -> defaultdict[str, list[Event]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for id_, step, day, reason in con.execute(
        _FACTS.format(ids=_ANY, back=TAKEN_BACK, begin=DELIVERED), {"as_of": as_of}
    ).fetchall():
        found[id_].append(Event(step, day, (ENGINE,), reason=reason or _WHY.get(step)))
    return found


_WHY = {"督办": "逾期没有反馈", CLOSED: "预警已解除，办理齐全", "反弹": "销号以后又加重"}


_STIRRED = """
CREATE OR REPLACE TEMP TABLE stirred AS
WITH now AS ({handling}), lead AS (
  SELECT d.id, d.deadline FROM intervene.duty AS d
  WHERE d.role = '主办' AND d.as_of = (SELECT max(as_of) FROM intervene.duty WHERE as_of < $as_of)
), engine AS (
  SELECT n.id, '督办' AS fact FROM now AS n JOIN lead AS l USING (id)
  JOIN assess.state AS s ON s.as_of = $as_of AND s.id = n.id AND s.change <> '解除'
  WHERE list_contains($pressed, n.state) AND l.deadline < $as_of AND NOT EXISTS (
    SELECT 1 FROM intervene.step AS t
    WHERE t.id = n.id AND t.step = '督办' AND t.as_of < $as_of AND t.on_day > l.deadline)
  UNION ALL
  SELECT n.id, '销号' FROM now AS n JOIN assess.warning AS w ON w.id = n.id AND w.lifted_on <= $as_of
  JOIN (SELECT unnest($states::VARCHAR[]) AS state, unnest($ranks::INTEGER[]) AS rank) AS c ON c.state = n.state
  WHERE n.since + $nights::INTEGER <= $as_of
    AND (SELECT min(level) FROM intervene.duty AS d WHERE d.id = n.id AND d.as_of < $as_of) = c.rank
  UNION ALL
  SELECT n.id, '反弹' FROM now AS n
  JOIN review.rebound AS v ON v.id = n.id AND v.of_id = n.id AND v.as_of < $as_of AND v.as_of >= n.closed_on
  JOIN assess.state AS s ON s.as_of = $as_of AND s.id = n.id AND s.change <> '解除'
  WHERE list_contains($reopens, n.state)
), spoken AS (
  SELECT DISTINCT r.id FROM intervene.reply AS r SEMI JOIN assess.warning AS w ON w.id = r.id
  WHERE r.as_of = $as_of OR r.id NOT IN (SELECT id FROM now)
)
SELECT id, min(fact) AS fact FROM (SELECT id, fact FROM engine UNION ALL SELECT id, NULL FROM spoken) GROUP BY id ORDER BY id
"""

_OPENED = "SELECT w.id, w.opened_on FROM stirred AS s JOIN assess.warning AS w ON w.id = s.id ORDER BY w.id"

_LEVELS = """
SELECT id, min(as_of), gravest FROM (
  SELECT id, as_of, min(level) OVER (PARTITION BY id ORDER BY as_of) AS gravest
  FROM intervene.duty WHERE as_of < $as_of AND id IN {ids})
GROUP BY id, gravest ORDER BY id, min(as_of)
"""

# a deadline that came back to what it was is a span of its own; that makes no difference to whoever asks what it was on a day
_DUTIES = """
SELECT id, unit, as_of, delivered_on, deadline, clock FROM (
  SELECT *, lag(deadline) OVER w AS before, lag(clock) OVER w AS by_before
  FROM intervene.duty WHERE as_of < $as_of AND id IN {ids}
  WINDOW w AS (PARTITION BY id, unit ORDER BY as_of))
WHERE before IS NULL OR before <> deadline OR clock IS DISTINCT FROM by_before
ORDER BY id, unit, as_of
"""

# the role is that of the newest list before the day on which the receipt came; a unit that is not on that list answers no more
_REPLIES = """
WITH nights AS (
  SELECT DISTINCT id, as_of FROM intervene.duty WHERE as_of < $as_of AND id IN {ids}
), said AS (
  SELECT r.*, coalesce(s.known_at, r.as_of) AS known_on, s.occurred_on AS listed_on
  FROM intervene.reply AS r LEFT JOIN sense.receipt AS s ON s.file_id = r.file_id AND s.row_no = r.row_no
  WHERE r.as_of <= $as_of AND r.id IN {ids}
), seen AS (
  SELECT s.*, coalesce(
      (SELECT max(n.as_of) FROM nights AS n WHERE n.id = s.id AND n.as_of < s.known_on),
      (SELECT min(n.as_of) FROM nights AS n WHERE n.id = s.id)) AS night
  FROM said AS s
)
SELECT s.id, s.unit, d.role, s.known_on, s.listed_on, s.file_id, s.row_no, s.signed_on, s.outcome, s.measure, s.fed_back_on, s.post,
  s.step, s.cause, s.reason, s.until, s.refer_to
FROM seen AS s LEFT JOIN intervene.duty AS d ON d.id = s.id AND d.unit = s.unit AND d.as_of = s.night
ORDER BY s.id, s.known_on, s.file_id, s.row_no
"""

_FACTS = """
SELECT t.id, t.step, t.on_day, t.reason FROM intervene.step AS t
WHERE t.as_of < $as_of AND t.role = '引擎' AND t.step NOT IN ('{begin}', '{back}', '同意退回') AND t.id IN {ids}
  AND NOT EXISTS (
    SELECT 1 FROM intervene.step AS b WHERE b.id = t.id AND b.nth = t.nth AND b.step = '{back}' AND b.as_of < $as_of)
UNION ALL
SELECT id, fact, $as_of, NULL FROM stirred WHERE fact IS NOT NULL
ORDER BY ALL
"""
