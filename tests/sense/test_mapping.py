"""What a source's mapping makes of a row: values, parts of cells, keys, rows that are marked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb

from riskengine.contracts import contract
from riskengine.contracts.place import PlaceNames
from riskengine.model.source import Cell, Condition
from riskengine.sense.convert import ConvertReport, convert
from tests.sense.conversion import AS_OF, GOOD, PLACES, complaints, source, turn, typed


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
        convert(con, source(fields={"loss": Cell(column=odd)}), contract("fraud"), PlaceNames(PLACES), AS_OF)
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
