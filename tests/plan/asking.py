"""`riskengine plan` as a test calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.workspace import Workspace

FRAUD, COMPOUND = "warnings/fraud/fraud.yaml", "warnings/compound/compound.yaml"
PETITIONS = "warnings/petitions/petitions.yaml"


def plan(workspace: Workspace, *options: str | Path, code: int = 0) -> str:
    """What stands on the screen; on stderr what ``code`` tells."""
    done = CliRunner().invoke(app, ["plan", "--workspace", str(workspace.root), *map(str, options)])
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.output


def found(workspace: Workspace, *options: str | Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(plan(workspace, "--format", "json", *options))
    return told


def kinds(told: dict[str, Any]) -> dict[str, int]:
    return {kind: count for kind, count in told["counts"].items() if count}
