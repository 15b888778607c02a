"""Leaving a process in which Prefect ran, without forty lines about leaked types.

Prefect's event-loop threads outlive the interpreter's modules, and DuckDB's binding then reports every object of its own as
leaked. The report is cosmetic and would be the last thing that an operator sees. Registered before Prefect is imported, so that it
runs after all of Prefect's own exit work (its temporary server is stopped by then).
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable

__all__ = ["prepare", "quietly"]

_codes: list[int] = []


def prepare() -> None:
    """Register the last act; called once, before Prefect is imported."""
    atexit.register(_last_act)


def quietly(main: Callable[[], None]) -> None:
    """Run a command's ``main`` and end the process with its exit code and nothing else said."""
    try:
        main()
    except SystemExit as end:
        _codes.append(end.code if isinstance(end.code, int) else int(end.code is not None))
        raise
    _codes.append(0)


def _last_act() -> None:
    if _codes:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_codes[-1])
