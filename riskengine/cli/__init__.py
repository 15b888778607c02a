"""The command line: one verb, one function. Reads the clock, prints Chinese, turns errors into exit codes."""

import sys
from importlib import import_module

__all__ = ["main"]

VERBS = {
    **dict.fromkeys(("init", "run", "fill", "status", "replay"), "verbs"),
    "appraise": "appraise", "brief": "brief", "check": "check", "clocks": "clocks",
    "deliver": "deliveries", "deliveries": "deliveries", "explain": "explain", "handling": "handling", "indicators": "indicators",
    "links": "links", "papers": "papers", "plan": "plan", "rebounds": "rebounds", "review": "review",
    "test": "cases", "tune": "tune",
}  # fmt: skip
"""Verb → the module that has it. Any other first word (``rules`` with its own verbs, ``--help``, a slip) loads ``every``."""


def main() -> None:
    """Entry point of the console script. Loads what the typed verb needs and no more: the night and its operator do not wait for
    what only the tables of a review import.
    """
    typed = sys.argv[1] if len(sys.argv) > 1 else ""
    import_module(f"riskengine.cli.{VERBS.get(typed, 'every')}")
    import_module("riskengine.cli.app").app()
