"""`riskengine init`: a new workspace with the rule book that the engine ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import riskengine
from riskengine.errors import EngineFault, WrongUse

__all__ = ["lay_down"]


def lay_down(target: Path) -> Path:
    """Make ``target`` a workspace: ``rules/`` as shipped, an empty ``data/inbox/``.

    Raises WrongUse where one already lies there.
    """
    if (target / "rules").exists():
        raise WrongUse(f"{target} 已经有 rules/ 文件夹，没有改动任何内容。请换一个文件夹，或先把它移走。")
    shipped = _shipped()
    target.mkdir(parents=True, exist_ok=True)
    shutil.copytree(shipped, target / "rules")
    (target / "data" / "inbox").mkdir(parents=True, exist_ok=True)
    return target


def _shipped() -> Path:
    """In an installed wheel the rules lie inside the package, in a checkout beside it."""
    package = Path(riskengine.__file__).parent
    for place in (package / "starter" / "rules", package.parent / "rules"):
        if place.is_dir():
            return place
    raise EngineFault("安装不完整：找不到随程序附带的 rules/。请重新安装 riskengine。")
