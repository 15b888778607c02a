"""Exceptions in the review: how often each kept a warning from being raised, and which have had their day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import openpyxl

from riskengine.model.exemption import Exemption
from riskengine.review.exceptions import exception_records
from riskengine.review.report import review_report
from tests.review.test_trials import FIRST, NIGHT, TOWN, rule, with_rules

UNTIL = date(2026, 7, 31)


def excepted(ledger, until: date = UNTIL):
    with_rules(ledger, rule("fraud-surge", status="live", until=None, keep=3))
    entry = Exemption(rule="fraud-surge", subject=TOWN, until=until, who="县反诈中心研判岗", why="集中补立")
    ledger.rulebook = replace(ledger.rulebook, exemptions=(entry,))
    return ledger


def suppress(ledger, *nights: int, level: int = 3, subject: str = TOWN) -> None:
    for n in nights:
        row = [FIRST + timedelta(n), "fraud-surge", "town", subject, level, UNTIL, "县反诈中心研判岗", "集中补立"]
        ledger.con.execute("INSERT INTO assess.suppressed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def records(ledger, as_of: date = NIGHT):
    return exception_records(ledger.con, ledger.rulebook, as_of)


def test_nights_and_would_be_warnings_are_counted(ledger):
    suppress(excepted(ledger), 0, 1, 4, 9, level=3)
    suppress(ledger, 10, level=2)
    (record,) = records(ledger)
    # nights no more than keep days apart are one warning: 1, 2, 5 June, and 10, 11 June
    assert (record.nights, record.warnings, record.gravest, record.last) == (5, 2, 2, FIRST + timedelta(10))
    assert (record.state, record.until, record.who) == ("有效", UNTIL, "县反诈中心研判岗")


def test_an_exception_that_hid_nothing_is_listed_with_zero(ledger):
    (record,) = records(excepted(ledger))
    assert (record.nights, record.warnings, record.gravest, record.last) == (0, 0, None, None)


def test_an_expired_and_a_withdrawn_exception_are_called_what_they_are(ledger):
    suppress(excepted(ledger, FIRST), 0)
    suppress(ledger, 3, subject="990100102")
    assert [(each.subject, each.state) for each in records(ledger)] == [(TOWN, "已过期"), ("990100102", "已撤销")]


def test_later_nights_are_not_looked_at(ledger):
    suppress(excepted(ledger), 5)
    assert records(ledger, FIRST)[0].nights == 0


def test_the_report_shows_it_as_text_json_and_sheet(ledger, tmp_path):
    suppress(excepted(ledger), 0, 1)
    report = review_report(ledger.con, NIGHT, ledger.rulebook)
    line = next(line for line in report.text().splitlines() if "集中补立" in line)
    assert line.split()[2:] == [
        TOWN,
        "2026-07-31",
        "有效",
        "2",
        "1",
        "黄",
        "2026-06-02",
        "县反诈中心研判岗",
        "集中补立",
    ]
    (plain,) = json.loads(json.dumps(report.json(), ensure_ascii=False))["exceptions"]
    assert (plain["until"], plain["nights"], plain["gravest"]) == ("2026-07-31", 2, "黄")
    report.write_excel(tmp_path / "review.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "review.xlsx")["例外"].iter_rows(values_only=True))
    assert rows[1][:5] == ("fraud-surge", "诈骗新规则", TOWN, "2026-07-31", "有效")
