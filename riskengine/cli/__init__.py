"""The command line: one verb, one function. Reads the clock, prints Chinese, turns errors into exit codes."""

from riskengine.cli import brief, cases, check, explain, indicators, plan, rules, schema, verbs, workbook
from riskengine.cli.app import app

__all__ = ["app", "brief", "cases", "check", "explain", "indicators", "main", "plan", "rules", "schema", "verbs", "workbook"]


def main() -> None:
    """Entry point of the console script."""
    app()
