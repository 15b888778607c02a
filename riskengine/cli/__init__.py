"""The command line: one verb, one function. Reads the clock, prints Chinese, turns errors into exit codes."""

from riskengine.cli import cases, check, explain, plan, rules, verbs
from riskengine.cli.app import app

__all__ = ["app", "cases", "check", "explain", "main", "plan", "rules", "verbs"]


def main() -> None:
    """Entry point of the console script."""
    app()
