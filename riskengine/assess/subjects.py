"""Who is looked at on a night: one row a subject, and the place tree as its closure.

Temp tables that are left behind:

* ``night_now``: the nights, see :mod:`nights`.
* ``place_now(as_of, code, name, level, parent, population, unit)``: each place as it stands on the night; population NULL
  = not known.
* ``place_up(place, ancestor, level)``: each place with itself and all its ancestors; ``level`` is the ancestor's. The
  tree is the same on all nights.
* ``subject(as_of, subject_type, subject, name, place)``: all subjects of the types that live and trial rules look at.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from riskengine.assess.nights import Nights
from riskengine.contracts import contract
from riskengine.model.duty import Place
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.store.database import Connection
from riskengine.store.schema import record_columns
from riskengine.store.steps import Steps, literal

__all__ = [
    "ENDED_DAYS",
    "build_subjects",
    "evaluated_rules",
    "newest_first",
    "own_subject",
    "places_on",
    "subject_types",
]

ENDED_DAYS = 30
"""A matter that ended longer ago than this many days is no subject any more."""


def evaluated_rules(rulebook: Rulebook, since: date | None = None) -> tuple[Rule, ...]:
    """Rules that are evaluated on a night: live and trial, in the order of the files.

    ``since`` (the night, or the first of many): without the trials that were over before it. Of many nights, a
    trial's verdicts after its own ``until`` must still be left out.
    """
    return tuple(
        rule
        for rule in rulebook.rules.values()
        if rule.status == "live"
        or (rule.status == "trial" and (since is None or rule.until is None or since <= rule.until))
    )


def subject_types(rulebook: Rulebook) -> tuple[Subject, ...]:
    """Subject types of the live and trial rules, in the order of the enumeration."""
    wanted = {rule.subject for rule in evaluated_rules(rulebook)}
    return tuple(type_ for type_ in Subject if type_ in wanted)


def own_subject(kind: str, row: str) -> str:
    """SQL of the subject that a record of ``kind`` (row alias ``row``) speaks of: ``r.key`` or ``r.category || '@'
    || r.place``.
    """
    return " || '@' || ".join(f"{row}.{column}" for column in contract(kind).subject)


def newest_first(row: str) -> str:
    """SQL sort key of a record, greatest = newest: the day, then the order in which rows came in."""
    return f"({row}.occurred_on, {row}.known_at, {row}.file_id, {row}.row_no)"


def places_on(places: tuple[Place, ...], as_of: date) -> list[Place]:
    """One row a code: the newest that is valid on the night; a place that only becomes valid later has no
    population yet.
    """
    chosen: dict[str, Place] = {}
    for place in sorted(places, key=lambda p: (p.code, p.valid_from or date.min)):
        if place.valid_from is None or place.valid_from <= as_of:
            chosen[place.code] = place
        elif place.code not in chosen:
            chosen[place.code] = place.model_copy(update={"population": None})
    return list(chosen.values())


def build_subjects(con: Connection, rulebook: Rulebook, nights: Nights) -> None:
    """Create ``night_now``, ``place_now``, ``place_up`` and ``subject``. Data up to and including each night."""
    nights.lay_out(con)
    _lay_out_places(con, rulebook.places, nights)
    units = list(rulebook.units.values())
    con.execute("CREATE OR REPLACE TEMP TABLE unit_now (id VARCHAR, name VARCHAR)")
    con.execute("INSERT INTO unit_now SELECT unnest(?), unnest(?)", [[u.id for u in units], [u.name for u in units]])
    steps = Steps()
    steps.add("place_up", _CLOSURE.format(first=literal(nights.days[0])))
    types = subject_types(rulebook)
    parts = [_select(type_, nights) for type_ in types]
    columns_only = ", ".join(f"NULL::VARCHAR AS {name}" for name in ("subject_type", "subject", "name", "place"))
    nobody = f"SELECT NULL::DATE AS as_of, {columns_only} WHERE FALSE"
    steps.add("subject", "\nUNION ALL\n".join([nobody, *parts]))
    steps.as_tables(con)


def _lay_out_places(con: Connection, places: tuple[Place, ...], nights: Nights) -> None:
    """``place_now``: nights between two days of the population history share their rows until the join."""
    turns = sorted({place.valid_from for place in places if place.valid_from is not None})
    stage = [bisect_right(turns, day) for day in nights.days]
    rows = [(at, place) for at in sorted(set(stage)) for place in places_on(places, nights.days[stage.index(at)])]
    columns = ("code", "name", "level", "parent", "population", "unit")
    typed = ", ".join(f"unnest(?::{'BIGINT' if name == 'population' else 'VARCHAR'}[]) AS {name}" for name in columns)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_now AS SELECT n.as_of, p.* EXCLUDE (stage)"
        f" FROM (SELECT unnest(?::INTEGER[]) AS stage, {typed}) p"
        " JOIN (SELECT unnest(?::DATE[]) AS as_of, unnest(?::INTEGER[]) AS stage) n USING (stage)",
        [
            [at for at, _ in rows],
            *([getattr(place, name) for _, place in rows] for name in columns),
            list(nights.days),
            stage,
        ],
    )


def _select(type_: Subject, nights: Nights) -> str:
    if type_ in PLACES:
        return _PLACES.format(type=literal(type_.value), same=nights.same("t", "p"))
    if type_ is Subject.UNIT:
        return _UNITS
    return _matters(type_.value, nights)


def _matters(kind: str, nights: Nights) -> str:
    """Subjects of a kind by its newest row: open ones, and those that ended within the last days."""
    model, columns = contract(kind), record_columns(kind)
    newest = newest_first("r")
    ends = f"arg_max_null(r.{model.ends}, {newest})" if model.ends else "NULL::DATE"
    label = f"arg_max(r.label, {newest})" if "label" in columns else "NULL::VARCHAR"
    brackets = "nullif(concat_ws('，', k.category, p.name), '')"
    if model.subject == ("category", "place"):
        named, brackets = "k.category", "p.name"
    elif "label" in columns:  # what the offices call it says more than its number
        named = f"coalesce(k.label, '{model.model_fields[model.subject[0]].title} ' || k.subject)"
    else:
        named = f"'{model.title} ' || k.subject"
    latest = f"arg_max(r.place, {newest}) AS place, arg_max(r.category, {newest}) AS category, {label} AS label, {ends} AS ended"
    own = own_subject(kind, "r")
    standing = _standing_tonight(kind, own, latest, nights) if nights.alone else _standing(kind, own, latest, nights)
    return f"""
SELECT k.as_of, '{kind}' AS subject_type, k.subject, {named} || coalesce('（' || {brackets} || '）', '') AS name, k.place
FROM ({standing}) k LEFT JOIN place_now p ON {nights.same("p", "k")}p.code = k.place
WHERE k.ended IS NULL OR k.ended >= k.as_of - {ENDED_DAYS}"""


def _standing_tonight(kind: str, own: str, latest: str, nights: Nights) -> str:
    return f"""
  SELECT {nights.day} AS as_of, {own} AS subject, {latest} FROM {nights.known(kind)} WHERE r.occurred_on <= {nights.day}
  GROUP BY 1, 2 HAVING {own} IS NOT NULL AND sum(r.quantity) > 0"""


def _standing(kind: str, own: str, latest: str, nights: Nights) -> str:
    """What is known of a matter only changes on the nights on which a version comes or goes, a few in its life: it is asked
    for on these, and holds until the next.
    """
    return f"""
  WITH version AS (SELECT {own} AS own, r.*{nights.versions(kind)} AND {own} IS NOT NULL),
  turn AS (
    SELECT DISTINCT own, greatest({literal(nights.days[0])}, turn) AS turn
    FROM (SELECT own, stands_from AS turn FROM version UNION ALL SELECT own, stands_until FROM version)),
  spell AS (SELECT own, turn, lead(turn) OVER (PARTITION BY own ORDER BY turn) AS upto FROM turn)
  SELECT n.as_of, k.subject, k.place, k.category, k.label, k.ended
  FROM (
    SELECT own AS subject, s.turn, s.upto, {latest}
    FROM spell s JOIN version r USING (own) WHERE r.stands_from <= s.turn AND r.stands_until > s.turn
    GROUP BY ALL HAVING sum(r.quantity) > 0
  ) k JOIN night_now n ON k.turn <= n.as_of AND k.upto > n.as_of"""


_CLOSURE = """
WITH RECURSIVE up(place, ancestor, level, depth) AS (
  SELECT code, code, level, 0 FROM place_now WHERE as_of = {first}
  UNION ALL
  SELECT up.place, above.code, above.level, up.depth + 1
  FROM up JOIN (FROM place_now WHERE as_of = {first}) own ON own.code = up.ancestor
  JOIN (FROM place_now WHERE as_of = {first}) above ON above.code = own.parent
  WHERE up.depth < 20
) SELECT place, ancestor, level FROM up"""

# A village's name alone may stand for several villages, so its town goes before it.
_PLACES = """
SELECT p.as_of, {type} AS subject_type, p.code AS subject,
  CASE WHEN p.level = 'village' AND t.level = 'town' AND NOT starts_with(p.name, t.name)
    THEN t.name || CASE WHEN regexp_matches(t.name, '[A-Za-z0-9]$') THEN ' ' ELSE '' END || p.name
    ELSE p.name END AS name,
  p.code AS place
FROM place_now p LEFT JOIN place_now t ON {same}t.code = p.parent WHERE p.level = {type}"""

# A township unit stands at the highest place it has jurisdiction over, a line department at the county.
_UNITS = """
SELECT n.as_of, 'unit' AS subject_type, u.id AS subject, u.name,
  coalesce(own.place, (SELECT min(code) FROM place_now WHERE level = 'county')) AS place
FROM unit_now u CROSS JOIN night_now n LEFT JOIN (
  SELECT as_of, unit, arg_min(code, (CASE level WHEN 'county' THEN 0 WHEN 'town' THEN 1 ELSE 2 END, code)) AS place
  FROM place_now WHERE unit IS NOT NULL GROUP BY as_of, unit
) own ON own.as_of = n.as_of AND own.unit = u.id"""
