"""From a file's text to typed rows, and the sentences for the rows that stay out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from riskengine.contracts import contract
from riskengine.contracts.field import Reading
from riskengine.contracts.place import PlaceNames
from riskengine.model.source import Cell, Source
from riskengine.sense import complaints as module
from riskengine.sense.convert import ConvertReport, convert
from tests.sense.conversion import AS_OF, GOOD, PLACES, complaints, lay, source, turn, typed


def test_a_messy_row_arrives_typed(con: duckdb.DuckDBPyConnection) -> None:
    report = turn(con, [GOOD])
    assert report == ConvertReport(rows=1, good=1, bad=0, skipped=0, blank=0)
    assert typed(
        con, "row_no", "key", "occurred_on", "place", "category", "loss", "victims", "attempted", "quantity", "method"
    ) == [(2, "Z1", date(2026, 3, 5), "990100101001", "刷单返利", Decimal("32000.00"), 1, False, 1, None)]
    assert [name for name, *_ in con.execute("DESCRIBE typed").fetchall()] == [
        "row_no", *contract("fraud").model_fields, "retracts", "blank",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "text", "field", "sentence"),
    [
        ("发案日期", "2066-03-05", "occurred_on", "发案日期“2066-03-05”日期在未来（晚于2026-06-30），请核对年份"),
        (
            "发案日期",
            "2026-02-30",
            "occurred_on",
            "发案日期“2026-02-30”不是真实存在的日期（年份须在1900至2100之间），请核对年、月、日",
        ),
        ("发案日期", "", "occurred_on", "发案日期不能为空，请补填"),
        ("发案日期", None, "occurred_on", "发案日期不能为空，请补填"),
        ("损失（元）", "-5", "loss", "损失（元）“-5”不能为负数，请填写0或正数"),
        ("辖区", "青溪镇", "place", "辖区“青溪镇”不在地区表里，是否想写“清溪镇”？"),
        ("辖区", "990100999", "place", "辖区“990100999”不在地区表里，是否想写“990100”？"),
        ("人数", "12.5", "victims", "人数“12.5”不是整数，请填写整数"),
        ("件数", "0", "quantity", "件数“0”不能为0，请填写正数，冲减用负数"),
        ("编号", "—", "key", "编号不能为空，请补填"),
        ("报案日期", "2026-03-01", "reported_on", "报案日期“2026-03-01”早于日期2026-03-05，请核对这两个日期"),
        ("类别", "x" * 200, "category", f"类别“{'x' * 100}”超过100个字，请缩短后重报"),
    ],
)
def test_a_bad_cell_keeps_its_row_out_and_says_where_what_and_what_to_do(
    con: duckdb.DuckDBPyConnection, column: str, text: str | None, field: str, sentence: str
) -> None:
    report = turn(con, [GOOD, {**GOOD, column: text}])
    assert (report.good, report.bad) == (1, 1)
    assert complaints(con) == [(3, field, sentence)]
    value = con.execute("SELECT source_column, value FROM bad").fetchall()
    assert value == [(column, None if text is None else text[:100])]


def test_a_row_with_two_mistakes_has_two_complaints_and_counts_once(con: duckdb.DuckDBPyConnection) -> None:
    report = turn(con, [{**GOOD, "损失（元）": "-5", "发案日期": "2066-01-01"}])
    assert report.bad == 1
    assert [field for _, field, _ in complaints(con)] == ["loss", "occurred_on"]


def test_a_deadline_may_lie_ten_years_ahead_and_no_further(con: duckdb.DuckDBPyConnection) -> None:
    fields = {"occurred_on": Cell(column="日"), "place": Cell(constant="云川县"), "due_on": Cell(column="限")}
    hazards = Source(source="yinhuan", title="隐患", kind="hazard", files=("*",), key=("号",), fields=fields)
    rows: list[dict[str, str | None]] = [
        {"号": "1", "日": "2026-06-30", "限": "2036-06-30"},
        {"号": "2", "日": "2026-06-30", "限": "2036-07-01"},
    ]
    turn(con, rows, hazards)
    assert typed(con, "key", "due_on", "place") == [("1", date(2036, 6, 30), "990100")]
    assert complaints(con) == [(3, "due_on", "限“2036-07-01”日期在未来（晚于2036-06-30），请核对年份")]


def test_file_after_file_is_read_within_one_transaction(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("BEGIN")
    for _ in range(2):
        assert turn(con, [GOOD, {**GOOD, "损失（元）": "-5"}]).bad == 1
        assert typed(con, "key") == [("Z1",)]
    con.execute("COMMIT")


def test_beyond_the_cap_rows_get_a_plain_sentence_and_none_is_lost(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EXPLAINED", 2)
    wrong: list[dict[str, str | None]] = [{**GOOD, "损失（元）": "-5"}, {**GOOD, "编号": ""}, {**GOOD, "辖区": "火星"},
                                          {**GOOD, "报案日期": "2026-01-01"}, GOOD]  # fmt: skip
    lay(con, wrong)
    report = convert(con, source(), contract("fraud"), PlaceNames(PLACES), AS_OF, few=0)
    assert (report.good, report.bad) == (1, 4)
    assert complaints(con)[2:] == [
        (4, "place", "辖区的值不合要求，请对照前面各行的说明改正"),
        (5, "reported_on", "报案日期的先后不对，请对照前面各行的说明改正"),
    ]


CELLS = {
    "编号": st.sampled_from(["Z1", "", " ", "Z" * 65]),
    "发案日期": st.one_of(
        st.dates(AS_OF - timedelta(900), AS_OF + timedelta(30)).map(str),
        st.sampled_from(["", "45356", "2026.3.5", "?"]),
    ),
    "报案日期": st.one_of(
        st.dates(AS_OF - timedelta(900), AS_OF).map("{:%Y/%m/%d}".format), st.sampled_from(["", "无", "昨天"])
    ),
    "辖区": st.sampled_from(["990100", "清溪镇", "清溪镇东湾村", "火星", "", "９９０１００"]),
    "类别": st.sampled_from(["A", "Ａ", "B", "", "无", "甲" * 101]),
    "损失（元）": st.sampled_from(["", "1,000.50", "-1", "3万", "若干", "1e5"]),
    "人数": st.sampled_from([None, "1", "1.5", "2人", "10000001"]),
    "件数": st.sampled_from(["", "-1", "0", "1"]),
    "未遂": st.sampled_from(["是", "无", "", "也许"]),
}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=25))
def test_a_row_is_refused_exactly_where_the_contract_refuses_it(
    con: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]]
) -> None:
    from_ = source(fields={"category": Cell(column="类别", values={"A": "冒充客服"})})
    turn(con, rows, from_)
    reading = Reading(as_of=AS_OF, places=PlaceNames(PLACES))
    accepted: list[tuple[Any, ...]] = []
    for number, row in enumerate(rows, 2):
        given_ = {name: row[cell.column] for name, cell in from_.fields.items() if cell.column} | {"key": row["编号"]}
        given_["category"] = "冒充客服" if row["类别"] in ("A", "Ａ") else row["类别"]
        try:
            accepted.append((number, *contract("fraud").model_validate(given_, context=reading).model_dump().values()))
        except ValidationError:
            assert con.execute(
                "SELECT count(*) > 0 AND count(*) FILTER (field = '') = 0 FROM bad WHERE row_no = $1", [number]
            ).fetchall() == [(True,)]
    assert typed(con, "* EXCLUDE (retracts, blank)") == accepted
