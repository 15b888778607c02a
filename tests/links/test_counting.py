"""An event counts once where the records of one signal are counted, and stays two matters for those who handle them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskengine.assess.nights import Nights
from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.model.subject import Subject
from tests.assess.tiny import signal
from tests.links.conftest import NIGHT, rules

COUNTED = [
    signal("件数", source="petition", measure="count", window=30),
    signal("人数", source="petition", measure="sum", of="coalesce(涉及人数, 0)", window=30),
    signal("未办结", source="petition", measure="count", where="办结日期 is null"),
    signal("网上占比", source="petition", measure="share", of="渠道 = '网上'", window=30),
    signal("单日最多", source="petition", measure="busiest", window=30),
    signal("上一窗口", usual="件数", history=4, least=4),
    signal("纠纷", source="dispute", measure="count", window=30),
    signal("别处没报过的纠纷", source="dispute", measure="count", window=30, once=("petition",)),
]


@pytest.fixture
def values(con):
    """Signal → town → value, on each of the nights."""

    def compute(*nights: date):
        book = rules(signals=COUNTED)
        these = Nights(nights or (NIGHT,))
        build_subjects(con, book, these)
        wide = build_signals(con, book, these)[Subject.TOWN]
        assert not wide.broken
        columns = ", ".join(f'"{each.name}"' for each in COUNTED)
        rows = con.execute(f"SELECT as_of, subject, {columns} FROM {wide.table} ORDER BY ALL").fetchall()
        return {
            (day, town): dict(zip([each.name for each in COUNTED], cells, strict=True)) for day, town, *cells in rows
        }

    return compute


def same_event(office, **more):
    office.sends("hotline", "R1", "06-03", "990101", "环境保护", channel="12345", people=2, transfer="ZB-1", **more)
    office.sends("petitions", "X1", "06-03", "990102", "环境保护", channel="网上", people=5, transfer="ZB-1")
    office.sends("petitions", "X2", "06-20", "990102", "劳动社保", channel="网上", people=1)


def test_a_place_counts_the_event_once(office, night, values):
    same_event(office)
    night()
    town = values()[NIGHT, "9901"]
    assert (town["件数"], town["人数"], town["网上占比"], town["单日最多"]) == (2, 6, 1.0, 1)


def test_without_links_all_records_count(office, values):
    same_event(office)
    town = values()[NIGHT, "9901"]
    assert (town["件数"], town["人数"], town["单日最多"]) == (3, 8, 2)


def test_an_event_still_counts_where_only_its_second_record_meets_the_condition(office, night, values):
    """The hot line has closed its ticket, the petition is open: the matter is open."""
    same_event(office, closed_on="2026-06-10")
    night()
    assert values()[NIGHT, "9901"]["未办结"] == 2


def test_a_signal_may_leave_an_event_to_the_kind_that_was_told_first(office, night, values):
    office.sends("petitions", "X1", "06-03", "990101", "环境保护", transfer="ZB-1")
    office.sends("disputes", "F1", "06-10", "990101", "环境保护", transfer="ZB-1")
    office.sends("disputes", "F2", "06-11", "990101", "邻里")
    night()
    town = values()[NIGHT, "9901"]
    assert (town["纠纷"], town["别处没报过的纠纷"]) == (2, 1)


def test_many_nights_in_one_pass_each_know_their_own_links(office, night, values):
    """A plan weighs all nights at once: linked on the second, taken back on the third."""
    nights = [NIGHT + timedelta(n) for n in range(4)]
    office.sends("hotline", "R1", "06-13", "990101", "环境保护", transfer="ZB-1")
    office.sends("petitions", "X1", "06-14", "990101", "环境保护", people=3)
    night(nights[0])
    office.sends("petitions", "X1", "06-14", "990101", "环境保护", people=3, transfer="ZB-1", known=nights[1])
    night(nights[1])
    office.sends("incidents", "J1", "06-14", "990102", "盗窃", known=nights[2])
    night(nights[2])
    office.sends("petitions", "X1", "06-14", "9902", "劳动社保", people=3, transfer="ZB-1", known=nights[3])
    night(nights[3])
    together = values(*nights)
    assert [together[day, "9901"]["件数"] for day in nights] == [2, 1, 1, 1]
    alone = {key: cells for day in nights for key, cells in values(day).items()}
    assert together == alone
