"""The rule book to compare with: a revision of the git repository that keeps ``rules/``, or a folder."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from riskengine.errors import Problem, RulesInvalid, WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["folder_book", "old_book"]

_PATIENCE = 60
"""Seconds that git may take."""


def folder_book(folder: Path) -> Rulebook:
    """The rule book of a folder that is ``rules/`` or holds it. Raises WrongUse, RulesInvalid."""
    root = folder.resolve()
    if (root / "rules").is_dir():
        return load(Workspace(root))
    if root.name == "rules" and root.is_dir():
        return load(Workspace(root.parent))
    if (root / "levels.yaml").is_file():
        with TemporaryDirectory(prefix="riskengine-plan-") as scratch:
            shutil.copytree(root, Path(scratch) / "rules")
            return load(Workspace(Path(scratch)))
    raise WrongUse(f"{folder} 里没有规则：既没有 rules/ 文件夹，也没有 levels.yaml。请指明放规则的文件夹。")


def old_book(workspace: Workspace, against: str) -> tuple[Rulebook, str]:
    """The rules to compare with and how to name them: ``against`` is a revision of the repository around the workspace's
    ``rules/``, or a folder that holds rules. A name that could be both is the revision; with a slash it is the folder.

    Raises WrongUse where git, the repository, the revision or its rules are missing, RulesInvalid where those rules
    are refused today.
    """
    folder = Path(against)
    holds = bool(against) and any((folder / name).exists() for name in ("rules", "levels.yaml"))
    if not (holds and ("/" in against or against.startswith("."))):
        try:
            asked = ("--verify", "--quiet", "--end-of-options", f"{against}^{{commit}}")
            commit = _git(workspace, against, "rev-parse", *asked).decode().strip()
        except WrongUse:
            if not holds:
                raise
        else:
            with _checked_out(workspace, against, commit) as root:
                return _told(lambda: load(Workspace(root)), against), f"{against}（{commit[:8]}）"
    return _told(lambda: folder_book(folder), against), f"文件夹 {folder.name or against}"


def _told(read: Callable[[], Rulebook], against: str) -> Rulebook:
    """Mistakes of the old rules are not to be looked for in the new ones."""
    try:
        return read()
    except RulesInvalid as error:
        told = [
            Problem(f"{against}:{each.file}", each.line, each.column, each.code, f"（旧规则）{each.message}")
            for each in error.problems
        ]
        raise RulesInvalid(told) from error


@contextmanager
def _checked_out(workspace: Workspace, against: str, commit: str) -> Iterator[Path]:
    prefix = _git(workspace, against, "rev-parse", "--show-prefix").decode().strip()  # of rules/ in its repository
    listed = _git(workspace, against, "ls-tree", "--full-tree", "--name-only", "-r", commit, "--", prefix or ".")
    if not listed.strip():
        raise WrongUse(f"版本 {against} 里没有 {prefix or '规则文件'}。请用 --against 指明一个已有规则的版本或文件夹。")
    with TemporaryDirectory(prefix="riskengine-plan-") as scratch:
        packed = _git(workspace, against, "archive", "--format=tar", commit)  # of the folder it is called in
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(Path(scratch) / "rules", filter="data")
        yield Path(scratch)


def _git(workspace: Workspace, against: str, *arguments: str) -> bytes:
    """What git prints, asked from within ``rules/``."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=workspace.rules,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError as error:
        raise WrongUse(
            "没有找到 git 程序，取不到旧版本的规则。请安装 git，或用 --against 指明存放旧规则的文件夹。"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise WrongUse(
            f"git 超过{_PATIENCE}秒没有回答，取不到版本 {against}。请检查代码库，或用 --against 指明文件夹。"
        ) from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if "not a git repository" in said:
        raise WrongUse(
            f"{workspace.rules} 不在 git 代码库里，没有旧版本可比。请先 git init 并提交规则，或用 --against 指明存放旧规则的文件夹。"
        )
    if "--verify" in arguments and not said:
        raise WrongUse(
            f"代码库里没有版本“{against}”，也没有这个名字的规则文件夹。请用 git log 查看可用的版本，再用 --against 指明。"
        )
    raise WrongUse(f"git {arguments[0]} 失败（{(said.splitlines() or ['没有说明'])[-1]}）。请检查代码库后再试。")
