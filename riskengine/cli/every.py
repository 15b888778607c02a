"""The whole command line: all verbs at once, as ``--help`` and whoever asks what there is need them."""

from riskengine.cli import (
    audit,
    brief,
    cases,
    check,
    clocks,
    explain,
    indicators,
    plan,
    review,
    routes,
    rules,
    schema,
    verbs,
    workbook,
)
from riskengine.cli.app import app

__all__ = [
    "app", "audit", "brief", "cases", "check", "clocks", "explain", "indicators", "plan", "review", "routes", "rules",
    "schema", "verbs", "workbook",
]  # fmt: skip
