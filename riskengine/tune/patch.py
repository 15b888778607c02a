"""A proposal as a change of the rule file, and a dismissal as an entry of ``rules/learning.yaml``; nothing else in them moves."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from riskengine.errors import NotDelivered, WrongUse
from riskengine.exchange.patch import Patch, Value
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.entries import read_entries
from riskengine.rulebook.load import load
from riskengine.tune.noun import DIRECTIONS, Proposal
from riskengine.workspace import Workspace

__all__ = ["Edit", "applied", "dismissal", "edit_of", "put_in_place"]

_LEARNING = "rules/learning.yaml"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Edit:
    """One file (relative to the workspace), before and after."""

    file: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff, which ``git apply`` and ``patch`` take."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{self.file}",
            f"b/{self.file}",
            n=2,
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def edit_of(workspace: Workspace, proposal: Proposal, since: date) -> Edit:
    """The rule's parameter gets the proposed value from ``since`` on; older values stay, so that old nights stay explicable."""
    for entry in read_entries(workspace.rules).rules:
        if entry.model.id == proposal.rule:
            file = entry.document.file
            text = _text(workspace.root / file)
            patch = Patch(text)
            patch.put(
                [*entry.at, "parameters", proposal.parameter, "values"], since.isoformat(), _plain(proposal.value)
            )
            return Edit(file, text, patch.text)
    raise WrongUse(f"没有编号为“{proposal.rule}”的规则。请用 riskengine check 核对规则编号。")


def dismissal(workspace: Workspace, proposal: Proposal, on: date, by: str, reason: str) -> Edit:
    """``rules/learning.yaml`` with the proposal among those that were dismissed; the file is begun where there is none."""
    path = workspace.root / _LEARNING
    before = _text(path) if path.exists() else ""
    told: dict[str, Value] = {
        "rule": proposal.rule,
        "parameter": proposal.parameter,
        "direction": DIRECTIONS[proposal.direction],
        "value": _plain(proposal.value),
        "on": on,
        "judged": proposal.judged,
        "by": by,
        "reason": reason,
    }
    held = load(workspace).learning.dismissed
    text = before or "# 规则改进\n"
    if held:
        patch = Patch(text)
        patch.arrange(["dismissed"], [*range(len(held)), told])
        text = patch.text
    else:
        written = Patch("dismissed: []\n")
        written.arrange(["dismissed"], [told])
        text = _without_empty(text) + written.text
    return Edit(_LEARNING, before, text)


def _without_empty(text: str) -> str:
    kept = [line for line in text.splitlines(keepends=True) if line.strip() not in ("dismissed:", "dismissed: []")]
    whole = "".join(kept)
    return whole if whole.endswith("\n") or not whole else f"{whole}\n"


@contextmanager
def applied(workspace: Workspace, edit: Edit) -> Iterator[Rulebook]:
    """The rule book as it would be with the edit, from a copy that is gone afterwards. Raises RulesInvalid where it cannot stand."""
    with TemporaryDirectory(prefix="riskengine-tune-") as room:
        copy = Path(room)
        shutil.copytree(workspace.rules, copy / "rules")
        (copy / edit.file).write_text(edit.after, encoding="utf-8")
        yield load(Workspace(copy))


def put_in_place(workspace: Workspace, edit: Edit) -> None:
    """Write the edit in one step. Raises RulesInvalid where the rules could not stand, NotDelivered where it cannot be written."""
    with applied(workspace, edit):
        pass
    path = workspace.root / edit.file
    partial = path.with_name(f".{path.name}.partial")
    bom = _BOM if path.exists() and path.read_bytes().startswith(_BOM) else b""
    try:
        partial.write_bytes(bom + edit.after.encode())
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise NotDelivered(f"{edit.file} 写不进去（{error.strerror}），没有改动。请检查权限与磁盘空间。") from error


def _text(path: Path) -> str:
    # line ends as they are: a patch moves nothing that it does not change
    return path.read_bytes().decode("utf-8-sig")


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
