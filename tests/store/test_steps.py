"""SQL as named steps: one meaning, run step by step or whole."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from riskengine.store.steps import StepFailed, Steps, identifier, literal


def chain() -> Steps:
    steps = Steps()
    steps.add("numbers", "SELECT unnest(range(5)) AS i")
    steps.add("even", "SELECT i FROM numbers WHERE i % 2 = 0")
    steps.add("总数", "SELECT sum(i) AS total FROM even")
    return steps


def test_step_by_step_leaves_every_table_to_be_looked_at() -> None:
    with duckdb.connect() as con:
        chain().as_tables(con)
        assert con.execute("SELECT count(*) FROM even").fetchone() == (3,)
        assert con.execute('SELECT total FROM "总数"').fetchone() == (6,)


def test_whole_the_chain_gives_the_same() -> None:
    with duckdb.connect() as con:
        assert con.execute(chain().as_statement()).fetchone() == (6,)


def test_one_step_is_a_statement_and_none_is_not() -> None:
    alone = Steps()
    with pytest.raises(ValueError, match="no steps"):
        alone.as_statement()
    alone.add("one", "SELECT 1")
    assert alone.as_statement() == "SELECT 1"


def test_a_failing_step_is_named_with_its_sql_and_reason() -> None:
    steps = chain()
    steps.add("broken", "SELECT nothing FROM even")
    with duckdb.connect() as con, pytest.raises(StepFailed, match="计算步骤“broken”失败：Binder Error") as caught:
        steps.as_tables(con)
    assert caught.value.step.sql == "SELECT nothing FROM even"
    assert caught.value.exit_code == 1


def test_a_name_may_be_used_once() -> None:
    steps = chain()
    with pytest.raises(ValueError, match="even"):
        steps.add("even", "SELECT 1")


def test_values_and_names_are_quoted_so_that_they_stay_what_they_are() -> None:
    values = ["it's", '"', 1.5, 1e300, 0.1, 7, True, None, date(2026, 6, 30)]
    with duckdb.connect() as con:
        found = con.execute(f"SELECT {', '.join(f'{literal(v)} AS {identifier(str(v))}' for v in values)}")
        assert found.fetchone() == tuple(values)
        assert [column[0] for column in found.description] == [str(v) for v in values]
