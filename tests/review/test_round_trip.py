"""The loop closes: a list goes out, is filled in, dropped into the inbox, read by sense and stands in review."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl

from riskengine.intervene.phase import intervene
from riskengine.model.duty import Route
from riskengine.review.phase import review
from riskengine.rulebook.load import load
from riskengine.sense.phase import sense
from riskengine.workspace import Workspace

FIRST, SECOND = date(2026, 6, 10), date(2026, 6, 11)
ID = "YJ-2026-000001"
HEADER = 4


def test_a_filled_list_dropped_into_the_inbox_is_the_next_nights_outcome_and_stands_on_its_list(ledger, tmp_path):
    project = load(Workspace.at(Path(__file__).parents[2]))
    rules = replace(
        ledger.rulebook,
        sources={"receipts": project.sources["receipts"]},
        routes=(Route(lead="fanzha", catch_all=True),),
    )
    ledger.warn(ID, FIRST, "22", units=())
    ledger.warn("YJ-2026-000002", FIRST, "33", units=(), subject="990100102", place="990100102")
    intervene(ledger.con, ledger.workspace, rules, FIRST)
    name = f"反诈中心预警清单_{FIRST}.xlsx"
    book = openpyxl.load_workbook(ledger.workspace.night(FIRST) / "反诈中心" / name)
    sheet = book["预警清单"]
    at = {cell.value: cell.column for cell in sheet[HEADER]}
    typed = {"签收日期": FIRST, "核查结果": "属实", "处置措施": "已约谈", "反馈日期": SECOND, "填报岗位": "综治岗"}
    for title, value in typed.items():
        sheet.cell(HEADER + 1, at[title]).value = value
    (ledger.workspace.inbox / "回执").mkdir(parents=True)
    book.save(ledger.workspace.inbox / "回执" / name)

    sense(ledger.con, ledger.workspace, rules, SECOND)
    intervene(ledger.con, ledger.workspace, rules, SECOND)
    review(ledger.con, ledger.workspace, rules, SECOND)

    file = ledger.con.execute(
        "SELECT status, rows_read, stored, unchanged, rejected, message FROM sense.file"
    ).fetchall()
    assert file == [("loaded", 2, 1, 1, 0, None)], "the line left blank says nothing new"
    said = ledger.con.execute(
        "SELECT id, unit, post, signed_on, outcome, measure, fed_back_on FROM intervene.reply"
    ).fetchall()
    assert said == [(ID, "fanzha", "综治岗", FIRST, "属实", "已约谈", SECOND)]
    assert ledger.con.execute("SELECT * FROM intervene.refused").fetchall() == []
    sheet = openpyxl.load_workbook(ledger.workspace.night(SECOND) / "反诈中心" / f"反诈中心预警清单_{SECOND}.xlsx")[
        "预警清单"
    ]
    assert sheet.cell(HEADER + 1, at["回执情况"]).value == f"已反馈：属实\n{SECOND}"
