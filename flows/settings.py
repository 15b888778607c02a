"""Prefect's settings for a county's own machine: nothing leaves it, nothing has to be started by hand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["settle", "workspace_named"]


def settle() -> None:
    """Set what is not set yet. Whoever sets one of these in the environment knows better and is left alone."""
    for name, value in {
        # No telemetry: neither of the SDK nor of the server's ten-minute heartbeat to its vendor.
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # The temporary server needs 10 to 40 s on a small machine with a fresh database; the default 20 s was seen to fail.
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        # All of its state inside the workspace.
        "PREFECT_HOME": str(workspace_named(sys.argv[1:]).resolve() / ".prefect"),
        # Progress and failures are said by the night itself, in Chinese; Prefect would add a hundred lines of traceback.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_CLI_COLORS": "false",
    }.items():
        os.environ.setdefault(name, value)


def workspace_named(arguments: list[str]) -> Path:
    """The folder behind ``--workspace`` on this command line, else the current one.

    Read by hand, since Prefect cannot wait for the real parser.
    """
    for number, argument in enumerate(arguments):
        if argument.startswith("--workspace="):
            return Path(argument.partition("=")[2])
        if argument in {"--workspace", "-w"} and number + 1 < len(arguments):
            return Path(arguments[number + 1])
    return Path(".")
