"""The git hook of a rules repository: what is about to be committed is checked and tested first."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from riskengine.errors import WrongUse

__all__ = ["hook_text", "write_hook"]

_MARK = "# riskengine rules hook"

_HOOK = """\
#!/bin/sh
{mark}：提交前检查规则。要更新它，请再运行一次 riskengine rules hook。
folder={folder}
known={known}

git diff --cached --quiet -- "$folder/rules" && exit 0
engine=$(command -v riskengine) || engine=$known
if [ ! -x "$engine" ]; then
  echo "没有提交：找不到 riskengine 命令，规则没有检查。请安装 riskengine，或在装有它的环境里提交。" >&2
  exit 1
fi

# What is about to be committed, not what lies in the folder: a change that is not staged must not help or hurt.
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
git ls-files -z -- "$folder/rules" | git checkout-index -z --stdin --prefix="$copy/" || exit 1

if "$engine" check --fail-on high --workspace "$copy/$folder" >"$copy/said" 2>&1; then
  "$engine" test --workspace "$copy/$folder" >"$copy/said" 2>&1 && exit 0
fi
grep -v '^✓ ' "$copy/said" >&2
echo "没有提交：规则没有通过检查或用例，原因见上。请改好，git add 以后再提交一次。" >&2
exit 1
"""


def hook_text(folder: str) -> str:
    """The hook as a script for sh. ``folder``: the workspace, seen from the top of the repository."""
    known = (
        Path(sys.argv[0]).resolve() if Path(sys.argv[0]).name == "riskengine" else Path(sys.prefix, "bin/riskengine")
    )
    return _HOOK.format(mark=_MARK, folder=shlex.quote(folder), known=shlex.quote(str(known)))


def write_hook(workspace: Path) -> tuple[Path, bool]:
    """Write ``pre-commit`` among the hooks of the repository that holds ``workspace``; its path, and whether an older one
    of ours lay there.

    Raises WrongUse where there is no git, no repository, or a hook of somebody else.
    """
    path = workspace / _git(workspace, "rev-parse", "--git-path", "hooks") / "pre-commit"
    text = hook_text(_git(workspace, "rev-parse", "--show-prefix").rstrip("/") or ".")
    mine = False
    if path.exists() or path.is_symlink():
        mine = path.is_file() and _MARK in path.read_text(encoding="utf-8", errors="replace")
        if not mine:
            raise WrongUse(
                f"{path} 是别人写的钩子，没有改动它。请在其中加上 riskengine check --fail-on high 和 riskengine test 两行，"
                "或先把它移走，再运行本命令。"
            )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    except OSError as error:
        raise WrongUse(f"{path} 写不进去（{error.strerror}）。请检查文件夹的权限，再运行本命令。") from None
    return path, mine


def _git(workspace: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(workspace), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise WrongUse("没有找到 git 命令。请先安装 git，再运行本命令。") from None
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise WrongUse(
            f"{workspace} 不在 git 仓库里（{told[0] if told else 'git 没有说明原因'}）。请先在那里运行 git init，再运行本命令。"
        )
    return done.stdout.rstrip("\n")
