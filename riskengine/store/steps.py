"""SQL as named steps: a chain that runs step by step, every table shown, or whole, as one WITH statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import duckdb

from riskengine.contracts.sql import quoted as identifier
from riskengine.contracts.sql import text_literal
from riskengine.errors import EngineFault
from riskengine.store.database import Connection

__all__ = ["Step", "StepFailed", "Steps", "identifier", "literal"]


@dataclass(frozen=True)
class Step:
    """One named SELECT."""

    name: str
    sql: str


class StepFailed(EngineFault):
    """A step that DuckDB refused; keeps the step, so that whoever looks sees the very SQL that failed."""

    def __init__(self, step: Step, cause: Exception) -> None:
        self.step = step
        self.reason = str(cause).strip().splitlines()[0]
        super().__init__(f"计算步骤“{step.name}”失败：{self.reason}。请把这一步的语句交给维护人员：{step.sql}")


@dataclass
class Steps:
    """Steps in order; a step may select from the steps before it by their names."""

    steps: list[Step] = field(default_factory=list)

    def add(self, name: str, sql: str) -> None:
        """Append a step. Raises ValueError where the name is taken."""
        if any(step.name == name for step in self.steps):
            raise ValueError(f"step {name!r} is already there")
        self.steps.append(Step(name, sql))

    def __iter__(self) -> Iterator[Step]:
        """The steps, first to last."""
        return iter(self.steps)

    def as_tables(self, con: Connection) -> None:
        """Run each step into a temp table of its name. Raises StepFailed at the first that fails; earlier tables
        stay.
        """
        for step in self.steps:
            try:
                con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(step.name)} AS {step.sql}")
            except duckdb.Error as error:
                raise StepFailed(step, error) from error

    def as_statement(self) -> str:
        """The whole chain as one statement that yields the last step. Raises ValueError where there is no step."""
        if not self.steps:
            raise ValueError("no steps")
        *before, last = self.steps
        chain = ",\n".join(f"{identifier(step.name)} AS ({step.sql})" for step in before)
        return f"WITH {chain}\n{last.sql}" if chain else last.sql


def literal(value: str | float | int | bool | date | None) -> str:
    """A Python value as SQL text; a float becomes a DOUBLE, never a DECIMAL whose scale depends on how it is
    written.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, float):
        return f"CAST({value!r} AS DOUBLE)"
    if isinstance(value, int):
        return str(value)
    return text_literal(value)
