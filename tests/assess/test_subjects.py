"""Who is looked at on a night."""

from __future__ import annotations

from datetime import date

from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects, subject_types
from riskengine.store.database import Connection
from tests.assess.tiny import NIGHT, book, records, rule


def subjects(con: Connection, *types: str, as_of: date = NIGHT) -> dict[str, tuple[str, str]]:
    """Subject → (name, place) of the types, as the night sees them."""
    rulebook = book([], [rule(f"rule-{type_}", type_, when="1 > 0") for type_ in types])
    build_subjects(con, rulebook, Nights.one(as_of))
    return {
        s: (name, place)
        for s, name, place in con.execute("SELECT subject, name, place FROM subject ORDER BY ALL").fetchall()
    }


def test_places_are_subjects_by_code_and_a_village_is_named_with_its_town(con: Connection) -> None:
    assert subjects(con, "county", "village") == {
        "99": ("云川县", "99"),
        "990101": ("清溪镇柳河村", "990101"),
        "990102": ("清溪镇东湾村", "990102"),
    }


def test_only_types_that_live_and_trial_rules_look_at_are_built() -> None:
    rules = [
        rule("a", "town", when="1 > 0"),
        rule("b", "county", when="1 > 0", status="draft"),
        rule("c", "unit", when="1 > 0", status="trial", until=date(2026, 12, 31)),
    ]
    assert [type_.value for type_ in subject_types(book([], rules))] == ["town", "unit"]


def test_each_place_knows_itself_and_all_its_ancestors(con: Connection) -> None:
    subjects(con, "town")
    assert con.execute("SELECT ancestor, level FROM place_up WHERE place = '990101' ORDER BY 1").fetchall() == [
        ("99", "county"),
        ("9901", "town"),
        ("990101", "village"),
    ]


def test_population_is_the_newest_that_is_valid_on_the_night(con: Connection) -> None:
    found = []
    for night in (date(2025, 6, 30), NIGHT, date(2027, 6, 30), date(2019, 1, 1)):
        subjects(con, "town", as_of=night)
        found += con.execute("SELECT population FROM place_now WHERE code = '9902'").fetchone() or ()
    assert found == [10000, 12000, 99999, None]


def test_matters_are_named_so_that_a_reader_knows_them(con: Connection) -> None:
    records(
        con,
        "petition",
        """
        occurred_on  key       place   category
        06-01        XF-0001   9901    征地拆迁
        06-01        XF-0002   9901    -
    """,
    )
    records(
        con,
        "project",
        """
        occurred_on  project  label     place  category
        05-01        BJL-1    旧名称    9902   保交楼
        06-01        BJL-1    云锦花园  9902   保交楼
        06-01        QX-1     -        9902   欠薪
    """,
    )
    records(
        con,
        "indicator",
        """
        occurred_on  category    place  value
        06-01        银行不良率  99     1.5
    """,
    )
    assert subjects(con, "petition", "project", "indicator") == {
        "XF-0001": ("信访事项 XF-0001（征地拆迁，清溪镇）", "9901"),
        "XF-0002": ("信访事项 XF-0002（清溪镇）", "9901"),
        "BJL-1": ("云锦花园（保交楼，白石镇）", "9902"),
        "QX-1": ("项目编号 QX-1（欠薪，白石镇）", "9902"),
        "银行不良率@99": ("银行不良率（云川县）", "99"),
    }


def test_a_matter_stays_a_subject_for_thirty_days_after_it_ended(con: Connection) -> None:
    records(
        con,
        "petition",
        """
        key      occurred_on  place  closed_on
        open     01-01        9901   -
        recent   01-01        9901   05-31
        long-ago 01-01        9901   05-30
    """,
    )
    assert set(subjects(con, "petition")) == {"open", "recent"}


def test_the_newest_return_decides_whether_a_project_has_ended(con: Connection) -> None:
    records(
        con,
        "project",
        """
        project  occurred_on  place  closed_on
        P1       01-01        9901   01-01
        P1       02-01        9901   -
        P2       01-01        9901   -
        P2       02-01        9901   02-01
    """,
    )
    assert set(subjects(con, "project")) == {"P1"}


def test_what_was_not_known_yet_or_was_retracted_is_no_subject(con: Connection) -> None:
    records(
        con,
        "dispute",
        """
        key        occurred_on  place  known_at  superseded_at  retracted  quantity
        known      06-01        9901   06-02     -              false      1
        later      06-01        9901   07-01     -              false      1
        withdrawn  06-01        9901   06-02     -              true       1
        replaced   06-01        9901   06-02     06-20          false      1
        netted     06-01        9901   06-02     -              false      1
        netted     06-03        9901   06-03     -              false      -1
    """,
    )
    assert set(subjects(con, "dispute")) == {"known"}


def test_a_unit_stands_where_it_has_jurisdiction_and_a_line_department_at_the_county(con: Connection) -> None:
    assert subjects(con, "unit") == {
        "fanzha": ("反诈中心", "99"),
        "town-01": ("清溪镇人民政府", "9901"),
        "town-02": ("白石镇人民政府", "9902"),
    }
