"""The command line: one verb, one function. Reads the clock, prints Chinese, turns errors into exit codes."""

from riskengine.cli.verbs import app, main

__all__ = ["app", "main"]
