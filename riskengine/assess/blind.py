"""The monthly draw below the thresholds: subjects that were weighed and not warned of, a few of them to be looked at (抽查).

Which rules miss something can only be told from what they were silent about. The population is every subject of a type that a unit
can go and see, on the first assessed night of a month, for which some live plain rule of the theme was clear, none hit (a hit
that waits for its second night is neither warned nor silent) and no warning of the theme was open. It falls into two strata a
theme, those to which some rule gave more than the points that everybody has (``near``) and the others; within a stratum everybody
has the same chance. Compounds have no score of their own and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from math import ceil

import duckdb

from riskengine.assess.score import level_of, points_of, total_of, values_of
from riskengine.assess.subjects import evaluated_rules
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.language.expression import ExpressionError, compile_expression
from riskengine.rulebook.names import parameters_in_force
from riskengine.store.database import Connection
from riskengine.store.steps import identifier, literal

__all__ = ["Readings", "draw_below", "first_of_month", "score_below"]

Readings = Mapping[str, str]
"""Rule → SELECT of the values that it read, as JSON, of the subjects that were drawn."""


def first_of_month(con: Connection, rulebook: Rulebook, as_of: date) -> bool:
    """Whether samples are drawn tonight: the settings ask for some, and no earlier night of the month was assessed."""
    if not rulebook.learning.sample.size:
        return False
    earlier = "SELECT 1 FROM assess.night WHERE as_of < $1 AND as_of >= date_trunc('month', $1::DATE) LIMIT 1"
    return con.execute(earlier, [as_of]).fetchone() is None


def score_below(con: Connection, rulebook: Rulebook, as_of: date) -> Readings:
    """Leave temp table ``below(rule, theme, live, subject_type, subject, place, score, near, level)``: what the points of each
    plain rule of a sampled theme come to for the subjects for which it is clear tonight; ``near``: more than its bands' fewest.
    Returns what each of those rules reads, for :func:`draw_below`.

    Call it after the verdicts of the night were weighed and **outside** a transaction; a rule whose points fail on the numbers of
    subjects that it never warned of is left out alone.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE below ({_BELOW})")
    selects = dict(_selects(con, rulebook, as_of))
    try:
        if selects:
            con.execute("INSERT INTO below " + "\nUNION ALL ".join(select for select, _ in selects.values()))
    except duckdb.Error:
        for select, _ in selects.values():
            try:
                con.execute("INSERT INTO below " + select)
            except duckdb.Error:
                continue
    return {rule: reads for rule, (_, reads) in selects.items()}


def draw_below(con: Connection, rulebook: Rulebook, as_of: date, readings: Readings) -> None:
    """Write tonight's rows of ``assess.blind`` from ``below``, after the warnings of the night were stored.

    The draw hangs on month, theme and subject alone (MD5), so that a night that is run again draws the same.
    """
    sample = rulebook.learning.sample
    live = [rule for rule in rulebook.rules.values() if rule.status == "live"]
    wanted = {
        "as_of": as_of,
        "rules": [rule.id for rule in live],
        "themes": [rule.theme for rule in live],
        "month": f"{as_of:%Y-%m}",
        "near": min(sample.size - 1, ceil(round(sample.size * sample.near, 6))),
        "size": sample.size,
    }
    con.execute(_DRAW, wanted)
    drawn = {
        str(rule)
        for (rule,) in con.execute("SELECT DISTINCT rule FROM assess.blind WHERE as_of = $1", [as_of]).fetchall()
    }
    read = "\nUNION ALL ".join(reads for rule, reads in readings.items() if rule in drawn)
    if read:  # of the drawn ones alone: to write everybody's values down would take longer than the rest of the draw
        con.execute(
            f"UPDATE assess.blind AS b SET signals = r.signals FROM ({read}) AS r "
            f"WHERE b.as_of = {literal(as_of)} AND b.rule = r.rule AND b.subject = r.subject"
        )


def _selects(con: Connection, rulebook: Rulebook, as_of: date) -> Iterator[tuple[str, tuple[str, str]]]:
    """Rule → one SELECT of its points and one of what it reads, of those that stood without a fault tonight."""
    sample = rulebook.learning.sample
    sound = {str(rule) for (rule,) in con.execute("SELECT rule FROM evaluated_tonight").fetchall()}
    columns: dict[str, list[str]] = {}
    for rule in evaluated_rules(rulebook, as_of):
        asked = rule.theme in sample.themes if sample.themes else True
        if rule.compound is None and rule.id in sound and rule.subject in sample.subjects and asked:
            table = f"wide_{rule.subject.value}"
            if table not in columns:
                described = con.execute(f"SELECT * FROM {identifier(table)} LIMIT 0").description or []
                columns[table] = [str(column[0]) for column in described]
            try:
                yield rule.id, _select(rule, rulebook, table, columns[table], as_of)
            except (ExpressionError, ValueError, KeyError):
                continue


def _select(rule: Rule, rulebook: Rulebook, table: str, columns: list[str], as_of: date) -> tuple[str, str]:
    force = parameters_in_force(rule, as_of)
    names = {name: f"w.{identifier(name)}" for name in columns}
    names |= {name: literal(float(held[0])) if held else "CAST(NULL AS DOUBLE)" for name, held in force.items()}
    names["as_of"] = literal(as_of)
    used = set(compile_expression(rule.when or "", names, boolean=True).names)
    points, values = [], []
    for at, feature in enumerate(rule.score):
        compiled = compile_expression(feature.of, names, boolean=False)
        used |= compiled.names
        values.append(f"round(CAST({compiled.sql} AS DOUBLE), 9) AS f${at}")
        points.append(points_of(feature, f"w.f${at}"))
    floors = [(compile_expression(each.when, names, boolean=True), each.level) for each in rule.floors]
    values += [f"{compiled.sql} AS g${at}" for at, (compiled, _) in enumerate(floors)]
    fewest = sum(min(given for _, _, given in feature.bands) for feature in rule.score)
    level = level_of(rulebook.levels, "w.score$", [(f"w.g${at}", name) for at, (_, name) in enumerate(floors)])
    signals = [name for name in columns if name in used and name not in force]
    reads = f"""
SELECT {literal(rule.id)} AS rule, w.subject, {values_of(signals)} AS signals FROM {table} w
WHERE w.subject IN (SELECT subject FROM assess.blind WHERE as_of = {literal(as_of)} AND rule = {literal(rule.id)})"""
    points_sql = f"""
SELECT {literal(rule.id)}, {literal(rule.theme)}, {literal(rule.status == "live")}, {literal(rule.subject.value)}, w.subject, w.place,
  w.score$, w.score$ > {literal(float(fewest))}, {level}
FROM (SELECT w.*, {total_of(points)} AS score$ FROM (SELECT w.subject, w.place, {", ".join(values)} FROM {table} w
  WHERE w.subject NOT IN (SELECT subject FROM verdict_tonight WHERE rule = {literal(rule.id)})) w) w"""
    return points_sql, reads


_BELOW = (
    "rule VARCHAR, theme VARCHAR, live BOOLEAN, subject_type VARCHAR, subject VARCHAR, place VARCHAR, score DOUBLE, "
    "near BOOLEAN, level TINYINT"
)

# what one stratum lacks the other gives, so that a theme has its sample even where nobody is near the threshold
_DRAW = """
INSERT INTO assess.blind
WITH hit AS (
  SELECT DISTINCT b.theme, v.subject_type, v.subject
  FROM assess.verdict AS v
  JOIN (SELECT unnest($rules::VARCHAR[]) AS rule, unnest($themes::VARCHAR[]) AS theme) AS b ON b.rule = v.rule
  WHERE v.as_of = $as_of AND v.verdict = 'hit'
), open AS (
  SELECT w.theme, w.subject_type, w.subject FROM assess.state AS s JOIN assess.warning AS w USING (id)
  WHERE s.as_of = $as_of AND s.change <> '解除'
), silent AS (
  SELECT theme, subject_type, subject, any_value(place) AS place, bool_or(near) AS near
  FROM below AS b WHERE live GROUP BY theme, subject_type, subject
), population AS (
  SELECT s.*, count(*) OVER (PARTITION BY s.theme, s.near) AS population,
    row_number() OVER (PARTITION BY s.theme, s.near ORDER BY md5($month || '|' || s.theme || '|' || s.subject_type || '|' || s.subject),
      s.subject_type, s.subject) AS line
  FROM silent AS s ANTI JOIN hit AS h ON h.theme = s.theme AND h.subject_type = s.subject_type AND h.subject = s.subject
  ANTI JOIN open AS o ON o.theme = s.theme AND o.subject_type = s.subject_type AND o.subject = s.subject
), share AS (
  SELECT theme, coalesce(max(population) FILTER (near), 0) AS near, coalesce(max(population) FILTER (NOT near), 0) AS far
  FROM population GROUP BY theme
), take AS (
  SELECT theme, least(near, greatest($near, $size - far)) AS near, least(far, greatest($size - $near, $size - near)) AS far FROM share
), drawn AS (
  SELECT p.*, count(*) OVER (PARTITION BY p.theme, p.near) AS drawn
  FROM population AS p JOIN take AS t ON t.theme = p.theme AND p.line <= if(p.near, t.near, t.far)
)
SELECT $as_of, d.theme, d.subject_type, d.subject, n.name, d.place, d.near, d.population, d.drawn, b.rule, b.score, b.level, NULL
FROM drawn AS d
JOIN below AS b ON b.theme = d.theme AND b.subject_type = d.subject_type AND b.subject = d.subject
LEFT JOIN subject AS n ON n.subject_type = d.subject_type AND n.subject = d.subject
ORDER BY d.theme, d.near DESC, d.line, b.rule
"""
