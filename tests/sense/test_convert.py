"""From a file's text to typed rows, and the sentences for the rows that stay out."""

from __future__ import annotations

from collections.abc import Iterator
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
from riskengine.model.duty import Place
from riskengine.model.source import Cell, Condition, Source
from riskengine.sense import complaints as module
from riskengine.sense.convert import ConvertReport, convert

AS_OF = date(2026, 6, 30)
PLACES = (
    Place(code="990100", name="云川县", level="county", parent=None),
    Place(code="990100101", name="清溪镇", level="town", parent="990100"),
    Place(code="990100101001", name="东湾村", level="village", parent="990100101"),
)
COLUMNS = {
    "occurred_on": "发案日期",
    "reported_on": "报案日期",
    "place": "辖区",
    "category": "类别",
    "loss": "损失（元）",
    "victims": "人数",
    "quantity": "件数",
    "attempted": "未遂",
}
GOOD = {
    "编号": "Z1",
    "发案日期": "2026年3月5日",
    "辖区": "清溪镇东湾村",
    "类别": "刷单返利",
    "损失（元）": "3.2万",
    "人数": "１",
    "未遂": "否",
}


def source(*, key: tuple[str, ...] = ("编号",), kind: str = "fraud", **changes: Any) -> Source:
    fields = {name: Cell(column=column) for name, column in COLUMNS.items()} | changes.pop("fields", {})
    return Source(source="fanzha", title="诈骗案件", kind=kind, files=("*.csv",), key=key, fields=fields, **changes)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def lay(con: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]]) -> None:
    """The temp table that a reader leaves; row numbers as people count, the header being 1."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    typed_columns = ", ".join(f'"{name}" VARCHAR' for name in columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE raw (row_no BIGINT, {typed_columns})")
    marks = ", ".join("?" * (len(columns) + 1))
    con.executemany(
        f"INSERT INTO raw VALUES ({marks})", [[n, *(row.get(c) for c in columns)] for n, row in enumerate(rows, 2)]
    )


def turn(
    con: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]], from_: Source | None = None
) -> ConvertReport:
    """Convert at both speeds, row by row and set-wise, and hold one against the other."""
    lay(con, rows)
    told = []
    for few in (len(rows), 0):
        report = convert(con, from_ or source(), contract((from_ or source()).kind), PLACES, AS_OF, few=few)
        good = con.execute("SELECT * FROM typed ORDER BY row_no").fetchall()
        bad = con.execute("SELECT * FROM bad ORDER BY ALL").fetchall()
        told.append((report, good, bad))
    assert told[0] == told[1]
    return told[0][0]


def typed(con: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT {', '.join(columns)} FROM typed ORDER BY row_no").fetchall()


def complaints(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    return con.execute("SELECT row_no, field, reason FROM bad ORDER BY row_no, field").fetchall()


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


class TestMapping:
    def test_values_are_translated_whatever_their_width(self, con: duckdb.DuckDBPyConnection) -> None:
        category = Cell(column="类别", values={"A１": "冒充客服", "无": "其他诈骗"})
        turn(con, [{**GOOD, "类别": " Ａ1 "}, {**GOOD, "类别": "无"}, {**GOOD, "类别": "别的"}, {**GOOD, "类别": ""}],
             source(fields={"category": category}))  # fmt: skip
        assert typed(con, "category") == [("冒充客服",), ("其他诈骗",), ("别的",), (None,)]

    def test_an_unlisted_value_becomes_otherwise_and_a_blank_stays_blank(self, con: duckdb.DuckDBPyConnection) -> None:
        category = Cell(column="类别", values={"A": "冒充客服"}, otherwise="其他诈骗")
        turn(con, [{**GOOD, "类别": "B"}, {**GOOD, "类别": "—"}], source(fields={"category": category}))
        assert typed(con, "category") == [("其他诈骗",), (None,)]

    def test_an_unlisted_value_is_refused_where_the_mapping_says_so(self, con: duckdb.DuckDBPyConnection) -> None:
        category = Cell(column="类别", values={"A": "冒充客服", "B": "其他诈骗"}, otherwise="refuse")
        turn(con, [{**GOOD, "类别": "C"}, {**GOOD, "类别": ""}], source(fields={"category": category}))
        assert complaints(con) == [(2, "category", "类别“C”不在对照表里，请填写A、B之一")]
        assert typed(con, "category") == [(None,)]

    def test_a_pattern_takes_a_part_of_the_cell_before_it_is_translated(self, con: duckdb.DuckDBPyConnection) -> None:
        category = Cell(
            column="类别", pattern=r"^(\d{1,2})\d{4}$", values={"22": "冒充客服", "2": "虚假投资"}, otherwise="refuse"
        )
        rows = [{**GOOD, "编号": f"Z{at}", "类别": code} for at, code in enumerate([" 220001", "２１０００", "", "22001x"])]
        turn(con, rows, source(fields={"category": category}))
        assert typed(con, "category") == [("冒充客服",), ("虚假投资",), (None,)]
        assert [complaint[:2] for complaint in complaints(con)] == [(5, "category")]

    def test_equal_rows_are_one_record_or_another_one_as_the_source_says(self, con: duckdb.DuckDBPyConnection) -> None:
        rows = [GOOD, GOOD, {**GOOD, "编号": "Z2"}]
        turn(con, rows, source())
        assert typed(con, "key") == [("Z1",), ("Z1",), ("Z2",)]
        turn(con, rows, source(repeats="another"))
        [first], [second], [third] = typed(con, "key")
        assert len({first, second, third}) == 3 and first[:32] == second[:32] != third[:32]

    def test_a_scale_multiplies_and_a_constant_fills(self, con: duckdb.DuckDBPyConnection) -> None:
        fields = {"loss": Cell(column="损失（元）", scale=10_000), "method": Cell(constant="电话")}
        turn(con, [{**GOOD, "损失（元）": "1.25"}], source(fields=fields))
        assert typed(con, "loss", "method") == [(Decimal("12500.00"), "电话")]

    def test_days_are_read_in_the_offices_order(self, con: duckdb.DuckDBPyConnection) -> None:
        fields = {"occurred_on": Cell(column="发案日期", dates="mdy")}
        turn(con, [{**GOOD, "发案日期": "3/5/2026 8:00"}], source(fields=fields))
        assert typed(con, "occurred_on") == [(date(2026, 3, 5),)]

    def test_an_optional_column_that_the_file_lacks_is_empty(self, con: duckdb.DuckDBPyConnection) -> None:
        turn(con, [{name: text for name, text in GOOD.items() if name != "损失（元）"}])
        assert typed(con, "loss", "quantity") == [(None, 1)]

    def test_a_column_name_may_hold_anything(self, con: duckdb.DuckDBPyConnection) -> None:
        odd = "损'失\"§{0}"
        lay_row = {**GOOD}
        con.execute(
            'CREATE OR REPLACE TEMP TABLE raw (row_no BIGINT, "编号" VARCHAR, "发案日期" VARCHAR, "辖区" VARCHAR)'
        )
        con.execute("INSERT INTO raw VALUES (2, $1, $2, $3)", [lay_row["编号"], lay_row["发案日期"], lay_row["辖区"]])
        con.execute(f"ALTER TABLE raw ADD COLUMN \"{odd.replace(chr(34), chr(34) * 2)}\" VARCHAR DEFAULT '7'")
        convert(con, source(fields={"loss": Cell(column=odd)}), contract("fraud"), PLACES, AS_OF)
        assert typed(con, "loss") == [(Decimal("7.00"),)]


class TestKey:
    def test_several_columns_are_joined_after_trimming(self, con: duckdb.DuckDBPyConnection) -> None:
        turn(
            con,
            [{**GOOD, "编号": " Ｚ1 "}, {**GOOD, "类别": "—"}, {**GOOD, "编号": "", "类别": " "}],
            source(key=("编号", "类别")),
        )
        assert typed(con, "key") == [("Z1|刷单返利",), ("Z1|",)]
        assert complaints(con) == [(4, "key", "编号不能为空，请补填")]

    def test_without_a_key_the_content_and_its_count_in_the_file_are_the_key(
        self, con: duckdb.DuckDBPyConnection
    ) -> None:
        rows = [GOOD, {**GOOD, "类别": "其他诈骗"}, GOOD]
        turn(con, rows, source(key=()))
        (first,), (second,), (third,) = typed(con, "key")
        assert (first[-2:], second[-2:], third[-2:]) == ("#1", "#1", "#2")
        assert first[:-2] == third[:-2] != second[:-2]
        turn(con, rows[:1], source(key=()))
        assert typed(con, "key") == [(first,)], "the same row in another file is the same record"


class TestMarks:
    def test_skipped_rows_are_counted_and_nowhere_else(self, con: duckdb.DuckDBPyConnection) -> None:
        skip = Condition(column="类别", values=("测试",))
        report = turn(con, [GOOD, {**GOOD, "类别": "测试　", "损失（元）": "-5"}], source(skip_when=skip))
        assert report == ConvertReport(rows=2, good=1, bad=0, skipped=1, blank=0)

    def test_a_row_that_takes_a_record_back_needs_only_its_key(self, con: duckdb.DuckDBPyConnection) -> None:
        retract = Condition(column="类别", values=("撤销",))
        turn(
            con,
            [{"编号": "Z1", "类别": "撤销", "发案日期": ""}, {"编号": "", "类别": "撤销"}, GOOD],
            source(retract_when=retract),
        )
        assert typed(con, "key", "retracts", "occurred_on") == [("Z1", True, None), ("Z1", False, date(2026, 3, 5))]
        assert complaints(con) == [(3, "key", "编号不能为空，请补填")]

    def test_a_blank_row_says_nothing_and_breaks_nothing(self, con: duckdb.DuckDBPyConnection) -> None:
        blank = {**GOOD, "损失（元）": "—", "人数": "", "发案日期": ""}
        report = turn(con, [blank, GOOD], source(blank_when=("损失（元）", "人数")))
        assert report == ConvertReport(rows=2, good=2, bad=0, skipped=0, blank=1)
        assert typed(con, "blank") == [(True,), (False,)]


def test_beyond_the_cap_rows_get_a_plain_sentence_and_none_is_lost(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EXPLAINED", 2)
    wrong: list[dict[str, str | None]] = [{**GOOD, "损失（元）": "-5"}, {**GOOD, "编号": ""}, {**GOOD, "辖区": "火星"},
                                          {**GOOD, "报案日期": "2026-01-01"}, GOOD]  # fmt: skip
    lay(con, wrong)
    report = convert(con, source(), contract("fraud"), PLACES, AS_OF, few=0)
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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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
