"""Readings that offices report: which indicator, place and period a return belongs to, and what counts of several."""

from __future__ import annotations

from datetime import date

import pytest

from riskengine.assess.indicators.judge import judge
from riskengine.store.database import Connection
from tests.indicators.county import CLEAR, COUNTY, NIGHT, OLD, SOURCES, WHITE, Collected, book, indicator, reading


def test_a_series_has_a_reading_for_every_period_from_the_first_that_came_to_the_one_that_is_due(
    con: Connection,
) -> None:
    reading(con, "2026-02-28", 91.0)
    reading(con, "2026-04-30", 93.0)
    night = Collected(con, book(indicator()))
    assert night.values() == {"2026-02-28": 91.0, "2026-03-31": None, "2026-04-30": 93.0, "2026-05-31": None}
    assert night.of().called == "全县"
    assert night.of().due == date(2026, 5, 31)
    assert night.at("2026-04-30").origin == "报送"
    assert night.at("2026-03-31").origin is None


def test_the_county_has_a_series_though_nothing_ever_came_and_a_town_has_none(con: Connection) -> None:
    night = Collected(con, book(indicator()))
    assert [(each.place, each.newest.value if each.newest else 0) for each in night.series] == [(COUNTY, None)]


def test_series_come_in_the_order_of_the_rule_files_the_county_before_its_towns(con: Connection) -> None:
    for place in (WHITE, CLEAR, COUNTY):
        reading(con, "2026-05-31", 90.0, place=place)
        reading(con, "2026-05-31", 90.0, place=place, category="另一指标")
    night = Collected(con, book(indicator("z-first", name="另一指标"), indicator("a-second")))
    assert [(each.indicator.id, each.called) for each in night.series] == [
        ("z-first", "全县"), ("z-first", "清溪镇"), ("z-first", "白石镇"),
        ("a-second", "全县"), ("a-second", "清溪镇"), ("a-second", "白石镇"),
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["某项指标", "某指标Ａ", "某指标A"])
def test_a_return_belongs_by_name_or_alias_whatever_the_width_of_its_letters(con: Connection, written: str) -> None:
    reading(con, "2026-05-31", 93.0, category=written)
    assert Collected(con, book(indicator(aliases=["某指标Ａ"]))).at("2026-05-31").value == 93.0


def test_returns_of_the_other_kind_and_of_villages_are_left_aside(con: Connection) -> None:
    reading(con, "2026-05-31", 93.0, kind="survey")
    reading(con, "2026-05-31", 93.0, place="990101")
    night = Collected(con, book(indicator()))
    assert night.values() == {"2026-05-31": None}
    assert len(night.series) == 1


@pytest.mark.parametrize(
    ("period", "dated", "known", "end"),
    [
        ("month", "2026-04-10", "2026-05-05", "2026-04-30"),
        ("month", "2026-05-05", "2026-05-05", "2026-04-30"),
        ("quarter", "2026-03-28", "2026-04-10", "2026-03-31"),
        ("quarter", "2026-04-03", "2026-04-10", "2026-03-31"),
        ("quarter", "2026-02-03", "2026-04-10", "2026-03-31"),
        ("half", "2025-11-30", "2026-01-10", "2025-12-31"),
        ("year", "2025-06-30", "2026-01-10", "2025-12-31"),
        ("year", "2026-01-08", "2026-01-10", "2025-12-31"),
    ],
)
def test_a_return_dated_off_the_end_still_belongs_to_its_period(
    con: Connection, period: str, dated: str, known: str, end: str
) -> None:
    reading(con, dated, 93.0, known_at=known)
    assert Collected(con, book(indicator(period=period))).at(end).value == 93.0


def test_a_correction_of_a_return_dated_after_the_end_stays_with_its_period(con: Connection) -> None:
    reading(con, "2026-04-03", 93.0, key="S1", known_at="2026-04-10", superseded_at="2026-06-29")
    reading(con, "2026-04-03", 92.0, key="S1", known_at="2026-06-29")
    found = Collected(con, book(indicator(period="quarter"))).at("2026-03-31")
    assert (found.value, found.versions) == (92.0, 2)


def test_what_is_not_over_is_no_reading_yet(con: Connection) -> None:
    reading(con, "2026-05-20", 93.0, known_at="2026-05-21")
    assert Collected(con, book(indicator(period="quarter")), date(2026, 6, 29)).at("2026-03-31").value is None
    assert Collected(con, book(indicator(period="quarter")), NIGHT).at("2026-06-30").value == 93.0


def test_of_a_correction_the_newest_version_counts_and_the_night_before_it_still_knows_the_old_one(
    con: Connection,
) -> None:
    reading(con, "2026-04-30", 97.93, key="A1", known_at="2026-05-05", superseded_at="2026-06-03")
    reading(con, "2026-04-30", 96.93, key="A1", known_at="2026-06-03")
    assert [
        (Collected(con, book(indicator()), night).at("2026-04-30").value)
        for night in (date(2026, 6, 2), date(2026, 6, 3))
    ] == [
        97.93,
        96.93,
    ]
    assert [
        Collected(con, book(indicator()), night).at("2026-04-30").versions for night in (date(2026, 6, 2), NIGHT)
    ] == [1, 2]


def test_what_was_taken_back_is_no_reading(con: Connection) -> None:
    reading(con, "2026-05-31", 97.93, key="A1", known_at="2026-06-05", superseded_at="2026-06-20")
    reading(con, "2026-05-31", 97.93, key="A1", known_at="2026-06-20", retracted=True)
    assert Collected(con, book(indicator())).at("2026-05-31").value is None


def test_what_comes_with_a_reading_is_kept(con: Connection) -> None:
    reading(
        con, "2026-05-31", 93.0, last_year=92.0, city_average=94.0, province_average=95.0, peers_average=93.5, rank=7, numerator=93,
        denominator=100,
    )  # fmt: skip
    found = Collected(con, book(indicator())).at("2026-05-31")
    assert (found.last_year, found.city, found.province, found.peers, found.rank) == (92.0, 94.0, 95.0, 93.5, 7)
    assert (found.numerator, found.denominator, found.sample) == (93.0, 100.0, None)


def test_a_survey_comes_with_its_sample(con: Connection) -> None:
    reading(con, "2026-03-31", 97.93, kind="survey", source="polls", sample=400, last_year=98.1, peers_average=97.0)
    found = Collected(con, book(indicator(returns="survey", period="quarter", covers="moment"))).at("2026-03-31")
    assert (found.value, found.sample, found.last_year, found.peers) == (97.93, 400, 98.1, 97.0)


@pytest.mark.parametrize(
    ("period", "before"), [("month", "2025-05-31"), ("quarter", "2025-03-31"), ("half", "2024-12-31")]
)
def test_where_the_return_says_nothing_of_last_year_our_own_reading_does(
    con: Connection, period: str, before: str
) -> None:
    newest = before.replace("2025", "2026").replace("2024", "2025")
    reading(con, before, 90.5)
    reading(con, newest, 93.0)
    assert Collected(con, book(indicator(period=period))).at(newest).last_year == 90.5


@pytest.mark.parametrize(
    ("night", "due"),
    [
        ("2026-06-10", "2026-04-30"),
        ("2026-06-11", "2026-05-31"),
        ("2026-06-30", "2026-05-31"),
        ("2026-07-11", "2026-06-30"),
    ],
)
def test_a_reading_is_due_once_the_reporters_grace_is_past(con: Connection, night: str, due: str) -> None:
    assert Collected(con, book(indicator()), date.fromisoformat(night)).of().due == date.fromisoformat(due)


def test_a_reading_that_is_in_before_it_need_be_is_the_newest(con: Connection) -> None:
    reading(con, "2026-05-31", 93.0, known_at="2026-06-02")
    series = Collected(con, book(indicator()), date(2026, 6, 3)).of()
    assert series.due == date(2026, 4, 30)
    assert series.newest is not None and (series.newest.end, series.newest.value) == (date(2026, 5, 31), 93.0)


def test_one_that_is_in_early_and_not_believed_leaves_the_one_that_is_due(con: Connection) -> None:
    reading(con, "2026-04-30", 92.0, known_at="2026-05-05")
    reading(con, "2026-05-31", 9300.0, known_at="2026-06-02")
    night = date(2026, 6, 3)
    standing = judge(Collected(con, book(indicator(plausible=(0, 100))), night).of(), None, night)
    assert (standing.period, standing.value, standing.due) == ("2026-04", 92.0, date(2026, 4, 30))


def test_without_a_source_the_grace_is_fifteen_days(con: Connection) -> None:
    rulebook = book(indicator(), sources={})
    assert Collected(con, rulebook, date(2026, 6, 15)).of().due == date(2026, 4, 30)
    assert Collected(con, rulebook, date(2026, 6, 16)).of().due == date(2026, 5, 31)


def test_a_source_that_has_ended_asks_for_nothing(con: Connection) -> None:
    [stat] = [each for each in SOURCES if each.source == "stat"]
    assert stat.reports is not None
    night = date(2026, 6, 11)
    for until, due in ((date(2026, 6, 10), "2026-05-31"), (night, "2026-04-30")):
        ended = stat.model_copy(update={"reports": stat.reports.model_copy(update={"until": until, "grace": 40})})
        sources = {"old": ended, "stat": stat}
        assert Collected(con, book(indicator(), sources=sources), night).of().due == date.fromisoformat(due)


@pytest.mark.parametrize(("dated", "end"), [("2026-06-10", "2026-05-31"), ("2026-06-11", "2026-06-30")])
def test_what_is_dated_in_the_first_ten_days_and_came_before_the_month_was_over_speaks_of_the_month_before(
    con: Connection, dated: str, end: str
) -> None:
    reading(con, dated, 93.0)
    newest = Collected(con, book(indicator())).of().newest
    assert newest is not None and (newest.end.isoformat(), newest.value) == (end, 93.0)


def test_the_history_of_a_merged_town_is_not_among_tonights_series(con: Connection) -> None:
    reading(con, "2025-11-30", 93.0, place=OLD)
    assert [each.called for each in Collected(con, book(indicator()), date(2025, 12, 31)).series] == ["全县", "乌江镇"]
    assert [each.called for each in Collected(con, book(indicator())).series] == ["全县"]


def test_a_book_without_places_says_nothing(con: Connection) -> None:
    assert not Collected(con, book(indicator(), places=())).series
