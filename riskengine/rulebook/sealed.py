"""Rule books of past nights, as they were sealed."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["load_sealed", "unpack_rules"]


def unpack_rules(workspace: Workspace, rules_hash: str, root: Path) -> Path:
    """Lay the rules of that hash down as ``root/rules`` (replaced). Raises WrongUse where they are no longer kept."""
    sealed = workspace.sealed / "rules" / f"{rules_hash}.zip"
    if not sealed.is_file():
        raise WrongUse(f"找不到当时的规则 data/sealed/rules/{rules_hash}.zip，无法重建。请从备份恢复该文件后再试。")
    shutil.rmtree(root / "rules", ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(sealed) as archive:
        archive.extractall(root)
    return root / "rules"


def load_sealed(workspace: Workspace, rules_hash: str) -> Rulebook:
    """The rule book of that hash. Raises WrongUse where it is no longer kept, RulesInvalid where today's engine refuses it.

    It is laid down in a folder of its own, so that two commands that look back at the same time do not meet.
    """
    workspace.scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="sealed-", dir=workspace.scratch) as root:
        unpack_rules(workspace, rules_hash, Path(root))
        return load(Workspace.at(root))
