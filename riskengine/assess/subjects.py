"""Who is looked at tonight: one row a subject, and the place tree as its closure.

Temp tables that are left behind:

* ``place_now(code, name, level, parent, population, unit)``: each place as it stands on the night; population NULL
  = not known.
* ``place_up(place, ancestor, level)``: each place with itself and all its ancestors; ``level`` is the ancestor's.
* ``subject(subject_type, subject, name, place)``: all subjects of the types that live and trial rules look at.
"""

from __future__ import annotations

from datetime import date

from riskengine.contracts import contract
from riskengine.model.duty import Place
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.store.database import Connection
from riskengine.store.schema import as_known, record_columns
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


def evaluated_rules(rulebook: Rulebook) -> tuple[Rule, ...]:
    """Rules that are evaluated on a night: live and trial, in the order of the files."""
    return tuple(rule for rule in rulebook.rules.values() if rule.status in ("live", "trial"))


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


def build_subjects(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Create ``place_now``, ``place_up`` and ``subject`` for the night. Data up to and including ``as_of``."""
    places = places_on(rulebook.places, as_of)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_now (code VARCHAR, name VARCHAR, level VARCHAR, parent VARCHAR,"
        " population BIGINT, unit VARCHAR)"
    )
    columns = [
        [getattr(place, name) for place in places] for name in ("code", "name", "level", "parent", "population", "unit")
    ]
    con.execute(
        "INSERT INTO place_now SELECT unnest(?), unnest(?), unnest(?), unnest(?), unnest(?::BIGINT[]), unnest(?)",
        columns,
    )
    units = list(rulebook.units.values())
    con.execute("CREATE OR REPLACE TEMP TABLE unit_now (id VARCHAR, name VARCHAR)")
    con.execute("INSERT INTO unit_now SELECT unnest(?), unnest(?)", [[u.id for u in units], [u.name for u in units]])
    steps = Steps()
    steps.add("place_up", _CLOSURE)
    types = subject_types(rulebook)
    parts = [_select(type_, literal(as_of)) for type_ in types]
    columns_only = ", ".join(f"NULL::VARCHAR AS {name}" for name in ("subject_type", "subject", "name", "place"))
    nobody = f"SELECT {columns_only} WHERE FALSE"
    steps.add("subject", "\nUNION ALL\n".join([nobody, *parts]))
    steps.as_tables(con)


def _select(type_: Subject, as_of: str) -> str:
    if type_ in PLACES:
        return _PLACES.format(type=literal(type_.value))
    if type_ is Subject.UNIT:
        return _UNITS
    return _matters(type_.value, as_of)


def _matters(kind: str, as_of: str) -> str:
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
    return f"""
SELECT '{kind}' AS subject_type, k.subject, {named} || coalesce('（' || {brackets} || '）', '') AS name, k.place
FROM (
  SELECT {own_subject(kind, "r")} AS subject, arg_max(r.place, {newest}) AS place,
    arg_max(r.category, {newest}) AS category, {label} AS label, {ends} AS ended
  FROM ({as_known(kind, as_of)}) r WHERE r.occurred_on <= {as_of}
  GROUP BY 1 HAVING {own_subject(kind, "r")} IS NOT NULL AND sum(r.quantity) > 0
) k LEFT JOIN place_now p ON p.code = k.place
WHERE k.ended IS NULL OR k.ended >= {as_of} - {ENDED_DAYS}"""


_CLOSURE = """
WITH RECURSIVE up(place, ancestor, level, depth) AS (
  SELECT code, code, level, 0 FROM place_now
  UNION ALL
  SELECT up.place, above.code, above.level, up.depth + 1
  FROM up JOIN place_now own ON own.code = up.ancestor JOIN place_now above ON above.code = own.parent
  WHERE up.depth < 20
) SELECT place, ancestor, level FROM up"""

# A village's name alone may stand for several villages, so its town goes before it.
_PLACES = """
SELECT {type} AS subject_type, p.code AS subject,
  CASE WHEN p.level = 'village' AND t.level = 'town' AND NOT starts_with(p.name, t.name)
    THEN t.name || CASE WHEN regexp_matches(t.name, '[A-Za-z0-9]$') THEN ' ' ELSE '' END || p.name
    ELSE p.name END AS name,
  p.code AS place
FROM place_now p LEFT JOIN place_now t ON t.code = p.parent WHERE p.level = {type}"""

# A township unit stands at the highest place it has jurisdiction over, a line department at the county.
_UNITS = """
SELECT 'unit' AS subject_type, u.id AS subject, u.name,
  coalesce(own.place, (SELECT min(code) FROM place_now WHERE level = 'county')) AS place
FROM unit_now u LEFT JOIN (
  SELECT unit, arg_min(code, (CASE level WHEN 'county' THEN 0 WHEN 'town' THEN 1 ELSE 2 END, code)) AS place
  FROM place_now WHERE unit IS NOT NULL GROUP BY unit
) own ON own.unit = u.id"""
