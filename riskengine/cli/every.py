"""The whole command line: all verbs at once, as ``--help`` and whoever asks what there is need them."""

from riskengine.cli import (
    appraise,
    audit,
    brief,
    cases,
    check,
    clocks,
    deliveries,
    explain,
    handling,
    indicators,
    links,
    papers,
    plan,
    rebounds,
    review,
    routes,
    rules,
    schema,
    tune,
    verbs,
    workbook,
)
from riskengine.cli.app import app

__all__ = [
    "app", "appraise", "audit", "brief", "cases", "check", "clocks", "deliveries", "explain",
    "handling", "indicators", "links", "papers", "plan", "rebounds", "review", "routes", "rules",
    "schema", "tune", "verbs", "workbook",
]  # fmt: skip
