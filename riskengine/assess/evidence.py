"""The rows behind a warning: white-listed columns, Chinese titles, newest first, one query a rule that is active
tonight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.assess.measures import READINGS, rows_of, subject_key
from riskengine.assess.nights import Lag, days_back
from riskengine.assess.references import TITLE, lay_out_references, reference, titled
from riskengine.assess.strata import feeds
from riskengine.assess.subjects import newest_first
from riskengine.contracts import contract
from riskengine.contracts.field import sql_type
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.language.tokens import tokens
from riskengine.rulebook.names import builtins_of, columns_of, signals_behind
from riskengine.store.database import Connection
from riskengine.store.schema import as_known
from riskengine.store.steps import literal

__all__ = ["prove"]

_ROWS = 10


@dataclass(frozen=True)
class _Look:
    """Which records to show: of a kind, ``where`` they match, from ``window`` days (None = all) that end ``lag`` days
    before the hit.
    """

    kind: str
    where: str | None
    window: int | None
    lag: Lag
    rows: int
    own: bool
    """Only records at the place itself, not those below it."""


def prove(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Leave temp table ``proof(id, evidence)`` for the warnings of ``active``; ``evidence`` is what
    ``assess.state.evidence`` holds:

    ``[{"rule", "kind", "title", "columns": […], "rows": [[text, …], …]}]``, in the order of the rules; a part
    without rows is left out. Places stand by name, days as 2026-06-30, empty cells as "". A compound shows its
    members' rows. Records as known tonight; what came in by several doors says so in a column of its own.
    """
    con.execute(_PLACE_TITLES)
    doors = {rulebook.sources[each].kind for each in rulebook.links.doors if each in rulebook.sources}
    if doors:
        lay_out_references(con, rulebook, as_of)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE target AS "
        "SELECT id, rule, nth, subject_type, subject, hit_on, FALSE AS open FROM active"
    )
    _open_compounds(con, rulebook.rules, as_of)
    con.execute("CREATE OR REPLACE TEMP TABLE proof_part (id VARCHAR, nth INTEGER, seat INTEGER, part JSON)")
    seats = {rule_id: seat for seat, rule_id in enumerate(rulebook.rules)}
    found = con.execute(
        "SELECT rule, subject_type, list(DISTINCT hit_on ORDER BY hit_on) FROM target WHERE NOT open "
        "GROUP BY rule, subject_type ORDER BY ALL"
    ).fetchall()
    for rule_id, type_, hit_on in found:
        rule = rulebook.rules[rule_id]
        look = _look(rule, rulebook)
        if look is not None:
            con.execute(_rows(rule, seats[rule_id], look, Subject(type_), as_of, hit_on, look.kind in doors))
        elif rule.subject is Subject.UNIT:
            con.execute(
                _SILENCES.format(
                    rule=literal(rule.id), seat=seats[rule_id], rows=_ROWS, source=titled(rulebook.sources, "z.source")
                )
            )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE proof AS SELECT id, to_json(list(part ORDER BY nth, seat)) AS evidence "
        "FROM proof_part GROUP BY id"
    )


def _open_compounds(con: Connection, rules: Mapping[str, Rule], as_of: date) -> None:
    """Replace compounds in ``target`` by the members that hit on the subjects they hit, down to plain ones."""
    for _ in rules:
        targets = [
            row[0] for row in con.execute("SELECT DISTINCT rule FROM target WHERE NOT open ORDER BY rule").fetchall()
        ]
        compounds = [
            rules[each] for each in targets if rules[each].compound is not None and rules[each].evidence is None
        ]
        if not compounds:
            return
        for rule in compounds:
            compound = rule.compound
            assert compound is not None
            members = [each for each in compound.counted if feeds(rules.get(each), rule)]
            con.execute(f"UPDATE target SET open = TRUE WHERE rule = {literal(rule.id)}")
            con.execute(f"""
                INSERT INTO target
                WITH opened AS (FROM target WHERE rule = {literal(rule.id)}),
                hit AS (
                  SELECT * FROM assess.verdict v WHERE v.verdict = 'hit'
                    AND v.rule IN ({", ".join(literal(each) for each in members) or "NULL"})
                    AND v.as_of > (SELECT min(hit_on) FROM opened) - {compound.within} AND v.as_of <= {literal(as_of)}
                ), met AS (
                  SELECT t.id, t.nth, t.hit_on, v.* FROM opened t
                  JOIN hit v ON v.subject_type = t.subject_type AND v.subject = t.subject
                  UNION ALL
                  SELECT t.id, t.nth, t.hit_on, v.* FROM opened t
                  JOIN place_up u ON u.ancestor = t.subject AND u.level = t.subject_type
                  JOIN hit v ON v.place = u.place AND v.subject_type <> t.subject_type
                )
                SELECT id, rule, nth, subject_type, subject, max(as_of), FALSE FROM met
                WHERE as_of <= hit_on AND as_of > hit_on - {compound.within}
                GROUP BY id, rule, nth, subject_type, subject
                HAVING (id, rule, subject_type, subject) NOT IN (
                  SELECT (id, rule, subject_type, subject) FROM target)""")


def _look(rule: Rule, rulebook: Rulebook) -> _Look | None:
    """What the rule asks to be shown; where it asks for nothing, what its first measured signal looks at."""
    if rule.evidence is not None:
        return _Look(rule.evidence.source, rule.evidence.where, rule.evidence.window, 0, rule.evidence.rows, False)
    for text in (rule.when, *(feature.of for feature in rule.score)):
        for name in (token.text for token in tokens(text or "0") if token.kind == "word"):
            if name in builtins_of(rule.subject) or name in rule.parameters:
                continue
            for signal in signals_behind(rulebook.signals, [name]):
                if signal.source is not None:
                    own = signal.measure in READINGS
                    return _Look(signal.source, signal.where, signal.window, signal.lag, _ROWS, own)
    return None


def _rows(rule: Rule, seat: int, look: _Look, type_: Subject, as_of: date, hit_on: Sequence[date], doors: bool) -> str:
    """INSERT of one rule's evidence into ``proof_part``; ``hit_on``: the nights that its targets were hit on; ``doors``: its
    records may be part of an event with others.
    """
    model = contract(look.kind)
    titles = [str(model.model_fields[name].title or name) for name in model.evidence]
    cells = ", ".join(_cell(look.kind, name) for name in model.evidence)
    names = {name: f"r.{column}" for name, column in columns_of(look.kind).items()} | {"as_of": "t.hit_on"}
    where = compile_expression(look.where, names, boolean=True).sql if look.where else "TRUE"
    until = _until(look.lag, hit_on)
    days = f"r.occurred_on <= {until}" + (f" AND r.occurred_on > {until} - {look.window}" if look.window else "")
    records = f"({as_known(look.kind, literal(as_of))} AND quantity > 0)"
    try:
        source, subject = rows_of(records, look.kind, type_), subject_key(look.kind, type_)
    except ValueError:  # a matter with the records of another kind: those at its place
        source = f"{records} r JOIN place_up u ON u.place = r.place JOIN subject s ON s.place = u.ancestor"
        subject = f"CASE WHEN s.subject_type = {literal(type_.value)} THEN s.subject END"
    here = " AND r.place = t.subject" if look.own and type_ in PLACES else ""
    head = f"'rule': {literal(rule.id)}, 'kind': {literal(look.kind)}, 'title': {literal(model.title)}"
    listed = ", ".join(literal(title) for title in titles)
    columns, rows, also, beside = f"[{listed}]", "list(cells ORDER BY back)", "NULL", ""
    if doors:
        any_also = "count(also) > 0"
        columns = f"CASE WHEN {any_also} THEN [{listed}, {literal(TITLE)}] ELSE {columns} END"
        rows = f"CASE WHEN {any_also} THEN list(list_append(cells, coalesce(also, '')) ORDER BY back) ELSE {rows} END"
        also, beside = reference(look.kind), "LEFT JOIN referred f ON f.source = r.source AND f.key = r.key"
    # TRY: a condition that fails on one row hides that row; it must not take the night
    return f"""
INSERT INTO proof_part
SELECT id, any_value(nth), {seat}, to_json({{{head}, 'columns': {columns}, 'rows': {rows}}})
FROM (
  SELECT t.id, t.nth, [{cells}] AS cells, {also} AS also,
    row_number() OVER (PARTITION BY t.id ORDER BY {newest_first("r")} DESC) AS back
  FROM {source}
  JOIN target t ON t.rule = {literal(rule.id)} AND NOT t.open
    AND t.subject_type = {literal(type_.value)} AND t.subject = {subject}
  LEFT JOIN place_title pt ON pt.code = r.place {beside}
  WHERE {days}{here} AND TRY({where})
) WHERE back <= {look.rows} GROUP BY id"""


def _until(lag: Lag, hit_on: Sequence[date]) -> str:
    """SQL of the last day that is looked at; NULL, so that nothing is shown, where the lunar calendar is not known."""
    if isinstance(lag, int):
        return f"(t.hit_on - {lag})"
    cases = ""
    for night in hit_on:
        try:
            cases += f" WHEN {literal(night)} THEN {literal(days_back(night, lag))}"
        except ValueError:
            continue
    return f"CASE t.hit_on{cases} END" if cases else "CAST(NULL AS DATE)"


def _cell(kind: str, column: str) -> str:
    """SQL text of one cell: "" where the office said nothing."""
    value = f"r.{column}"
    if column == "place":
        return f"coalesce(pt.shown, {value}, '')"
    type_ = sql_type(contract(kind).model_fields[column]).split("(")[0]
    match type_:
        case "DATE":
            text = f"strftime({value}, '%Y-%m-%d')"
        case "BOOLEAN":
            text = f"CASE WHEN {value} THEN '是' WHEN NOT {value} THEN '否' END"
        case "DOUBLE" | "DECIMAL" | "FLOAT":
            text = f"rtrim(rtrim(printf('%.2f', CAST({value} AS DOUBLE)), '0'), '.')"
        case _:
            text = f"CAST({value} AS VARCHAR)"
    return f"coalesce({text}, '')"


_PLACE_TITLES = """
CREATE OR REPLACE TEMP TABLE place_title AS
SELECT p.code, CASE WHEN p.level = 'village' AND t.level = 'town' AND NOT starts_with(p.name, t.name)
  THEN t.name || p.name ELSE p.name END AS shown
FROM place_now p LEFT JOIN place_now t ON t.code = p.parent"""


# a unit whose rule looks at nothing but silence is shown what it did not send
_SILENCES = """
INSERT INTO proof_part
SELECT id, any_value(nth), {seat}, to_json({{'rule': {rule}, 'kind': 'silence', 'title': '未按时报送',
  'columns': ['数据来源', '报送单位', '最近报送', '静默天数', '说明'], 'rows': list(cells ORDER BY back)}})
FROM (
  SELECT t.id, t.nth, [{source}, coalesce(z.reporter, ''), coalesce(strftime(z.last_on, '%Y-%m-%d'), ''),
      coalesce(CAST(z.days AS VARCHAR), ''), coalesce(z.message, '')] AS cells,
    row_number() OVER (PARTITION BY t.id ORDER BY z.days DESC NULLS LAST, z.source, z.reporter, z.place) AS back
  FROM target t JOIN sense.silence z ON z.as_of = t.hit_on AND z.unit = t.subject
  WHERE t.rule = {rule} AND NOT t.open
) WHERE back <= {rows} GROUP BY id"""
