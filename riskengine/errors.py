"""Everything that can go wrong, drawn as a tree, branched by who must act.

    RiskEngineError                 exit code   who acts
    ├── WrongUse                    2           whoever typed the command
    ├── RulesInvalid                3           the analyst who edits rules/
    ├── SourceBroken                4           the office that sent the file (the night still finished)
    ├── NotDelivered                5           the operator: lists could not be written or delivered
    ├── ReplayDiffers               6           the operator: a night is not what its inputs say
    ├── LogBroken                   6           the operator: the log is not as it was written
    ├── Busy                        7           nobody: another run holds the database, try again later
    └── EngineFault                 1           us: the inference disagreed with its oracle, a worker died

A message is one Chinese sentence in three parts: where, what, what to do. Readers branch on the class; the CLI turns
``exit_code`` into the process's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RiskEngineError(Exception):
    """Root of every error that this project raises on purpose."""

    exit_code = 1


class EngineFault(RiskEngineError):
    """The engine itself is wrong: conclusions differ from the oracle, the inference worker crashed."""

    exit_code = 1


class WrongUse(RiskEngineError):
    """The command was called in a way that cannot work (no workspace, a night out of order)."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in one rule file: where, what, what to do. ``line`` and ``column`` count from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        """``rules/warnings/fraud.yaml:6:1: E201 未知字段 'levle'，是否想写 'level'？``"""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"


class RulesInvalid(RiskEngineError):
    """The rule files cannot run. Carries all problems of all files at once, in file order."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SourceBroken(RiskEngineError):
    """A file cannot be read or broke its contract as a whole; raised inside sense, stored as a row, never lost."""

    exit_code = 4


class NotDelivered(RiskEngineError):
    """The lists are not all where they belong, because the disk is full or the folder is not writable."""

    exit_code = 5


class ReplayDiffers(RiskEngineError):
    """A rebuilt night is not byte for byte the night that was delivered."""

    exit_code = 6


class LogBroken(RiskEngineError):
    """A line of the log was changed, dropped, moved or put in, or the log and what it tells of no longer agree."""

    exit_code = 6


class Busy(RiskEngineError):
    """Another run holds this workspace's database."""

    exit_code = 7
