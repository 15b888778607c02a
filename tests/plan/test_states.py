"""One pass over many nights decides what the nights decided one by one: same warnings, levels, rules, days, units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from riskengine.model.rulebook import Rulebook
from riskengine.plan.course import Side, live
from riskengine.plan.reach import reach
from riskengine.plan.rehearse import Asked, rehearse
from riskengine.plan.verdicts import see
from riskengine.rulebook.load import load
from riskengine.store.database import Connection, connect
from riskengine.store.laboratory import laboratory
from riskengine.workspace import Workspace
from tests.plan.county import build, days, edit, lay_rules, rules, run_nights

SIGNALS, FRAUD, PETITIONS = "signals/signals.yaml", "warnings/fraud/fraud.yaml", "warnings/petitions/petitions.yaml"
EDITS = {
    "a threshold": [(FRAUD, "2024-01-01: 3}", "2024-01-01: 2}")],
    "a signal": [
        (SIGNALS, "measure: count, window: 7}", "measure: count, window: 3}"),
        (PETITIONS, "keep: 2", "keep: 1"),
    ],
}


def both(workspace: Workspace, old: Rulebook, new: Rulebook, nights: list[date]) -> list[Side]:
    """Old and new side over the nights, everything played; what lies before them is kept history."""
    reached = reach(old, new, everything=True)
    history = [day for day in days() if day < nights[0]]
    with laboratory(workspace.database, workspace.scratch / "plan") as con:
        seen = see(con, reached, nights)
        return [
            live(con, book, mine, reached.lots, [*history, *nights], nights)
            for book, mine in zip((reached.old, reached.new), seen, strict=True)
        ]


def played(side: Side, nights: list[date]) -> list[tuple[Any, ...]]:
    return sorted(
        (day, *course.key, night.level, night.score, sorted(night.rules), night.stale, course.opened,
         night.lead, sorted(night.others), night.merged is not None)
        for course in side.courses for day, night in course.nights.items() if day in nights
    )  # fmt: skip


def lifted(side: Side, nights: list[date]) -> list[tuple[Any, ...]]:
    return sorted((each.lifted, *each.key) for each in side.courses if each.lifted in nights)


def ran(con: Connection, nights: list[date]) -> list[tuple[Any, ...]]:
    rows = con.execute(
        "SELECT s.as_of, w.theme, w.subject_type, w.subject, s.level, s.score, "
        "list_sort(s.rules), s.stale, w.opened_on, "
        "max(d.unit) FILTER (d.role = '主办'), coalesce(list(d.unit ORDER BY d.unit) FILTER (d.role = '协办'), []), "
        "bool_or(m.child IS NOT NULL) "
        "FROM assess.state s JOIN assess.warning w USING (id) "
        "LEFT JOIN intervene.duty d ON d.id = s.id AND d.as_of = s.as_of "
        "LEFT JOIN assess.merged m ON m.child = s.id AND m.as_of = s.as_of "
        "WHERE s.change <> '解除' AND list_contains(?, s.as_of) GROUP BY ALL ORDER BY ALL",
        [nights],
    ).fetchall()
    return sorted(rows)


def ended(con: Connection, nights: list[date]) -> list[tuple[Any, ...]]:
    rows = con.execute(
        "SELECT lifted_on, theme, subject_type, subject FROM assess.warning WHERE list_contains(?, lifted_on)", [nights]
    )
    return sorted(rows.fetchall())


@pytest.fixture(scope="module")
def kept(filled) -> dict[str, Any]:
    with connect(filled.database, filled.scratch) as con:
        return {"ran": ran(con, days()), "ended": ended(con, days())}


def test_the_county_has_what_makes_nights_differ(filled, kept):
    with connect(filled.database, filled.scratch) as con:
        files = con.execute("SELECT sum(updated), sum(retracted) FROM sense.file").fetchone()
        assert all(files or ())
        assert con.execute("SELECT 1 FROM assess.verdict WHERE verdict = 'unknown'").fetchone()
        assert con.execute("SELECT 1 FROM assess.merged").fetchone()
        changes = {change for (change,) in con.execute("SELECT DISTINCT change FROM assess.state").fetchall()}
    assert changes == {"新增", "升级", "持续", "降级", "解除"}


@pytest.mark.parametrize("first", [0, 5])
def test_the_old_side_is_what_the_nights_left_behind(filled, kept, first):
    nights = days()[first:]
    book = load(filled)
    for side in both(filled, book, book, nights):
        assert played(side, nights) == [row for row in kept["ran"] if row[0] in nights]
        assert lifted(side, nights) == [row for row in kept["ended"] if row[0] in nights]


@pytest.mark.parametrize("name", EDITS)
def test_the_new_side_is_what_the_nights_would_have_left_behind(filled, kept, tmp_path, name):
    other = build(tmp_path / "other")
    for change in EDITS[name]:
        edit(other, *change)
    old, new = load(filled), load(other)
    assert reach(old, new).one_pass == (name == "a threshold")
    one, two = both(filled, old, new, days())
    assert played(one, days()) == kept["ran"]
    run_nights(other)
    with connect(other.database, other.scratch) as con:
        expected = ran(con, days())
        assert expected != kept["ran"]
        assert played(two, days()) == expected
        assert lifted(two, days()) == ended(con, days())


def test_a_rule_under_another_name_changes_nothing(filled, kept, tmp_path):
    files = {name: text.replace("fraud-surge", "fraud-jump") for name, text in rules().items()}
    lay_rules(tmp_path / "renamed", files)
    old, new = load(filled), load(Workspace.at(tmp_path / "renamed"))
    one, two = both(filled, old, new, days())

    def named(side: Side) -> list[tuple[Any, ...]]:
        return [
            (*row[:6], sorted(r.replace("jump", "surge") for r in row[6]), *row[7:]) for row in played(side, days())
        ]

    assert named(one) == named(two) == kept["ran"]


@pytest.mark.parametrize(
    ("id_", "lots"),
    [
        ("petition-many", {("信访", "county")}),
        (
            "petition-surge",
            {("信访", "town"), ("综合研判", "town")},
        ),  # a member of the compound, which merges its warnings
    ],
)
def test_what_plays_a_part_of_the_rules_says_the_same_of_that_part(filled, kept, id_, lots):
    old = load(filled)
    rule = old.rules[id_]
    new = replace(old, rules={**old.rules, rule.id: rule.model_copy(update={"keep": 1})})
    reached = reach(old, new)
    assert reached.lots == lots
    with laboratory(filled.database, filled.scratch / "plan") as con:
        seen = see(con, reached, days())
        side = live(con, reached.old, seen[0], reached.lots, days(), days())
    assert played(side, days()) == [row for row in kept["ran"] if (row[1], row[2]) in reached.lots]


@pytest.mark.parametrize(
    ("id_", "change"),
    [
        ("fraud-surge", {"keep": 1}),
        ("fraud-loss", {"status": "retired"}),
        ("petition-surge", {"keep": 1}),
        ("petition-many", {"floors": (), "theme": "综合研判"}),
        ("fraud-and-petitions", {"inhibits": ("petition-surge", "fraud-loss"), "adds": 0.0}),
    ],
)
def test_playing_everything_finds_nothing_more(filled, id_, change):
    old = load(filled)
    new = replace(old, rules={**old.rules, id_: old.rules[id_].model_copy(update=change)})
    part, whole = (rehearse(filled, old, new, "原规则", Asked(everything=every)) for every in (False, True))
    assert part is not None
    assert whole is not None
    assert part.differences == whole.differences
    assert part.differences
    assert part.burdens == whole.burdens
